"""Measures from outside what a child and its descendants use.

The kernel limits what it can. This covers the rest: the memory of a whole tree of processes, and at
the level "landlock" threads and a scratch folder. It can only measure now and then. So the less is
left, the sooner it measures again, as nothing fills faster than :data:`BYTES_PER_SECOND`; and it
measures once more when a message arrives, before the message is used.
"""

import errno
import math
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from autograder.box import linux, processes
from autograder.box.limits import Limits
from autograder.box.namespaces import NOBODY

BYTES_PER_SECOND = 1e10
"""More than the processes of one tree can get or write, on any machine that we know."""
MOST_SECONDS, LEAST_SECONDS = 0.1, 0.002
"""The time between two measurements."""
SHARE = 0.2
"""The largest share of the time that measuring may take."""
GREEDY, LOWEST = 1.5, 19
"""Processors that a tree may want before it gets the lowest priority; the nice value of that."""
SHARED_AT_MOST = 16
"""Times the memory limit: up to there, the slower count of shared pages is worth making."""


class Watch:
    """Measures one tree of processes.

    Parameters
    ----------
    pidfd
        Descriptor of its first process.
    limits
        What the tree may use.
    scratch
        Its folder on the host's disk; "" if the file system of the folder has a size limit.
    file_size
        The most bytes of one of its files.

    Attributes
    ----------
    process : int
        The first process of the tree.
    next : float
        When to measure again.
    processor, waited : float
        Seconds that the tree has used processors, and that its threads have waited for one, all
        together; as of the last measurement.

    Raises
    ------
    OSError
        This host does not show what the tree uses.
    """

    def __init__(self, pidfd: int, limits: Limits, scratch: str, file_size: int) -> None:
        self._limits, self._file_size = limits, file_size
        self._scratch = os.path.realpath(scratch) if scratch else ""
        self._pidfd, self.process = pidfd, processes.process_of(pidfd)
        self._parents: dict[int, int] = {}
        with self._as_its_owner():
            self._at_first = self._own_usage()
        if self._at_first is processes.TOO_MUCH:
            raise OSError(
                "/proc does not show how much memory a process uses; is it mounted with hidepid?"
            )
        self.processor = self.waited = self._left = 0.0
        self._looked = self.next = time.monotonic()

    def due(self, now: float) -> bool:
        """Whether a limit may have been reached in the time since the last measurement."""
        return (now - self._looked) * BYTES_PER_SECOND > self._left

    def look(self, now: float) -> str:
        """Measure; return what exceeds its limit, in words for the student, or ""."""
        began = time.monotonic()
        with self._as_its_owner():
            why = self._memory(now) or (self._scratch and self._threads_and_disk())
        cost = time.monotonic() - began
        pause = max(self._left / BYTES_PER_SECOND, cost / SHARE, LEAST_SECONDS)
        self._looked, self.next = now, now + min(pause, MOST_SECONDS)
        return why

    def is_ending(self) -> bool:
        """Whether its first process has ended or is ending; by itself, unless we killed it."""
        return processes.is_leaving(self.process)

    @contextmanager
    def _as_its_owner(self) -> Iterator[None]:
        """Read as the owner of the process: root without its capabilities may see less."""
        if os.geteuid() != 0:
            yield
            return
        try:
            found = os.stat(f"/proc/{self.process}")
            owner = found.st_uid, found.st_gid
        except OSError:  # hidden from other users, or it has ended
            owner = (NOBODY, NOBODY) if processes.runs(self._pidfd) else (0, 0)
        before = linux.look_as(*owner)
        try:
            yield
        finally:
            linux.look_as(*before)

    def _own_usage(self) -> processes.Usage:
        """What the first process uses; TOO_MUCH if it runs and can't be seen."""
        found = processes.usage(self.process)
        if found or processes.is_seen(self.process) or not processes.runs(self._pidfd):
            return found
        return processes.TOO_MUCH

    def _memory(self, now: float) -> str:
        tree, limit = self._tree(), self._limits.memory
        own, first = self._own_usage(), self._at_first
        usages = {each: processes.usage(each) for each in tree} | {self.process: own}
        kept_for_them = sum(each.kernel for each in usages.values()) - first.kernel
        used = sum(each.pages for each in usages.values()) - first.pages + kept_for_them
        if limit < used < SHARED_AT_MOST * limit:
            once = sum(processes.counted_once(each, usages[each].pages) for each in tree)
            used = once - first.pages + kept_for_them
        self._left = limit - used
        self._count_time(tree, now)
        peak = own.peak - first.peak - max(0, own.files - first.files)
        if used > limit or peak > limit:
            return f"it used more than {limit >> 20} MB of memory"
        return ""

    def _threads_and_disk(self) -> str:
        limits = self._limits
        if len(processes.threads(self.process)) > limits.processes:
            return f"it started more than {limits.processes} threads"
        size, entries = _content(self._scratch)
        held = processes.held_without_a_name(self.process, self._scratch, self._file_size)
        size, entries = size + sum(held), entries + len(held)
        self._left = min(self._left, limits.disk - size)
        if size > limits.disk or entries > limits.entries:
            return f"it wrote more than {limits.disk >> 20} MB, or too many files"
        return ""

    def _count_time(self, tree: Iterable[int], now: float) -> None:
        """Add up the time; a tree that wants several processors gets the lowest priority."""
        threads = [(each, thread) for each in tree for thread in processes.threads(each)]
        used = sum(map(processes.processor, tree))
        waited = sum(processes.waited(*each) for each in threads)
        wanted = used + waited - self.processor - self.waited
        if len(threads) > 1 and wanted > GREEDY * (now - self._looked):
            for _, thread in threads:
                with suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, thread, LOWEST)
        self.processor, self.waited = used, waited

    def _tree(self) -> set[int]:
        """The first process and all of its descendants.

        An orphan becomes a child of the first process, so that none escapes.
        """
        running = {int(name) for name in os.listdir("/proc") if name.isdecimal()}
        self._parents = {
            each: known if (known := self._parents.get(each)) in running else processes.parent(each)
            for each in running
        }
        tree = {self.process}
        while True:
            more = {each for each, parent in self._parents.items() if parent in tree} - tree
            if not more:
                return tree
            tree |= more


def _content(folder: str) -> tuple[float, float]:
    """Bytes and entries beneath a folder; links are not followed.

    Both are infinite if something is too deep to have a path, or can't be read.
    """
    size = entries = 0
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as found:
                for entry in found:
                    entries += 1
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError as error:
            if error.errno in (errno.ENAMETOOLONG, errno.EACCES):
                return math.inf, math.inf
    return size, entries
