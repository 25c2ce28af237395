"""Ctrl-C: ends a command at once while it starts, and between two results once it works.

Python raises KeyboardInterrupt wherever it happens to be. Commands import for a second, and in the
middle of an import the exception may be lost, or leave half a module behind. But a command that is
only starting has done nothing yet, and the processes that it has started end with it.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

STOPPED = 130
"""The exit status of a command that Ctrl-C has stopped, as in shells."""

_blocks: list[None] = []
"""One entry for each :func:`later` block that this process is in."""
_asked: list[bool] = []
"""Not empty if Ctrl-C was pressed since :func:`by_exception` began."""


def at_once() -> None:
    """From here on, Ctrl-C ends this process at once, unless the process ignores Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _end)


@contextmanager
def by_exception() -> Iterator[Callable[[], bool]]:
    """Within the block, Ctrl-C raises KeyboardInterrupt; a second one ends the process.

    Yields
    ------
    callable
        Whether it was pressed: for places where the exception is not raised, or may be lost.
    """
    before = signal.getsignal(signal.SIGINT)
    _asked.clear()

    def stop(*arguments: object) -> None:
        if _asked:
            _end(*arguments)
        _asked.append(True)
        if not _blocks:
            raise KeyboardInterrupt

    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: bool(_asked)
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def later() -> Iterator[None]:
    """Within the block, Ctrl-C is only noted, so that what is recorded is also reported."""
    _blocks.append(None)
    try:
        yield
    finally:
        _blocks.pop()


def if_asked() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed: for a wait that turns out to be too long."""
    if _asked:
        raise KeyboardInterrupt


def _end(*_: object) -> NoReturn:
    os.write(2, b"autograder: stopped\n")
    os._exit(STOPPED)
