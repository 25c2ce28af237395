"""The student in the box: answers come over a pipe, from a child behind walls."""

from autograder.questions.given import Given
from autograder.questions.student import Answer


class BoxedStudent:
    """Asks the functions of a notebook whose cells have run in a child.

    Parameters
    ----------
    child : autograder.box.child.Child
    """

    def __init__(self, child):
        self._child = child

    def call(self, name, *arguments, replacing=None, **by_name):
        """See :meth:`autograder.questions.student.Student.call`."""
        return Answer(name, **self._child.call(name, arguments, by_name, replacing or {}, _as_text))

    def value(self, name):
        """See :meth:`autograder.questions.student.Student.value`."""
        return Answer(name, **self._child.value(name))


def _as_text(function):
    """A function that is nobody's answer runs where it is called; all others are answered here."""
    if isinstance(function, Given):
        return function.source, function.name, dict(function.constants)
    return None
