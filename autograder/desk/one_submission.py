"""Find the notebooks of one submission, in whatever one student has handed to a platform."""

import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.desk.downloaded_files import REFUSED, TAKEN, Line
from autograder.desk.intake import read_download
from autograder.desk.naming_schemes import Named, Scheme
from autograder.desk.sorting import NO_ANSWERS, Rules, sort_out
from autograder.grading.archives import INSTEAD
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, kind_and_text
from autograder.grading.find_notebook import Found
from autograder.grading.not_a_notebook import NotANotebook, NothingToGrade, TooLarge
from autograder.grading.reading import read
from autograder.grading.which_notebook import releases_in

ONE_STUDENTS = Scheme("One student's", re.compile(".*", re.DOTALL), lambda found: Named((), ("x",)))
"""Whatever the files are called, they are the same student's."""


def find(course: Course, place: Path, assignment: str | None = None) -> tuple[str, Found]:
    """Find the notebooks of a submission as `autograder intake` does, but write nothing.

    Parameters
    ----------
    course : Course
    place : pathlib.Path
        A file, an archive or a folder.
    assignment : str, optional
        Only a submission of this one is taken; by default its cells tell which it is.

    Returns
    -------
    str
        The assignment.
    Found

    Raises
    ------
    NothingToGrade
        The student has to submit something else.
    CourseError
        The fault is not the student's.
    """
    if assignment is not None:
        course.check_assignment(assignment)
    if not place.exists():
        raise CourseError(f"{place}: there is no such file or folder")
    rules = Rules(releases_in(course.dir), ONE_STUDENTS, assignment=assignment)
    with TemporaryDirectory() as scratch:
        lines = sort_out([*read_download(place, Path(scratch))], rules)
        taken = {line.which: line for line in lines if line.which and line.status == TAKEN}
        contents = {which.notebook: line.file.load() for which, line in taken.items()}
        if not taken:
            raise NothingToGrade(_why_nothing(lines))
    assignments = {which.assignment for which in taken}
    if len(assignments) > 1:
        names = " and ".join(sorted(assignments))
        raise NothingToGrade(f"there are notebooks of {names}: submit only one of them")
    said = {line.sentence for line in taken.values()} - {"", NO_ANSWERS}
    return assignments.pop(), Found(contents, tuple(f"{each}." for each in sorted(said)))


def _why_nothing(lines: Iterable[Line]) -> str:
    """What to tell the student; raises CourseError if it is our reader that has failed."""
    refused = [line for line in lines if line.status == REFUSED]
    for line in refused:
        if not line.file.why and line.file.digest:
            _check_the_reader(line)
    named = [line for line in refused if line.file.path[-1].lower().endswith(".ipynb")]
    for line in named or refused:
        return line.sentence
    return f"no notebook was submitted: {INSTEAD}"


def _check_the_reader(line: Line) -> None:
    try:
        read(line.file.load())
    except (NotANotebook, TooLarge):
        return  # what students can be told
    except Exception as error:
        raise CourseError(
            f"{line.file.shown}: the grader failed, not the student: {kind_and_text(error)}"
        ) from error
