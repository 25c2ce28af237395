"""What of the host a student's code may see: the Python installation and the system's programs."""

import os
import sys
from pathlib import Path

SYSTEM = (
    "/bin", "/lib", "/lib64", "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo",
    "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives",
)  # fmt: skip


def shown():
    """The paths that stay visible, none of them beneath another one."""
    python = [
        os.path.join(prefix, folder)
        for prefix in dict.fromkeys((sys.prefix, sys.base_prefix))
        for folder in ("bin", "lib", "lib64")
    ]
    settings = os.path.join(sys.prefix, "pyvenv.cfg")
    found = [path for path in (*SYSTEM, *python, settings) if os.path.exists(path)]
    links = [path for path in found if os.path.islink(path)]
    real = [path for path in found if path not in links]
    return links + [each for each in real if not any(_beneath(each, other) for other in real)]


def hidden():
    """This very package: it holds the answers."""
    return [str(Path(__file__).resolve().parents[1]), str(Path(__file__).parents[1])]


def without(paths, hidden):
    """`paths` with every folder that holds something hidden taken apart.

    Landlock can only allow. So where something must stay shut, what lies beside it is named. And
    it follows links, for which only their own targets may be named: `lib64` often is one to `lib`.

    Returns
    -------
    readable, listable : list of str
    """
    readable, listable = [], []
    for path in dict.fromkeys(map(os.path.realpath, paths)):
        if any(_beneath(each, path) for each in hidden):
            listable.append(path)
            inside = [entry.path for entry in os.scandir(path) if not entry.is_symlink()]
            deeper, names = without([each for each in inside if each not in hidden], hidden)
            readable += deeper
            listable += names
        elif path not in hidden:
            readable.append(path)
    return readable, listable


def _beneath(path, folder):
    return path != folder and Path(path).is_relative_to(folder)
