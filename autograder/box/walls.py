"""The walls around a child, in the order in which they must go up.

Each wall alone leaves holes that another one shuts, so all of them stand. Where the host refuses
user namespaces, Landlock and seccomp still do, with no child processes and a scratch folder whose
size is watched from outside; without these two nothing is graded (see `preflight`).
"""

import os
import signal
import sys
import tempfile

from autograder.box import landlock, linux, namespaces, seccomp
from autograder.box.limits import Limits
from autograder.box.visible_files import hidden, shown, without

NAMESPACES, LANDLOCK = "namespaces", "landlock"
"""The two levels: everything, or everything that needs no user namespace."""

CHANNEL = 3
STACK = 8 << 20
LATER = 60
"""Processor seconds by which the kernel's limit comes after the grader's, which has a sentence."""
BEHIND_THE_GRADER = 5
"""How nice a child is: whoever watches it must not wait for it."""


class Walls:
    """What the zygote prepares once, for its children to put up in a moment.

    Parameters
    ----------
    level : {"namespaces", "landlock"}
    folder
        The zygote's own at the level "landlock", which whoever it becomes will own.

    Attributes
    ----------
    scratch : str
        Where the zygote may write.

    Raises
    ------
    OSError
        The host does not offer this level; the process is of no use any more.
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
                raise linux.Unsupported("this kernel has no Landlock, or has it switched off")
            self._readable, self._listable = without(shown(), hidden())
            self._readable += namespaces.DEVICES
            linux.bound_capabilities()  # which only root can, and nobody needs
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
        """Whether a child may start processes: only where they all end with it."""
        return self.level == NAMESPACES

    def fork(self) -> int:
        """Fork a child, the first process of a namespace of its own where there are any."""
        if self.level != NAMESPACES:
            return os.fork()
        return namespaces.fork_apart(self._processes)

    def enclose(self, limits: Limits, scratch: str) -> None:
        """Put up all walls around this process, for good.

        Called by a child right after the fork, with the channel on descriptor 3, its output on 1
        and 2, nothing else open, and no byte of a student's read yet.

        Parameters
        ----------
        limits
            What it may use.
        scratch
            Its scratch folder at the level "landlock"; at the other it gets one of its own.
        """
        import resource  # which only Unix has; this file is read everywhere

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
    """Let nobody have a folder, if that is whom root can become; whether it is.

    Python may lie in root's home, and the folder may, if that is where TMPDIR points.
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
    """Set what tells programs where to keep their files."""
    ipython, matplotlib = f"{folder}/.ipython", f"{folder}/.matplotlib"
    os.environ.update(HOME=folder, TMPDIR=folder, IPYTHONDIR=ipython, MPLCONFIGDIR=matplotlib)
    tempfile.tempdir = None


def _settle_in(scratch: str) -> None:
    """Home, working folder and temporary files are all the scratch folder."""
    os.chdir(scratch)
    if os.environ.get("HOME") != scratch:
        live_in(scratch)


def _set_limits(limits: Limits, size: int, forks: bool) -> None:
    """Resource limits; `size` is the address space that the interpreter has already.

    Without a user namespace of their own, the processes are all of one user, whose others would be
    counted as well.
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
