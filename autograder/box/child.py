"""A child as it is seen from outside: cells to run, calls to answer.

Nothing that a child sends is believed. Bytes that are no message end it; so does too much of
anything. What remains is taken for the student's own answer.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from signal import SIGALRM, SIGINT, SIGKILL
from socket import socket
from typing import Any

import numpy as np

from autograder.box.call_function import CountedRecord, Record, record
from autograder.box.channel import BY_ITSELF, Channel, Ended
from autograder.box.events import Event, checked, size_of
from autograder.box.limits import Limits
from autograder.box.plain_values import plain
from autograder.box.watch import Watch
from autograder.box.wire import INSIDE, Function, WireError, asking, digest, frame
from autograder.box.working_folder import portions

READY_SECONDS = 60
MOST_QUESTIONS_BACK = 20_000
"""Calls of stand-ins within one call."""
DEEPEST = 8
"""Stand-ins that call functions that call stand-ins."""
FLOOD = 4
"""Times the limit of output, from which on code is ended that goes on writing."""

LONGEST_CELL = 1 << 20  # characters
EVENT = 200  # bytes that an output takes beside its text
LONGEST_QUOTE = 200  # characters

Ahead = Callable[[Callable[..., Any]], tuple[str, str, dict[str, Any]] | list[Sequence[Any]] | None]
"""What is sent ahead of a function: see :meth:`Child.call`."""

_MALFORMED = (ValueError, TypeError, LookupError)  # WireError is a ValueError


class _CallbackFailed(Exception):
    """A function of the child's, called from a stand-in, raised something there."""


