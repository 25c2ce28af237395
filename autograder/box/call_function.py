"""Answers from a namespace: calls of a student's functions, and what came of them.

It is used on both sides of the walls: by the runner inside, and for an instructor who runs a
notebook with its hidden tests in JupyterLab.
"""

import contextlib
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any, TypedDict

import numpy as np

from autograder.box.plain_values import Unreadable, plain
from autograder.box.time_limit import TooSlow, within

MOST_PRINTED = 1 << 16
"""Characters; what is printed after them is lost."""


class Record(TypedDict):
    """What came of a call, or of reading a variable.

    Attributes
    ----------
    value
        What was returned, as plain values.
    raised : str
        The exception's name.
    failure : str
        Why there is no value, in a student's words.
    printed : str
    arguments : tuple
        The arguments as they are afterwards, functions as None; or none at all.
    """

    value: Any
    raised: str
    failure: str
    printed: str
    arguments: tuple[Any, ...]


class CountedRecord(Record):
    """What came of a call, and how often the functions that it was given were called.

    Attributes
    ----------
    calls : dict
        By a function's place among the arguments, its name, or the name that it replaces.
    """

    calls: dict[int | str, int]


class Answers:
    """Answers questions about the functions and variables of one notebook.

    Parameters
    ----------
    namespace
        The notebook's global variables.
    watched
        Whether somebody outside keeps the time: see `autograder.box.time_limit.within`.
    """

    def __init__(self, namespace: MutableMapping[str, Any], watched: bool = False) -> None:
        self._namespace, self._watched = namespace, watched
        self._endless: set[str] = set()

    def call(
        self,
        name: str,
        arguments: Sequence[Any],
        by_name: Mapping[str, Any],
        replacing: Mapping[str, Any],
        seconds: float,
        watching: bool = False,
    ) -> Record:
        """Call a function.

        Parameters
        ----------
        name
            Its name in the notebook.
        arguments
            Plain values and functions; the student's code may change them.
        by_name, replacing
            Arguments that go by name; functions that stand in for those of the notebook.
        seconds
            The time limit. A function that once exceeded it is not called again.
        watching
            Whether to tell what became of the arguments.
        """
        if not callable(self._namespace.get(name)):
            return record(raised="NameError", failure="is not defined as a function")
        if name in self._endless:
            return record(raised="TooSlow", failure=_no_end(seconds))
        printed = _Printed()
        value, raised, failure = None, "", ""
        with _swapped(self._namespace, replacing), _captured(printed), _silent():
            try:
                limit = None if self._watched else seconds
                value = plain(within(limit, self._namespace[name], arguments, by_name))
            except Unreadable as unreadable:
                raised, failure = "Unreadable", f"returned {unreadable}"
            except TooSlow:
                self._endless.add(name)
                raised, failure = "TooSlow", _no_end(seconds)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                raised = type(error).__name__
                failure = f"raised {raised}: {_in_one_line(error)}"[:200]
        watched = arguments if watching else ()
        after = [None if callable(each) else _as_it_is(each) for each in watched]
        return record(value, raised, failure, printed.text(), after)

    def value(self, name: str) -> Record:
        """Read a variable: a record as of :meth:`call`."""
        if name not in self._namespace:
            return record(raised="NameError", failure="is not defined")
        try:
            return record(plain(self._namespace[name]))
        except Unreadable as unreadable:
            return record(raised="Unreadable", failure=f"holds {unreadable}")
        except Exception:  # raised by what it holds
            return record(raised="Unreadable", failure="holds what can't be read")


def _no_end(seconds: float) -> str:
    return f"gave no answer within {seconds:g} seconds; is there a loop that never ends?"


def record(
    value: Any = None,
    raised: str = "",
    failure: str = "",
    printed: str = "",
    arguments: Iterable[Any] = (),
) -> Record:
    """The fields of an answer."""
    return {
        "value": value,
        "raised": raised,
        "failure": failure,
        "printed": printed,
        "arguments": tuple(arguments),
    }


class _Printed(io.StringIO):
    """Keeps the first of what is printed, so that no flood fills the memory."""

    def write(self, text: str) -> int:
        room = MOST_PRINTED - self.tell()
        super().write(text[: max(0, room)])
        return len(text)

    def text(self) -> str:
        return "" if self.closed else self.getvalue()


def _as_it_is(argument: Any) -> Any:
    """A plain copy of an argument after the call; None when the answer put odd things into it."""
    try:
        return plain(argument)
    except Exception:  # also one that is raised by what it holds
        return None


def _in_one_line(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())
    except Exception:
        return "an exception that can't be printed"


@contextlib.contextmanager
def _swapped(namespace: MutableMapping[str, Any], others: Mapping[str, Any]) -> Iterator[None]:
    before = {name: namespace[name] for name in others if name in namespace}
    namespace.update(others)
    try:
        yield
    finally:
        for name in others:
            namespace.pop(name, None)
        namespace.update(before)


@contextlib.contextmanager
def _captured(out: io.StringIO) -> Iterator[None]:
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(_Printed()):
        yield


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """No warning is shown, and what an answer sets about them or about numpy's ends with it."""
    with warnings.catch_warnings(), np.errstate():
        warnings.simplefilter("ignore")
        yield
