"""The table of grades: students by questions, read from nbgrader's gradebook."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbgrader.api import Gradebook, MissingEntry
from rich.cells import cell_len
from rich.console import Console

from autograder.desk.class_grades import without_submission
from autograder.desk.columns import Column, flowed, leave_room, print_columns, width_of
from autograder.desk.not_graded import refused_on_arrival
from autograder.desk.student_grades import print_student
from autograder.desk.table_notes import LATE, MARK, NOTED, explained, missing, print_notes, unread
from autograder.grading.course import Course
from autograder.grading.errors import printable
from autograder.grading.outcome import Outcome
from autograder.grading.scores import Scored, Total, all_scores, prefix, totals

TO_READ = "read"
NOT_GRADED = "-"


def print_grades(
    console: Console, course: Course, outcomes: Sequence[Outcome], only: Collection[str] = ()
) -> None:
    """Print a table of grades for each assignment among the outcomes.

    Nothing is printed if the gradebook's server was found to be gone.

    Parameters
    ----------
    console
    course
    outcomes
    only
        The students that were asked for, if not all. For one alone, a list of questions is printed.
    """
    if course.server_is_gone:
        return
    among = (each.assignment for each in outcomes if each.assignment and each.student)
    for name in dict.fromkeys(among):
        here = [each for each in outcomes if each.assignment == name]
        noted = {each.student for each in here if each.note or each.flags}
        inside = course.decided_inside(name)
        with course.gradebook() as gradebook:
            if len({*only}) == 1:
                print_student(console, course, gradebook, name, next(iter(only)), inside, noted)
                continue
            grades = class_grades(gradebook, name, course.released_cells(name),
                                  course.students(name), only)  # fmt: skip
            absent = [] if only else without_submission(course, gradebook, name)
        if grades is not None:
            refused = refused_on_arrival(course, name, absent)
            print_table(console, grades, inside, noted, absent, refused)


@dataclass(frozen=True)
class Grades:
    """The grades of one assignment.

    Attributes
    ----------
    assignment : str
    students : sequence of str
    worth : mapping of str to float
        The maximum of each graded cell, in the order of the notebooks.
    scores : mapping of str to mapping of str to Scored
        By student and graded cell, for all whom the gradebook has.
    totals : mapping of str to Total
        By student.
    """

    assignment: str
    students: Sequence[str]
    worth: Mapping[str, float]
    scores: Mapping[str, Mapping[str, Scored]]
    totals: Mapping[str, Total]

    @property
    def penalties(self) -> list[float | None]:
        """Everybody's late penalty; None for who is not in the gradebook."""
        found = [self.totals.get(each) for each in self.students]
        return [total and total.late_submission_penalty for total in found]


def class_grades(
    gradebook: Gradebook,
    assignment: str,
    order: Sequence[str],
    students: Collection[str] = (),
    only: Collection[str] = (),
) -> Grades | None:
    """The grades of one assignment; None if it is not in the gradebook.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str
    order : sequence of str
        The names of cells in the order of the notebooks; the gradebook keeps no order.
    students : collection of str, optional
        Those with a submission, also where the gradebook does not have it.
    only : collection of str, optional
        Leave out everybody else.
    """
    try:
        notebooks = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        return None
    names = [each.name for each in notebooks]
    worth = {
        prefix(each.name, names) + cell.name: cell.max_score
        for each in notebooks
        for cell in (*each.grade_cells, *each.task_cells)
    }
    place = {name: index for index, name in enumerate(order)}
    ordered = sorted(worth, key=lambda name: place.get(name, len(order)))
    scores, counted = all_scores(gradebook, assignment), totals(gradebook, assignment)
    shown = sorted(each for each in {*scores, *students} if not only or each in only)
    return Grades(assignment, shown, {name: worth[name] for name in ordered}, scores, counted)


def print_table(
    console: Console,
    grades: Grades,
    inside: Collection[str] = (),
    noted: Collection[str] = (),
    absent: Sequence[str] = (),
    refused: Collection[str] = (),
) -> None:
    """Print the grades of one assignment.

    There is a row for each student, and a column for each graded cell. A written answer that a
    person has to read shows "read"; what could not be graded shows "-". If there are late
    penalties, a column shows them, and the total is what is left. Where a terminal has no room for
    the names of the questions, they have numbers, which are explained below.

    Parameters
    ----------
    console
    grades
    inside
        Cells whose scores were decided in the student's own process: they are marked.
    noted
        Students with a line about their submission above the table: they are marked.
    absent
        Students without a submission: they are listed below.
    refused
        Those of them whose files were refused when they were taken in.
    """
    width = width_of(console)
    marked = (printable(each) + (NOTED if each in noted else "") for each in grades.students)
    labels = Column(("student",), [*marked], left=True)
    columns = [*_columns(grades, inside, short=False)]
    short = not leave_room(columns, labels, width)
    if short:
        columns = [*_columns(grades, inside, short)]
    console.print()
    console.print(grades.assignment, style="bold", markup=False, soft_wrap=True)
    print_columns(console, labels, columns)
    shown = [scored for who in grades.students for scored in grades.scores.get(who, {}).values()]
    console.print()
    for line in _legend(grades.worth, width) if short else ():
        console.print(line, markup=False, soft_wrap=True)
    marks = bool(inside), bool({*noted} & {*grades.students}), any(grades.penalties)
    print_notes(console, (*explained(*marks), *unread(shown)))
    for line in missing(grades.assignment, absent, refused, width):
        console.print(line, markup=False, soft_wrap=True)


def _columns(grades: Grades, inside: Collection[str], short: bool) -> Iterator[Column]:
    def head(name: str, most: float) -> list[str]:
        return [name, f"/{most:g}"] if short else [*name.split("\n"), f"/ {most:g}"]

    rows = [_row(grades, student) for student in grades.students]
    for number, (name, most) in enumerate(grades.worth.items()):
        broken = name.removeprefix("test_").replace("_", "_\n").replace("/", "/\n")
        called = f"Q{number + 1}" if short else broken
        mark = MARK if name in inside else ""
        yield Column(head(called + mark, most), [cells[number] for cells, _ in rows])
    if any(grades.penalties):
        taken = grades.penalties
        said = (NOT_GRADED if each is None else f"{-each:g}" if each else "" for each in taken)
        yield Column([LATE], [*said])
    yield Column(head("total", sum(grades.worth.values())), [total for _, total in rows])


def _row(grades: Grades, student: str) -> tuple[list[str], str]:
    """The score of each question, and the total."""
    if student not in grades.scores or student not in grades.totals:
        return [NOT_GRADED] * len(grades.worth), NOT_GRADED
    shown = [_shown(grades.scores[student][name]) for name in grades.worth]
    return shown, NOT_GRADED if NOT_GRADED in shown else f"{grades.totals[student].score:g}"


def _shown(scored: Scored) -> str:
    if not scored.says_something:
        return NOT_GRADED
    return TO_READ if scored.waits else f"{scored.score:g}"


def _legend(worth: Mapping[str, float], width: int | None) -> Iterator[str]:
    names = [
        f"Q{number} {name.removeprefix('test_')} /{most:g}"
        for number, (name, most) in enumerate(worth.items(), 1)
    ]
    widest = max(map(cell_len, names))
    return flowed((each + " " * (widest - cell_len(each)) for each in names), width, "   ")
