"""What of the host a student's code may see: the Python installation and the system's programs."""

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


def hidden() -> list[str]:
    """Every copy of this package that lies beneath what is shown: it holds the answers.

    There may be others than the one that runs: `pip install .` makes one, an editable install and
    other environments of the same Python point to some, and one that was interrupted leaves half
    a one behind, under another name.

    Returns
    -------
    folders
        Their folders, this very one among them, by every path on which they are shown.
    """
    own = Path(__file__).parents[1]
    real = {each: os.path.realpath(each) for each in shown() if os.path.isdir(each)}
    libraries = [
        Path(os.path.realpath(each))
        for folder in real
        if os.path.basename(folder).startswith("lib")
        for each in glob.glob(f"{glob.escape(folder)}/py*/*-packages")
    ]
    found = [str(own), os.path.realpath(own)]
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
    """The folders that editable installs have noted in libraries: one line each, or in a module."""
    for library in libraries:
        for note in (*library.glob("*.pth"), *library.glob("*.egg-link")):
            for line in map(str.strip, _read(note).splitlines()):
                if line and line.isprintable() and not line.startswith(("#", "import")):
                    yield library / line
        for note in library.glob("__editable__*.py"):
            yield from (Path(each).parent for each in re.findall(r"['\"](/[^'\"]+)", _read(note)))


def _copies(root: str) -> Iterator[str]:
    """The copies in a folder that modules are looked up in, or in what was built there."""
    for folder in (root, *glob.glob(f"{glob.escape(root)}/build/*")):
        with suppress(OSError):
            yield from (os.path.realpath(each) for each in os.scandir(folder) if _is_copy(each))


def _is_copy(entry: os.DirEntry[str]) -> bool:
    """Whether a folder is a copy of the package, or what is left of one."""
    return os.path.isdir(f"{entry.path}/truth") and (
        entry.name == "autograder" or os.path.isdir(f"{entry.path}/questions")
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def without(paths: Iterable[str], hidden: Collection[str]) -> tuple[list[str], list[str]]:
    """`paths` with every folder that holds something hidden taken apart.

    Landlock can only allow. So where something must stay shut, what lies beside it is named. And
    it follows links, for which only their own targets may be named: `lib64` often is one to `lib`.

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
