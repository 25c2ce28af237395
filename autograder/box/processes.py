"""What ``/proc`` says about processes: their memory, time, threads and deleted files.

A process may end at any time. From then on it uses nothing.
"""

import math
import os
import re
import select
import signal
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import NamedTuple

from autograder.box import linux

ENDING = 0x4
"""PF_EXITING in the kernel's ``sched.h``: a process is on its way out."""


class Usage(NamedTuple):
    """Bytes of one process.

    Attributes
    ----------
    pages : float
        Of its own pages.
    kernel : float
        Of kernel memory for it.
    peak : float
        The most pages that it has had at a time, including those of files.
    files : float
        Of pages of files.
    """

    pages: float = 0
    kernel: float = 0
    peak: float = 0
    files: float = 0

    def __bool__(self) -> bool:
        return any(self)


TOO_MUCH = Usage(pages=math.inf)
"""The usage of a process for which the kernel gives no figures."""


def process_of(pidfd: int) -> int:
    """The id of a descriptor's process; -1 if the process has ended and been waited for.

    Raises
    ------
    OSError
        This kernel does not say.
    """
    with open(f"/proc/self/fdinfo/{pidfd}") as file:
        for line in file:
            if line.startswith("Pid:"):
                return int(line.split()[1])
    raise OSError("this kernel does not say which process a descriptor belongs to")


def runs(pidfd: int) -> bool:
    """Whether a descriptor's process is still running."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return not poll.poll(0)


def _read(path: str) -> bytes | None:
    """The content of a file of ``/proc``; None if its process is gone."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _stat(process: int | str) -> list[bytes] | None:
    """The fields of ``/proc/<pid>/stat`` from the state on; None if the process is gone."""
    text = _read(f"/proc/{process}/stat")
    return text.rpartition(b")")[2].split() if text else None


def is_seen(process: int) -> bool:
    """Whether a process exists and ``/proc`` shows it."""
    return _stat(process) is not None


def is_leaving(thread: int | str) -> bool:
    """Whether a thread has ended, is ending, or has a SIGKILL pending; by its path in ``/proc``."""
    fields = _stat(thread)
    if fields is None or fields[0] in b"ZX" or int(fields[6]) & ENDING:
        return True
    pending = re.search(rb"^SigPnd:\s*(\w+)", _read(f"/proc/{thread}/status") or b"", re.MULTILINE)
    return bool(pending and int(pending[1], 16) >> signal.SIGKILL - 1 & 1)


def _hides(process: int) -> bool:
    """Whether an unreadable process is running: while one ends, it belongs to root for a moment."""
    return not all(is_leaving(f"{process}/task/{thread}") for thread in threads(process))


def usage(process: int) -> Usage:
    """The memory of a process; :data:`TOO_MUCH` if there are no figures although it runs."""
    try:
        for place in _places(process):
            text = _read(f"{place}/status") or b""
            if b"RssAnon" in text:
                return _figures(text, len(os.listdir(f"{place}/fd")))
        return Usage()
    except (FileNotFoundError, ProcessLookupError):
        return Usage()  # it ended while it was read
    except OSError:
        return TOO_MUCH if _hides(process) else Usage()


def _places(process: int) -> Iterator[str]:
    """Where its figures may be: a first thread that has ended has none, but others may have."""
    yield f"/proc/{process}"
    for thread in threads(process):
        yield f"/proc/{process}/task/{thread}"


def _figures(text: bytes, descriptors: int) -> Usage:
    """The usage in a ``status`` file, without pages shared with the zygote or read from files.

    Each open descriptor counts as a socket with a full buffer, because nothing else counts those.
    """
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition(b":")
        if value.endswith(b"kB"):
            found[name] = int(value[:-2]) << 10
    pages = sum(found.get(name, 0) for name in (b"RssAnon", b"RssShmem", b"VmSwap"))
    kept = found[b"VmPTE"] + descriptors * linux.socket_buffer()
    return Usage(pages, kept, found[b"VmHWM"], found[b"RssFile"])


def counted_once(process: int, pages: float) -> float:
    """Bytes of a process's pages, with each shared page divided among the processes that use it."""
    try:
        text = _read(f"/proc/{process}/smaps_rollup") or b""
    except OSError:
        return pages
    fields = dict(line.split()[:2] for line in text.splitlines() if line.endswith(b"kB"))
    names = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")
    return sum(int(fields[each]) << 10 for each in names) if names[0] in fields else pages


def threads(process: int) -> list[int]:
    """The ids of a process's threads."""
    try:
        return [int(name) for name in os.listdir(f"/proc/{process}/task")]
    except (FileNotFoundError, ProcessLookupError):
        return []


def parent(process: int) -> int:
    """The id of a process's parent; 0 if it has none or it is not known."""
    with suppress(OSError):
        fields = _stat(process)
        return int(fields[1]) if fields else 0
    return 0


def processor(process: int) -> float:
    """Processor seconds of a process, and of the children that it has waited for."""
    fields = _stat(process)
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0


def waited(process: int, thread: int) -> float:
    """Seconds that a thread has waited for a processor; 0 if the kernel doesn't record them."""
    text = _read(f"/proc/{process}/task/{thread}/schedstat")
    return int(text.split()[1]) / 1e9 if text else 0


def held_without_a_name(process: int, folder: str, file_size: int) -> Collection[float]:
    """Bytes of each deleted file of a folder that a process still has open or mapped.

    The size of a file that is only mapped is not known: it counts as `file_size`. A running process
    that can't be read, for example because its first thread has ended, counts as infinite.
    """
    held: dict[int, float] = {}
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
