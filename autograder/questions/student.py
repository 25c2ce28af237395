"""The interface that questions use: ask a student, get an answer.

A question passes numbers, arrays, tuples and dicts of arrays, and functions as stand-ins. It gets
an `Answer` with values of the same plain types. It does not know whether the student's code runs in
this process or behind walls.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from autograder.questions.verdict import Wrong


@dataclass(frozen=True)
class Answer:
    """The result of one call.

    Attributes
    ----------
    function : str
        What was called.
    value : plain value
        What it returned; None when it raised.
    raised : str
        The exception's class name, or "" if none was raised.
    failure : str
        Why no value was returned, in one line for the student; else "".
    printed : str
        What went to stdout.
    arguments : tuple
        The positional arguments after the call, if they were watched; stand-ins as None.
    calls : mapping
        How often each stand-in was called: by name for replaced functions, by position for
        arguments.
    """

    function: str
    value: Any = None
    raised: str = ""
    failure: str = ""
    printed: str = ""
    arguments: tuple[Any, ...] = ()
    calls: Mapping[str | int, int] = field(default_factory=dict)

    def returned(self) -> Any:
        """The value; raises Wrong if the call failed or returned None."""
        if self.failure:
            raise Wrong(f"{self.function} {self.failure}")
        if self.value is None:
            raise Wrong(
                f"{self.function} returned None. Did you write it, and does it end in `return`?"
            )
        return self.value

    def number(self) -> float:
        """The value as a real number; an array of one entry counts."""
        value = self.returned()
        if isinstance(value, bool | int | float) and not _is_huge(value):
            return float(value)
        if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind in "biuf":
            return float(value.reshape(()))
        raise Wrong(f"{self.function} returned {describe(value)}, but a number was expected")

    def array(self) -> npt.NDArray[Any]:
        """The value as an array of real numbers."""
        return real_array(self.returned(), f"{self.function} returned")

    def dictionary(self) -> dict[Any, Any]:
        """The value as a dictionary."""
        value = self.returned()
        if not isinstance(value, dict):
            raise Wrong(
                f"{self.function} returned {describe(value)}, but a dictionary was expected"
            )
        return value


@dataclass(frozen=True)
class Call:
    """The arguments of one call, and the functions that stand in for the student's own."""

    arguments: tuple[Any, ...]
    replacing: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    by_name: Mapping[str, Any] = field(default_factory=dict)


class Student(Protocol):
    """The code of one submission, after its cells have run."""

    def call(
        self,
        name: str,
        *arguments: Any,
        replacing: Mapping[str, Callable[..., Any]] | None = None,
        watching: bool = False,
        **by_name: Any,
    ) -> Answer:
        """Call the function `name`; functions in `replacing` stand in for the student's own.

        With `watching`, the answer has the arguments as they are after the call.
        """

    def call_each(
        self, name: str, calls: Sequence[Call], watching: bool = False
    ) -> Sequence[Answer]:
        """Call the function `name` several times, with nothing that depends on an earlier answer.

        Where the student is behind walls, all calls travel in one message.
        """
        return [
            self.call(
                name, *each.arguments, replacing=each.replacing, watching=watching, **each.by_name
            )
            for each in calls
        ]

    def value(self, name: str) -> Answer:
        """Read the variable `name`."""

    def source(self, name: str) -> str:
        """The text of the code that gave `name` its value; "" if it isn't known.

        Behind walls it comes from the notebook that is graded, and the student's process has no say
        in it: it is the last code cell so far that defines `name` at its top level.
        """


def real_array(value: Any, what: str) -> npt.NDArray[Any]:
    """`value` as an array of real numbers, or Wrong with a message that begins with `what`."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "biuf":
        raise Wrong(f"{what} {describe(value)}, but an array of numbers was expected")
    return array


def describe(value: object) -> str:
    """What a value is, in words for students."""
    match value:
        case None:
            return "None"
        case int() if _is_huge(value):
            return "a whole number with hundreds of digits"
        case np.ndarray():
            return f"an array of shape {value.shape} and type {value.dtype}"
        case dict() | list() | tuple():
            return f"a {type(value).__name__} of length {len(value)}"
        case _:
            return f"{value!r}"[:80]


def _is_huge(value: object) -> bool:
    """Whether a whole number is too large for a float; Python refuses to print much larger ones."""
    return isinstance(value, int) and value.bit_length() > 1000
