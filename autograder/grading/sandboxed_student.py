"""A student behind walls: answers come over a pipe, from a child process."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.box.child import Child
from autograder.box.definitions import defined, readable
from autograder.questions.given import Alone, Foreseen, Given
from autograder.questions.student import Answer, Call, Student


class SandboxedStudent(Student):
    """Calls the functions of a notebook whose cells have run in a child.

    Parameters
    ----------
    child
    cells
        The text of the cells that have run so far, in order.
    """

    def __init__(self, child: Child, cells: Sequence[str] = ()) -> None:
        self._child, self._cells = child, cells

    def call(
        self,
        name: str,
        *arguments: Any,
        replacing: Mapping[str, Callable[..., Any]] | None = None,
        watching: bool = False,
        **by_name: Any,
    ) -> Answer:
        """See :meth:`autograder.questions.student.Student.call`."""
        return self.call_each(name, [Call(arguments, replacing or {}, by_name)], watching)[0]

    def call_each(self, name: str, calls: Sequence[Call], watching: bool = False) -> list[Answer]:
        """See :meth:`autograder.questions.student.Student.call_each`."""
        asked = [(each.arguments, each.by_name, each.replacing) for each in calls]
        found = self._child.call_each(name, asked, _sent_ahead, watching)
        return [Answer(name, **each) for each in found]

    def value(self, name: str) -> Answer:
        """See :meth:`autograder.questions.student.Student.value`."""
        return Answer(name, **self._child.value(name))

    def source(self, name: str) -> str:
        """See :meth:`autograder.questions.student.Student.source`."""
        for cell in reversed(self._cells):
            text = readable(cell) if name in cell else ""
            if text and name in defined(text):
                return text
        return ""


def _sent_ahead(function: Callable[..., Any]) -> Any:
    """What is sent to the child with a function: all of its source, or calls to answer ahead."""
    if isinstance(function, Given):
        return function.source, function.name, dict(function.constants)
    if isinstance(function, Alone):
        return function.source, function.name, {}
    return function.calls if isinstance(function, Foreseen) else None
