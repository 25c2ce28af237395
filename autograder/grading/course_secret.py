"""The course's secret, and the seeds that are drawn from it: nobody else can compute them."""

import os
import secrets
from pathlib import Path

from autograder.grading.errors import CourseError
from autograder.truth.draws import keyed

SECRET = "course_secret"
"""The file in the course folder. Anybody who has it can find out everybody's bugs and cases."""
LEAST_SECRET = 16
SEED_BYTES = 6
"""As many as other seeds have: JSON's readers keep such numbers exactly."""


def made_if_missing(root: str | Path) -> bytes:
    """The secret of a course, which is made now if there is none.

    Raises
    ------
    CourseError
        See :func:`read_secret`.
    """
    path = Path(root, SECRET)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secrets.token_hex(32)}\n")
    return read_secret(root)


def read_secret(root: str | Path) -> bytes:
    """The secret of a course.

    Raises
    ------
    CourseError
        It can't be read, or could be guessed.
    """
    try:
        secret = Path(root, SECRET).read_bytes().strip()
    except OSError as error:
        raise CourseError(
            f"{SECRET} can't be read ({error.strerror}): restore it or, if this course never had "
            f"one, write into it {LEAST_SECRET} characters or more that nobody can guess"
        ) from None
    if len(secret) < LEAST_SECRET:
        raise CourseError(
            f"{SECRET} has only {len(secret)} characters, which could be guessed: restore the "
            "original, or, if there are no releases yet, delete it"
        )
    return secret


def seed_for(secret: bytes, assignment: str, student: str) -> int:
    """The seed of one student's own cases: the same for every attempt at an assignment."""
    return int.from_bytes(keyed(secret, "cases", assignment, student)[:SEED_BYTES])
