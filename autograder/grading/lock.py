"""One command at a time, of those that change a course's submissions or grades."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.grading.errors import CourseError, printable


@contextmanager
def only_run(root: Path) -> Iterator[None]:
    """Keep other runs out of a course folder; a run that is killed releases it.

    Raises
    ------
    CourseError
        Another run is in progress.
    """
    folder = os.open(root, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(
                f"{_who(folder)} is running in {root}: wait until it is done, or stop it"
            ) from None
        except OSError:
            pass  # a file system without locks; the gradebook still refuses duplicates
        yield
    finally:
        os.close(folder)


def _who(folder: int) -> str:
    """The command that holds the lock, if this host tells."""
    try:
        inode = f":{os.fstat(folder).st_ino}"
        locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
        process = next(each[4] for each in locks if each[1] == "FLOCK" and each[5].endswith(inode))
        words = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").split("\0")
        names = [word.rpartition("/")[2] for word in words]
        command = " ".join(["autograder", *words[names.index("autograder") + 1 :]]).strip()
    except (OSError, ValueError, LookupError, StopIteration):
        return "another autograder"
    return f"`{printable(command)}` (process {process})"
