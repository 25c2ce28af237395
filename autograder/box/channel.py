"""Frames to and from a child, while what it uses is watched and its clock runs."""

import os
import select
import signal
import time
from codecs import getincrementaldecoder
from contextlib import suppress

from autograder.box import kernel
from autograder.box.watch import Watch
from autograder.box.wire import WireError, decode, length_of

QUICK_SECONDS = 0.01
"""Most replies come sooner; only then are the pipes and the limits looked at."""
WATCH_SECONDS = 0.1
INTERRUPT_SECONDS = 0.05
BY_ITSELF = "it ended its own Python process"
"""Why a child has ended for which nobody here had a reason."""


class Ended(Exception):
    """The child is gone; the text says why, in a student's words."""


class Channel:
    """The trusted end of a child's socket, its output pipes and its process.

    Parameters
    ----------
    connection : socket.socket
    out, err, pidfd : int
        Descriptors of what it writes past Python, and of the process.
    limits : autograder.box.limits.Limits
    scratch : str
        Its scratch folder, where that lies on the host's own disk.
    on_event : callable
        Is told what was written past Python, as an event.

    Attributes
    ----------
    ended : str
        Why the child has ended; "" while it lives.
    """

    def __init__(self, connection, out, err, pidfd, limits, scratch, on_event):
        self._connection, self._pidfd, self._on_event = connection, pidfd, on_event
        self._pipes = {out: "stdout", err: "stderr"}
        # A letter of several bytes may come in two pieces.
        self._letters = {pipe: getincrementaldecoder("utf-8")("replace") for pipe in self._pipes}
        self._watch = Watch(pidfd, limits, scratch)
        self._end = time.monotonic() + limits.submission_seconds
        self._received = bytearray()
        self._poll = select.poll()
        for descriptor in (connection.fileno(), out, err, pidfd):
            self._poll.register(descriptor, select.POLLIN)
        for pipe in self._pipes:
            os.set_blocking(pipe, False)
        connection.settimeout(QUICK_SECONDS)
        self._next_look = 0.0
        self._everywhere = self._placed = os.sched_getaffinity(0)
        self.ended = ""

    def _place(self, processors):
        """Where the child runs from now on.

        Two that wait for each other, in turns, take half the time on one processor; one that
        computes for long shall have them all.
        """
        if processors != self._placed:
            self._placed = processors
            with suppress(OSError):  # it has ended, or this host has its own mind about it
                os.sched_setaffinity(self._watch.process, processors)

    def send(self, message, hard):
        """Send a frame; raises Ended when it is not taken until the time `hard`."""
        self._place({kernel.current_processor()})
        rest = memoryview(message)
        while rest:
            try:
                rest = rest[self._connection.send(rest) :]
                self._look(hard, hard)
            except TimeoutError:
                self._wait(select.POLLOUT, hard, hard)
            except OSError:
                raise self.gone() from None

    def read(self, soft, hard):
        """The next message, a tuple.

        Parameters
        ----------
        soft, hard : float
            When the child is interrupted, over and over, and when it is ended.

        Raises
        ------
        WireError
            What came is no message.
        Ended
            None came.
        """
        while True:
            message = self._complete()
            if message is not None:
                return message
            self._look(soft, hard)  # also at one that never pauses
            try:
                chunk = self._connection.recv(1 << 18)
                if not chunk:
                    raise self.gone()
                self._received += chunk
            except TimeoutError:
                self._wait(select.POLLIN, soft, hard)
            except OSError:
                raise self.gone() from None

    def drain(self):
        """Read what has been written past Python so far."""
        for pipe in self._pipes:
            self._drain_one(pipe)

    def gone(self):
        """It ended by itself: an exception to raise."""
        return self.end(BY_ITSELF)

    def end(self, why):
        """End it for a reason: an exception to raise."""
        self.ended = self.ended or why
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        return Ended(why)

    def close(self):
        """Give back the descriptors."""
        self._connection.close()
        for descriptor in (*self._pipes, self._pidfd):
            os.close(descriptor)

    def _complete(self):
        if len(self._received) < 4:
            return None
        size = 4 + length_of(bytes(self._received[:4]))
        if len(self._received) < size:
            return None
        message = decode(bytes(self._received[4:size]))
        del self._received[:size]
        if not isinstance(message, tuple) or not message or type(message[0]) is not str:
            raise WireError("a value that is no message")
        return message

    def _wait(self, wanted, soft, hard):
        """Until the socket is ready; meanwhile, read what it writes and watch what it uses."""
        self._place(self._everywhere)
        own = self._connection.fileno()
        self._poll.modify(own, wanted)
        pause = INTERRUPT_SECONDS if soft < time.monotonic() else WATCH_SECONDS
        for descriptor, _ in self._poll.poll(pause * 1000):
            if descriptor in self._pipes:
                self._drain_one(descriptor)
            elif descriptor == self._pidfd and not self._has_more():
                raise self.gone()
        self._look(soft, hard)

    def _has_more(self):
        """Whether something is left of what it had sent."""
        poll = select.poll()  # select() knows no descriptors beyond 1023
        poll.register(self._connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def _look(self, soft, hard):
        """See to the clock and to what it uses; once in a while, because it is asked often."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + INTERRUPT_SECONDS
        if now > self._end:
            raise self.end("the submission took longer than all of its cells may")
        if now > hard:
            raise self.end("it took too long, and could not be interrupted")
        if now > soft:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGINT)
        too_much = self._watch.look(now)
        if too_much:
            raise self.end(too_much)

    def _drain_one(self, pipe):
        """What other programs wrote, and code in C."""
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
