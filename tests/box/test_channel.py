"""If this fails, a time limit counts the time of other processes, or is never reached."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.box import channel as channel_module
from autograder.box.channel import PATIENCE, STALE, UNSTOPPABLE, Channel, Ended
from autograder.box.limits import Limits

LIMITS = Limits(grace_seconds=2, submission_seconds=1e6)
LIMIT, STEP = 10, 0.5


class Clock:
    """A clock that advances whenever it is read."""

    now = 0.0

    def monotonic(self) -> float:
        self.now += STEP
        return self.now


class Seen:
    """The figures of a watch, as shares of the time that has passed."""

    next, process = float("inf"), os.getpid()

    def __init__(self, clock: Clock, waited: float, processor: float) -> None:
        self._clock, self._waited, self._processor = clock, waited, processor

    waited = property(lambda self: self._waited * self._clock.now)
    processor = property(lambda self: self._processor * self._clock.now)

    def due(self, now: float) -> bool:
        return False

    def look(self, now: float) -> str:
        return ""


@pytest.fixture
def ended_after(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """``ended_after(waited, processor)``: how long a silent child may take, and its channel."""
    kept = SimpleNamespace(close=[])

    def measure(
        waited: float = 0.0, processor: float = 0.0, limits: Limits = LIMITS
    ) -> tuple[float, Channel]:
        clock = Clock()
        monkeypatch.setattr(channel_module, "time", clock)
        ours, theirs = socket.socketpair()
        out, err = os.pipe(), os.pipe()
        sleeper = subprocess.Popen(["sleep", "1000000"])
        kept.close += [ours.close, theirs.close, sleeper.wait]
        pidfd = os.pidfd_open(sleeper.pid)
        kept.close += [partial(os.close, each) for each in (*out, *err, pidfd)]
        seen: Any = Seen(clock, waited, processor)
        found = Channel(ours, out[0], err[0], pidfd, seen, limits, print)
        began = clock.now
        found.give_time(LIMIT)
        with pytest.raises(Ended):
            found.read()
        return clock.now - began, found

    yield measure
    for close in kept.close:
        close()


ENOUGH = 6 * STEP
"""The clock is read a few times per round."""


def about(seconds: float) -> Any:
    return pytest.approx(seconds + ENOUGH, abs=ENOUGH)


HARD = LIMIT + LIMITS.grace_seconds


def test_who_sleeps_has_the_time_on_the_clock(ended_after: Callable[..., Any]) -> None:
    took, child = ended_after()
    assert took == about(HARD)
    assert child.ended == UNSTOPPABLE
    assert not child.was_held_up


def test_what_neighbours_took_is_not_counted(ended_after: Callable[..., Any]) -> None:
    took, child = ended_after(waited=0.75, processor=0.25)
    assert took == about(4 * HARD)
    assert child.was_held_up


def test_patience_has_an_end(ended_after: Callable[..., Any]) -> None:
    """A child that waits forever, or claims to, is ended as well."""
    took, child = ended_after(waited=1)
    assert took == about(PATIENCE * HARD)
    assert child.was_held_up


def test_who_keeps_several_processors_busy_has_used_more_than_the_clock_says(
    ended_after: Callable[..., Any],
) -> None:
    """Even if its processes wait for each other."""
    took, _ = ended_after(waited=20, processor=2)
    assert took == about((HARD + STALE) / 2)


def test_a_submission_s_time_is_counted_alike(ended_after: Callable[..., Any]) -> None:
    limits = Limits(grace_seconds=2, submission_seconds=5)
    took, child = ended_after(waited=0.5, limits=limits)
    assert took == about(2 * limits.submission_seconds)
    assert "longer than all of its cells together may" in child.ended
