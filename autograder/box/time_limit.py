"""Stops a function that runs too long."""

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, TypeVar

Value = TypeVar("Value")


class TooSlow(BaseException):
    """Ends a call at its time limit. An `except Exception` in an answer does not catch it."""


def within(
    seconds: float | None,
    function: Callable[..., Value],
    arguments: Sequence[Any],
    by_name: Mapping[str, Any],
) -> Value:
    """Call a function with a time limit, and return its value.

    The limit works in the main thread of systems that have SIGALRM; elsewhere there is no limit.

    Parameters
    ----------
    seconds
        Wall-clock time. None if another process enforces the limit by sending SIGALRM.
    function, arguments, by_name
        The function, and its positional and keyword arguments.

    Raises
    ------
    TooSlow
        After that many seconds, whatever exceptions the function catches.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        return function(*arguments, **by_name)
    over = done = False

    def stop(_: int, frame: FrameType | None) -> None:
        nonlocal over
        if done:
            return
        over = True
        # Repeat soon: even code that catches everything is at some moment outside of its `try`.
        signal.setitimer(signal.ITIMER_REAL, 3e-5)
        if frame and frame.f_code not in (within.__code__, stop.__code__):
            raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds or 0)
    try:
        value = function(*arguments, **by_name)
    except BaseException:
        if not over:
            raise
    finally:
        done = True  # before any call: the rest must not be interrupted
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if over:
        raise TooSlow
    return value
