"""The student in this very process: for an instructor who runs a source notebook.

There are no walls here. It answers through the same interface as a walled student, so that no
question can tell which one it talks to.
"""

from autograder.box.call_function import Answers
from autograder.box.plain_values import plain
from autograder.questions.student import Answer

SECONDS = 10
"""How long one call may take before it counts as a loop that never ends."""


class LocalStudent:
    """Asks the functions in a notebook's own namespace.

    Parameters
    ----------
    namespace : dict
        The notebook's global variables.
    seconds : float
        The time limit of a call. It holds in the main thread of systems that have SIGALRM.
    """

    def __init__(self, namespace, seconds=SECONDS):
        self._answers = Answers(namespace)
        self._seconds = seconds

    def call(self, name, *arguments, replacing=None, watching=False, **by_name):
        """See :meth:`autograder.questions.student.Student.call`."""
        calls = {}
        given = [_given(place, each, calls) for place, each in enumerate(arguments)]
        named = {key: _given(key, each, calls) for key, each in by_name.items()}
        others = {key: _counted(key, each, calls) for key, each in (replacing or {}).items()}
        asked = name, given, named, others, self._seconds, watching
        return Answer(name, **self._answers.call(*asked), calls=calls)

    def value(self, name):
        """See :meth:`autograder.questions.student.Student.value`."""
        return Answer(name, **self._answers.value(name))


def _given(key, argument, calls):
    return _counted(key, argument, calls) if callable(argument) else plain(argument)


def _counted(key, function, calls):
    """A stand-in that counts its calls and trades in plain copies, as one over a pipe does."""
    calls[key] = 0

    def stand_in(*arguments, **by_name):
        calls[key] += 1
        asked = {name: _handed_over(each) for name, each in by_name.items()}
        return plain(function(*map(_handed_over, arguments), **asked))

    return stand_in


def _handed_over(argument):
    """What a stand-in sees of an argument: `f` in ``numerical_derivative(f, theta)`` stays one."""
    return argument if callable(argument) else plain(argument)
