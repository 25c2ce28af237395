"""Ctrl-C: it ends a command that begins at once, and stops one that works between two results.

Python raises KeyboardInterrupt wherever it happens to be. In the middle of an import, and a command
imports for a second, that may be lost or leave half a module behind. But a command that has only
begun has done nothing yet, and whatever it has started ends with it.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

STOPPED = 130
"""The exit status of what Ctrl-C has stopped, as shells have it."""

_blocks: list[None] = []
"""The blocks that this process is in within which Ctrl-C waits."""
_asked: list[bool] = []
"""Whether there was one since :func:`by_exception` began."""


def at_once() -> None:
    """From here on, Ctrl-C ends this process where it is; nothing changes if it is deaf to it."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _end)


@contextmanager
def by_exception() -> Iterator[Callable[[], bool]]:
    """Within the block, Ctrl-C raises KeyboardInterrupt, and for the impatient ends the process.

    Yields
    ------
    callable
        Whether there was one: to be asked where it may not have been raised, or not been heard.
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
    """Within the block, Ctrl-C is only taken down: what is written is also told."""
    _blocks.append(None)
    try:
        yield
    finally:
        _blocks.pop()


def if_asked() -> None:
    """Raise what Ctrl-C would have raised: for what turns out to take too long to wait for."""
    if _asked:
        raise KeyboardInterrupt


def _end(*_: object) -> NoReturn:
    os.write(2, b"autograder: stopped\n")
    os._exit(STOPPED)
