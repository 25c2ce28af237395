"""Landlock: restricts what a process may reach of the file system, the network and processes.

Constants and structures are those of `linux/landlock.h`. Landlock needs no privileges. Newer
kernels support more of it: the page `userspace-api/landlock` of the kernel lists the versions.
"""

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

from autograder.box import linux

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All rights over files, by the version that added the last of them."""
NETWORK_SINCE, TCP = 4, 0b11
SCOPES_SINCE, ABSTRACT_SOCKETS_AND_SIGNALS = 6, 0b11

_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
_VERSION, _PATH_BENEATH = 1, 1


def version() -> int:
    """The version of Landlock on this kernel; 0 if it is missing or switched off."""
    try:
        return linux.syscall("landlock_create_ruleset", 0, 0, _VERSION)
    except OSError:
        return 0


def restrict(
    readable: Iterable[str | int],
    writable: Iterable[str | int],
    listable: Iterable[str | int] = (),
) -> None:
    """Deny all other paths, TCP, and abstract sockets of and signals to other processes.

    Parameters
    ----------
    readable
        Paths or open descriptors of what may be read and run, with everything beneath it.
    writable
        Of what may be read, run, written, created and deleted.
    listable
        Of folders whose contents may only be listed.
    """
    ruleset, files = _ruleset()
    try:
        reading = EXECUTE | READ_FILE | READ_DIR
        for paths, rights in ((readable, reading), (writable, files), (listable, READ_DIR)):
            for path in paths:
                _allow(ruleset, path, rights & files)
        linux.syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _ruleset() -> tuple[int, int]:
    """A new set of rules, and the rights over files that it handles.

    A kernel with backported parts of Landlock may report a version that it supports only partly. It
    then refuses the rest, and an older version is tried.
    """
    for known in range(version(), 0, -1):
        files = FILES[max(each for each in FILES if each <= known)]
        network = TCP if known >= NETWORK_SINCE else 0
        scopes = ABSTRACT_SOCKETS_AND_SIGNALS if known >= SCOPES_SINCE else 0
        fields = struct.pack("=QQQ", files, network, scopes)
        fields = fields[: 8 if known < NETWORK_SINCE else 16 if known < SCOPES_SINCE else 24]
        buffer = ctypes.create_string_buffer(fields, len(fields))
        try:
            return linux.syscall("landlock_create_ruleset", buffer, len(fields), 0), files
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.E2BIG):
                raise
    raise linux.Unsupported("Landlock is missing from this kernel, or switched off")


def _allow(ruleset: int, path: str | int, rights: int) -> None:
    opened = path if isinstance(path, int) else os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _OF_A_FILE
        if rights:
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened), 12)
            linux.syscall("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    finally:
        if opened is not path:
            os.close(opened)
