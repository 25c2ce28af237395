"""Runs a command where no user namespace can be made: `without_user_namespaces.py command …`.

The command keeps its user and, if that is root, all others. It runs in a user namespace that allows
no other one, as an administrator may have it for a whole host (`user.max_user_namespaces`).
"""

import ctypes
import os
import sys

NEW_USER = 0x10000000


def main(*command):
    inside, (wait, go) = os.getpid(), os.pipe()
    outside = os.fork()
    if not outside:
        os.read(wait, 1)
        _name_the_users(inside)
        os._exit(0)
    if ctypes.CDLL(None).unshare(NEW_USER):
        sys.exit("this host refuses user namespaces by itself: run the command directly")
    os.write(go, b".")
    if os.waitpid(outside, 0)[1]:
        sys.exit("its users could not be named")
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")
    os.execvp(command[0], command)


def _name_the_users(process):
    """Every user and group of another process's new namespace is who it is outside of it."""
    for kind, own in (("uid", os.geteuid()), ("gid", os.getegid())):
        names = f"{own} {own} 1\n"
        if os.geteuid() == 0:
            with open(f"/proc/self/{kind}_map") as file:
                ranges = [line.split() for line in file]
            names = "".join(f"{first} {first} {count}\n" for first, _, count in ranges)
        elif kind == "gid":
            with open(f"/proc/{process}/setgroups", "w") as file:
                file.write("deny")
        with open(f"/proc/{process}/{kind}_map", "w") as file:
            file.write(names)


if __name__ == "__main__":
    main(*sys.argv[1:])
