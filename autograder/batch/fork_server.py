"""The process from which workers are forked, which has imported what they need."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker

from autograder.version import FOLDER


def warm_up(module: str) -> None:
    """Start the process from which workers are forked; it imports a module in the meantime.

    To be called by the main thread: that process ends with the thread that has started it.
    """
    preloaded = ["autograder.batch.die_with_parent", "autograder.batch.same_package", module]
    multiprocessing.get_context("forkserver").set_forkserver_preload(preloaded)
    resource_tracker.ensure_running()  # which would let Ctrl-C through again
    # As that process is from then on, also while it imports.
    with _deaf_to_ctrl_c(), _this_package_first():
        forkserver.ensure_running()


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _this_package_first() -> Iterator[None]:
    """A Python that starts within the block finds the package that this process runs.

    By itself it would look into the working folder first, and multiprocessing, which tells it
    `sys.path`, has not always made use of that.
    """
    mine = str(FOLDER.parent)
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
