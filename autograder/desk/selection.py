"""Which assignments and which students a command is about."""

from collections.abc import Collection, Iterable, Mapping

from autograder.grading.course import Course
from autograder.grading.errors import CourseError
from autograder.grading.outcome import Outcome

NOT_GRADED = "nothing has been graded: run `autograder grade` first"


def chosen(course: Course, assignment: str | None) -> list[str]:
    """The assignment that was asked for, or all of them; raises CourseError if there are none."""
    if assignment is not None:
        course.check_assignment(assignment)
        return [assignment]
    if not course.assignments():
        raise CourseError(
            f"{course.root}/source has no assignments: put notebooks into source/<assignment>/"
        )
    return course.assignments()


def among(known: Iterable[str], student: Collection[str] | None) -> list[str]:
    """The students that were asked for, in the order of the class; all of them by default."""
    return [each for each in known if not student or each in student]


def graded(
    course: Course, assignment: str | None, student: Collection[str] | None
) -> dict[str, list[str]]:
    """{assignment: students} with graded submissions; raises CourseError if there are none."""
    work = {
        name: students
        for name in chosen(course, assignment)
        if (students := among(course.graded(name), student))
    }
    if not work and not student:
        raise CourseError(NOT_GRADED)
    return work


def absent(
    student: Collection[str] | None, work: Mapping[str, Iterable[str]], why: str
) -> list[Outcome]:
    """A failure for each student who was asked for and has nothing to work on."""
    found = {each for students in work.values() for each in students}
    missing = dict.fromkeys(each for each in student or () if each not in found)
    return [Outcome("", each, "failed", why) for each in missing]
