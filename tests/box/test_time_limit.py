"""If this fails, an infinite loop blocks the grader, or the alarm interrupts other code."""

import gc
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from autograder.box.time_limit import TooSlow, within

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no SIGALRM on this system")

SECONDS = 0.1
LONG = 1e4
"""A limit that nothing here comes close to."""


@pytest.fixture(autouse=True)
def undisturbed() -> Iterator[None]:
    """Hypothesis listens to the garbage collector. An alarm that rings in there is lost; it rings
    again in a moment, but pytest counts the first one as a failure.
    """
    gc.disable()
    yield
    gc.enable()


def test_the_value_is_passed_on_with_its_arguments() -> None:
    assert within(LONG, lambda a, b: a - b, [5], {"b": 3}) == 2


def test_what_is_raised_is_passed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        within(LONG, lambda: 1 / 0, [], {})


def spin() -> None:
    while True:
        pass


def spin_and_swallow() -> None:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def spin_a_few_times() -> int:
    for _ in range(5):
        try:
            while True:
                pass
        except BaseException:
            pass
    return 1


def end_otherwise() -> None:
    try:
        spin()
    except BaseException:
        raise ValueError from None


def doze() -> None:
    time.sleep(1e6)


@pytest.mark.parametrize("endless", [spin, spin_and_swallow, spin_a_few_times, end_otherwise, doze])
def test_it_ends_at_the_limit_whatever_it_catches(endless: Callable[..., Any]) -> None:
    start = time.monotonic()
    with pytest.raises(TooSlow):
        within(SECONDS, endless, [], {})
    assert time.monotonic() - start >= SECONDS


def test_no_except_exception_swallows_it() -> None:
    assert not issubclass(TooSlow, Exception)


@pytest.mark.parametrize("function", [spin, int, lambda: 1 / 0])
def test_the_alarm_and_its_handler_are_restored(function: Callable[..., Any] | type) -> None:
    def mine(*_: Any) -> None:
        raise AssertionError("the alarm of a call rang after it")

    before = signal.signal(signal.SIGALRM, mine)
    try:
        for _ in range(10):
            with nullcontext() if function is int else pytest.raises((TooSlow, ZeroDivisionError)):
                within(0.01, function, [], {})
            assert signal.getsignal(signal.SIGALRM) is mine
            assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_limit_that_falls_on_the_end_gives_the_value_or_too_slow_and_nothing_else() -> None:
    """The alarm may go off anywhere in a call that takes about as long as its limit."""

    def work(seconds: float) -> str:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            pass
        return "done"

    seen = set()
    for step in range(200):
        try:
            seen.add(within(0.001, work, [0.0009 + step * 1e-6], {}))
        except TooSlow:
            seen.add("too slow")
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert seen <= {"done", "too slow"}


def test_elsewhere_than_in_the_main_thread_there_is_no_limit_and_no_harm() -> None:
    found = []
    thread = threading.Thread(target=lambda: found.append(within(0.01, lambda: 3, [], {})))
    thread.start()
    thread.join()
    assert found == [3]
