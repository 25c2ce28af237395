"""System calls that Python's standard library lacks, through ctypes.

Numbers and constants are those of the kernel's headers: `asm/unistd_64.h` for x86_64 and
`asm-generic/unistd.h` for aarch64.
"""

import ctypes
import os
import platform
import sys
from functools import cache
from pathlib import Path

MACHINE = platform.machine()

PROCESSORS = ("x86_64", "aarch64")
NUMBERS: dict[str, tuple[int, int]] = {
    "pivot_root": (155, 41),
    "seccomp": (317, 277),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "mount_setattr": (442, 442),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
"""The numbers of each call on the two processors."""

# On other systems the module is imported as well, by code that then reports that walls are missing.
if sys.platform == "linux":
    _libc = ctypes.CDLL(None, use_errno=True)
    _libc.syscall.restype = ctypes.c_long

NEW_CGROUP, NEW_IPC, NEW_NET, NEW_NS, NEW_PID, NEW_USER, NEW_UTS = (
    0x02000000, 0x08000000, 0x40000000, 0x00020000, 0x20000000, 0x10000000, 0x04000000,
)  # fmt: skip

SET_DEATH_SIGNAL, SET_DUMPABLE, DROP_FROM_BOUNDING_SET, SET_NO_NEW_PRIVS, CLEAR_AMBIENT = (
    1, 4, 24, 38, 47,
)  # fmt: skip

EMPTY_PATH = 0x1000
RECURSIVE = 0x8000


class Unsupported(OSError):
    """This kernel, processor or container does not support the request."""


def syscall(name: str, *arguments: int | ctypes.Array[ctypes.c_char]) -> int:
    """Make one system call; raise OSError with the kernel's error."""
    try:
        number = NUMBERS[name][PROCESSORS.index(MACHINE)]
    except ValueError:
        raise Unsupported(f"the system call {name} has no known number on {MACHINE}") from None
    longs = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *longs), name)


def prctl(option: int, value: int = 0, third: int = 0, fourth: int = 0, fifth: int = 0) -> int:
    """``prctl(2)``."""
    numbers = [ctypes.c_ulong(each) for each in (value, third, fourth, fifth)]
    return _checked(_libc.prctl(option, *numbers), "prctl")


def unshare(flags: int) -> int:
    """Leave the namespaces in `flags` for new ones; ``unshare(2)``."""
    return _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(descriptor: int, flags: int) -> int:
    """Enter the namespace of a descriptor; ``setns(2)``."""
    return _checked(_libc.setns(descriptor, ctypes.c_int(flags)), "setns")


def mount(source: str, target: str | Path, kind: str, flags: int, options: str = "") -> int:
    """``mount(2)``."""
    words = [each.encode() for each in (source, str(target), kind)]
    done = _libc.mount(*words, ctypes.c_ulong(flags), options.encode())
    return _checked(done, f"mount on {target}")


def umount_lazily(target: str) -> int:
    """Detach a mount now; it is removed when it is not used any more."""
    return _checked(_libc.umount2(target.encode(), 2), f"umount of {target}")


def look_as(user: int, group: int) -> tuple[int, int]:
    """Access files as this user and group from now on, in this thread: ``setfsuid(2)``.

    Returns
    -------
    user, group
        Those before the call, to be restored with another one.
    """
    # Only root can change the group: so before it stops being root, or after it is root again.
    if user:
        before = _libc.setfsgid(group)
        return _libc.setfsuid(user), before
    return _libc.setfsuid(user), _libc.setfsgid(group)


@cache
def socket_buffer() -> int:
    """The most bytes of kernel memory that one socket of a pair can fill.

    That is ``net.core.wmem_default``, and the last packet in addition.
    """
    try:
        with open("/proc/sys/net/core/wmem_default") as file:
            return int(file.read()) * 5 // 4
    except (OSError, ValueError):
        return (208 << 10) * 5 // 4  # the kernel's own default


def current_processor() -> int:
    """The number of the processor that this thread runs on right now; ``sched_getcpu(3)``."""
    return _checked(_libc.sched_getcpu(), "sched_getcpu")


def bound_capabilities() -> None:
    """Keep programs that are started from now on from gaining capabilities; keep our own."""
    for capability in range(64):
        try:
            prctl(DROP_FROM_BOUNDING_SET, capability)
        except OSError:
            break  # beyond the last one that this kernel knows


def drop_capabilities() -> None:
    """Give up all capabilities permanently."""
    prctl(CLEAR_AMBIENT, 4)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _checked(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def _checked(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result
