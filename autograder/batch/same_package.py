"""One copy of this package grades: every worker runs it, and the course folder holds no other.

After `pip install .` there are two copies, and Python takes whichever it finds first. Grades from
both would be grades by two standards.
"""

from pathlib import Path

from autograder.grading.errors import CourseError
from autograder.version import PACKAGE_FOLDER, conflict_in, fingerprint

INTRODUCTION = fingerprint(), str(PACKAGE_FOLDER)
"""What a worker says first: the fingerprint of the package that it runs, and its folder.

The fingerprint is taken when this module is imported, as the others are: files may change later.
"""


class AnotherPackage(CourseError):
    """A process runs, or would run, a different copy of the package from this one's."""


def check(said: object, who: str) -> None:
    """Raise AnotherPackage unless a worker runs the same package.

    Parameters
    ----------
    said
        Its :data:`INTRODUCTION`; anything else comes from another version.
    """
    match said:
        case str(found), str(folder):
            if found != INTRODUCTION[0]:
                raise AnotherPackage(_in_words(who, folder))
        case _:
            raise AnotherPackage(_in_words(who, "in a folder that it does not name"))


def check_folder(root: Path) -> None:
    """Raise AnotherPackage if a course folder has a copy of the package with other modules."""
    conflict = conflict_in(root)
    if conflict:
        raise AnotherPackage(conflict)


def _in_words(who: str, folder: str) -> str:
    return (
        f"{who} runs another version of the autograder ({folder}) than this process "
        f"({PACKAGE_FOLDER}): install the same one for both (`autograder --version` says which "
        "one it is), and start again"
    )
