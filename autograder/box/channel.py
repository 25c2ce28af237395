"""Sends frames to a child and reads its frames, while watching its time and resources."""

import math
import operator
import os
import select
import signal
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Collection
from contextlib import suppress
from socket import socket
from typing import Any, NamedTuple

from autograder.box import linux
from autograder.box.events import Event
from autograder.box.limits import Limits
from autograder.box.watch import Watch
from autograder.box.wire import WireError, decode, length_of

QUICK_SECONDS = 0.01
"""Most replies arrive sooner. Only after this are the pipes and the limits checked."""
INTERRUPT_SECONDS = 0.05
PATIENCE = 10
"""Times a time limit: the most wall-clock time, however much other processes slow a child."""
BY_ITSELF = "it ended its own Python process"
"""Why a child has ended if this side did not end it."""
HUNG_UP = "it closed its connection to the grader"
UNSTOPPABLE = "it took too long, and could not be interrupted"
STALE = 0.2
"""Processor seconds by which the last measurement may be out of date."""
HELD_UP = 0.1
"""Share of a time limit: a child that waited longer than this for a processor was held up."""


class Ended(Exception):
    """The child has ended; the text says why, in words for the student."""


class _Turn(NamedTuple):
    """When something began, and the processor and waiting time up to then."""

    began: float
    processor: float
    waited: float


