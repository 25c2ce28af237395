"""If this fails, a system call leads out of the box, or one that Python needs is denied."""

import errno
import itertools
import os
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.box import linux, seccomp
from autograder.box.seccomp import AUDIT, X32, program

MACHINES = {"x86_64": 0, "aarch64": 1}
PID = 4711
ALLOW, ERRNO, DATA = 0x7FFF0000, 0x00050000, 0xFFFF
TABLES = {
    name: table
    for name, table in vars(seccomp).items()
    if name.isupper() and isinstance(table, dict) and name != "AUDIT"
}
SINGLE = {
    name: pair
    for name, pair in vars(seccomp).items()
    if re.fullmatch(r"MMAP|CLONE3?|IOCTL|FCNTL|PRCTL|PRLIMIT|SETRLIMIT|SOCKETPAIR|"
                    r"SCHED_SETAFFINITY|OPEN(?:AT)?", name)
}  # fmt: skip
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
A_THREAD = 0x003D0F00
"""The flags with which glibc starts a thread."""
A_FORK, A_VFORK = 0x01200011, 0x00004111


def run(
    code: bytes,
    number: int,
    arguments: Sequence[int] = (),
    audit: int | None = None,
    machine: str = "x86_64",
) -> int:
    """The result of a classic BPF program for a system call; only instructions that are used."""
    arguments = [*arguments, *[0] * (6 - len(arguments))]
    audit = AUDIT[machine] if audit is None else audit
    packed = [each & 0xFFFFFFFFFFFFFFFF for each in arguments]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, audit, 0, *packed)
    steps = list(struct.iter_unpack("<HBBI", code))
    at = accumulator = 0
    for _ in range(len(steps)):
        operation, if_true, if_false, value = steps[at]
        at += 1
        match operation:
            case 0x20:
                accumulator = struct.unpack_from("<I", data, value)[0]
            case 0x54:
                accumulator &= value
            case 0x05:
                at += value
            case 0x15:
                at += if_true if accumulator == value else if_false
            case 0x35:
                at += if_true if accumulator >= value else if_false
            case 0x45:
                at += if_true if accumulator & value else if_false
            case 0x06:
                return int(value)
            case _:
                raise AssertionError(f"instruction {operation:#x}")
    raise AssertionError("the program has no end")


def said(found: int) -> str:
    """ "allowed", "nothing" if it succeeds without being done, or the name of the error."""
    if found == ALLOW:
        return "allowed"
    assert found & ~DATA == ERRNO, hex(found)
    return errno.errorcode[found & DATA] if found & DATA else "nothing"


@pytest.fixture(
    params=itertools.product(MACHINES, [True, False]),
    ids=lambda case: f"{case[0]}-{'forks' if case[1] else 'alone'}",
)
def box(request: pytest.FixtureRequest) -> Any:
    """Asks one filter: ``ask(name or number, *arguments)``."""
    machine, may_fork = request.param
    code = program(machine, may_fork, PID)

    class Box:
        forks, column, instructions = may_fork, MACHINES[machine], len(code) // 8
        name = machine

        def ask(self, call: int | str, *arguments: int, audit: int | None = None) -> str:
            return said(run(code, self.number(call), arguments, audit, machine))

        def number(self, call: int | str) -> int:
            if isinstance(call, int):
                return call
            pairs = {each.lower(): pair for each, pair in SINGLE.items()}
            for table in TABLES.values():
                pairs |= table
            return int(pairs[call][self.column])

    return Box()


def listed(column: int, forks: bool) -> set[int]:
    """The numbers that are allowed whatever the arguments are."""
    tables: list[Mapping[str, seccomp.Numbers]] = [seccomp.PLAIN]
    if forks:
        tables += [seccomp.PROCESSES, seccomp.MODES_AND_TIMES, seccomp.SIGNALS]
    numbers = (pair[column] for table in tables for pair in table.values())
    return {number for number in numbers if number is not None}


def looked_at(column: int) -> set[int]:
    """The numbers for which the result depends on the arguments."""
    tables = seccomp.SIGNALS, seccomp.ATTRIBUTES, seccomp.NOTHING
    pairs = [*SINGLE.values(), *(pair for table in tables for pair in table.values())]
    return {pair[column] for pair in pairs if pair[column] is not None}


