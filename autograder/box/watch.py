"""What a child and all that it started use, read from outside.

The kernel limits what it can; this counts the rest: the memory of a whole tree of processes, and
at the level "landlock" threads and a scratch folder. It can only look now and then. So it looks the
sooner the less is left, as nothing can be filled faster than :data:`BYTES_PER_SECOND`, and once
more at what has been when a message comes, before anybody believes it.
"""

import errno
import math
import os
import re
import select
import signal
import stat
import time
from contextlib import contextmanager, suppress
from typing import NamedTuple

from autograder.box import kernel
from autograder.box.namespaces import NOBODY

BYTES_PER_SECOND = 1e10
"""Faster than processes of one tree get memory or fill files, on any machine that we know."""
MOST_SECONDS, LEAST_SECONDS = 0.1, 0.002
"""Between two looks."""
SHARE = 0.2
"""Of the time, at most, goes into looking."""
ENDING = 0x4
"""PF_EXITING in the kernel's ``sched.h``: a process is on its way out."""
GREEDY, LOWEST = 1.5, 19
"""Processors that a tree may want at a time before it is sent behind all others; how far."""
SHARED_AT_MOST = 16
"""Times the limit: up to there it is worth counting what processes share only once."""


class Watch:
    """Looks after one tree of processes.

    Parameters
    ----------
    pidfd : int
        Of its first process.
    limits : autograder.box.limits.Limits
    scratch : str
        Its folder on the host's own disk; "" where the folder is limited by itself.
    file_size : int
        The most bytes of one of its files.

    Attributes
    ----------
    process : int
        The first process of the tree.
    next : float
        When to look again.
    processor, waited : float
        Seconds that the tree has used of processors, and that its threads were ready to run and
        had none, all together; as of the last look.

    Raises
    ------
    OSError
        This host does not tell what the tree uses.
    """

    def __init__(self, pidfd, limits, scratch, file_size):
        self._limits, self._file_size = limits, file_size
        self._scratch = os.path.realpath(scratch) if scratch else ""
        self._pidfd, self.process = pidfd, _process_of(pidfd)
        self._parents = {}
        with self._as_its_owner():
            self._at_first = self._own_usage()
        if self._at_first is TOO_MUCH:
            raise OSError(
                "/proc does not tell what a process uses of memory; is it mounted with hidepid?"
            )
        self.processor = self.waited = self._left = 0.0
        self._looked = self.next = time.monotonic()

    def due(self, now):
        """Whether enough time has passed since the last look for something to be full."""
        return (now - self._looked) * BYTES_PER_SECOND > self._left

    def look(self, now):
        """What there is too much of, in a student's words; "" when all is well."""
        began = time.monotonic()
        with self._as_its_owner():
            why = self._memory(now) or (self._scratch and self._threads_and_disk())
        cost = time.monotonic() - began
        pause = max(self._left / BYTES_PER_SECOND, cost / SHARE, LEAST_SECONDS)
        self._looked, self.next = now, now + min(pause, MOST_SECONDS)
        return why

    def is_ending(self):
        """Whether its first process is ending, or has ended: of itself, if nobody has killed it."""
        return _is_leaving(self.process)

    @contextmanager
    def _as_its_owner(self):
        """Look as the user whose process it is: root without its capabilities may see less."""
        if os.geteuid() != 0:
            yield
            return
        try:
            found = os.stat(f"/proc/{self.process}")
            owner = found.st_uid, found.st_gid
        except OSError:  # it is hidden from others; of one that has ended there is only its folder
            owner = (NOBODY, NOBODY) if _runs(self._pidfd) else (0, 0)
        before = kernel.look_as(*owner)
        try:
            yield
        finally:
            kernel.look_as(*before)

    def _own_usage(self):
        """What the first process uses; one that can't be seen at all may use anything."""
        usage = _usage(self.process)
        hidden = usage == _Usage() and _stat(self.process) is None and _runs(self._pidfd)
        return TOO_MUCH if hidden else usage

    def _memory(self, now):
        tree, limit = self._tree(), self._limits.memory
        own, first = self._own_usage(), self._at_first
        usages = {each: _usage(each) for each in tree} | {self.process: own}
        kept_for_them = sum(each.kernel for each in usages.values()) - first.kernel
        used = sum(each.pages for each in usages.values()) - first.pages + kept_for_them
        if limit < used < SHARED_AT_MOST * limit:
            once = sum(_counted_once(each, usages[each].pages) for each in tree)
            used = once - first.pages + kept_for_them
        self._left = limit - used
        self._count_time(tree, now)
        peak = own.peak - first.peak - max(0, own.files - first.files)
        if used > limit or peak > limit:
            return f"it used more than {limit >> 20} MB of memory"
        return ""

    def _threads_and_disk(self):
        limits = self._limits
        if len(_threads(self.process)) > limits.processes:
            return f"it started more than {limits.processes} threads"
        size, entries = _content(self._scratch)
        held = _held_without_a_name(self.process, self._scratch, self._file_size)
        size, entries = size + sum(held), entries + len(held)
        self._left = min(self._left, limits.disk - size)
        if size > limits.disk or entries > limits.entries:
            return f"it wrote more than {limits.disk >> 20} MB, or too many files"
        return ""

    def _count_time(self, tree, now):
        """Whoever wants several processors at a time gets what the neighbours leave of them."""
        threads = [(each, thread) for each in tree for thread in _threads(each)]
        used, waited = sum(map(_processor, tree)), sum(_waited(*each) for each in threads)
        wanted = used + waited - self.processor - self.waited
        if len(threads) > 1 and wanted > GREEDY * (now - self._looked):
            for _, thread in threads:
                with suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, thread, LOWEST)
        self.processor, self.waited = used, waited

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