class Channel:
    """The trusted end of a child's socket, its output pipes and its process, for one thread.

    Parameters
    ----------
    connection
        The socket.
    out, err, pidfd
        Descriptors of the pipes for output that bypasses Python, and of the process.
    watch, limits
        Of the child.
    on_event
        Called with each output that bypasses Python, as an event.

    Attributes
    ----------
    ended : str
        Why the child has ended; "" while it runs.
    was_held_up : bool
        Whether it ran out of time while other processes took a good part of that time.
    was_interrupted : bool
        Whether what was sent last reached its time limit.
    """

    def __init__(
        self,
        connection: socket,
        out: int,
        err: int,
        pidfd: int,
        watch: Watch,
        limits: Limits,
        on_event: Callable[[Event], None],
    ) -> None:
        self._connection, self._pidfd, self._on_event = connection, pidfd, on_event
        self._pipes = {out: "stdout", err: "stderr"}
        # A character of several bytes may arrive in two pieces.
        self._letters = {pipe: getincrementaldecoder("utf-8")("replace") for pipe in self._pipes}
        self._watch, self._limits = watch, limits
        self._own_time: int | None
        try:
            self._own_time = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        except OSError:  # this kernel doesn't keep it
            self._own_time = None
        self._submission = self._turn = self._now()
        self._soft = self._hard = math.inf
        self._interruption: int | None = signal.SIGINT
        self._received = bytearray()
        self._poll = select.poll()
        for descriptor in (connection.fileno(), out, err, pidfd):
            self._poll.register(descriptor, select.POLLIN)
        for pipe in self._pipes:
            os.set_blocking(pipe, False)
        connection.settimeout(QUICK_SECONDS)
        self._next_look = 0.0
        self._everywhere: Collection[int] = os.sched_getaffinity(0)
        self._placed: Collection[int] = self._everywhere
        self.ended, self.was_held_up, self.was_interrupted = "", False, False

    def give_time(self, seconds: float, interruption: int | None = None) -> None:
        """Set the time limit for what is sent next; a grace period follows it.

        Time counts if the child had a processor, or could have had one. Time that other processes
        and the grader itself took is not counted, within the bounds of :data:`PATIENCE`.

        Parameters
        ----------
        seconds
            The limit.
        interruption
            The signal that it gets at the limit, repeatedly, before it is ended.
        """
        self._turn, self._interruption = self._now(), interruption
        self.was_interrupted = False
        self._soft, self._hard = seconds, seconds + self._limits.grace_seconds

    def had(self) -> float:
        """Seconds that the child has had since the time limit was set."""
        return self._has_had(self._turn, math.inf)

    def _now(self) -> _Turn:
        waited = self._watch.waited + self._busy_here()
        return _Turn(time.monotonic(), self._watch.processor, waited)

    def _busy_here(self) -> float:
        """Seconds that this thread has worked, or waited for a processor, while its child waits."""
        if self._own_time is None:
            return 0.0
        return sum(map(int, os.pread(self._own_time, 100, 0).split()[:2])) / 1e9

    def _has_had(self, turn: _Turn, most: float) -> float:
        """Seconds that it has had since a turn began; measured again if that reaches `most`."""
        for look_again in (True, False):
            now = self._now()
            clock, processor, waited = map(operator.sub, now, turn)
            had: float = max(processor - STALE, clock - max(0, waited), clock / PATIENCE)
            if had < most:
                break
            if look_again:
                self._see(now.began)
            elif waited > HELD_UP * most:
                self.was_held_up = True
        return had

    def _place(self, processors: Collection[int]) -> None:
        """Set the processors that the child may run on.

        Two processes that take turns need half the time on one processor. A child that computes
        for long may use all of them.
        """
        if processors != self._placed:
            self._placed = processors
            with suppress(OSError):  # it has ended, or this host doesn't allow it
                os.sched_setaffinity(self._watch.process, processors)

    def send(self, message: bytes) -> None:
        """Send a frame; raise Ended if it is not received in time."""
        self._place({linux.current_processor()})
        rest = memoryview(message)
        while rest:
            try:
                rest = rest[self._connection.send(rest) :]
                self._look()
            except TimeoutError:
                self._wait(select.POLLOUT)
            except OSError:
                raise self.gone() from None

    def read(self) -> tuple[Any, ...]:
        """The next message, a tuple.

        Raises
        ------
        WireError
            What arrived is not a message.
        Ended
            Nothing arrived.
        """
        while True:
            message = self._complete()
            if message is not None:
                if self._watch.due(time.monotonic()):
                    self._see(time.monotonic())
                return message
            self._look()  # even if it sends without a pause
            try:
                chunk = self._connection.recv(1 << 18)
                if not chunk:
                    raise self.gone()
                self._received += chunk
            except TimeoutError:
                self._wait(select.POLLIN)
            except OSError:
                raise self.gone() from None

    def drain(self) -> None:
        """Read the output that has bypassed Python so far."""
        for pipe in self._pipes:
            self._drain_one(pipe)

    def gone(self) -> Ended:
        """Note that the child is gone; return the exception to raise.

        The kernel is asked first, because afterwards the process has been killed by this side.
        """
        return self.end(BY_ITSELF if self._watch.is_ending() else HUNG_UP)

    def end(self, why: str) -> Ended:
        """End the child for a reason; return the exception to raise."""
        self.ended = self.ended or why
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        return Ended(why)

    def close(self) -> None:
        """Close the descriptors."""
        self._connection.close()
        for descriptor in (*self._pipes, self._pidfd, self._own_time):
            if descriptor is not None:
                os.close(descriptor)

    def _complete(self) -> tuple[Any, ...] | None:
        if len(self._received) < 4:
            return None
        size = 4 + length_of(bytes(self._received[:4]))
        if len(self._received) < size:
            return None
        message = decode(bytes(self._received[4:size]))
        del self._received[:size]
        if not isinstance(message, tuple) or not message or type(message[0]) is not str:
            raise WireError("a value that is not a message")
        return message

    def _wait(self, wanted: int) -> None:
        """Wait until the socket is ready; meanwhile, read its output and watch its resources."""
        self._place(self._everywhere)
        own = self._connection.fileno()
        self._poll.modify(own, wanted)
        pause = min(INTERRUPT_SECONDS, max(0, self._watch.next - time.monotonic()))
        ready = [descriptor for descriptor, _ in self._poll.poll(pause * 1000)]
        for descriptor in ready:
            # Its messages come first: the output in the pipes may be newer.
            if descriptor in self._pipes and (own not in ready or wanted != select.POLLIN):
                self._drain_one(descriptor)
            elif descriptor == self._pidfd and not self._has_more():
                raise self.gone()
        self._look()

    def _has_more(self) -> bool:
        """Whether something that it sent has not been read yet."""
        poll = select.poll()  # select() can't handle descriptors above 1023
        poll.register(self._connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def _look(self) -> None:
        """Check the time and the resources; not at every call, because calls are frequent."""
        now = time.monotonic()
        if now >= self._watch.next:
            self._see(now)
        if now < self._next_look:
            return
        self._next_look = now + INTERRUPT_SECONDS
        most = self._limits.submission_seconds
        if self._has_had(self._submission, most) > most:
            raise self.end("the submission took longer than all of its cells together may")
        had = self._has_had(self._turn, self._soft)
        if had > self._hard:
            raise self.end(UNSTOPPABLE)
        if had > self._soft and self._interruption is not None:
            self.was_interrupted = True
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, self._interruption)

    def _see(self, now: float) -> None:
        """Check the resources; raise Ended if it uses too much."""
        too_much = self._watch.look(now)
        if too_much:
            raise self.end(too_much)

    def _drain_one(self, pipe: int) -> None:
        """Read what other programs, or code in C, wrote to a pipe."""
        while True:
            try:
                chunk = os.read(pipe, 1 << 16)
            except BlockingIOError:
                return
            if not chunk:
                with suppress(KeyError):
                    self._poll.unregister(pipe)
                return
            text = self._letters[pipe].decode(chunk)
            if text:
                self._on_event(("stream", self._pipes[pipe], text))