def test_every_listed_call_is_allowed_and_no_other(box: Any) -> None:
    expected = listed(box.column, box.forks)
    found = {number for number in range(601) if box.ask(number) == "allowed"}
    assert expected <= found
    assert found - expected <= looked_at(box.column)
    for number in set(range(601)) - expected - looked_at(box.column):
        assert box.ask(number) == "EPERM"


def test_no_number_beyond_is_allowed(box: Any) -> None:
    for number in (601, 1000, 2**16, 2**29, 2**30 - 1, 2**31 - 1, 2**31, 2**32 - 1):
        assert box.ask(number) == "EPERM"


def test_the_other_numbers_of_x86_64_are_shut(box: Any) -> None:
    """x32: the same calls under other numbers."""
    for number in range(601):
        assert box.ask(X32 + number) == "EPERM"


@pytest.mark.parametrize("audit", [0x40000003, 0x40000028, 0, 0xC000003E ^ 1, "other"])
def test_another_processor_s_calls_are_shut(box: Any, audit: int | str) -> None:
    """32-bit calls have other numbers on the same machine."""
    if audit == "other":
        audit = next(each for name, each in AUDIT.items() if name != box.name)
    assert {box.ask(number, audit=audit) for number in range(601)} == {"EPERM"}


def test_no_number_is_listed_twice() -> None:
    for column in MACHINES.values():
        pairs = [*SINGLE.values(), *(pair for table in TABLES.values() for pair in table.values())]
        numbers = [pair[column] for pair in pairs if pair[column] is not None]
        assert len(numbers) == len(set(numbers))


FORBIDDEN = {
    "ptrace": (101, 117), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268), "socket": (41, 198),
    "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "bpf": (321, 280), "perf_event_open": (298, 241),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "io_uring_setup": (425, 425), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "userfaultfd": (323, 282), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "shmget": (29, 194), "shmat": (30, 196), "semget": (64, 190), "msgget": (68, 186),
    "mq_open": (240, 180), "init_module": (175, 105), "finit_module": (313, 273),
    "kexec_load": (246, 104), "reboot": (169, 142), "setuid": (105, 146), "setresuid": (117, 147),
    "setgroups": (116, 159), "capset": (126, 91), "sethostname": (170, 161), "swapon": (167, 224),
    "mknodat": (259, 33), "fchownat": (260, 54), "fchown": (93, 55), "fchmodat2": (452, 452),
    "truncate": (76, 45), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "openat2": (437, 437), "open_tree": (428, 428), "move_mount": (429, 429),
    "mount_setattr": (442, 442), "fsopen": (430, 430), "landlock_restrict_self": (446, 446),
    "seccomp": (317, 277), "personality": (135, 92), "quotactl": (179, 60), "acct": (163, 89),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "syslog": (103, 116), "vhangup": (153, 58), "mlock": (149, 228), "mlockall": (151, 230),
    "mbind": (237, 235), "move_pages": (279, 239), "migrate_pages": (256, 238),
    "setpriority": (141, 140), "sched_setscheduler": (144, 119), "ioprio_set": (251, 30),
    "inotify_init1": (294, 26), "fanotify_init": (300, 262), "splice": (275, 76),
    "vmsplice": (278, 75), "tee": (276, 77), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "timer_create": (222, 107), "process_madvise": (440, 440),
    "remap_file_pages": (216, 234), "kcmp": (312, 272), "lookup_dcookie": (212, 18),
    "sendmsg": (46, 211), "sendmmsg": (307, 269),
}  # fmt: skip


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_leads_out_is_shut(box: Any, name: str) -> None:
    assert box.ask(FORBIDDEN[name][box.column]) == "EPERM"


def test_modes_and_times_of_files_are_open_only_in_a_file_system_of_one_s_own(box: Any) -> None:
    """Landlock lets a process change them of every file of its user."""
    for name, pair in seccomp.MODES_AND_TIMES.items():
        if pair[box.column] is not None:
            assert box.ask(name) == ("allowed" if box.forks else "EPERM")


