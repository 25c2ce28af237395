"""Whose submission a platform has given: by what it says about it, or by a given id."""

import json
from pathlib import Path
from typing import Any

from autograder.grading import personal_copies
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, printable
from autograder.grading.valid_ids import problem_with_name

METADATA = Path("/autograder/submission_metadata.json")
"""Where Gradescope says whose the submission is."""
ADD_IT = "add --student ID, or --metadata FILE"


def student_of(
    course: Course, assignment: str, student: str | None = None, metadata: Path | None = None
) -> str:
    """The id of the student whose submission it is.

    It is the student id that Gradescope has from its roster or, where it has none, the e-mail
    address. If there are personal copies, it is the first of these, and of what is before the `@`,
    that has one. For a group, it is that of the member whose id comes first.

    Parameters
    ----------
    course : Course
    assignment : str
    student : str, optional
        The id, if it is known.
    metadata : pathlib.Path, optional
        What Gradescope writes; by default it is where Gradescope puts it.

    Raises
    ------
    CourseError
        It is not known.
    """
    ids = [student] if student is not None else _in_metadata(metadata or METADATA)
    copies = personal_copies.of(course.root, assignment)
    if copies is not None:
        ids = [each for each in ids if each in copies.codes] or ids
    if why := problem_with_name(ids[0]) if ids[0] else "is empty":
        raise CourseError(f"{printable(ids[0])!r} is not a student's id: it {why}")
    return ids[0]


def _in_metadata(path: Path) -> list[str]:
    """What a student may be called here, the likeliest first."""
    try:
        said = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CourseError(f"whose submission it is is not known: {ADD_IT}") from None
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} can't be read ({type(error).__name__}): {ADD_IT}") from None
    users = said.get("users") if isinstance(said, dict) else None
    found = [_ids(user) for user in users] if isinstance(users, list) else []
    if not any(found):
        raise CourseError(f"{path} names no student: {ADD_IT}")
    return min(filter(None, found))


def _ids(user: Any) -> list[str]:
    given = [user.get(key) for key in ("sid", "email")] if isinstance(user, dict) else []
    ids = [str(each).strip() for each in given if isinstance(each, str | int)]
    ids += [each.partition("@")[0] for each in ids if "@" in each]
    return [*filter(None, ids)]
