"""A child as it is seen from outside: messages in and out, and a watch over what it uses.

Nothing that a child sends is believed. Bytes that are no message end it; so do too much memory, too
much time and too much output. What remains is taken for the student's own answer.
"""

import os
import select
import signal
import time
from contextlib import suppress

from autograder.box import watch
from autograder.box.answers import record
from autograder.box.events import checked, size_of
from autograder.box.plain import plain
from autograder.box.wire import INSIDE, Function, WireError, decode, frame, length_of

QUICK_SECONDS = 0.01
"""Most replies come sooner; only then are the pipes and the limits looked at."""
WATCH_SECONDS = 0.1
INTERRUPT_SECONDS = 0.05
MOST_QUESTIONS_BACK = 20_000
"""Calls of stand-ins within one call."""
DEEPEST = 8
"""Stand-ins that call functions that call stand-ins."""
FLOOD = 4
"""Times the limit of output, from which on code is ended that goes on writing."""


class Ended(Exception):
    """The child is gone; the text says why, in a student's words."""


class _CallbackFailed(Exception):
    """A function of the child's, called from a stand-in, raised something there."""


class Child:
    """One submission's process.

    Parameters
    ----------
    channel : socket.socket
    out, err, pidfd : int
        Descriptors of what it writes past Python, and of the process.
    limits : autograder.box.limits.Limits
    scratch : str
        Its scratch folder, where that lies on the host's own disk.

    Attributes
    ----------
    ended : str
        Why it has ended; "" while it lives.
    exit_status : int or None
        Known once it has been closed; negative for a signal.
    """

    def __init__(self, channel, out, err, pidfd, limits, scratch):
        self._channel, self._pidfd, self._limits = channel, pidfd, limits
        self._pipes = {out: "stdout", err: "stderr"}
        self._watch = watch.Watch(pidfd, limits, scratch)
        self._poll = select.poll()
        for descriptor in (channel.fileno(), out, err, pidfd):
            self._poll.register(descriptor, select.POLLIN)
        for pipe in self._pipes:
            os.set_blocking(pipe, False)
        channel.settimeout(QUICK_SECONDS)
        self._end = time.monotonic() + limits.submission_seconds
        self._received = bytearray()
        self._written, self._events = 0, []
        self._stand_ins, self._questions_back, self._depth = {}, 0, 0
        self.ended, self.exit_status = "", None

    def run(self, source):
        """Run a cell.

        Returns
        -------
        list of tuple
            Its outputs as events (see `shell`), whatever happened; the last one says why the child
            has ended, if it has. Nothing at all when it had ended before.
        """
        if self.ended:
            return []
        self._events = []
        try:
            self._converse(("run", source), "ran", self._limits.cell_seconds, interrupt=True)
            self._drain()
        except Ended as ended:
            self._drain()
            self._events.append(("error", "Ended", str(ended), [str(ended)]))
        return self._events

    def call(self, name, arguments, by_name, replacing, shipped):
        """Call a function; see :meth:`autograder.box.answers.Answers.call`.

        Parameters
        ----------
        name : str
        arguments, by_name, replacing : list, dict and dict
            Plain values and functions. A function is answered on this side.
        shipped : callable
            ``shipped(function)`` is (source, name, constants) of a function that may run inside
            instead, and None of all others.

        Returns
        -------
        dict
            A record of an answer, of the kinds that it should have. ``calls`` says how often each
            function was called, by its place, its name, or the name that it replaces.
        """
        self._stand_ins, self._questions_back = {}, 0
        texts, places = {}, {}

        def sent(place, value):
            if not callable(value):
                return value
            number = len(self._stand_ins)
            self._stand_ins[number] = value
            places[number] = place
            texts[str(number)] = shipped(value)
            return Function(number)

        message = (
            "call", name,
            [sent(place, each) for place, each in enumerate(arguments)],
            {key: sent(key, each) for key, each in by_name.items()},
            {key: sent(key, each) for key, each in replacing.items()},
            texts, float(self._limits.call_seconds),
        )  # fmt: skip
        self._counts = dict.fromkeys(range(len(places)), 0)
        found, claimed = self._answer(message)
        for number in places:
            if texts[str(number)] is not None:
                self._counts[number] = _count(claimed.get(str(number)))
        found["calls"] = {places[number]: count for number, count in self._counts.items()}
        return found

    def value(self, name):
        """Read a variable; a record as of :meth:`call`."""
        return self._answer(("value", name))[0]

    def kill(self):
        """End it, with everything that it started."""
        self.ended = self.ended or "the code had been run"
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def close(self):
        """Give back the descriptors."""
        self._channel.close()
        for descriptor in (*self._pipes, self._pidfd):
            os.close(descriptor)

    def _answer(self, message):
        if self.ended:
            return record(raised="Ended", failure=f"was not asked: {self.ended}"), {}
        self._events = []
        try:
            found, claimed = self._converse(message, "answer", self._limits.call_seconds, False)
            return _checked_record(found), claimed
        except Ended as ended:
            return record(raised="Ended", failure=f"gave no answer: {ended}"), {}

    def _converse(self, message, until, seconds, interrupt):
        """Send, and serve what comes until the reply: what it holds."""
        soft = time.monotonic() + seconds
        hard = soft + self._limits.grace_seconds
        try:
            self._send(frame(message), hard)
            while True:
                kind, *rest = self._read(soft if interrupt else hard, hard)
                if kind == until:
                    return rest
                self._serve(kind, rest, hard)
        except (WireError, ValueError, TypeError, IndexError, KeyError) as error:
            raise self._end_it(f"it wrote into the grader's channel ({error})") from None

    def _serve(self, kind, rest, hard):
        if kind == "show":
            self._show(rest)
        elif kind == "ask":
            self._send(self._reply(*rest, hard), hard)
        else:
            raise WireError("a message of a kind that is not expected")

    def _reply(self, number, arguments, by_name, hard):
        """What a stand-in says to the arguments that the child hands it, as a frame."""
        self._questions_back += 1
        if self._questions_back > MOST_QUESTIONS_BACK or self._depth > DEEPEST:
            raise self._end_it("it called what the question gave it without end")
        stand_in = self._stand_ins[number]
        self._counts[number] += 1
        self._depth += 1
        try:
            arguments = [self._lent(each, hard) for each in arguments]
            by_name = {key: self._lent(each, hard) for key, each in by_name.items()}
            return frame(("reply", stand_in(*arguments, **by_name)))
        except _CallbackFailed:
            return frame(("raise", "", ""))
        except Ended:
            raise
        except Exception as error:
            return frame(("raise", type(error).__name__, str(error)[:1000]))
        finally:
            self._depth -= 1

    def _lent(self, value, hard):
        """An argument for a stand-in; a function of the child's is called where it is."""
        if not isinstance(value, Function):
            return value
        if value.number < INSIDE:
            return self._stand_ins[value.number]

        def call(*arguments):
            self._send(frame(("callback", value.number, list(arguments))), hard)
            while True:
                kind, *rest = self._read(hard, hard)
                if kind == "back":
                    return rest[0]
                if kind == "failed":
                    raise _CallbackFailed
                self._serve(kind, rest, hard)

        return call

    def _send(self, message, hard):
        rest = memoryview(message)
        while rest:
            try:
                rest = rest[self._channel.send(rest) :]
            except TimeoutError:
                self._wait(select.POLLOUT, hard, hard)
            except OSError:
                raise self._gone() from None

    def _read(self, soft, hard):
        """The next message."""
        while True:
            if len(self._received) >= 4:
                size = 4 + length_of(bytes(self._received[:4]))
                if len(self._received) >= size:
                    body = bytes(self._received[4:size])
                    del self._received[:size]
                    message = decode(body)
                    if not isinstance(message, tuple) or not message:
                        raise WireError("a value that is no message")
                    return message
            try:
                chunk = self._channel.recv(1 << 18)
                if not chunk:
                    raise self._gone()
                self._received += chunk
            except TimeoutError:
                self._wait(select.POLLIN, soft, hard)
            except OSError:
                raise self._gone() from None

    def _wait(self, wanted, soft, hard):
        """Until the channel is ready; meanwhile, read what it writes and watch what it uses."""
        channel = self._channel.fileno()
        self._poll.modify(channel, wanted)
        pause = INTERRUPT_SECONDS if soft < time.monotonic() else WATCH_SECONDS
        for descriptor, _ in self._poll.poll(pause * 1000):
            if descriptor in self._pipes:
                self._drain_one(descriptor)
            elif descriptor == self._pidfd and not self._readable():
                raise self._gone()
        now = time.monotonic()
        if now > min(hard, self._end):
            seconds = (
                self._limits.submission_seconds if now > self._end else self._limits.cell_seconds
            )
            raise self._end_it(f"it did not end within {seconds:g} seconds")
        if now > soft:
            signal.pidfd_send_signal(self._pidfd, signal.SIGINT)
        too_much = self._watch.look(now)
        if too_much:
            raise self._end_it(too_much)

    def _readable(self):
        """Whether the channel still holds something that the process sent before it ended."""
        return bool(select.select([self._channel], [], [], 0)[0])

    def _drain(self):
        for pipe in self._pipes:
            self._drain_one(pipe)

    def _drain_one(self, pipe):
        """What was written past Python: by other programs, and by code in C."""
        while True:
            try:
                chunk = os.read(pipe, 1 << 16)
            except BlockingIOError:
                return
            if not chunk:
                with suppress(KeyError):
                    self._poll.unregister(pipe)
                return
            self._show(["stream", self._pipes[pipe], chunk.decode("utf-8", "replace")])

    def _show(self, event):
        """Keep an output, as long as there is room."""
        event = checked(event)
        self._written += 64 + size_of(event)
        if self._written <= self._limits.output:
            self._events.append(event)
        elif self._written > FLOOD * self._limits.output:
            raise self._end_it("it wrote without end")

    def _gone(self):
        return self._end_it("it ended its own Python process")

    def _end_it(self, why):
        self.ended = f"the code was ended: {why}" if "its own" not in why else f"the code: {why}"
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        return Ended(self.ended)


def _count(claimed):
    return claimed if type(claimed) is int and claimed >= 0 else 0


def _checked_record(found):
    """The record of an answer, if it is one."""
    if set(found) != {"value", "raised", "failure", "printed", "arguments"}:
        raise WireError("an answer of other fields")
    for field in ("raised", "failure", "printed"):
        if type(found[field]) is not str:
            raise WireError(f"{field} is no text")
    if type(found["arguments"]) is not tuple:
        raise WireError("arguments that are no tuple")
    return plain(found)
