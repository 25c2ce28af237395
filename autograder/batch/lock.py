"""One run at a time in a course: two would grade the same submissions."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.grading.errors import CourseError


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
                f"another autograder is grading in {root}: wait until it is done, or stop it"
            ) from None
        except OSError:
            pass  # a file system without locks; the gradebook still refuses duplicates
        yield
    finally:
        os.close(folder)
