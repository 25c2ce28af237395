"""Calls a student's functions, reads their variables, and records the results.

Both sides of the walls use it: the runner inside, and an instructor who runs a notebook with its
hidden tests in JupyterLab.
"""

import contextlib
import io
import linecache
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from types import CodeType
from typing import Any, TypedDict

import numpy as np

from autograder.box.plain_values import Unreadable, plain
from autograder.box.time_limit import TooSlow, within

MOST_PRINTED = 1 << 16
"""Characters of printed output that are kept."""
LONGEST_FAILURE = 200
"""Characters of the reason why there is no value."""
LONGEST_PACKAGE = 60
LONGEST_LINE = 50
NOT_INSTALLED = (
    "{} is not installed where your code is graded: use numpy instead, or write what you need in a "
    "cell"
)


class Record(TypedDict):
    """The result of a call, or of reading a variable.

    Attributes
    ----------
    value
        The return value, as plain values.
    raised : str
        The name of the exception; "" if there was none.
    failure : str
        Why there is no value, in words for the student.
    printed : str
    arguments : tuple
        The arguments after the call, with None for a function; empty unless asked for.
    """

    value: Any
    raised: str
    failure: str
    printed: str
    arguments: tuple[Any, ...]


class CountedRecord(Record):
    """The result of a call, and how often each function that it was given was called.

    Attributes
    ----------
    calls : dict
        The key is the position or name of the argument, or the name that is replaced.
    """

    calls: dict[int | str, int]


class Answers:
    """Calls the functions and reads the variables of one notebook.

    Parameters
    ----------
    namespace
        The notebook's global variables.
    watched
        Whether another process enforces the time limit: see `autograder.box.time_limit.within`.

    Attributes
    ----------
    stopped : callable
        ``stopped(name)`` returns why a cell that defines a name has stopped before that, or "".
    """

    def __init__(self, namespace: MutableMapping[str, Any], watched: bool = False) -> None:
        self._namespace, self._watched = namespace, watched
        self._endless: set[str] = set()
        self.stopped: Callable[[str], str] = lambda name: ""

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
            Plain values and functions. The student's code may change them.
        by_name, replacing
            Keyword arguments; functions that replace those of the notebook during the call.
        seconds
            The time limit. A function that exceeds it once is not called again.
        watching
            Whether to return the arguments as they are after the call.
        """
        if not callable(replacing.get(name, self._namespace.get(name))):
            return record(raised="NameError", failure=self._missing(name))
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
                failure = self._in_words(error, self._namespace[name])[:LONGEST_FAILURE]
        watched = arguments if watching else ()
        after = [None if callable(each) else _as_it_is(each) for each in watched]
        return record(value, raised, failure, printed.text(), after)

    def _missing(self, name: str) -> str:
        why = _in_one_line(self.stopped(name))[:LONGEST_FAILURE]
        return "is not defined as a function" + (f": {why}" if why else "")

    def _in_words(self, error: BaseException, function: object) -> str:
        """What a call raised, in which line, and why if a package is missing."""
        name = error.name if isinstance(error, NameError) else None
        why = why_missing(error) or (self.stopped(name) if isinstance(name, str) else "")
        said = f"raised {type(error).__name__}{_where(error, function)}"
        if text := _in_one_line(error):
            said += f": {text}"
        return f"{said} ({_in_one_line(why)})" if why else said

    def value(self, name: str) -> Record:
        """Read a variable."""
        if name not in self._namespace:
            return record(raised="NameError", failure="is not defined")
        try:
            return record(plain(self._namespace[name]))
        except Unreadable as unreadable:
            return record(raised="Unreadable", failure=f"is {unreadable}")
        except Exception:  # raised by an object inside it
            return record(raised="Unreadable", failure="has a value that can't be read")


def _where(error: BaseException, function: object) -> str:
    """The line of a function that raised an error, if its text is known; as visible checks say."""
    code, line = None, 0
    with contextlib.suppress(Exception):  # it may be any object
        code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        return ""
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == code.co_filename:
            line = step.tb_lineno
        step = step.tb_next
    text = linecache.getline(code.co_filename, line).strip()
    text = text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"
    return f" in your line `{text}`" if text else ""


def _no_end(seconds: float) -> str:
    return f"did not finish within {seconds:g} seconds; is there an infinite loop?"


def record(
    value: Any = None,
    raised: str = "",
    failure: str = "",
    printed: str = "",
    arguments: Iterable[Any] = (),
) -> Record:
    """A :class:`Record`, by default an empty one."""
    return {
        "value": value,
        "raised": raised,
        "failure": failure,
        "printed": printed,
        "arguments": tuple(arguments),
    }


class _Printed(io.StringIO):
    """Keeps only the beginning of the output, so that it can't fill the memory."""

    def write(self, text: str) -> int:
        room = MOST_PRINTED - self.tell()
        super().write(text[: max(0, room)])
        return len(text)

    def text(self) -> str:
        return "" if self.closed else self.getvalue()


def _as_it_is(argument: Any) -> Any:
    """A plain copy of an argument after the call; None if it contains values of other kinds."""
    try:
        return plain(argument)
    except Exception:  # including one raised by an object inside it
        return None


def why_missing(error: object) -> str:
    """Say which package is not installed, if that is why an exception was raised, or ""."""
    if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
        return NOT_INSTALLED.format(error.name[:LONGEST_PACKAGE])
    return ""


def _in_one_line(error: object) -> str:
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
    """Hide warnings, and restore the settings for them and for numpy's errors afterwards."""
    with warnings.catch_warnings(), np.errstate():
        warnings.simplefilter("ignore")
        yield
