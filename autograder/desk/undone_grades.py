"""Delete the grades of submissions that `autograder intake --undo` takes back."""

import json
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext

from nbgrader.api import Gradebook, MissingEntry

from autograder.grading.clean import FINGERPRINT
from autograder.grading.course import Course
from autograder.grading.gradebook import exists
from autograder.grading.scores import forget

DELETED = "; its grade and its feedback are deleted"
BY_HAND = (
    ", but not the points and comments that were given by hand: look at them in the Formgrader"
)

Forget = Callable[[str, str, Collection[str]], str]
"""Deletes the grade of a student's work on an assignment, if it is that of notebooks with one of
these hashes; returns the end of a sentence about that, or ""."""


@contextmanager
def forgetting(course: Course) -> Iterator[Forget]:
    """What deletes grades, as long as the gradebook is open."""

    def forget_grade(student: str, assignment: str, digests: Collection[str]) -> str:
        if gradebook is None or not _is_graded(course, student, assignment, digests):
            return ""
        forget(gradebook, assignment, student)
        for step in ("autograded", "feedback"):
            shutil.rmtree(course.folder(step, student, assignment), ignore_errors=True)
        return DELETED + (BY_HAND if _given_by_hand(gradebook, student, assignment) else "")

    with course.gradebook() if exists(course.dir.db_url) else nullcontext() as gradebook:
        yield forget_grade


def _is_graded(course: Course, student: str, assignment: str, digests: Collection[str]) -> bool:
    for path in course.folder("autograded", student, assignment).glob("*.ipynb"):
        try:
            noted = json.loads(path.read_bytes())["metadata"].get(FINGERPRINT)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            continue
        if noted in digests:
            return True
    return False


def _given_by_hand(gradebook: Gradebook, student: str, assignment: str) -> bool:
    try:
        notebooks = gradebook.find_submission(assignment, student).notebooks
    except MissingEntry:
        return False
    grades = [each for notebook in notebooks for each in notebook.grades]
    comments = [each for notebook in notebooks for each in notebook.comments]
    return any(each.manual_score is not None for each in grades) or any(
        each.manual_comment for each in comments
    )
