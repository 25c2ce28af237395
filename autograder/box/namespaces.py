"""Namespaces: a file system with Python and little else, and no other processes or network.

The zygote enters them once. Each child then gets its own mounts, processes and scratch folder.
"""

import os
import signal
import struct
from collections.abc import Collection, Iterable
from ctypes import create_string_buffer
from pathlib import Path
from typing import NoReturn

from autograder.box import linux

NOBODY = 65534
STUDENT = 1000
SCRATCH = "/submission"
"""A path where no host keeps its Python; /tmp links to it, unless something is shown in /tmp."""
STAGE = "/tmp"
"""A folder that exists on every host, to build the new root in."""

_CLONE, _NOT_INHERITED = 1, os.O_CLOEXEC
_HERE, _FROM_DESCRIPTOR = -100, 0x04
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_PRIVATE, _WITH_ALL_BENEATH = 1 << 18, 1 << 14
DEVICES = ("/dev/null", "/dev/random", "/dev/urandom")
PASSWD = f"student:x:{STUDENT}:{STUDENT}:student:{SCRATCH}:/bin/sh\n"
APART = (
    linux.NEW_NS | linux.NEW_PID | linux.NEW_NET | linux.NEW_IPC | linux.NEW_UTS
    | linux.NEW_CGROUP
)  # fmt: skip


def enter(shown: Collection[str], hidden: Iterable[str]) -> tuple[int, int]:
    """Leave the host's files, network, processes and user permanently; the zygote calls it once.

    It returns in a forked process, the first of its namespace; the original process only waits for
    that one. Root first leaves its mounts, because its Python may be where no other user has
    access, and then its user id. Other users, and root without its capabilities, need the user
    namespace first, because it permits the other steps.

    Parameters
    ----------
    shown
        The paths that stay visible, read-only; folders with everything beneath them.
    hidden
        Folders that will appear empty, although a folder above them is shown.

    Raises
    ------
    OSError
        The host refuses one of the steps; this process can't be used any more.

    Returns
    -------
    own, processes
        Descriptors of the folder in ``/proc`` of this process, and of ``/proc`` itself, which is
        not visible from now on.
    """
    processes = os.open("/proc", os.O_PATH | os.O_CLOEXEC)
    user, group = os.geteuid(), os.getegid()
    if user == 0 and can_become(NOBODY):
        linux.unshare(linux.NEW_NS)
        _move_into(shown, hidden)
        user = group = NOBODY
        become(NOBODY)
        linux.unshare(linux.NEW_USER | APART)
        _name_the_user(processes, user, group)
    else:
        linux.unshare(linux.NEW_USER | APART)
        _name_the_user(processes, user, group)
        _move_into(shown, hidden)
    linux.mount("tmpfs", SCRATCH, "tmpfs", 2 | 4, "size=16m,mode=700")
    first = os.fork()
    if first:
        _wait_for(first)
    linux.prctl(linux.SET_DEATH_SIGNAL, signal.SIGKILL)
    return os.open("self", os.O_PATH | os.O_CLOEXEC, dir_fd=processes), processes


def _wait_for(child: int) -> NoReturn:
    """Wait for the child with no descriptors open, and exit with its status."""
    os.closerange(0, 1024)
    _, status = os.waitpid(child, 0)
    os._exit(min(255, abs(os.waitstatus_to_exitcode(status))))


def can_become(user: int, needed: Iterable[tuple[str, int]] = ()) -> bool:
    """Whether this process could become another user, and still access what it needs.

    Tried in a forked process: root may lack the capabilities, or be the only user of its container.

    Parameters
    ----------
    user
        The user id.
    needed
        Paths, and the access that is needed to each.
    """
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    status = 1
    try:
        become(user)
        status = not all(os.access(*each) for each in needed)
    finally:
        os._exit(status)