class _Usage(NamedTuple):
    """Bytes of one process.

    Its own pages, what the kernel keeps for it, the most pages that it had, and those of files.
    """

    pages: float = 0
    kernel: float = 0
    peak: float = 0
    files: float = 0


TOO_MUCH = _Usage(pages=math.inf)
"""Of which the kernel tells no figure."""


def _process_of(pidfd):
    with open(f"/proc/self/fdinfo/{pidfd}") as file:
        for line in file:
            if line.startswith("Pid:"):
                return int(line.split()[1])
    raise OSError("this kernel does not tell the process of a descriptor")


def _runs(pidfd):
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return not poll.poll(0)


def _read(path):
    """A file of ``/proc``; None when its process is gone."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _stat(process):
    """The fields of ``/proc/<pid>/stat`` from the state on; None when it is gone."""
    text = _read(f"/proc/{process}/stat")
    return text and text.rpartition(b")")[2].split()


def _is_leaving(thread):
    """Whether a thread ends, has ended, or has no choice any more; by its place in ``/proc``."""
    fields = _stat(thread)
    if fields is None or fields[0] in b"ZX" or int(fields[6]) & ENDING:
        return True
    pending = re.search(rb"^SigPnd:\s*(\w+)", _read(f"/proc/{thread}/status") or b"", re.MULTILINE)
    return bool(pending and int(pending[1], 16) >> signal.SIGKILL - 1 & 1)


def _hides(process):
    """Whether a process where nobody may look lives: one that ends is root's, for a moment."""
    return not all(_is_leaving(f"{process}/task/{thread}") for thread in _threads(process))


def _usage(process):
    """What a process uses of memory. No figure is too much, unless it has ended."""
    try:
        for place in _places(process):
            text = _read(f"{place}/status") or b""
            if b"RssAnon" in text:
                return _figures(text, len(os.listdir(f"{place}/fd")))
        return _Usage()
    except (FileNotFoundError, ProcessLookupError):
        return _Usage()  # it ended in the middle
    except OSError:
        return TOO_MUCH if _hides(process) else _Usage()


def _places(process):
    """Where its figures may stand: a first thread that has ended has none, while others live on."""
    yield f"/proc/{process}"
    for thread in _threads(process):
        yield f"/proc/{process}/task/{thread}"


def _figures(text, descriptors):
    """Of what is shared with the zygote, or read from files, nothing is its own.

    Each open descriptor may be a socket whose buffer is full, and that is counted nowhere.
    """
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition(b":")
        if value.endswith(b"kB"):
            found[name] = int(value[:-2]) << 10
    pages = sum(found.get(name, 0) for name in (b"RssAnon", b"RssShmem", b"VmSwap"))
    kept = found[b"VmPTE"] + descriptors * kernel.socket_buffer()
    return _Usage(pages, kept, found[b"VmHWM"], found[b"RssFile"])


def _counted_once(process, pages):
    """Bytes of a process's pages, where those that several have are shared out among them."""
    try:
        text = _read(f"/proc/{process}/smaps_rollup") or b""
    except OSError:
        return pages
    fields = dict(line.split()[:2] for line in text.splitlines() if line.endswith(b"kB"))
    names = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")
    return sum(int(fields[each]) << 10 for each in names) if names[0] in fields else pages


def _threads(process):
    try:
        return [int(name) for name in os.listdir(f"/proc/{process}/task")]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _parent(process):
    with suppress(OSError):
        fields = _stat(process)
        return int(fields[1]) if fields else 0
    return 0


def _processor(process):
    """Seconds of a process, and of those that it has waited for."""
    fields = _stat(process)
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0


def _waited(process, thread):
    """Seconds that a thread has been ready to run; 0 where the kernel doesn't keep them."""
    text = _read(f"/proc/{process}/task/{thread}/schedstat")
    return int(text.split()[1]) / 1e9 if text else 0


def _held_without_a_name(process, folder, file_size):
    """Bytes of each deleted file of a folder that a process still has open or mapped.

    Those of one that is only mapped nobody tells: it is as large as a file may be. Where nobody
    may look, as after the end of a first thread while others live, there may be anything.
    """
    held = {}
    try:
        for line in (_read(f"/proc/{process}/maps") or b"").splitlines():
            if line.endswith(b" (deleted)"):
                _, _, _, _, inode, path = line.split(maxsplit=5)
                if path.startswith(os.fsencode(folder)):
                    held[int(inode)] = file_size
        for name in os.listdir(f"/proc/{process}/fd"):
            with suppress(OSError):  # it has just been closed
                found = os.stat(f"/proc/{process}/fd/{name}")
                if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                    held[found.st_ino] = found.st_blocks * 512
    except (FileNotFoundError, ProcessLookupError):
        pass  # it has ended
    except OSError:
        return [math.inf] if _hides(process) else []
    return held.values()


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
