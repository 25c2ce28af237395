"""Why submissions have no grade: what is wrong with them, or that nobody has graded them yet."""

from collections.abc import Iterable

from autograder.grading import personal_copies
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, in_one_line
from autograder.grading.find_notebook import ASK_AGAIN, find_notebooks
from autograder.grading.reading import read
from autograder.grading.rebuild import rebuild
from autograder.grading.submitted_folder import ALLOW, problem_with


def refused(course: Course, assignment: str, students: Iterable[str]) -> dict[str, str]:
    """What is wrong with submissions, as `autograder grade` would say it.

    Parameters
    ----------
    course : Course
    assignment : str
    students : iterable of str
        Who has no grade.

    Returns
    -------
    dict of str to str
        One line by student: "" if a submission can be read, so that it only has to be graded.
    """
    releases = course.released(assignment)
    copies = personal_copies.of(course.root, assignment)

    def problem(student: str) -> str:
        folder = course.folder("submitted", student, assignment)
        shown = course.shown(folder)
        why = problem_with(folder, student, [*releases], shown)
        if why:
            return why
        found = find_notebooks(folder, shown, assignment, releases)
        for name, submission in found.notebooks.items():
            try:
                rebuild(releases[name], read(submission))
            except Exception as error:  # whatever is wrong with what somebody wrote
                return in_one_line(error, f"{shown}/{name}.ipynb", ASK_AGAIN)
        return found.why or (copies.problem_with(student) if copies else "")

    told = {}
    for student in students:
        try:
            told[student] = problem(student)
        except OSError as error:
            where = course.shown(course.folder("submitted", student, assignment))
            told[student] = f"{where}/ can't be read ({error.strerror}): {ALLOW}"
        except CourseError as error:
            told[student] = str(error)
    return told