class TestArguments:
    @pytest.mark.parametrize(
        "flag",
        [0x02000000, 0x08000000, 0x40000000, 0x00020000, 0x20000000, 0x10000000, 0x04000000, 0x80],
    )
    def test_clone_makes_no_namespace(self, box: Any, flag: int) -> None:
        for flags in (flag, flag | A_FORK, flag | A_THREAD):
            assert box.ask("clone", flags) == "EPERM"

    def test_clone_makes_threads_and_processes_only_where_they_end_with_the_first(
        self, box: Any
    ) -> None:
        assert box.ask("clone", A_THREAD) == "allowed"
        for flags in (A_FORK, A_VFORK, 17, 0):
            assert box.ask("clone", flags) == ("allowed" if box.forks else "EPERM")

    def test_clone3_is_unknown_so_that_libc_falls_back(self, box: Any) -> None:
        assert box.ask("clone3") == "ENOSYS"

    def test_memory_that_nobody_counts_is_shut(self, box: Any) -> None:
        assert box.ask("mmap", 0, 4096, 3, 0x22) == "allowed"
        assert box.ask("mmap", 0, 4096, 3, 0x01) == "allowed"
        for flags in (0x21, 0x23, 0x40021, 0x8021):
            assert box.ask("mmap", 0, 4096, 3, flags) == "EPERM"

    def test_terminals_are_asked_and_nothing_more(self, box: Any) -> None:
        for request in (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451):
            assert box.ask("ioctl", 0, request) == "allowed"
        for request in (0x5412, 0x540E, 0x8912, 0x5402, 0x8901, 0x40049409, 0):  # TIOCSTI first
            assert box.ask("ioctl", 0, request) == "ENOTTY"

    def test_the_upper_half_of_a_request_is_no_way_around(self, box: Any) -> None:
        """The kernel reads only 32 bits of it, and so does the filter."""
        assert box.ask("ioctl", 0, 0x5412 | 0x5401 << 32) == "ENOTTY"
        assert box.ask("socketpair", 2 | 1 << 32, 1) == "EPERM"
        assert box.ask("prctl", 22 | 15 << 32) == "EINVAL"

    def test_files_are_controlled_without_signals_to_others(self, box: Any) -> None:
        for command in (0, 1, 2, 3, 4, 5, 1030):
            assert box.ask("fcntl", 0, command) == "allowed"
        for command in (8, 10, 15, 1024, 1026, 1031, 1033, 36):  # F_SETOWN, F_SETSIG, F_SETOWN_EX…
            assert box.ask("fcntl", 0, command) == "EPERM"

    def test_nothing_that_several_can_read_is_locked(self, box: Any) -> None:
        """Otherwise two submissions could talk to each other."""
        assert box.ask("flock", 3, 2) == "nothing"
        for command in (6, 7):  # F_SETLK, F_SETLKW
            assert box.ask("fcntl", 3, command) == "nothing"
        for command in (37, 38, 1024):  # F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE
            assert box.ask("fcntl", 3, command) == "EPERM"

    def test_no_session_is_made(self, box: Any) -> None:
        """The kernel may give each session the same share of the processors."""
        assert box.ask("setsid") == "nothing"

    def test_no_process_limits_its_own_time(self, box: Any) -> None:
        """The kernel would kill it for that, as if another process on the host had."""
        time, others = 0, (1, 2, 6, 7, 9)
        assert box.ask("setrlimit", time) == "EPERM"
        for process in (0, PID):
            assert box.ask("prlimit", process, time, 0) == "allowed"
            for new in (1, 1 << 32):
                assert box.ask("prlimit", process, time, new) == "EPERM"
            for resource in others:
                assert box.ask("setrlimit", resource) == "allowed"
                assert box.ask("prlimit", process, resource, 1) == "allowed"

    def test_a_process_controls_little_of_itself(self, box: Any) -> None:
        for option in (3, 15, 16, 0x53564D41):
            assert box.ask("prctl", option) == "allowed"
        for option in (1, 4, 8, 22, 23, 24, 28, 35, 36, 38, 47, 59, 0x59616D61):
            assert box.ask("prctl", option) == "EINVAL"

    def test_socket_pairs_are_local_and_connected(self, box: Any) -> None:
        """A datagram could be sent to a socket of the host that has a name; AF_UNIX takes
        SOCK_RAW for one."""
        for flags in (0, 0o4000, 0o2000000, 0o2004000):
            assert box.ask("socketpair", 1, 1 | flags) == "allowed"
            assert box.ask("socketpair", 1, 5 | flags) == "allowed"
            for kind in (2, 3, 4, 6, 10, 0):
                assert box.ask("socketpair", 1, kind | flags) == "EPERM"
        for family in (0, 2, 10, 16, 17, 38, 40, 44):
            assert box.ask("socketpair", family, 1) == "EPERM"

    @pytest.mark.parametrize("name", ["kill", "tgkill"])
    def test_signals_reach_oneself_or_those_who_end_with_oneself(self, box: Any, name: str) -> None:
        assert box.ask(name, PID, PID, 15) == "allowed"
        for process in (0, -1, 1, PID + 1, -PID):
            assert box.ask(name, process) == ("allowed" if box.forks else "EPERM")

    def test_nobody_kills_himself_unless_it_has_no_effect(self, box: Any) -> None:
        """That would look like a kill from outside; see `Child.was_killed`."""
        for call in (("kill", PID, 9), ("tgkill", PID, PID, 9)):
            assert box.ask(*call) == ("allowed" if box.forks else "EPERM")

    def test_a_thread_is_not_signalled_without_its_process(self, box: Any) -> None:
        assert box.ask("tkill", PID) == ("allowed" if box.forks else "EPERM")

    @pytest.mark.parametrize("name", ["prlimit", "sched_setaffinity"])
    def test_nobody_else_s_limits_are_changed(self, box: Any, name: str) -> None:
        assert box.ask(name, 0, 7) == box.ask(name, PID, 7) == "allowed"
        for process in (1, PID + 1, -1):
            assert box.ask(name, process) == "EPERM"

    def test_attributes_of_files_are_unknown_here(self, box: Any) -> None:
        """Python's functions that copy files accept ENOTSUP."""
        for name in seccomp.ATTRIBUTES:
            assert box.ask(name) == "ENOTSUP"


