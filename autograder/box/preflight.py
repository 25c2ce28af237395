"""Tries every wall from inside, before anything is graded behind it.

A canary goes where a student's code would go and tries to get out: at a file, a listener and a
process that are really there. Grading refuses on a host where one of its attempts succeeds, and no
setting changes that.
"""

import atexit
import fcntl
import os
import platform
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock, Thread

from autograder.box import canary
from autograder.box.channel import UNSTOPPABLE
from autograder.box.child import Child
from autograder.box.limits import MEGABYTE, Limits
from autograder.box.visible_files import hidden
from autograder.box.walls import LANDLOCK, NAMESPACES
from autograder.box.warden import NoWalls, Warden, Zygote

LIMITS = Limits(
    cell_seconds=20, call_seconds=20, submission_seconds=60, memory=96 * MEGABYTE,
    disk=4 * MEGABYTE, entries=200, processes=16,
)  # fmt: skip

REMEDIES = {
    "Linux": "grade on Linux 5.13 or newer with Landlock switched on (`lsm=landlock,...` on the "
    "kernel's command line); in a container, allow user namespaces and Landlock, for example with "
    "`--security-opt seccomp=unconfined`, or grade outside of it",
    "Darwin": "macOS has no such walls: grade in a Linux virtual machine, for example with Lima or "
    "Multipass",
    "Windows": "Windows has no such walls: grade in WSL 2",
}


@dataclass(frozen=True)
class Tried:
    """One wall that was tried.

    Attributes
    ----------
    wall : str
        What it keeps a student's code from.
    holds : bool
    found : str
        What the attempt met.
    """

    wall: str
    holds: bool
    found: str


_proven: dict[int, Warden] = {}
_proving, _ending = Lock(), Event()


def proven_warden(file: str | Path = __file__) -> Warden:
    """The process's own :class:`Warden`, with walls that have all been tried.

    Parameters
    ----------
    file
        Something readable of the course, for the canary to try and read, when it is made.

    Raises
    ------
    NoWalls
        With the reason and the remedy.
    """
    own = os.getpid()  # a process that was forked has no use for its parent's warden
    with _proving:
        if own not in _proven:
            _proven[own] = _prove(file)
        return _proven[own]


def prove_ahead(file: str | Path = __file__) -> None:
    """Have :func:`proven_warden` made while this process does other things."""

    def prove() -> None:
        with suppress(Exception):  # whoever asks for it is told
            proven_warden(file)

    ahead = Thread(target=prove, daemon=True)
    atexit.register(_end, ahead)
    ahead.start()


def _end(ahead: Thread) -> None:
    """Wait for a thread: an interpreter that ends while one works may crash, or never end.

    What it waits for itself has ended by now, because wardens close earlier.
    """
    _ending.set()
    ahead.join()


def adopt(zygote: Zygote) -> Warden:
    """Make another process's :class:`Zygote`, behind walls that it has tried, this one's own."""
    with _proving:
        return _proven.setdefault(os.getpid(), Warden(zygote=zygote))


def _prove(file: str | Path) -> Warden:
    remedy = REMEDIES.get(platform.system(), REMEDIES["Linux"])
    if platform.system() != "Linux":
        raise NoWalls(f"this host can't keep a submission's code in: {remedy}")
    reasons = []
    for level in (NAMESPACES, LANDLOCK):
        if _ending.is_set():
            raise NoWalls("this process ends")
        try:
            warden = Warden(level)
        except NoWalls as refused:
            reasons.append(str(refused))
            continue
        broken = [each for each in try_walls(warden, file) if not each.holds]
        if not broken:
            return warden
        warden.close()
        reasons.append(f"{level}: " + ", ".join(f"{each.wall} ({each.found})" for each in broken))
    raise NoWalls(f"this host can't keep a submission's code in: {'; '.join(reasons)}: {remedy}")


def try_walls(warden: Warden, file: str | Path = __file__) -> list[Tried]:
    """Send a canary behind a warden's walls.

    Parameters
    ----------
    warden, file
        As of :func:`proven_warden`.

    Returns
    -------
    tried
        One for each wall, in the order in which they were tried.
    """
    with ExitStack() as outside:
        targets = _targets(outside, file, warden.level)
        tried: list[Tried] = []
        child: Child | None = None
        inside = outside.enter_context(ExitStack())
        for name in canary.ATTEMPTS:
            if child is None or child.ended:
                inside.close()
                child = inside.enter_context(warden.child(LIMITS))
                child.run(canary.SOURCE)
            works, met = _met(child, "stay_inside", targets), _met(child, name, targets)
            if works != canary.THROUGH:
                met = f"nothing can be tried: {works}"
            # What is still at it has not been stopped by anything.
            stopped = UNSTOPPABLE not in met and not met.startswith(canary.THROUGH)
            holds = works == canary.THROUGH and stopped
            tried.append(Tried(canary.ATTEMPTS[name], holds, met))
            if name in canary.FLOODS:
                child = None
        return tried


def _met(child: Child, name: str, targets: canary.Targets) -> str:
    found = child.call(name, [targets], {}, {}, lambda function: None)
    return found["value"] if isinstance(found["value"], str) else found["failure"]


def _bystander(outside: ExitStack) -> int:
    """A process that is really there. This one won't do: in a container it may be the first, and
    have the number of everybody who is the first in a namespace."""
    process = outside.enter_context(subprocess.Popen(["cat"], stdin=subprocess.PIPE))
    return process.pid


def _targets(outside: ExitStack, file: str | Path, level: str) -> canary.Targets:
    """Things that are really there, for a canary to get at."""
    locked = outside.enter_context(open(os.__file__))  # noqa: SIM115
    with suppress(OSError):  # a file system may know no locks
        fcntl.flock(locked, fcntl.LOCK_SH)
    file_size = LIMITS.file_size(is_watched=level == LANDLOCK) // 2
    folder = outside.enter_context(TemporaryDirectory(prefix="autograder-"))
    os.chmod(folder, 0o777)
    port = outside.enter_context(socket.socket())
    port.bind(("127.0.0.1", 0))
    port.listen()
    name = f"autograder-{os.getpid()}"
    abstract = outside.enter_context(socket.socket(socket.AF_UNIX))
    abstract.bind(f"\0{name}")
    abstract.listen()
    return {
        "file": str(file),
        "copies": [*hidden(), *(os.path.join(each, "autograder") for each in sys.path)],
        "folder": folder,
        "port": port.getsockname()[1],
        "abstract": name,
        "process": _bystander(outside),
        "memory": 2 * LIMITS.memory,
        "file_size": file_size,
        "files": 2 * LIMITS.disk // file_size,
        "processes": 4 * LIMITS.processes,
    }
