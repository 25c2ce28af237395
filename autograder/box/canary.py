"""What the canary tries behind the walls; its text is run there as a cell.

Each function returns ``"through"`` when it got where it must not, and else what it met.
"""

import inspect
import os
import socket
import sys
import time

THROUGH = "through"


def attempt(action):
    """Say what an action met."""
    try:
        action()
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "through"


def stay_inside(targets):
    """What every submission may do: one that can't proves nothing about walls."""

    def action():
        with open("canary", "w") as file:
            file.write("here")
        os.remove("canary")

    return attempt(action)


def read_a_file(targets):
    return attempt(lambda: open(targets["file"]).read())


def read_the_answers(targets):
    return attempt(lambda: os.listdir(targets["package"] + "/truth"))


def read_a_process(targets):
    return attempt(lambda: open(f"/proc/{targets['process']}/environ", "rb").read())


def write_outside(targets):
    return attempt(lambda: open(targets["folder"] + "/canary", "w").write("here"))


def signal_a_process(targets):
    return attempt(lambda: os.kill(targets["process"], 0))


def connect(targets):
    return attempt(lambda: socket.create_connection(("127.0.0.1", targets["port"]), 2))


def connect_to_an_abstract_socket(targets):
    return attempt(lambda: socket.socket(socket.AF_UNIX).connect("\0" + targets["abstract"]))


def send_a_datagram(targets):
    def action():
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"here", ("127.0.0.1", 9))

    return attempt(action)


def trace_oneself(targets):
    import ctypes

    # PTRACE_TRACEME: the least that tracing could do.
    done = ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0)
    return "through" if done == 0 else os.strerror(ctypes.get_errno())


def make_a_namespace(targets):
    import ctypes

    done = ctypes.CDLL(None, use_errno=True).unshare(0x10000000)
    return "through" if done == 0 else os.strerror(ctypes.get_errno())


def take_memory(targets):
    def action():
        kept = []
        for _ in range(targets["memory"] >> 20):
            kept.append(bytearray(b"x" * (1 << 20)))

    return attempt(action)


def take_memory_with_many(targets):
    """Each of them stays below what one may take."""

    def action():
        for _ in range(4):
            if os.fork() == 0:
                kept = bytearray(b"x" * (targets["memory"] // 3))
                time.sleep(60)
                os._exit(len(kept))
        time.sleep(1)

    return attempt(action)


def take_memory_that_is_shared(targets):
    import mmap

    return attempt(lambda: mmap.mmap(-1, 1 << 20))


def fill_the_disk(targets):
    """In many files, because each one has a limit of its own."""

    def action():
        for number in range(targets["disk"] >> 20):
            with open(f"flood-{number}", "wb") as file:
                file.write(b"x" * (1 << 20))
            time.sleep(0.1 * targets["watched"])  # the watch looks ten times a second

    return attempt(action)


def fork_without_end(targets):
    def action():
        for _ in range(targets["processes"]):
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)

    return attempt(action)


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
    "take_memory_that_is_shared": "memory that nobody counts",
    "fill_the_disk": "a disk without end",
    "fork_without_end": "processes without end",
}
FLOODS = (
    "take_memory", "take_memory_with_many", "fill_the_disk", "fork_without_end"
)  # fmt: skip
"""Attempts that leave no child behind in which another one could be made."""
SOURCE = inspect.getsource(sys.modules[__name__]).partition("ATTEMPTS =")[0]
