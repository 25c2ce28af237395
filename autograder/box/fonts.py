"""Keeps matplotlib's list of its fonts, which would take each new zygote half a second to make.

matplotlib keeps it among the user's files, which a zygote can't see. So the zygote gets a file as
its standard input, opened outside of the walls, and leaves the list there for the next one.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import IO

FILE = 0
"""The descriptor that the file has in a zygote. A child never has it."""


def kept() -> IO[bytes]:
    """Open the file outside of the walls; an empty one if it can't be kept."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    file = os.path.join(caches, "autograder", "fonts.json")
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        return os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    except OSError:
        return open(os.devnull, "r+b")


def restore(folder: str) -> bytes:
    """Put the list where matplotlib looks for it, before it is imported.

    Parameters
    ----------
    folder
        Where matplotlib keeps its files.

    Returns
    -------
    found
        The content of the file. If it is not what was kept, nothing is put anywhere.
    """
    os.makedirs(folder, exist_ok=True)
    found = b"".join(iter(lambda: os.read(FILE, 1 << 20), b""))
    with suppress(ValueError, TypeError, OSError):
        name, text = json.loads(found)
        Path(folder, os.path.basename(name)).write_text(text)
    return found


def keep(folder: str, found: bytes) -> None:
    """Keep the list that matplotlib uses, unless it is the one that was found; close the file."""
    lists = Path(folder).glob("fontlist-*.json")  # two, if another version made the one found
    with suppress(OSError, ValueError):
        newest = max(lists, key=lambda each: each.stat().st_mtime_ns)
        content = json.dumps([newest.name, newest.read_text()]).encode()
        if content != found:
            os.pwrite(FILE, content, 0)
            os.truncate(FILE, len(content))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, FILE)
    os.close(nothing)
