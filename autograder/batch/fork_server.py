"""The process that workers are forked from: it has imported what they need."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker

from autograder.version import PACKAGE_FOLDER


def warm_up(*modules: str) -> None:
    """Start the process that workers are forked from; it imports modules in the background.

    Call this in the main thread: that process ends with the thread that started it.
    """
    first = ("die_with_parent", "same_package")
    preloaded = [*(f"autograder.batch.{each}" for each in first), *modules]
    multiprocessing.get_context("forkserver").set_forkserver_preload(preloaded)
    resource_tracker.ensure_running()  # started in the block, it would unblock Ctrl-C
    # The new process inherits this, so Ctrl-C doesn't reach it, not even while it imports.
    with _ctrl_c_blocked(), _this_package_first():
        forkserver.ensure_running()


@contextmanager
def _ctrl_c_blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _this_package_first() -> Iterator[None]:
    """Make a Python that starts within the block find the package that this process runs.

    By itself it would look in the working folder first. multiprocessing tells it `sys.path`, but
    not every version of Python uses that.
    """
    mine = str(PACKAGE_FOLDER.parent)
    path = [
        each
        for each in map(os.path.abspath, sys.path)
        if each == mine or not os.path.exists(os.path.join(each, "autograder"))
    ]
    wanted = {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join([*path, mine])}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
