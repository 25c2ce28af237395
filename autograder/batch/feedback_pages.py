"""Feedback pages for a class, written by nbgrader's own converter in several processes."""

from collections.abc import Collection, Generator, Mapping
from functools import cache

from autograder.batch.fork_server import warm_up
from autograder.batch.memory_limit import at_most
from autograder.batch.workers import Here, Workers
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, in_one_line
from autograder.grading.execute import TrustedExecute
from autograder.grading.outcome import Outcome

LEAST = 6
"""From how many pages on it is worth starting other processes."""


def write_pages(
    course: Course, work: Mapping[str, Collection[str]], jobs: int = 1
) -> Generator[Outcome, None, None]:
    """Write feedback pages.

    Parameters
    ----------
    course : Course
    work : mapping
        Student ids from ``course.graded``, by assignment.
    jobs : int, optional
        How many pages are written at the same time, if there are enough of them.

    Yields
    ------
    Outcome
        One for each student.

    Raises
    ------
    CourseError
        No more pages can be written.
    """
    several = jobs > 1 and sum(map(len, work.values())) >= LEAST
    if several:
        warm_up(__name__)
    pieces = (
        ((assignment, student), (str(course.root), assignment, student))
        for assignment, students in work.items()
        for student in students
    )
    with Workers(jobs) if several else Here() as staff:
        for (assignment, student), result in staff.work(_page, pieces):
            if isinstance(result, CourseError):
                raise result
            if isinstance(result, Exception):
                where = course.shown(course.folder("autograded", student, assignment))
                why = in_one_line(result, where, "write it again with --jobs 1")
                result = Outcome(assignment, student, "failed", why)
            yield result


def _page(root: str, assignment: str, student: str) -> Outcome:
    course = _course(root)
    with at_most(TrustedExecute(config=course.app.config).grader_memory):
        return course.feedback(assignment, student)


@cache
def _course(root: str) -> Course:
    """This process's course, with one exporter for all of its pages."""
    return Course(root)
