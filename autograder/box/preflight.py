"""Tries every wall from inside, before anything is graded behind it.

A canary runs where a student's code would run and tries to get out: to a file, a listener and a
process that really exist. If one of its attempts succeeds, nothing is graded on this host, and no
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
    "`--security-opt seccomp=unconfined`, or grade outside the container",
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
        What it should prevent a student's code from reaching.
    holds : bool
    found : str
        The result of the attempt.
    """

    wall: str
    holds: bool
    found: str


_proven: dict[int, Warden] = {}
_proving, _ending = Lock(), Event()


def proven_warden(file: str | Path = __file__) -> Warden:
    """The :class:`Warden` of this process, with walls that have all been tried.

    Parameters
    ----------
    file
        A readable file of the course that the canary tries to read; used only the first time.

    Raises
    ------
    NoWalls
        The text gives the reason and the remedy.
    """
    own = os.getpid()  # a forked process can't use its parent's warden
    with _proving:
        if own not in _proven:
            _proven[own] = _prove(file)
        return _proven[own]


def prove_ahead(file: str | Path = __file__) -> None:
    """Call :func:`proven_warden` in the background."""

    def prove() -> None:
        with suppress(Exception):  # the next call of proven_warden raises it again
            proven_warden(file)

    ahead = Thread(target=prove, daemon=True)
    atexit.register(_end, ahead)
    ahead.start()


def _end(ahead: Thread) -> None:
    """Wait for a thread: an interpreter that exits while one works may crash or hang.

    The thread has nothing to wait for: by now, the wardens have been closed.
    """
    _ending.set()
    ahead.join()


def adopt(zygote: Zygote) -> Warden:
    """Use the :class:`Zygote` of another process, which has tried its walls, in this one."""
    with _proving:
        return _proven.setdefault(os.getpid(), Warden(zygote=zygote))


def _prove(file: str | Path) -> Warden:
    remedy = REMEDIES.get(platform.system(), REMEDIES["Linux"])
    if platform.system() != "Linux":
        raise NoWalls(f"this host can't contain a submission's code: {remedy}")
    reasons = []
    for level in (NAMESPACES, LANDLOCK):
        if _ending.is_set():
            raise NoWalls("this process is ending")
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
    raise NoWalls(f"this host can't contain a submission's code: {'; '.join(reasons)}: {remedy}")


def try_walls(warden: Warden, file: str | Path = __file__) -> list[Tried]:
    """Run the canary behind a warden's walls.

    Parameters
    ----------
    warden, file
        The warden, and a readable file as for :func:`proven_warden`.

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
            # An attempt that had to be stopped by the clock was not stopped by a wall.
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
    """Start a process that really exists, and return its id.

    This process would not do: in a container its id may be 1, as that of the first process of every
    namespace is.
    """
    process = outside.enter_context(subprocess.Popen(["cat"], stdin=subprocess.PIPE))
    return process.pid


def _targets(outside: ExitStack, file: str | Path, level: str) -> canary.Targets:
    """Things that really exist, for the canary to reach."""
    locked = outside.enter_context(open(os.__file__))  # noqa: SIM115
    with suppress(OSError):  # a file system may not support locks
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
        "copies": [
            *hidden(),
            *(os.path.join(each, "autograder") for each in sys.path),
            *(os.path.join(each, "gradcheck") for each in sys.path),
        ],
        "folder": folder,
        "port": port.getsockname()[1],
        "abstract": name,
        "process": _bystander(outside),
        "memory": 2 * LIMITS.memory,
        "file_size": file_size,
        "files": 2 * LIMITS.disk // file_size,
        "processes": 4 * LIMITS.processes,
    }