def become(user: int) -> None:
    """Change from root to an ordinary user id, and leave all groups of root."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    # Changing the user makes a process undumpable, and then root owns its uid_map.
    linux.prctl(linux.SET_DUMPABLE, 1)


def fork_apart(own: int) -> int:
    """Fork a child that is the first process of a new namespace.

    A process can choose a new namespace for its children only once, so it returns to its own every
    time; `own` is a descriptor of that.
    """
    linux.unshare(linux.NEW_PID)
    child = os.fork()
    if child:
        linux.setns(own, linux.NEW_PID)
    return child


def take_own_user(processes: int) -> None:
    """Enter a new user namespace, in which only the processes of this child are counted.

    Called by each child after the fork. (Kernels before 5.14 count over all namespaces.)
    """
    linux.unshare(linux.NEW_USER)
    _name_the_user(processes, STUDENT, STUDENT)
    linux.bound_capabilities()  # a new user namespace restores them all


def take_own_scratch(size: int, entries: int) -> str:
    """Enter a new mount namespace, with an empty folder of limited size.

    Called by each child after the fork.

    Returns
    -------
    folder
    """
    linux.unshare(linux.NEW_NS | linux.NEW_IPC)
    options = f"size={size},nr_inodes={entries},mode=700"
    linux.mount("tmpfs", SCRATCH, "tmpfs", 2 | 4, options)
    os.mkdir(f"{SCRATCH}/shm")
    return SCRATCH


def _name_the_user(processes: int, user: int, group: int) -> None:
    for name, text in (
        ("uid_map", f"{STUDENT} {user} 1"),
        ("setgroups", "deny"),
        ("gid_map", f"{STUDENT} {group} 1"),
    ):
        opened = os.open(f"self/{name}", os.O_WRONLY | os.O_CLOEXEC, dir_fd=processes)
        os.write(opened, text.encode())
        os.close(opened)


def _move_into(shown: Collection[str], hidden: Iterable[str]) -> None:
    """Build a root that contains only what is shown, and leave the old one."""
    os.umask(0o022)
    linux.mount("", "/", "", _PRIVATE | _WITH_ALL_BENEATH)
    # All of this before anything is mounted: a path may be beneath the folder that is used below.
    links = {path: os.readlink(path) for path in shown if os.path.islink(path)}
    folders = {path for path in shown if os.path.isdir(path)}
    copies = {path: _copy(path) for path in shown if path not in links}
    devices = {path: _copy(path, _NO_SETUID | _NO_PROGRAMS) for path in DEVICES}
    linux.mount("tmpfs", STAGE, "tmpfs", 2 | 4, "size=1m,mode=755")
    root = Path(STAGE)
    for path, target in links.items():
        link = root / path[1:]
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    for path, copy in (copies | devices).items():
        _attach(copy, root / path[1:], path in folders)
    for path in hidden:
        folder = root / path[1:]
        if folder.is_dir():
            linux.mount("tmpfs", folder, "tmpfs", 1 | 2 | 4, "size=4k,mode=755")
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/passwd").write_text(PASSWD)
    (root / "dev/shm").symlink_to(f"{SCRATCH}/shm")
    (root / SCRATCH[1:]).mkdir()
    if not (root / "tmp").exists():
        (root / "tmp").symlink_to(SCRATCH)
    os.chdir(root)
    try:
        linux.syscall("pivot_root", create_string_buffer(b"."), create_string_buffer(b"."))
        linux.umount_lazily(".")
    except OSError:
        # The initial root of a machine can't be replaced; the new one is moved over it instead.
        linux.mount(".", "/", "", 1 << 13)
        os.chroot(".")
    os.chdir("/")
    _set_attributes(os.open("/", os.O_PATH | os.O_CLOEXEC), _READ_ONLY | _NO_SETUID, 0)


def _copy(path: str, attributes: int = _READ_ONLY | _NO_SETUID | _NO_DEVICES) -> int:
    """Clone a mount without attaching it; return its descriptor."""
    name = create_string_buffer(os.fsencode(path))
    flags = _CLONE | _NOT_INHERITED | linux.RECURSIVE
    copy = linux.syscall("open_tree", _HERE, name, flags)
    _set_attributes(copy, attributes, linux.RECURSIVE)
    return copy


def _set_attributes(descriptor: int, attributes: int, flags: int) -> None:
    """Add attributes; those that the host has set can't be removed."""
    wanted = create_string_buffer(struct.pack("=QQQQ", attributes, 0, 0, 0), 32)
    nothing = create_string_buffer(b"")
    linux.syscall("mount_setattr", descriptor, nothing, linux.EMPTY_PATH | flags, wanted, 32)


def _attach(copy: int, target: Path, is_folder: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.mkdir(exist_ok=True) if is_folder else target.touch()
    place, nothing = create_string_buffer(os.fsencode(target)), create_string_buffer(b"")
    linux.syscall("move_mount", copy, nothing, _HERE, place, _FROM_DESCRIPTOR)
    os.close(copy)