class Child:
    """One submission's process; a :class:`~autograder.box.warden.Warden` makes them.

    Attributes
    ----------
    exit_status : int or None
        Known once it has been closed; negative for a signal.
    cpu, own_cpu : float or None
        Seconds of CPU that it used, and that its zygote has used so far; known once it is closed.
    was_killed : bool
        Whether something outside ended it, as nothing can from inside.
    """

    def __init__(
        self, connection: socket, out: int, err: int, pidfd: int, watch: Watch, limits: Limits
    ) -> None:
        self._limits = limits
        self._channel = Channel(connection, out, err, pidfd, watch, limits, self._show)
        self._written = 0
        self._events: list[Event] = []
        self._functions: list[Callable[..., Any]] = []
        self._trusted: set[int] = set()
        self._counts: list[int] = []
        self._questions_back = self._depth = 0
        self.exit_status: int | None = None
        self.cpu: float | None = None
        self.own_cpu: float | None = None
        self.was_killed = False

    @property
    def ended(self) -> str:
        """Why it has ended, in a student's words; "" while it lives."""
        return self._channel.ended

    def trouble(self) -> str:
        """Why its walls are not up, or "": the first thing to ask, and no fault of a student's."""
        self._channel.give_time(READY_SECONDS)
        try:
            if self._channel.read() == ("ready",):
                return ""
        except (Ended, WireError):
            self._channel.drain()
        said = "".join(text for _, _, text in self._events)
        return said or "it ended before they stood"

    def place(self, files: Mapping[str, bytes]) -> None:
        """Put files beside its code, before any of that runs.

        Parameters
        ----------
        files
            By their paths in its working folder.
        """
        with suppress(Ended):  # which whoever runs the first cell is told
            for path, content in files.items():
                for part in portions(content):
                    self._converse(("place", path, part), "ran", READY_SECONDS)

    def run(self, source: str) -> list[Event]:
        """Run a cell.

        Returns
        -------
        events
            Its outputs as events (see `autograder.box.events`), whatever happened; the last one
            says why the child has ended, if it has. Nothing when it had ended before.
        """
        if self.ended:
            return []
        if len(source) > LONGEST_CELL:
            text = f"A cell of {len(source)} characters is too long to be run."
            return [("error", "TooLong", text, [text])]
        self._events = []
        try:
            self._converse(("run", source), "ran", self._limits.cell_seconds, SIGINT)
            self._channel.drain()
        except Ended as ended:
            with suppress(Ended):
                self._channel.drain()  # its last words
            text = f"The code was ended: {ended}."
            self._events.append(("error", "Ended", text, [text]))
        return self._events

    def call(
        self,
        name: str,
        arguments: Sequence[Any],
        by_name: Mapping[str, Any],
        replacing: Mapping[str, Any],
        ahead: Ahead,
        watching: bool = False,
    ) -> CountedRecord:
        """Call a function; see :meth:`autograder.box.call_function.Answers.call`.

        Parameters
        ----------
        name, arguments, by_name, replacing
            Plain values and functions. A function is answered on this side.
        ahead
            ``ahead(function)`` is (source, name, constants) of a function that may run inside
            instead; a list of the arguments to which its replies are sent along, as far as they are
            numbers, None, or tuples of these; or None.
        watching
            Whether the arguments shall come back as they are afterwards.

        Returns
        -------
        record
            Its ``calls`` are counted here, or claimed by the child where the function ran there.
        """
        places: list[int | str] = []
        sent_along: dict[str, Any] = {}
        functions: list[Callable[..., Any]] = []

        def sent(place: int | str, value: Any) -> Any:
            if not callable(value):
                return value
            number = len(functions)
            functions.append(value)
            places.append(place)
            sent_along[str(number)] = _sent_along(number, value, ahead)
            return Function(number)

        message = (
            "call", name,
            [sent(place, each) for place, each in enumerate(arguments)],
            {key: sent(key, each) for key, each in by_name.items()},
            {key: sent(key, each) for key, each in replacing.items()},
            sent_along, float(self._limits.call_seconds), bool(watching),
        )  # fmt: skip
        # Those that came as text run inside.
        trusted = {number for number in range(len(functions))
                   if type(sent_along[str(number)]) is not tuple}  # fmt: skip
        self._functions, self._trusted = functions, trusted
        self._counts, self._questions_back = [0] * len(functions), 0
        found, claimed = self._answer(message)
        self._functions, self._trusted = [], set()  # nothing is answered out of turn
        counts = [
            count if number in trusted else _count(claimed, str(number))
            for number, count in enumerate(self._counts)
        ]
        return {**found, "calls": dict(zip(places, counts, strict=True))}

    def value(self, name: str) -> Record:
        """Read a variable."""
        return self._answer(("value", name))[0]

    @property
    def was_held_up(self) -> bool:
        """Whether it ran out of time while others had the processor for a good part of it."""
        return self._channel.was_held_up

    def kill(self) -> None:
        """End it, with everything that it started."""
        self._channel.end("its cells have been run")

    def close(self, epitaph: Mapping[str, Any]) -> None:
        """Give back the descriptors.

        Parameters
        ----------
        epitaph
            What the zygote says of its end: ``ended``, ``cpu`` and ``own_cpu``.
        """
        self.exit_status = epitaph.get("ended")
        self.cpu, self.own_cpu = epitaph.get("cpu"), epitaph.get("own_cpu")
        killed = self.ended == BY_ITSELF and self.exit_status in (None, -SIGKILL)
        self.was_killed = killed and (self.cpu or 0) < self._limits.submission_seconds
        self._channel.close()

    def _answer(self, message: tuple[Any, ...]) -> tuple[Record, dict[str, Any]]:
        """A record of an answer, and what the child claims of its counts."""
        if self.ended:
            return record(raised="Ended", failure=f"was not asked: {self.ended}"), {}
        self._events = []
        try:
            seconds = self._limits.call_seconds
            found, claimed = self._converse(message, "answer", seconds, SIGALRM)
            self._channel.drain()  # and nobody shows it
        except Ended as ended:
            return record(raised="Ended", failure=f"gave no answer: {ended}"), {}
        return found, claimed

    def _converse(
        self,
        message: tuple[Any, ...],
        until: str,
        seconds: float,
        interruption: int | None = None,
    ) -> Any:
        """Send, and serve what comes until the reply: what it holds."""
        asked = frame(message)  # a question that can't be sent is no fault of the child's
        self._channel.give_time(seconds, interruption)
        try:
            self._channel.send(asked)
            while True:
                kind, *rest = self._channel.read()
                if kind == until == "ran":
                    return rest
                if kind == until:
                    return _checked_answer(*rest)
                self._serve(kind, rest)
        except _MALFORMED as error:
            raise self._channel.end(f"it wrote into the grader's channel ({error})") from None

    def _serve(self, kind: str, rest: list[Any]) -> None:
        if kind == "show":
            self._show(checked(rest))
        elif kind == "ask":
            self._channel.send(self._reply(*rest))
        else:
            raise WireError("a message of a kind that is not expected")

    def _reply(self, number: Any, arguments: Any, by_name: Any) -> bytes:
        """What a stand-in says to the arguments that the child hands it, as a frame."""
        if type(arguments) not in (list, tuple) or type(by_name) is not dict:
            raise WireError("a question of other fields")
        self._questions_back += 1
        if self._questions_back > 2 * MOST_QUESTIONS_BACK or self._depth > DEEPEST:
            raise self._channel.end("it called what the question gave it without end")
        if self._questions_back > MOST_QUESTIONS_BACK:
            text = f"called more than {MOST_QUESTIONS_BACK} times; is there a loop that never ends?"
            return frame(("raise", "RuntimeError", text))
        if number not in self._trusted:
            raise WireError("a question to a function that is not here")
        stand_in = self._functions[number]
        arguments = [self._lent(each) for each in arguments]
        by_name = {key: self._lent(each) for key, each in by_name.items()}
        self._counts[number] += 1
        self._depth += 1
        try:
            return frame(("reply", stand_in(*arguments, **by_name)))
        except _CallbackFailed:
            return frame(("raise", "", ""))
        except Ended:
            raise
        except Exception as error:
            return frame(("raise", type(error).__name__, str(error)[:1000]))
        finally:
            self._depth -= 1

    def _lent(self, value: Any) -> Any:
        """An argument for a stand-in; a function of the child's is called where it is."""
        if not isinstance(value, Function):
            return value
        if value.number < INSIDE:
            return self._functions[value.number]

        def call(*arguments: Any) -> Any:
            self._channel.send(frame(("callback", value.number, list(arguments))))
            while True:
                kind, *rest = self._channel.read()
                if kind == "back":
                    (found,) = rest
                    return plain(found)
                if kind == "failed":
                    raise _CallbackFailed
                self._serve(kind, rest)

        return call

    def _show(self, event: Event) -> None:
        """Keep an output, as long as there is room."""
        self._written += EVENT + size_of(event)
        if self._written <= self._limits.output:
            self._events.append(event)
        elif self._written > FLOOD * self._limits.output:
            raise self._channel.end("it wrote without end")


