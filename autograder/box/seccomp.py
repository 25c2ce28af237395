"""The system calls that a student's code may make: an allowlist, compiled to a seccomp filter.

A call that is not listed fails with EPERM, so that new calls of new kernels are denied as well. The
list is what Python, numpy, matplotlib, threads and child processes need. It has no sockets, mounts,
namespaces, tracing, memory of other processes, keyrings, io_uring or bpf.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from autograder.box import linux

Numbers = tuple[int, int | None]
"""The numbers of one call on x86_64 and on aarch64; None if aarch64 has no such call."""

PLAIN: dict[str, Numbers] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "stat": (4, None),
    "fstat": (5, 80), "lstat": (6, None), "poll": (7, None), "lseek": (8, 62),
    "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "pread64": (17, 67),
    "pwrite64": (18, 68), "readv": (19, 65), "writev": (20, 66), "access": (21, None),
    "pipe": (22, None), "select": (23, None), "sched_yield": (24, 124), "mremap": (25, 216),
    "msync": (26, 227), "mincore": (27, 232), "madvise": (28, 233), "dup": (32, 23),
    "dup2": (33, None), "pause": (34, None), "nanosleep": (35, 101), "getitimer": (36, 102),
    "alarm": (37, None), "setitimer": (38, 103), "getpid": (39, 172), "sendfile": (40, 71),
    "sendto": (44, 206), "recvfrom": (45, 207), "shutdown": (48, 210), "getsockname": (51, 204),
    "getpeername": (52, 205), "getsockopt": (55, 209), "recvmsg": (47, 212),
    "exit": (60, 93), "wait4": (61, 260),
    "uname": (63, 160), "fsync": (74, 82), "fdatasync": (75, 83),
    "ftruncate": (77, 46), "getdents64": (217, 61), "getcwd": (79, 17),
    "chdir": (80, 49), "fchdir": (81, 50), "rename": (82, None), "mkdir": (83, None),
    "rmdir": (84, None), "creat": (85, None), "link": (86, None), "unlink": (87, None),
    "symlink": (88, None), "readlink": (89, None), "umask": (95, 166),
    "gettimeofday": (96, 169), "getrlimit": (97, 163), "getrusage": (98, 165), "sysinfo": (99, 179),
    "times": (100, 153), "getuid": (102, 174), "getgid": (104, 176),
    "geteuid": (107, 175), "getegid": (108, 177), "setpgid": (109, 154), "getppid": (110, 173),
    "getpgrp": (111, None), "getgroups": (115, 158), "getresuid": (118, 148),
    "getresgid": (120, 150), "getpgid": (121, 155), "getsid": (124, 156), "capget": (125, 90),
    "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132), "statfs": (137, 43), "fstatfs": (138, 44),
    "getpriority": (140, 141), "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126), "arch_prctl": (158, None), "gettid": (186, 178),
    "time": (201, None), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "epoll_create": (213, None), "set_tid_address": (218, 96),
    "restart_syscall": (219, 128), "fadvise64": (221, 223), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "exit_group": (231, 94),
    "epoll_wait": (232, None), "epoll_ctl": (233, 21), "waitid": (247, 95),
    "mkdirat": (258, 34), "newfstatat": (262, 79), "unlinkat": (263, 35),
    "renameat": (264, 38), "linkat": (265, 37), "symlinkat": (266, 36), "readlinkat": (267, 78),
    "faccessat": (269, 48), "pselect6": (270, 72), "ppoll": (271, 73),
    "set_robust_list": (273, 99), "get_robust_list": (274, 100),
    "epoll_pwait": (281, 22), "fallocate": (285, 47), "eventfd2": (290, 19),
    "epoll_create1": (291, 20), "dup3": (292, 24), "pipe2": (293, 59), "preadv": (295, 69),
    "pwritev": (296, 70), "getcpu": (309, 168), "renameat2": (316, 276), "getrandom": (318, 278),
    "membarrier": (324, 283), "copy_file_range": (326, 285), "statx": (332, 291),
    "rseq": (334, 293), "close_range": (436, 436), "faccessat2": (439, 439),
    "epoll_pwait2": (441, 441),
}  # fmt: skip
PROCESSES: dict[str, Numbers] = {
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
}  # fmt: skip
MODES_AND_TIMES: dict[str, Numbers] = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "utime": (132, None),
    "utimes": (235, None), "utimensat": (280, 88),
}  # fmt: skip
"""No version of Landlock protects the files of the grader's user from these."""
SIGNALS = {"kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131)}
MMAP, CLONE, CLONE3, IOCTL, FCNTL, PRCTL, PRLIMIT, SETRLIMIT, SOCKETPAIR = (
    (9, 222), (56, 220), (435, 435), (16, 29), (72, 25), (157, 167), (302, 261), (160, 164),
    (53, 199),
)  # fmt: skip
SCHED_SETAFFINITY = 203, 122
NOTHING = {"flock": (73, 32), "setsid": (112, 157)}
"""These succeed and do nothing. A lock on a file that others read could carry a message to them.
A new session could get more processor time: the kernel may give each session an equal share."""
OPEN: Numbers = (2, None)
OPENAT = 257, 56
ATTRIBUTES = {
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "getxattr": (191, 8),
    "lgetxattr": (192, 9), "fgetxattr": (193, 10), "listxattr": (194, 11), "llistxattr": (195, 12),
    "flistxattr": (196, 13),
}  # fmt: skip

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000

SHARED_ANONYMOUS = 0x01 | 0x20
NEW_NAMESPACES = 0x7E020080  # user, pid, net, ipc, uts, cgroup, mount and time
THREAD = 0x00010000
QUESTIONS_TO_TERMINALS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""
FILE_CONTROLS = (0, 1, 2, 3, 4, 5, 9, 11, 1030, 1032, 1034)
"""The harmless ones: no F_SETOWN or F_SETSIG (signals to others), no F_SETPIPE_SZ."""
FILE_LOCKS = (6, 7)
"""F_SETLK, F_SETLKW: they do nothing, as `flock`."""
PROCESSOR_TIME = 0
"""RLIMIT_CPU: the kernel kills a process that exceeds it, which looks like a kill from outside."""
KILL = 9
PROCESS_CONTROLS = (3, 15, 16, 0x53564D41)
"""PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (glibc names its arenas)."""
WRITES, TRUNCATES = 0o3, 0o1000
"""Opening for reading with truncation: before version 3, Landlock allows that."""
LOCAL, STREAM, PACKETS_IN_ORDER, TYPE = 1, 1, 5, 0xF

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _JUMP, _EQUAL, _GREATER, _ANY_BIT, _RETURN, _AND = 0x20, 0x05, 0x15, 0x35, 0x45, 0x06, 0x54
_FILTER_OF_ALL_THREADS = 1


def install(may_fork: bool) -> None:
    """Install the filter for this process and all that it starts; it can't be removed.

    Parameters
    ----------
    may_fork
        Whether it may start processes and send signals to others. Only safe in a new pid namespace:
        elsewhere a process could outlive its parent, or send signals to processes of others.
    """
    code = program(linux.MACHINE, may_fork, os.getpid())
    buffer = ctypes.create_string_buffer(code)
    length = len(code) // 8
    header = ctypes.create_string_buffer(struct.pack("@HP", length, ctypes.addressof(buffer)))
    other = linux.syscall("seccomp", 1, _FILTER_OF_ALL_THREADS, header)
    if other:
        raise linux.Unsupported(f"the filter could not be installed for thread {other}")


@cache
def program(machine: str, may_fork: bool, pid: int) -> bytes:
    """The filter as classic BPF, 8 bytes an instruction.

    Calls whose arguments don't matter are found by a binary search over runs of consecutive
    numbers, because the kernel runs the filter at every call.
    """
    column = linux.PROCESSORS.index(machine)

    def numbers(table: Mapping[str, Numbers]) -> list[int]:
        found = (each[column] for each in table.values())
        return [number for number in found if number is not None]

    allowed = numbers(PLAIN) + numbers(PROCESSES | MODES_AND_TIMES if may_fork else {})
    of_its_own = _only(0, (0, pid))
    special = [
        *[(number, _denied(errno.ENOTSUP)) for number in numbers(ATTRIBUTES)],
        # libc falls back to clone, whose flags can be checked.
        (CLONE3[column], _denied(errno.ENOSYS)),
        (MMAP[column], _unless(3, SHARED_ANONYMOUS, SHARED_ANONYMOUS)),
        (OPENAT[column], _unless(2, TRUNCATES | WRITES, TRUNCATES)),
        (CLONE[column], _clone(may_fork)),
        (IOCTL[column], _only(1, QUESTIONS_TO_TERMINALS, errno.ENOTTY)),
        *[(number, _denied(0)) for number in numbers(NOTHING)],
        (FCNTL[column], _when(1, FILE_LOCKS, _denied(0)) + _only(1, FILE_CONTROLS)),
        (PRCTL[column], _only(0, PROCESS_CONTROLS, errno.EINVAL)),
        (PRLIMIT[column], _when(1, (PROCESSOR_TIME,), _null(2) + of_its_own) + of_its_own),
        (SCHED_SETAFFINITY[column], of_its_own),
        (SETRLIMIT[column], _when(0, (PROCESSOR_TIME,), _refuse()) + _allow()),
        (SOCKETPAIR[column], _socketpair()),
    ]
    opening = OPEN[column]
    if opening is not None:
        special.append((opening, _unless(1, TRUNCATES | WRITES, TRUNCATES)))
    # The first process of a namespace ignores a SIGKILL from itself. Any other process that kills
    # itself would look as if it had been killed from outside.
    own = {
        "kill": _when(1, (KILL,), _refuse()) + _only(0, (pid,)),
        "tkill": _refuse(),
        "tgkill": _when(2, (KILL,), _refuse()) + _only(0, (pid,)),
    }
    for name, each in SIGNALS.items():
        special.append((each[column], _allow() if may_fork else own[name]))
    body = _search(_runs(allowed))
    for number, tail in reversed(special):
        body = _step(_EQUAL, number, 0, len(tail) // 8) + tail + body
    head = _op(_LOAD, 4) + _step(_EQUAL, AUDIT[machine], 1, 0) + _refuse() + _op(_LOAD, 0)
    if machine == "x86_64":
        head += _step(_GREATER, X32, 0, 1) + _refuse()
    return head + body


def _op(code: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, 0, 0, value)


def _step(code: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _allow() -> bytes:
    return _op(_RETURN, _ALLOW)


def _denied(error: int) -> bytes:
    return _op(_RETURN, _ERRNO | error)


def _refuse() -> bytes:
    return _denied(errno.EPERM)


def _argument(index: int, high: bool = False) -> bytes:
    """Load half of an argument; both processors are little-endian."""
    return _op(_LOAD, 16 + 8 * index + 4 * high)


def _only(index: int, values: Sequence[int], error: int = errno.EPERM) -> bytes:
    """Allow if the lower half of an argument is one of `values`; the kernel ignores the rest."""
    tests = b"".join(
        _step(_EQUAL, value, len(values) - place, 0) for place, value in enumerate(values)
    )
    return _argument(index) + tests + _denied(error) + _allow()


def _when(index: int, values: Sequence[int], then: bytes) -> bytes:
    """Run `then` if the lower half of an argument is one of `values`; else what follows."""
    tests = b"".join(
        _step(_EQUAL, value, len(values) - place, 0) for place, value in enumerate(values)
    )
    return _argument(index) + tests + _op(_JUMP, len(then) // 8) + then


def _null(index: int) -> bytes:
    """Refuse a pointer that is not null; else what follows."""
    halves = (_argument(index, high) for high in (False, True))
    return b"".join(half + _step(_EQUAL, 0, 1, 0) + _refuse() for half in halves)


def _unless(index: int, mask: int, bits: int) -> bytes:
    """Refuse if the bits of an argument that are in `mask` equal `bits`."""
    compare = _op(_AND, mask) + _step(_EQUAL, bits, 0, 1)
    return _argument(index) + compare + _refuse() + _allow()


def _socketpair() -> bytes:
    """Allow connected sockets only: datagrams could be sent to any other socket that has a name."""
    local = _argument(0) + _step(_EQUAL, LOCAL, 1, 0) + _refuse()
    kind = _step(_EQUAL, STREAM, 2, 0) + _step(_EQUAL, PACKETS_IN_ORDER, 1, 0)
    return local + _argument(1) + _op(_AND, TYPE) + kind + _refuse() + _allow()


def _clone(may_fork: bool) -> bytes:
    new_namespace = _argument(0) + _step(_ANY_BIT, NEW_NAMESPACES, 0, 1) + _refuse()
    if may_fork:
        return new_namespace + _allow()
    return new_namespace + _step(_ANY_BIT, THREAD, 1, 0) + _refuse() + _allow()


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs (first, last) of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    return runs


def _search(runs: Sequence[tuple[int, int]]) -> bytes:
    """Allow numbers in one of the runs: a binary search, left half first."""
    if len(runs) == 1:
        first, last = runs[0]
        return _step(_GREATER, first, 0, 2) + _step(_GREATER, last + 1, 1, 0) + _allow() + _refuse()
    middle = len(runs) // 2
    left, right = _search(runs[:middle]), _search(runs[middle:])
    # A conditional jump can skip 255 instructions; the plain jump after it, any number.
    skip = _step(_GREATER, runs[middle][0], 0, 1) + _op(_JUMP, len(left) // 8)
    return skip + left + right
