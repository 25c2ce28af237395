"""Runs the nearest tests on one change after another, each in a fork of a warm process."""

import json
import math
import os
import resource
import shutil
import signal
import sys
import traceback
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import hypothesis
import pytest

from tests.mutants.nearest import Measured, Measuring

FREEDOM = 3
"""How many times their usual time of a processor tests may take, and that many seconds more."""

NOTHING_RUN = 5
"""What pytest says of tests that have another name by now: these have noticed nothing."""

WAITING = 120
"""Seconds after which tests that use no processor are given up."""

A_SECOND = 10**9

CAUGHT, SURVIVED, UNTESTED = "caught", "survived", "no test calls it"


class Chosen:
    """A plugin of pytest's that runs these tests in this order, and no others."""

    def __init__(self, names):
        self.names = {name: number for number, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items):
        items[:] = [each for each in items if each.nodeid in self.names]
        items.sort(key=lambda each: self.names[each.nodeid])


@dataclass(frozen=True)
class Copy:
    """A copy of the checkout, in which one file at a time is changed."""

    root: Path

    @contextmanager
    def holding(self, mutation):
        """The file of a mutation with the mutation in it; afterwards as it was."""
        path = self.root / mutation.path
        before, times = path.read_bytes(), path.stat()
        path.write_bytes(mutation.applied(before))
        # A compiled module is known by the size of its source and by the second of its last change.
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns + A_SECOND))
        try:
            yield
        finally:
            path.write_bytes(before)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def copied(root, folder):
    """A `Copy` of a checkout, without what git and tools keep in it."""
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    return Copy(folder)


OURS = ("autograder", "tests", "benchmarks")


def warm_up(known):
    """Import what the tests import and forks need not import again; nothing of this project."""
    for name in {name for each in known.values() for name in each.imports}:
        import_module(name)


def forked(copy, arguments, plugin, seconds=None):
    """Run pytest in a fork, in a copy of the checkout; the number of the process.

    Parameters
    ----------
    seconds : float, optional
        What it may take of a processor; then no compiled module is left behind either.
    """
    child = os.fork()
    if child == 0:
        status = 70  # whatever pytest doesn't say itself: the change kept it from running
        try:
            os.setsid()
            _settle(copy.root, seconds)
            status = pytest.main([*OPTIONS, *arguments], [plugin])
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    return child


SAID = ".said"
OPTIONS = (
    *("-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of hypothesis: it is warm already
)


def _settle(root, seconds):
    """Make a fork run the modules of a copy, say nothing, and end in time."""
    said = os.open(root / SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ["PYTHONPATH"] = str(root)
    if seconds is not None:
        limit = math.ceil(seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        signal.alarm(WAITING + limit)
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    here = str(Path(__file__).parents[2])
    sys.path[:] = [str(root), *(each for each in sys.path if each not in ("", here))]
    for name in [each for each in sys.modules if each.partition(".")[0] in OURS]:
        del sys.modules[name]
    # It would find that a busy machine is too slow.
    hypothesis.settings.register_profile("busy", suppress_health_check=[*hypothesis.HealthCheck])
    hypothesis.settings.load_profile("busy")
    os.chdir(root)


def ended():
    """Wait for any fork, and end what it has left behind: its number and its exit status."""
    child, status = os.wait()
    end(child)
    return child, os.waitstatus_to_exitcode(status)


def end(child):
    """End a fork, if it is there, and whatever it has started."""
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def measured(rooms, copies):
    """What the tests of some rooms call, and what they take.

    Parameters
    ----------
    rooms : iterable of str
        Folders or files of tests.
    copies : list of Copy

    Returns
    -------
    dict of str to Measured
    """
    waiting, running, found = [*rooms], {}, {}
    while waiting or running:
        while waiting and len(running) < len(copies):
            room, file = waiting.pop(), copies[0].root / f".measured-{len(waiting)}"
            plugin = Measuring(copies[0].root, file)
            running[forked(copies[0], [room, "--maxfail=0"], plugin)] = room, file
        child, _ = ended()
        room, file = running.pop(child)
        if not file.is_file():
            raise RuntimeError(
                f"{room} can't be run:\n{(copies[0].root / SAID).read_text()[-2000:]}"
            )
        found[room] = Measured(**json.loads(file.read_text()))
    return found


def outcomes(jobs, copies):
    """Try mutations, as many at a time as there are copies.

    Parameters
    ----------
    jobs : iterable of (Mutation, list of str, float)
        A mutation, the names of the tests to run, and what these take of a processor.
    copies : list of Copy

    Yields
    ------
    (Mutation, str)
        `CAUGHT`, `SURVIVED` or `UNTESTED`.
    """
    jobs, free, running = iter(jobs), [*copies], {}
    try:
        while True:
            while free and (job := next(jobs, None)):
                mutation, tests, seconds = job
                if not tests:
                    yield mutation, UNTESTED
                    continue
                copy, changed = free.pop(), ExitStack()
                changed.enter_context(copy.holding(mutation))
                files = dict.fromkeys(name.partition("::")[0] for name in tests)
                child = forked(copy, files, Chosen(tests), FREEDOM * (1 + seconds))
                running[child] = mutation, copy, changed
            if not running:
                return
            child, status = ended()
            mutation, copy, changed = running.pop(child)
            changed.close()
            free.append(copy)
            yield mutation, SURVIVED if status in (0, NOTHING_RUN) else CAUGHT
    finally:
        for child in running:  # which are in sessions of their own, and hear no Ctrl-C
            end(child)
