"""The student in the box: answers come over a pipe, from a child behind walls."""

from autograder.questions.given import Foreseen, Given
from autograder.questions.student import Answer


class SandboxedStudent:
    """Asks the functions of a notebook whose cells have run in a child.

    Parameters
    ----------
    child : autograder.box.child.Child
    """

    def __init__(self, child):
        self._child = child

    def call(self, name, *arguments, replacing=None, watching=False, **by_name):
        """See :meth:`autograder.questions.student.Student.call`."""
        asked = name, arguments, by_name, replacing or {}, _luggage, watching
        return Answer(name, **self._child.call(*asked))

    def value(self, name):
        """See :meth:`autograder.questions.student.Student.value`."""
        return Answer(name, **self._child.value(name))


def _luggage(function):
    """What travels ahead of a function: all of one that is nobody's answer, or some replies."""
    if isinstance(function, Given):
        return function.source, function.name, dict(function.constants)
    return function.calls if isinstance(function, Foreseen) else None
