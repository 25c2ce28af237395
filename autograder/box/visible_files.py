"""The host's files that a student's code may see: the Python installation and system programs."""

import glob
import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

SYSTEM = (
    "/bin", "/lib", "/lib64", "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo",
    "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives",
)  # fmt: skip


def shown() -> list[str]:
    """The paths that stay visible; none of them is beneath another one."""
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


def hidden() -> list[str]:
    """Every copy of this package and of `gradcheck` beneath the paths that are shown.

    The package contains the answers, and `gradcheck` functions that are asked for.

    There may be more copies than the running one: `pip install .` makes one, an editable install
    and other environments of the same Python point to some, and an interrupted installation leaves
    part of one behind, under another name.

    Returns
    -------
    folders
        Of the copies, including the running one, by every path under which they are visible.
    """
    own, library = Path(__file__).parents[1], Path(__file__).parents[2] / "gradcheck"
    real = {each: os.path.realpath(each) for each in shown() if os.path.isdir(each)}
    libraries = [
        Path(os.path.realpath(each))
        for folder in real
        if os.path.basename(folder).startswith("lib")
        for each in glob.glob(f"{glob.escape(folder)}/py*/*-packages")
    ]
    found = [str(own), os.path.realpath(own), str(library), os.path.realpath(library)]
    roots: list[str | Path] = [
        *libraries,
        *_targets(dict.fromkeys(libraries)),
        *sys.path,
        own.parent,
    ]
    for root in dict.fromkeys(map(os.path.realpath, roots)):
        if any(_beneath_or_same(root, folder) for folder in real.values()):
            for copy in _copies(root):
                views = [each for each in real if _beneath_or_same(copy, real[each])]
                found += [copy, *(each + copy.removeprefix(real[each]) for each in views)]
    return list(dict.fromkeys(found))


def _targets(libraries: Iterable[Path]) -> Iterator[Path]:
    """The folders of editable installs, from the `.pth` files and modules in libraries."""
    for library in libraries:
        for note in (*library.glob("*.pth"), *library.glob("*.egg-link")):
            for line in map(str.strip, _read(note).splitlines()):
                if line and line.isprintable() and not line.startswith(("#", "import")):
                    yield library / line
        for note in library.glob("__editable__*.py"):
            yield from (Path(each).parent for each in re.findall(r"['\"](/[^'\"]+)", _read(note)))


def _copies(root: str) -> Iterator[str]:
    """The copies in a folder of modules, and in the builds beneath it."""
    for folder in (root, *glob.glob(f"{glob.escape(root)}/build/*")):
        with suppress(OSError):
            yield from (os.path.realpath(each) for each in os.scandir(folder) if _is_copy(each))


def _is_copy(entry: os.DirEntry[str]) -> bool:
    """Whether a folder is a copy of one of the packages, or the remains of one."""
    return any(
        os.path.isdir(f"{entry.path}/{room}")
        and (entry.name == name or os.path.exists(f"{entry.path}/{another}"))
        for name, room, another in (
            ("autograder", "truth", "questions"),
            ("gradcheck", "network", "asked_cost.py"),
        )
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def without(paths: Iterable[str], hidden: Collection[str]) -> tuple[list[str], list[str]]:
    """`paths`, with every folder that contains something hidden replaced by the rest of it.

    Landlock can only allow. So if something must stay hidden, everything next to it is listed.
    Links are resolved, because Landlock follows them: `lib64` is often a link to `lib`.

    Returns
    -------
    readable, listable
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


def _beneath(path: str, folder: str) -> bool:
    return path != folder and _beneath_or_same(path, folder)


def _beneath_or_same(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)