@lru_cache(maxsize=64)
def _sent_along(number: int, function: Callable[..., Any], ahead: Ahead) -> Any:
    """What travels ahead of a function: of replies, each with a digest of what it replies to."""
    found = ahead(function)
    if not isinstance(found, list):
        return found
    replies = {digest(asking(number, each, {})): function(*each) for each in found}
    digests = sorted(replies)  # in no order that would tell which is whose
    return {
        "digests": np.array(digests, np.uint64),
        "replies": [replies[each] for each in digests],
    }


def _count(claimed: Mapping[str, Any], number: str) -> int:
    found = claimed.get(number)
    return found if type(found) is int and found >= 0 else 0


def _checked_answer(found: Any, claimed: Any) -> tuple[Record, dict[str, Any]]:
    """The record of an answer and the counts, if they are that."""
    if set(found) != {"value", "raised", "failure", "printed", "arguments"}:
        raise WireError("an answer of other fields")
    if not all(type(found[field]) is str for field in ("raised", "failure", "printed")):
        raise WireError("an answer without its texts")
    if type(found["arguments"]) is not tuple or type(claimed) is not dict:
        raise WireError("an answer without its arguments")
    raised, failure = _quotable(found["raised"]), _quotable(found["failure"])
    arguments = map(plain, found["arguments"])
    return record(plain(found["value"]), raised, failure, found["printed"], arguments), claimed


def _quotable(text: str) -> str:
    """A text that a verdict can quote: on one line, so that it looks like none of the verdict's."""
    line = " ".join(text[: 2 * LONGEST_QUOTE].split())[:LONGEST_QUOTE]
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)
