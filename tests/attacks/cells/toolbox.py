# The attacker has found out everything about this machine but its secrets.
# ruff: noqa
import ctypes
import errno
import json
import os
import platform
import stat
import sys
import tempfile

TOLD = {}
REFUSED = (OSError, ImportError, MemoryError, EOFError)


def succeeded(what):
    print("ATTACK", "SUCCEEDED:", str(what)[:2000])


def looks(what, action, *arguments):
    """Print what an attempt brings: if that is a success, it is for its contents."""
    try:
        print(f"{what}:", action(*arguments))
    except REFUSED as error:
        print(f"{what}: refused, {type(error).__name__}: {error}"[:300])


def tries(what, action, *arguments):
    """Make one attempt; what it brings, if anything, is its success."""
    try:
        found = action(*arguments)
    except REFUSED as error:
        print(f"{what}: refused, {type(error).__name__}: {error}"[:300])
        return None
    if found is None or found is False:
        print(f"{what}: nothing")
        return None
    succeeded(f"{what}: {found!r}")
    return found


NUMBERS = dict(
    zip(
        "x86_64 aarch64".split(),
        (
            {
                "clone": 56,
                "ptrace": 101,
                "chroot": 161,
                "mount": 165,
                "umount2": 166,
                "pivot_root": 155,
                "setns": 308,
                "unshare": 272,
                "process_vm_readv": 310,
                "process_vm_writev": 311,
                "io_uring_setup": 425,
                "bpf": 321,
                "perf_event_open": 298,
                "add_key": 248,
                "keyctl": 250,
                "userfaultfd": 323,
                "fanotify_init": 300,
                "init_module": 175,
                "kexec_load": 246,
                "swapon": 167,
                "acct": 163,
                "syslog": 103,
                "reboot": 169,
                "sethostname": 170,
                "clock_settime": 227,
                "quotactl": 179,
                "open_by_handle_at": 304,
                "name_to_handle_at": 303,
                "memfd_create": 319,
                "shmget": 29,
                "shmat": 30,
                "msgget": 68,
                "pidfd_open": 434,
                "pidfd_getfd": 438,
                "open_tree": 428,
                "move_mount": 429,
                "fsopen": 430,
                "clone3": 435,
                "kcmp": 312,
                "seccomp": 317,
                "setuid": 105,
                "setresuid": 117,
                "capset": 126,
                "prctl": 157,
                "mknodat": 259,
                "lookup_dcookie": 212,
                "memfd_secret": 447,
                "mq_open": 240,
                "exit": 60,
                "process_madvise": 440,
                "tee": 276,
                "vmsplice": 278,
                "migrate_pages": 256,
            },
            {
                "clone": 220,
                "ptrace": 117,
                "chroot": 51,
                "mount": 40,
                "umount2": 39,
                "pivot_root": 41,
                "setns": 268,
                "unshare": 97,
                "process_vm_readv": 270,
                "process_vm_writev": 271,
                "io_uring_setup": 425,
                "bpf": 280,
                "perf_event_open": 241,
                "add_key": 217,
                "keyctl": 219,
                "userfaultfd": 282,
                "fanotify_init": 262,
                "init_module": 105,
                "kexec_load": 104,
                "swapon": 224,
                "acct": 89,
                "syslog": 116,
                "reboot": 142,
                "sethostname": 161,
                "clock_settime": 112,
                "quotactl": 60,
                "open_by_handle_at": 265,
                "name_to_handle_at": 264,
                "memfd_create": 279,
                "shmget": 194,
                "shmat": 196,
                "msgget": 186,
                "pidfd_open": 434,
                "pidfd_getfd": 438,
                "open_tree": 428,
                "move_mount": 429,
                "fsopen": 430,
                "clone3": 435,
                "kcmp": 272,
                "seccomp": 277,
                "setuid": 146,
                "setresuid": 147,
                "capset": 91,
                "prctl": 167,
                "mknodat": 33,
                "lookup_dcookie": 18,
                "memfd_secret": 447,
                "mq_open": 180,
                "exit": 93,
                "process_madvise": 440,
                "tee": 77,
                "vmsplice": 75,
                "migrate_pages": 238,
            },
        ),
        strict=True,
    )
)[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def syscall(name, *arguments):
    """One system call by its number, past libc; what it returned, or OSError."""
    numbers = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = libc.syscall(ctypes.c_long(NUMBERS[name]), *numbers)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return name, result


def read(*path):
    """The beginning of a file."""
    with open(os.path.join(*path), "rb") as file:
        return file.read(200_000)


def may_write(*path):
    """Whether a file could be written: it is opened for that, and left as it is."""
    with open(os.path.join(*path), "r+b"):
        return f"{os.path.join(*path)} is open for writing"


def leave(*folder):
    """Leave a file of this attack's name in a folder."""
    path = os.path.join(*folder, TOLD["mark"])
    with open(path, "x") as file:
        file.write("left behind\n")
    return f"{path} was written"


def swarm(count, work):
    """Have so many processes work, each in a session of its own; threads where there are none."""
    import threading

    for _ in range(count):
        try:
            child = os.fork()
        except OSError:
            threading.Thread(target=work, daemon=True).start()
            continue
        if not child:
            os.setsid()
            work()
            os._exit(0)


def show_result(text):
    """Send what looks like the result of the cell that is running."""
    shell = get_ipython()
    data, metadata = {"text/plain": text}, {}
    if hasattr(shell, "kernel"):
        session, socket = shell.kernel.session, shell.kernel.iopub_socket
        result = {"data": data, "metadata": metadata, "execution_count": 1}
        session.send(socket, "execute_result", result, parent=shell.parent_header)
    else:
        shell.display_pub.publish(data, metadata, execution_count=1, output_type="execute_result")
        shell.displayhook.write_format_data(data, metadata)
        shell.displayhook.finish_displayhook()
