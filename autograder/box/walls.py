"""The walls around a child, in the order in which they must go up.

Each wall alone leaves holes that another one closes, so all of them are put up. If the host refuses
user namespaces, Landlock and seccomp remain; then a child can't start processes, and its scratch
folder is watched from outside. Without these two nothing is graded (see `preflight`).
"""

import os
import signal
import sys
import tempfile

from autograder.box import landlock, linux, namespaces, seccomp
from autograder.box.limits import Limits
from autograder.box.visible_files import hidden, shown, without

NAMESPACES, LANDLOCK = "namespaces", "landlock"
"""The two levels: all walls, or all that need no user namespace."""

CHANNEL = 3
STACK = 8 << 20
LATER = 60
"""Processor seconds that the kernel's limit is above the grader's, which explains itself."""
BEHIND_THE_GRADER = 5
"""How nice a child is: the process that watches it must not have to wait for it."""


class Walls:
    """What the zygote prepares once, so that its children can put up walls quickly.

    Parameters
    ----------
    level : {"namespaces", "landlock"}
    folder
        At the level "landlock", the zygote's scratch folder; its new user will own it.

    Attributes
    ----------
    scratch : str
        The folder that the zygote may write to.

    Raises
    ------
    OSError
        The host does not offer this level; the process can't be used any more.
    """

    def __init__(self, level: str, folder: str) -> None:
        self.level = level
        self.scratch = namespaces.SCRATCH if level == NAMESPACES else folder
        if level == NAMESPACES:
            own, self._all = namespaces.enter(shown(), hidden())
            linux.bound_capabilities()
            self._readable = ["/"]
            self._listable: list[str] = []
        else:
            if not landlock.version():
                raise linux.Unsupported("Landlock is missing from this kernel, or switched off")
            self._readable, self._listable = without(shown(), hidden())
            self._readable += namespaces.DEVICES
            linux.bound_capabilities()  # other users can't, and don't need it
            if os.geteuid() == 0 and _give_to_nobody(folder):
                namespaces.become(namespaces.NOBODY)
            own = os.open("/proc/self", os.O_PATH | os.O_CLOEXEC)
        self._processes, self._size = (
            os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=own) for name in ("ns/pid", "statm")
        )
        os.close(own)
        if self.forks:  # the filter names the process, the first of its namespace each time
            seccomp.program(linux.MACHINE, True, 1)

    @property
    def forks(self) -> bool:
        """Whether a child may start processes: only at the level where they all end with it."""
        return self.level == NAMESPACES

    def fork(self) -> int:
        """Fork a child; with namespaces, it is the first process of a new one."""
        if self.level != NAMESPACES:
            return os.fork()
        return namespaces.fork_apart(self._processes)

    def enclose(self, limits: Limits, scratch: str) -> None:
        """Put up all walls around this process, for good.

        Called by a child right after the fork, with the channel on descriptor 3 and its output on
        1 and 2, and before it reads anything of a student's. Other descriptors are closed.

        Parameters
        ----------
        limits
            What it may use.
        scratch
            Its scratch folder at the level "landlock"; at the other, a new one is mounted.
        """
        import resource  # exists only on Unix; this file is imported everywhere

        linux.prctl(linux.SET_DEATH_SIGNAL, signal.SIGKILL)
        os.setsid()
        memory = os.pread(self._size, 64, 0).split()
        os.nice(BEHIND_THE_GRADER)
        if self.level == NAMESPACES:
            namespaces.take_own_user(self._all)
            scratch = namespaces.take_own_scratch(limits.disk, limits.entries)
        os.closerange(CHANNEL + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        _settle_in(scratch)
        _set_limits(limits, int(memory[0]) * resource.getpagesize(), self.forks)
        linux.drop_capabilities()
        linux.prctl(linux.SET_NO_NEW_PRIVS, 1)
        landlock.restrict(self._readable, [scratch, "/dev/null"], self._listable)
        seccomp.install(self.forks)


def _give_to_nobody(folder: str) -> bool:
    """Give a folder to the user nobody; return whether root can become that user.

    That user may lack access if Python is in root's home, or the folder is because of TMPDIR.
    """
    needed = (os.__file__, os.R_OK), (sys.prefix, os.X_OK), (folder, os.F_OK)
    if not namespaces.can_become(namespaces.NOBODY, needed):
        return False
    try:
        os.chown(folder, namespaces.NOBODY, -1)
    except OSError:
        return False
    return True


def live_in(folder: str) -> None:
    """Set the variables that tell programs where to keep their files."""
    ipython, matplotlib = f"{folder}/.ipython", f"{folder}/.matplotlib"
    os.environ.update(HOME=folder, TMPDIR=folder, IPYTHONDIR=ipython, MPLCONFIGDIR=matplotlib)
    tempfile.tempdir = None


def _settle_in(scratch: str) -> None:
    """Use the scratch folder as home, working folder and for temporary files."""
    os.chdir(scratch)
    if os.environ.get("HOME") != scratch:
        live_in(scratch)


def _set_limits(limits: Limits, size: int, forks: bool) -> None:
    """Set resource limits; `size` is the address space that the interpreter already has.

    Processes are limited only with a user namespace: without one, other processes of the same user
    would be counted as well.
    """
    import resource

    most = {
        resource.RLIMIT_AS: size + limits.memory,
        resource.RLIMIT_FSIZE: limits.file_size(is_watched=not forks),
        resource.RLIMIT_NOFILE: limits.open_files(is_watched=not forks),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_STACK: STACK,
        resource.RLIMIT_CPU: int(limits.submission_seconds) + LATER,
    }
    if forks:
        most[resource.RLIMIT_NPROC] = limits.processes
    for what, wanted in most.items():
        hard = resource.getrlimit(what)[1]
        wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(what, (wanted, wanted))
