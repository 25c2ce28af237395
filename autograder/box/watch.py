"""What a child and all that it started use, read from outside."""

import errno
import math
import os
import time
from contextlib import suppress

WATCHED_FIELDS = ("RssAnon", "RssShmem", "VmSwap")
EVERY_SECONDS = 0.1


class Watch:
    """Memory of a tree of processes; threads, and a scratch folder, that nothing else limits.

    Parameters
    ----------
    pidfd : int
    limits : autograder.box.limits.Limits
    scratch : str
        "" where the folder is limited by itself.

    Attributes
    ----------
    process : int
        The first process of the tree.
    """

    def __init__(self, pidfd, limits, scratch):
        self._limits, self._scratch = limits, scratch
        self.process = _process_of(pidfd)
        self._parents = {}
        self._at_first, self._next = _memory(self.process), time.monotonic() + EVERY_SECONDS

    def look(self, now):
        """What there is too much of, in a student's words; "" when all is well."""
        if now < self._next:
            return ""
        self._next = now + EVERY_SECONDS
        used = sum(map(_memory, self._tree()))
        if used - self._at_first > self._limits.memory:
            return f"it used more than {self._limits.memory >> 20} MB of memory"
        if self._scratch:
            if _threads(self.process) > self._limits.processes:
                return f"it started more than {self._limits.processes} threads"
            size, entries = _content(self._scratch)
            if size > self._limits.disk or entries > self._limits.entries:
                return f"it wrote more than {self._limits.disk >> 20} MB, or too many files"
        return ""

    def _tree(self):
        """The first process and all that descend from it.

        An orphan becomes the first one's child, so that none gets away.
        """
        running = {int(name) for name in os.listdir("/proc") if name.isdecimal()}
        self._parents = {
            each: known if (known := self._parents.get(each)) in running else _parent(each)
            for each in running
        }
        tree = {self.process}
        while True:
            more = {each for each, parent in self._parents.items() if parent in tree} - tree
            if not more:
                return tree
            tree |= more


def _process_of(pidfd):
    with open(f"/proc/self/fdinfo/{pidfd}") as file:
        for line in file:
            if line.startswith("Pid:"):
                return int(line.split()[1])
    raise OSError("this kernel does not tell the process of a descriptor")


def _memory(process):
    """Bytes of its own: what it shares with the zygote, or reads from files, is not counted."""
    with suppress(OSError), open(f"/proc/{process}/status") as file:
        return 1024 * sum(int(line.split()[1]) for line in file if line.startswith(WATCHED_FIELDS))
    return 0


def _threads(process):
    with suppress(OSError, ValueError, IndexError), open(f"/proc/{process}/stat", "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[17])
    return 0


def _parent(process):
    with suppress(OSError, ValueError, IndexError), open(f"/proc/{process}/stat", "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[1])
    return 0


def _content(folder):
    """Bytes and entries beneath a folder; links are not followed.

    What lies so deep that it has no path any more, or where nobody may look, is as much as one
    likes.
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
