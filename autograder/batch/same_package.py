"""One package grades: each worker runs the very same, and the course folder has no other one.

After `pip install .` there are two copies, and Python takes whichever it meets first. Grades that
come from both of them would be grades by two standards.
"""

from pathlib import Path

from autograder.grading.errors import CourseError
from autograder.version import FOLDER, conflict_in, fingerprint

INTRODUCTION = fingerprint(), str(FOLDER)
"""What a worker says first: a fingerprint of the package that it runs, and where that is.

It is taken when this is imported, with the other modules: they may be exchanged later.
"""


class AnotherPackage(CourseError):
    """Somebody runs, or would run, another copy of the package than this process does."""


def check(said: object, who: str) -> None:
    """Raise AnotherPackage unless a worker runs the same package.

    Parameters
    ----------
    said
        Its :data:`INTRODUCTION`; anything else comes from another package.
    """
    match said:
        case str(found), str(folder):
            if found != INTRODUCTION[0]:
                raise AnotherPackage(_in_words(who, folder))
        case _:
            raise AnotherPackage(_in_words(who, "it does not say where"))


def check_folder(root: Path) -> None:
    """Raise AnotherPackage if a course folder has a copy of the package with other modules."""
    conflict = conflict_in(root)
    if conflict:
        raise AnotherPackage(conflict)


def _in_words(who: str, folder: str) -> str:
    return (
        f"{who} runs another version of the autograder ({folder}) than this process ({FOLDER}): "
        "have both run the same one (`autograder --version` says which one it is), and start again"
    )
