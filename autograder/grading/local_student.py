"""A student in this process: for an instructor who runs a source notebook.

There are no walls here. Questions use the same interface as for a student behind walls, and can't
tell the difference.
"""

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from textwrap import dedent
from typing import Any

import numpy as np

from autograder.box.call_function import Answers
from autograder.box.plain_values import plain
from autograder.questions.given import Alone
from autograder.questions.student import Answer, Student

CALL_SECONDS = 10
"""How long one call may take before it counts as an infinite loop."""


class LocalStudent(Student):
    """Calls the functions in a notebook's own namespace.

    Parameters
    ----------
    namespace
        The notebook's global variables.
    seconds
        The time limit of a call. It only works in the main thread, and on systems with SIGALRM.
    """

    def __init__(self, namespace: dict[str, Any], seconds: float = CALL_SECONDS) -> None:
        self._namespace = namespace
        self._answers = Answers(namespace)
        self._seconds = seconds

    def call(
        self,
        name: str,
        *arguments: Any,
        replacing: Mapping[str, Callable[..., Any]] | None = None,
        watching: bool = False,
        **by_name: Any,
    ) -> Answer:
        """See :meth:`autograder.questions.student.Student.call`."""
        calls: dict[str | int, int] = {}
        given = [_given(place, each, calls) for place, each in enumerate(arguments)]
        named = {key: _given(key, each, calls) for key, each in by_name.items()}
        others = {key: _counted(key, each, calls) for key, each in (replacing or {}).items()}
        asked = name, given, named, others, self._seconds, watching
        return Answer(name, **self._answers.call(*asked), calls=calls)

    def value(self, name: str) -> Answer:
        """See :meth:`autograder.questions.student.Student.value`."""
        return Answer(name, **self._answers.value(name))

    def source(self, name: str) -> str:
        """See :meth:`autograder.questions.student.Student.source`."""
        function: Any = self._namespace.get(name)
        with suppress(OSError, TypeError):  # it is no function, or its text is not kept
            return dedent(inspect.getsource(function))
        return ""


def _given(key: str | int, argument: Any, calls: dict[str | int, int]) -> Any:
    return _counted(key, argument, calls) if callable(argument) else plain(argument)


def _counted(
    key: str | int, function: Callable[..., Any], calls: dict[str | int, int]
) -> Callable[..., Any]:
    """A stand-in that counts its calls and passes plain copies, as one over a pipe does."""
    if isinstance(function, Alone):
        space: dict[str, Any] = {"np": np}
        exec(function.source, space)
        function = space[function.name]
    calls[key] = 0

    def stand_in(*arguments: Any, **by_name: Any) -> Any:
        calls[key] += 1
        asked = {name: _passed_on(each) for name, each in by_name.items()}
        return plain(function(*map(_passed_on, arguments), **asked))

    return stand_in


def _passed_on(argument: Any) -> Any:
    """An argument as a stand-in gets it: a function stays one, other values are copied."""
    return argument if callable(argument) else plain(argument)
