"""What the canary tries behind the walls; the source of this module runs there as a cell.

Each function returns ``"through"`` if it reached what it must not, and otherwise what stopped it.
That word may be followed by what it reached.
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
    """What to reach for, and amounts that are more than a submission may use."""

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
    """Return what stopped an action, or "through"."""
    try:
        action()
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "through"


def stay_inside(targets: Targets) -> str:
    """Do what every submission may do: if that fails, the other attempts prove nothing."""

    def action() -> None:
        with open("canary", "w") as file:
            file.write("here")
        os.remove("canary")

    return attempt(action)


def read_a_file(targets: Targets) -> str:
    return attempt(lambda: open(targets["file"]).read())


def read_the_answers(targets: Targets) -> str:
    """Look in all copies of the packages: those that are listed, and those that can be found."""
    import glob

    near = ((each or ".") + depth for each in sys.path for depth in ("/*", "/*/*"))
    rooms = (each + name for each in near for name in ("/truth", "/gradcheck/network"))
    found = (os.path.dirname(room) for pattern in rooms for room in glob.iglob(pattern))
    met = "nothing was found"
    for copy in dict.fromkeys([*targets["copies"], *found]):
        for part in ("truth", "questions", "network"):
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

    # PTRACE_TRACEME: the most harmless kind of tracing.
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
    """Fork processes that all do something and stay alive; wait until each has done it."""
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
            raise OSError("the processes failed")


def take_memory_with_many(targets: Targets) -> str:
    """Each process stays below the limit."""
    return attempt(lambda: by_many(4, lambda tell: b"x" * (targets["memory"] // 3)))


def take_memory_without_a_first_thread(targets: Targets) -> str:
    """The kernel shows figures for the first thread only, and that one has ended."""

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
    """The buffers of sockets are not counted for any process."""

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
        except OSError:  # no more sockets can be made
            return kept

    return attempt(lambda: by_many(targets["processes"] // 6, action))


def take_memory_that_is_shared(targets: Targets) -> str:
    import mmap

    return attempt(lambda: mmap.mmap(-1, 1 << 20))


def fill_the_disk(targets: Targets) -> str:
    """Write many files, because each file has a limit."""

    def action() -> None:
        for number in range(targets["files"]):
            with open(f"flood-{number}", "wb") as file:
                file.write(b"x" * targets["file_size"])

    return attempt(action)


def fill_the_disk_without_names(targets: Targets) -> str:
    """Write files and delete them: half of them stay open, the others are mapped."""
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
    """A file in a socket is not visible from outside."""

    def action() -> None:
        ends = socket.socketpair()
        socket.send_fds(ends[0], [b"here"], [0])

    return attempt(action)


def see_a_lock(targets: Targets) -> str:
    """Look for a lock that another process holds on a file that everybody may read."""
    import fcntl

    def action() -> None:
        with open(os.__file__) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
        raise OSError("locks have no effect here")

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
    "take_memory": "unlimited memory",
    "take_memory_with_many": "memory of many processes",
    "take_memory_without_a_first_thread": "memory of a process whose first thread has ended",
    "take_memory_in_sockets": "memory in socket buffers",
    "take_memory_that_is_shared": "memory that is not counted",
    "fill_the_disk": "unlimited disk space",
    "fill_the_disk_without_names": "unlimited disk space, in deleted files",
    "put_a_file_into_a_socket": "files sent through sockets",
    "see_a_lock": "locks of other processes",
    "fork_without_end": "unlimited processes",
}
FLOODS = (
    "take_memory", "take_memory_with_many", "take_memory_without_a_first_thread",
    "take_memory_in_sockets", "fill_the_disk", "fill_the_disk_without_names", "fork_without_end",
)  # fmt: skip
"""Attempts after which a child can't be used for another one."""
SOURCE = inspect.getsource(sys.modules[__name__]).partition("ATTEMPTS =")[0]
