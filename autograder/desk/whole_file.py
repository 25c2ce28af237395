"""Write a file whole or not at all: a full disk or Ctrl-C leaves what was there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from autograder.grading.errors import CourseError, printable


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """An open file that gets its name, and takes another's place, when the block has ended.

    Raises
    ------
    CourseError
        It can't be written.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        with NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name[:50]}-", delete=False
        ) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                os.chmod(file.name, 0o666 & ~_umask() if not path.exists() else path.stat().st_mode)
                os.replace(file.name, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(file.name)
                raise
    except OSError as error:
        raise CourseError(
            f"{printable(str(path))} can't be written ({error.strerror}); what was there is still "
            "there: check that its folder exists, is writable and has room, or choose another"
        ) from error


def _umask() -> int:
    """The bits that new files don't get: a temporary file is only for its owner."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
