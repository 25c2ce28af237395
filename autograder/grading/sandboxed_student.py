"""A student behind walls: answers come over a pipe, from a child process."""

from collections.abc import Callable, Mapping
from typing import Any

from autograder.box.child import Child
from autograder.questions.given import Foreseen, Given
from autograder.questions.student import Answer


class SandboxedStudent:
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
        asked = name, arguments, by_name, replacing or {}, _sent_ahead, watching
        return Answer(name, **self._child.call(*asked))

    def value(self, name: str) -> Answer:
        """See :meth:`autograder.questions.student.Student.value`."""
        return Answer(name, **self._child.value(name))


def _sent_ahead(function: Callable[..., Any]) -> Any:
    """What is sent to the child with a function: all of its source, or calls to answer ahead."""
    if isinstance(function, Given):
        return function.source, function.name, dict(function.constants)
    return function.calls if isinstance(function, Foreseen) else None
