"""What the canary tries behind the walls; its text is run there as a cell.

Each function returns ``"through"`` when it got where it must not, and else what it met. After that
word may stand where to.
"""

import inspect
import os
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TypedDict

THROUGH = "through"


class Targets(TypedDict):
    """What there is to get at, and how much is more than a submission may take."""

    file: str
    copies: list[str]
    folder: str
    port: int
    abstract: str
    process: int
    memory: int
    file_size: int
    files: int
    processes: int


def attempt(action: Callable[[], object]) -> str:
    """Say what an action met."""
    try:
        action()
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "through"


def stay_inside(targets: Targets) -> str:
    """What every submission may do: one that can't proves nothing about walls."""

    def action() -> None:
        with open("canary", "w") as file:
            file.write("here")
        os.remove("canary")

    return attempt(action)


def read_a_file(targets: Targets) -> str:
    return attempt(lambda: open(targets["file"]).read())


def read_the_answers(targets: Targets) -> str:
    """Of any copy of the package: of those that were named, and of what can be found by looking."""
    import glob

    near = ((each or ".") + depth for each in sys.path for depth in ("/*", "/*/*"))
    found = (os.path.dirname(truth) for each in near for truth in glob.iglob(each + "/truth"))
    met = "there is none"
    for copy in dict.fromkeys([*targets["copies"], *found]):
        for part in ("truth", "questions"):
            for folder, _, names in os.walk(os.path.join(copy, part)):
                for path in (os.path.join(folder, name) for name in names):
                    met = attempt(partial(os.open, path, os.O_RDONLY))
                    if met == THROUGH:
                        return f"{THROUGH}: {path}"
    return met


def read_a_process(targets: Targets) -> str:
    return attempt(lambda: open(f"/proc/{targets['process']}/environ", "rb").read())


def write_outside(targets: Targets) -> str:
    return attempt(lambda: open(targets["folder"] + "/canary", "w").write("here"))


def signal_a_process(targets: Targets) -> str:
    return attempt(lambda: os.kill(targets["process"], 0))


def connect(targets: Targets) -> str:
    return attempt(lambda: socket.create_connection(("127.0.0.1", targets["port"]), 2))


def connect_to_an_abstract_socket(targets: Targets) -> str:
    return attempt(lambda: socket.socket(socket.AF_UNIX).connect("\0" + targets["abstract"]))


def send_a_datagram(targets: Targets) -> str:
    def action() -> None:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"here", ("127.0.0.1", 9))

    return attempt(action)


def trace_oneself(targets: Targets) -> str:
    import ctypes

    # PTRACE_TRACEME: the least that tracing could do.
    done = ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0)
    return "through" if done == 0 else os.strerror(ctypes.get_errno())


def make_a_namespace(targets: Targets) -> str:
    import ctypes

    done = ctypes.CDLL(None, use_errno=True).unshare(0x10000000)
    return "through" if done == 0 else os.strerror(ctypes.get_errno())


def take_memory(targets: Targets) -> str:
    def action() -> None:
        kept = []
        for _ in range(targets["memory"] >> 20):
            kept.append(bytearray(b"x" * (1 << 20)))

    return attempt(action)


def by_many(number: int, action: Callable[[Callable[[], object]], object]) -> None:
    """Fork processes that all do something and stay; wait until each of them has done it."""
    done, told = os.pipe()
    for _ in range(number):
        if os.fork() == 0:
            try:
                kept = action(lambda: os.write(told, b"."))  # noqa: F841
                os.write(told, b".")
                time.sleep(60)
            finally:
                os._exit(0)
    os.close(told)
    for _ in range(number):
        if not os.read(done, 1):
            raise OSError("they could not")


