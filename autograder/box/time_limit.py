"""Ends a function that doesn't end by itself."""

import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, TypeVar

Value = TypeVar("Value")


class TooSlow(BaseException):
    """Ends a call at its time limit; no `except Exception` in an answer can swallow it."""


def within(
    seconds: float | None,
    function: Callable[..., Value],
    arguments: Sequence[Any],
    by_name: Mapping[str, Any],
) -> Value:
    """What a function returns.

    The limit holds in the main thread of systems that have SIGALRM; elsewhere there is none.

    Parameters
    ----------
    seconds
        By the clock. None where somebody outside keeps the time, and sends SIGALRM.
    function, arguments, by_name
        What to call, and with what.

    Raises
    ------
    TooSlow
        After so many seconds, whatever the function catches.
    """
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        return function(*arguments, **by_name)
    over = done = False

    def stop(_: int, frame: FrameType | None) -> None:
        nonlocal over
        if done:
            return
        over = True
        # Again in a moment: an answer that catches everything is soon hit outside of its `try`.
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
        done = True  # before any call: what follows must not be interrupted
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if over:
        raise TooSlow
    return value
