"""Inside the walls: runs cells and answers calls, one message after the other.

All of this shares its process with a student's code, which may change any of it. So nothing here
makes a decision: the trusted side treats whatever it sends as the student's own answer.
"""

import builtins
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from socket import socket
from typing import Any

from autograder.box.call_function import Answers, Record, record
from autograder.box.events import Event
from autograder.box.plain_values import Unreadable, plain
from autograder.box.shell import Shell, Stream
from autograder.box.wire import (
    INSIDE,
    Function,
    WireError,
    asking,
    decode,
    digest,
    frame,
    length_of,
)
from autograder.box.working_folder import write

_NUMBER = "_number_outside"
_HELD_BACK = {signal.SIGINT, signal.SIGALRM}
TOO_LARGE = "[An output is too large to be shown.]\n"
MOST_INTERRUPTIONS = 2
"""Interruptions that code may catch before they are repeated at once."""


class Runner:
    """Serves the messages of one submission.

    Parameters
    ----------
    channel
        Connected to the trusted side.
    shell
        Unused so far. Its namespace becomes that of the notebook.
    """

    def __init__(self, channel: socket, shell: Shell) -> None:
        self._channel, self._shell = channel, shell
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._in_cell, self._interruptions = False, 0
        self._answers = Answers(shell.user_ns, watched=True)
        self._answers.stopped = shell.why_not_defined
        self._own: dict[int, Callable[..., Any]] = {}
        self._raised: BaseException | None = None
        shell.send = self._show
        sys.stdout, sys.stderr = shell.streams = tuple(
            Stream(name, number, shell.send) for name, number in (("stdout", 1), ("stderr", 2))
        )

    def say_ready(self) -> None:
        """Report that the walls are up. From now on, any failure is due to the student's code."""
        self._send(("ready",))

    def serve(self) -> None:
        """Answer until the trusted side ends the conversation."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
        while True:
            kind, *rest = self._read()
            self._take_over_signals()
            match kind:
                case "run":
                    self._send(("ran", self._run(*rest)))
                case "place":
                    self._send(("ran", write(*rest)))
                case "call":
                    self._call_each(*rest)
                case "value":
                    self._send_answer(self._answers.value(*rest), {})
                case _:
                    return

    def _take_over_signals(self) -> None:
        """Set our handlers again, as a cell may have changed them, and discard late signals."""
        for each in _HELD_BACK:
            signal.signal(each, self._interrupt)
        self._interruptions = 0
        with _open_to_signals():
            pass

    def _run(self, source: str) -> bool:
        try:
            try:
                with _open_to_signals():
                    self._in_cell = True
                    return self._shell.run(source)
            finally:
                # Before any call: the next signal of a row must not interrupt what follows.
                self._in_cell = False
        except KeyboardInterrupt:
            # It may have come while the block was being left, and then signals are not held yet.
            signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
            if not self._shell.showing:
                self._shell.showtraceback()
            return False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _interrupt(self, *_: object) -> None:
        if self._in_cell and not self._shell.showing:
            self._interruptions += 1
            if self._interruptions > MOST_INTERRUPTIONS:
                # Repeat soon: even code that catches everything is at some moment outside of `try`.
                signal.setitimer(signal.ITIMER_REAL, 3e-5)
            raise KeyboardInterrupt

    def _call_each(
        self,
        name: str,
        calls: Iterable[tuple[Iterable[Any], Mapping[str, Any], Mapping[str, Any]]],
        ahead: Mapping[str, Any],
        seconds: float,
        watching: bool,
    ) -> None:
        functions: dict[int, Callable[..., Any]] = {}
        counts: dict[str, int] = {}
        for number, sent in ahead.items():
            if isinstance(sent, tuple):
                functions[int(number)] = _compiled(sent, counts, number)
            else:
                functions[int(number)] = self._proxy(int(number), _known(sent))

        def restored(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: restored(each) for key, each in value.items()}
            return functions[value.number] if isinstance(value, Function) else value

        for arguments, by_name, replacing in calls:
            self._take_over_signals()
            counts.update(dict.fromkeys(counts, 0))
            self._own, self._raised = {}, None
            asked = [restored(each) for each in arguments], restored(by_name), restored(replacing)
            try:
                with _open_to_signals():
                    found = self._answers.call(name, *asked, seconds, watching)
            except KeyboardInterrupt:  # raised by the code itself: a call gets another signal
                found = record(raised="KeyboardInterrupt", failure="raised KeyboardInterrupt")
            self._send_answer(found, counts)

    def _send_answer(self, answer: Record, counts: dict[str, int]) -> None:
        try:
            self._send(("answer", answer, counts))
        except WireError as error:
            self._send(("answer", record(raised="Unreadable", failure=f"returned {error}"), counts))

    def _proxy(self, number: int, known: Mapping[int, Any]) -> Callable[..., Any]:
        def stand_in(*arguments: Any, **by_name: Any) -> Any:
            return self._ask(number, arguments, by_name, known)

        setattr(stand_in, _NUMBER, number)
        return stand_in

    def _ask(
        self,
        number: int,
        arguments: tuple[Any, ...],
        by_name: dict[str, Any],
        known: Mapping[int, Any],
    ) -> Any:
        """Ask the trusted side what a stand-in returns; it may call functions it was passed."""
        if os.getpid() != self._process:
            raise RuntimeError("this function can only be called in the notebook's own process")
        asked = [self._handed_over(each) for each in arguments]
        named = {name: self._handed_over(each) for name, each in by_name.items()}
        try:
            message = asking(number, asked, named)
        except WireError:  # of another type; perhaps it can be made plain
            message = asking(number, map(_plain, asked), _plain(named))
        if known:
            reply = known.get(digest(message), self)
            if reply is not self:
                return reply
        with self._lock:
            kind, *rest = self._exchange(message)
            while kind == "callback":
                kind, *rest = self._exchange(frame(self._called_back(*rest)))
        if kind == "reply":
            return rest[0]
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised
        raise _exception(*rest)

    def _handed_over(self, argument: Any) -> Any:
        if not callable(argument):
            return argument
        known = getattr(argument, _NUMBER, None)
        if known is not None:
            return Function(known)
        number = INSIDE + len(self._own)
        self._own[number] = argument
        return Function(number)

    def _called_back(self, number: int, arguments: Iterable[Any]) -> tuple[Any, ...]:
        """Call a function that a stand-in was passed; an exception is kept here for later."""
        try:
            return "back", plain(self._own[number](*arguments))
        except BaseException as error:
            self._raised = error
            return ("failed",)

    def _exchange(self, message: bytes) -> tuple[Any, ...]:
        # An interruption between a question and its reply would put the two sides out of step.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
        try:
            self._channel.sendall(message)
            return self._read()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _show(self, event: Event) -> None:
        try:
            self._send(("show", *event))
        except WireError:  # a cell must not stop because of a huge picture
            self._send(("show", "stream", "stdout", TOO_LARGE))

    def _send(self, message: tuple[Any, ...]) -> None:
        if os.getpid() == self._process:
            body = frame(message)
            with self._lock:
                before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)
                try:
                    self._channel.sendall(body)
                finally:
                    signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _read(self) -> tuple[Any, ...]:
        message: tuple[Any, ...] = decode(self._exactly(length_of(self._exactly(4))))
        return message

    def _exactly(self, size: int) -> bytes:
        chunk = self._channel.recv(size)
        while len(chunk) < size:
            more = self._channel.recv(size - len(chunk))
            if not more:
                os._exit(0)  # the trusted side is gone
            chunk += more
        return chunk


@contextlib.contextmanager
def _open_to_signals() -> Iterator[None]:
    """Let signals interrupt the block, which runs a student's code; they are held elsewhere."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD_BACK)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, _HELD_BACK)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    try:
        return value if isinstance(value, Function) else plain(value)
    except Unreadable as unreadable:
        raise TypeError(f"a number or an array was expected, not {unreadable}") from None


def _known(sent: Mapping[str, Any] | None) -> dict[int, Any]:
    """The replies that were sent along, by the digest of the question that each answers."""
    return dict(zip(sent["digests"].tolist(), sent["replies"], strict=True)) if sent else {}


def _compiled(sent: tuple[Any, ...], counts: dict[str, int], number: str) -> Callable[..., Any]:
    """Make a function from its source text; it counts its calls."""
    source, name, constants = sent
    space: dict[str, Any] = {"np": sys.modules["numpy"]}
    exec(source, space)
    counts[number] = 0

    def stand_in(*arguments: Any, **by_name: Any) -> Any:
        counts[number] += 1
        return space[name](*arguments, **by_name, **constants)

    setattr(stand_in, _NUMBER, int(number))
    return stand_in


def _exception(name: str, text: str) -> Exception:
    """The exception that a stand-in raised outside; RuntimeError if Python has none of its name."""
    kind: object = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        with contextlib.suppress(Exception):
            return kind(text)
    return RuntimeError(text)