def take_memory_with_many(targets: Targets) -> str:
    """Each of them stays below what one may take."""
    return attempt(lambda: by_many(4, lambda tell: b"x" * (targets["memory"] // 3)))


def take_memory_without_a_first_thread(targets: Targets) -> str:
    """What has ended is the only one of its threads that the kernel has figures of."""

    def action(tell: Callable[[], object]) -> None:
        import ctypes
        import platform
        import threading

        left = threading.Lock()

        def take() -> None:
            left.acquire()
            kept = b"x" * (targets["memory"] // 3)  # noqa: F841
            tell()
            time.sleep(60)

        left.acquire()
        threading.Thread(target=take).start()
        call, leave = ctypes.CDLL(None).syscall, {"x86_64": 60, "aarch64": 93}[platform.machine()]
        left.release()
        call(leave, 0)

    return attempt(lambda: by_many(4, action))


def take_memory_in_sockets(targets: Targets) -> str:
    """Of what waits in there, nothing belongs to a process."""

    def action(tell: Callable[[], object]) -> object:
        kept = []
        try:
            while True:
                for end in socket.socketpair():
                    kept.append(end)
                    end.setblocking(False)
                    try:
                        while True:
                            end.send(b"x" * 4096)
                    except BlockingIOError:
                        pass
        except OSError:  # there can't be more of them
            return kept

    return attempt(lambda: by_many(targets["processes"] // 6, action))


def take_memory_that_is_shared(targets: Targets) -> str:
    import mmap

    return attempt(lambda: mmap.mmap(-1, 1 << 20))


def fill_the_disk(targets: Targets) -> str:
    """In many files, because each one has a limit of its own."""

    def action() -> None:
        for number in range(targets["files"]):
            with open(f"flood-{number}", "wb") as file:
                file.write(b"x" * targets["file_size"])

    return attempt(action)


def fill_the_disk_without_names(targets: Targets) -> str:
    """With files that were deleted: every other one is open, the rest are mapped."""
    import mmap

    kept: list[object] = []

    def action() -> None:
        for number in range(targets["files"]):
            file = open("flood", "w+b")  # noqa: SIM115
            file.write(b"x" * targets["file_size"])
            file.flush()
            os.remove("flood")
            if number % 2:
                kept.append(file)
            else:
                kept.append(mmap.mmap(file.fileno(), targets["file_size"]))
                file.close()

    met = attempt(action)
    globals()["kept"] = kept
    return met


def put_a_file_into_a_socket(targets: Targets) -> str:
    """Where nobody sees it."""

    def action() -> None:
        ends = socket.socketpair()
        socket.send_fds(ends[0], [b"here"], [0])

    return attempt(action)


def see_a_lock(targets: Targets) -> str:
    """Of somebody else, on a file that everybody may read."""
    import fcntl

    def action() -> None:
        with open(os.__file__) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
        raise OSError("a lock holds nothing here")

    return attempt(action)


def fork_without_end(targets: Targets) -> str:
    return attempt(lambda: by_many(targets["processes"], lambda tell: None))


ATTEMPTS = {
    "read_a_file": "reading files of the course",
    "read_the_answers": "reading the reference",
    "read_a_process": "reading other processes",
    "write_outside": "writing outside its folder",
    "signal_a_process": "signals to other processes",
    "connect": "the network (TCP)",
    "send_a_datagram": "the network (UDP)",
    "connect_to_an_abstract_socket": "sockets of the host",
    "trace_oneself": "tracing",
    "make_a_namespace": "new namespaces",
    "take_memory": "memory without end",
    "take_memory_with_many": "memory of many processes",
    "take_memory_without_a_first_thread": "memory of threads alone",
    "take_memory_in_sockets": "memory in sockets",
    "take_memory_that_is_shared": "memory that nobody counts",
    "fill_the_disk": "a disk without end",
    "fill_the_disk_without_names": "a disk without end, in deleted files",
    "put_a_file_into_a_socket": "files on their way",
    "see_a_lock": "locks of others",
    "fork_without_end": "processes without end",
}
FLOODS = (
    "take_memory", "take_memory_with_many", "take_memory_without_a_first_thread",
    "take_memory_in_sockets", "fill_the_disk", "fill_the_disk_without_names", "fork_without_end",
)  # fmt: skip
"""Attempts that leave no child behind in which another one could be made."""
SOURCE = inspect.getsource(sys.modules[__name__]).partition("ATTEMPTS =")[0]