def test_the_kernel_takes_a_program_of_this_length(box: Any) -> None:
    assert box.instructions <= 4096


def test_every_path_ends(box: Any) -> None:
    """Each jump stays inside the program. The kernel would refuse it otherwise."""
    steps = list(struct.iter_unpack("<HBBI", program(box.name, box.forks, PID)))
    for at, (operation, if_true, if_false, value) in enumerate(steps):
        jumps = (value,) if operation == 0x05 else (if_true, if_false)
        assert all(at + 1 + jump < len(steps) for jump in jumps) or operation == 0x06
    assert steps[-1][0] == 0x06


def numbers_of(machine: str) -> dict[str, int]:
    """{name: number} of the installed kernel headers."""
    header = HEADERS[machine]
    if not header.is_file():
        pytest.skip(f"the kernel's headers are not installed: there is no {header}")
    text = header.read_text()
    found = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text))
    # The names on 64-bit machines of calls that 32-bit machines have twice.
    again = re.findall(r"#define __NR_(\w+) __NR3264_(\w+)", text)
    found |= {name: found[other] for name, other in again if other in found}
    found["prlimit"] = found["prlimit64"]
    return {name: int(number) for name, number in found.items()}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_kernel(machine: str) -> None:
    known = numbers_of(machine)
    singles = {name.lower(): pair for name, pair in SINGLE.items()}
    for table in (*TABLES.values(), singles, FORBIDDEN):
        for name, pair in table.items():
            number = pair[MACHINES[machine]]
            if number is not None and name in known:
                assert known[name] == number, name
            elif number is not None:
                assert table is FORBIDDEN, f"the headers have no {name}"
    for name, pair in linux.NUMBERS.items():
        assert known[name] == pair[MACHINES[machine]], name


@pytest.mark.parametrize("machine", MACHINES)
def test_a_call_without_a_number_is_unknown_to_the_kernel_too(machine: str) -> None:
    known = numbers_of(machine)
    for table in TABLES.values():
        for name, pair in table.items():
            if pair[MACHINES[machine]] is None:
                assert name not in known


@pytest.mark.parametrize(("flags", "said"), [
    (os.O_RDONLY, "allowed"),
    (os.O_WRONLY | os.O_CREAT | os.O_TRUNC, "allowed"),
    (os.O_RDWR | os.O_TRUNC, "allowed"),
    (os.O_RDONLY | os.O_TRUNC, "EPERM"),
    (os.O_RDONLY | os.O_TRUNC | os.O_CLOEXEC, "EPERM"),
])  # fmt: skip
def test_nothing_is_emptied_that_is_opened_for_reading(box: Any, flags: int, said: str) -> None:
    """Early versions of Landlock treat this as reading; Python's files could be emptied."""
    assert box.ask("openat", 0, 0, flags) == said
    if box.name == "x86_64":
        assert box.ask("open", 0, flags) == said
