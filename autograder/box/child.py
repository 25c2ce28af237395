"""A child as the trusted side sees it: it runs cells and answers calls.

Nothing that a child sends is trusted. Bytes that are not a message end it, and so does too much of
anything. The rest is treated as the student's own answer.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from signal import SIGALRM, SIGINT, SIGKILL
from socket import socket
from typing import Any

from autograder.box.answers import checked_answer
from autograder.box.call_function import CountedRecord, Record, record
from autograder.box.channel import BY_ITSELF, Channel, Ended
from autograder.box.events import Event, checked, size_of
from autograder.box.letter import Ahead, Letter
from autograder.box.limits import Limits
from autograder.box.plain_values import plain
from autograder.box.watch import Watch
from autograder.box.wire import INSIDE, Function, WireError, frame
from autograder.box.working_folder import portions

READY_SECONDS = 60
MOST_QUESTIONS_BACK = 20_000
"""Calls of stand-ins during one call."""
DEEPEST_CALLS = 8
"""Levels of stand-ins that call functions that call stand-ins."""
FLOOD = 4
"""How many times the output limit code may write before it is ended."""

LONGEST_CELL = 1 << 20  # characters
EVENT = 200  # bytes that an output takes besides its text

_MALFORMED = (ValueError, TypeError, LookupError)  # WireError is a ValueError


class _CallbackFailed(Exception):
    """A function of the child, called by a stand-in, raised an exception there."""


class Child:
    """One submission's process; a :class:`~autograder.box.warden.Warden` makes them.

    Attributes
    ----------
    exit_status : int or None
        Known after :meth:`close`; negative for a signal.
    cpu, own_cpu : float or None
        CPU seconds of the child, and of its zygote so far; known after :meth:`close`.
    was_killed : bool
        Whether another process on the host ended it, which code inside can't do.
    shows_too_much : bool
        Whether outputs of its last cell were dropped.
    seconds : float
        The time that its last cell has had.
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
        self.was_killed = self.shows_too_much = False
        self.seconds = 0.0

    @property
    def ended(self) -> str:
        """Why it has ended, in words for the student; "" while it runs."""
        return self._channel.ended

    def trouble(self) -> str:
        """Why its walls are not up, or ""; to be called first. The student is never to blame."""
        self._channel.give_time(READY_SECONDS)
        try:
            if self._channel.read() == ("ready",):
                return ""
        except (Ended, WireError):
            self._channel.drain()
        said = "".join(text for _, _, text in self._events)
        return said or "it ended before they were up"

    def place(self, files: Mapping[str, bytes]) -> None:
        """Put files into its working folder, before any of its code runs.

        Parameters
        ----------
        files
            The contents, by path in the working folder.
        """
        with suppress(Ended):  # running the first cell reports it
            for path, content in files.items():
                for part in portions(content):
                    self._converse(("place", path, part), "ran", READY_SECONDS)

    def run(self, source: str, seconds: float = math.inf) -> list[Event]:
        """Run a cell.

        Parameters
        ----------
        source
        seconds
            A time limit, if it is shorter than that of every cell.

        Returns
        -------
        events
            Its outputs (see `autograder.box.events`), whatever happened. If the child has ended,
            the last one says why. An empty list if it had ended before.
        """
        if self.ended:
            return []
        if len(source) > LONGEST_CELL:
            text = f"A cell of {len(source)} characters is too long to run: {LONGEST_CELL} at most."
            return [("error", "TooLong", text, [text])]
        self._events, self.shows_too_much = [], False
        seconds = min(seconds, self._limits.cell_seconds)
        try:
            self._converse(("run", source), "ran", seconds, SIGINT)
            self._channel.drain()
        except Ended as ended:
            with suppress(Ended):
                self._channel.drain()  # output from just before the end
            text = f"The code was stopped: {ended}."
            self._events.append(("error", "Ended", text, [text]))
        self.seconds = self._channel.had()
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
        """Call a function once; see :meth:`call_each`."""
        return self.call_each(name, [(arguments, by_name, replacing)], ahead, watching)[0]

    def call_each(
        self,
        name: str,
        calls: Sequence[tuple[Sequence[Any], Mapping[str, Any], Mapping[str, Any]]],
        ahead: Ahead,
        watching: bool = False,
    ) -> list[CountedRecord]:
        """Call a function several times; see :meth:`autograder.box.call_function.Answers.call`.

        All calls are sent at once, so none of them can depend on the result of another. Each has
        the time limit of a call.

        Parameters
        ----------
        name
            The function's name.
        calls
            For each call its arguments, its keyword arguments, and the functions that replace
            those of the notebook: plain values and functions. Calls of functions are answered on
            this side.
        ahead
            What to send ahead of a function. ``ahead(function)`` is (source, name, constants) of
            one that may run inside; or a list of arguments for which the replies are sent ahead,
            if they are numbers, None, or tuples of these; or None.
        watching
            Whether to return the arguments as they are after the call.

        Returns
        -------
        records
            One for each call. Its ``calls`` are counted here, or reported by the child if the
            function ran there.
        """
        letter = Letter(calls, ahead)
        self._functions, self._trusted = letter.functions, letter.trusted
        seconds = float(self._limits.call_seconds)
        message = ("call", name, letter.calls, letter.sent_ahead, seconds, bool(watching))
        answers: list[CountedRecord] = []
        for number, (found, claimed) in enumerate(self._answers(message, len(letter.calls))):
            counts = letter.counted(number, self._counts, claimed)
            answers.append({**found, "calls": counts})
        self._functions, self._trusted = [], set()  # no calls outside of this one are answered
        return answers

    def value(self, name: str) -> Record:
        """Read a variable."""
        ((found, _),) = self._answers(("value", name), 1)
        return found

    @property
    def was_interrupted(self) -> bool:
        """Whether its last cell, or answer, reached its time limit."""
        return self._channel.was_interrupted

    @property
    def was_held_up(self) -> bool:
        """Whether it ran out of time while other processes took a good part of that time."""
        return self._channel.was_held_up

    def kill(self) -> None:
        """End it, with every process that it started."""
        self._channel.end("its cells have been run")

    def close(self, epitaph: Mapping[str, Any]) -> None:
        """Close the descriptors, and note how it ended.

        Parameters
        ----------
        epitaph
            The zygote's message about its end: ``ended``, ``cpu`` and ``own_cpu``.
        """
        self.exit_status = epitaph.get("ended")
        self.cpu, self.own_cpu = epitaph.get("cpu"), epitaph.get("own_cpu")
        killed = self.ended == BY_ITSELF and self.exit_status in (None, -SIGKILL)
        self.was_killed = killed and (self.cpu or 0) < self._limits.submission_seconds
        self._channel.close()

    def _answers(
        self, message: tuple[Any, ...], count: int
    ) -> Iterator[tuple[Record, dict[str, Any]]]:
        """Ask; yield the record of each answer, and the counts of calls that the child reports."""
        for number in range(count):
            self._events = []
            self._counts, self._questions_back = [0] * len(self._functions), 0
            if self.ended:
                yield record(raised="Ended", failure=f"was not checked: {self.ended}"), {}
                continue
            try:
                asked = None if number else message
                seconds = self._limits.call_seconds
                found, claimed = self._converse(asked, "answer", seconds, SIGALRM)
                self._channel.drain()  # this output is not shown
            except Ended as ended:
                found, claimed = record(raised="Ended", failure=f"gave no answer: {ended}"), {}
            yield found, claimed

    def _converse(
        self,
        message: tuple[Any, ...] | None,
        until: str,
        seconds: float,
        interruption: int | None = None,
    ) -> Any:
        """Send a message, if any, serve requests until the reply comes, and return its content."""
        asked = b"" if message is None else frame(message)  # the child is not to blame for these
        self._channel.give_time(seconds, interruption)
        try:
            self._channel.send(asked)
            while True:
                kind, *rest = self._channel.read()
                if kind == until == "ran":
                    return rest
                if kind == until:
                    return checked_answer(*rest)
                self._serve(kind, rest)
        except _MALFORMED as error:
            raise self._channel.end(f"it wrote into the grader's channel ({error})") from None

    def _serve(self, kind: str, rest: list[Any]) -> None:
        if kind == "show":
            self._show(checked(rest))
        elif kind == "ask":
            self._channel.send(self._reply(*rest))
        else:
            raise WireError("a message of an unexpected kind")

    def _reply(self, number: Any, arguments: Any, by_name: Any) -> bytes:
        """What a stand-in replies to the arguments that the child passed, as a frame."""
        if type(arguments) not in (list, tuple) or type(by_name) is not dict:
            raise WireError("a question with the wrong fields")
        self._questions_back += 1
        if self._questions_back > 2 * MOST_QUESTIONS_BACK or self._depth > DEEPEST_CALLS:
            raise self._channel.end("it kept calling a function that the question passed to it")
        if self._questions_back > MOST_QUESTIONS_BACK:
            text = f"called more than {MOST_QUESTIONS_BACK} times; is there an infinite loop?"
            return frame(("raise", "RuntimeError", text))
        if number not in self._trusted:
            raise WireError("a question to an unknown function")
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
        """An argument for a stand-in; a function of the child is called in the child."""
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
        """Keep an output, up to the limit; end the child at a multiple of it."""
        self._written += EVENT + size_of(event)
        if self._written <= self._limits.output:
            self._events.append(event)
            return
        self.shows_too_much = True
        if self._written > FLOOD * self._limits.output:
            raise self._channel.end("it produced too much output")
