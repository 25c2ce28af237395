"""Why submissions have no grade: what is wrong with them, or that nobody has graded them yet."""

from collections.abc import Collection, Iterable
from contextlib import suppress

from autograder.desk.downloaded_files import REFUSED, SAME, TAKEN
from autograder.desk.intake_log import read_log
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


def refused_on_arrival(course: Course, assignment: str, missing: Collection[str]) -> dict[str, str]:
    """Whose files `autograder intake` refused, so that there is no submission of theirs.

    Which assignment such a file was meant for can't be read from it. It is that whose submissions
    came with it.

    Parameters
    ----------
    course : Course
    assignment : str
    missing : collection of str
        Who has no submission.

    Returns
    -------
    dict of str to str
        What intake said last, by student.
    """
    runs: dict[int, list[dict[str, str]]] = {}
    with suppress(CourseError):  # a log that can't be read: the next intake says so
        runs = read_log(course.folder("submitted", ".", ".")).runs
    told = {}
    for rows in runs.values():
        came = {row["assignment"] for row in rows if row["status"] in (TAKEN, SAME)}
        for row in rows if not came or assignment in came else ():
            if row["status"] == REFUSED and row["student"] in missing:
                told[row["student"]] = row["sentence"]
    return told
