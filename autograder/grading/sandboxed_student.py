"""A student behind walls: answers come over a pipe, from a child process."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.box.child import Child
from autograder.questions.given import Foreseen, Given
from autograder.questions.student import Answer, Call, Student


class SandboxedStudent(Student):
    """Calls the functions of a notebook whose cells have run in a child."""

    def __init__(self, child: Child) -> None:
        self._child = child

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


def _sent_ahead(function: Callable[..., Any]) -> Any:
    """What is sent to the child with a function: all of its source, or calls to answer ahead."""
    if isinstance(function, Given):
        return function.source, function.name, dict(function.constants)
    return function.calls if isinstance(function, Foreseen) else None
