"""One run at a time in a course: two would grade the same submissions."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.grading.errors import CourseError


@contextmanager
def only_run(root: Path) -> Iterator[None]:
    """Keep other runs out of a course folder; one that is killed keeps nobody out.

    Raises
    ------
    CourseError
        There is another one.
    """
    folder = os.open(root, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CourseError(
                f"another autograder is grading in {root}: wait for its end, or stop it"
            ) from None
        except OSError:
            pass  # a file system that knows no locks; the gradebook refuses what is there already
        yield
    finally:
        os.close(folder)
