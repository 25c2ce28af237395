"""The files of a download, and what becomes of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from autograder.desk.naming_schemes import Path
from autograder.grading.errors import printable
from autograder.grading.which_notebook import Which

TAKEN, SAME, OLDER, UNUSED, REFUSED, NOBODYS = (
    "taken", "same", "older", "unused", "refused", "nobody's",
)  # fmt: skip
"""What becomes of a file. *Same*: it is there already; *unused*: another file was taken."""
NOT_WRITTEN = "not written"


@dataclass(frozen=True)
class File:
    """A file of a download.

    Attributes
    ----------
    path : tuple of str
        Beginning with the name of the download.
    digest : str
        The hash of its content; "" if it was not read.
    why : str
        Why it can't be read, as the end of a sentence; or "".
    modified : tuple of int
        See `autograder.grading.archives.Member`.
    is_junk, is_data : bool
        Likewise.
    load : callable
        Returns its content.
    """

    path: Path
    digest: str = ""
    why: str = ""
    modified: tuple[int, ...] = ()
    is_junk: bool = False
    is_data: bool = False
    load: Callable[[], bytes] = bytes

    @property
    def shown(self) -> str:
        """The path, as messages show it."""
        return printable("/".join(self.path))


@dataclass(frozen=True)
class Line:
    """What becomes of a file.

    Attributes
    ----------
    file : File
    status : str
    student : str
    which : Which or None
        The notebook that it is, if it is one of the course's.
    sentence : str
        What to say about it; of a refused file, what to tell the student.
    time : datetime.datetime or None
    number : int or None
        See `autograder.grading.attempts.Attempt`.
    counts : str
        The hash of the file that counts as this notebook of the student; "" if none does.
    flags : tuple of str
        What had to be guessed about that file, in sentences.
    """

    file: File
    status: str
    student: str = ""
    which: Which | None = None
    sentence: str = ""
    time: datetime | None = None
    number: int | None = None
    counts: str = ""
    flags: tuple[str, ...] = ()
