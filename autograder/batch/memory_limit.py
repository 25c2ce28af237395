"""Limits the grader's own memory for one submission, so that no submission stops a class."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

MEGABYTE = 1 << 20

if sys.platform == "linux":
    import resource

    AT_FIRST = resource.getrlimit(resource.RLIMIT_DATA)


@contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    """Let this process take this much more memory than it has; beyond that, MemoryError is raised.

    It is a soft limit, and is lifted after the block. Only Linux has it.
    """
    if sys.platform != "linux":
        yield
        return
    wanted, (before, hard) = _held() + megabytes * MEGABYTE, AT_FIRST
    if before != resource.RLIM_INFINITY:
        wanted = min(wanted, before)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, AT_FIRST)


def _held() -> int:
    """The bytes that count for the limit: the sixth number of statm, in pages."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
