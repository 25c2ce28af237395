"""The table of grades: students by questions, read from nbgrader's gradebook."""

from collections.abc import Collection, Mapping, Sequence

from nbgrader.api import Gradebook, MissingEntry
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.grading.course import Course
from autograder.grading.errors import printable
from autograder.grading.flags import FORGEABLE
from autograder.grading.outcome import Outcome
from autograder.grading.scores import Scored, Total, all_scores, prefix, totals

TO_READ = "read"
NOT_GRADED = "-"
MARK = "*"
NOTED = " †"
SEE_ABOVE = "the lines above say something about this submission"


def print_grades(console: Console, course: Course, outcomes: Sequence[Outcome]) -> None:
    """Print a table of grades for each assignment among the outcomes.

    Nothing is printed if the gradebook's server was found to be gone.
    """
    if course.server_is_gone:
        return
    among = (each.assignment for each in outcomes if each.assignment and each.student)
    for name in dict.fromkeys(among):
        order, students = course.released_cells(name), course.students(name)
        here = (each for each in outcomes if each.assignment == name)
        noted = {each.student for each in here if each.note or each.flags}
        with course.gradebook() as gradebook:
            inside = course.decided_inside(name)
            table = grade_table(gradebook, name, order, students, inside, noted)
        if table is not None:
            console.print(table)


def grade_table(
    gradebook: Gradebook,
    assignment: str,
    order: Sequence[str],
    students: Collection[str] = (),
    decided_inside: Collection[str] = (),
    noted: Collection[str] = (),
) -> Table | None:
    """The grades of one assignment.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str
    order : sequence of str
        The names of cells in the order of the notebooks; the gradebook keeps no order.
    students : collection of str, optional
        Those with a submission, also where the gradebook does not have it.
    decided_inside : collection of str, optional
        Cells whose scores were decided in the student's own process: they are marked.
    noted : collection of str, optional
        Students with a line about their submission above the table: they are marked.

    Returns
    -------
    Table or None
        A row for each student, a column for each graded cell. A written answer that a person has
        to read shows "read"; what could not be graded shows "-". If there are late penalties, a
        column shows them, and the total is what is left. None for an assignment that is not in the
        gradebook.
    """
    try:
        notebooks = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        return None
    names = [each.name for each in notebooks]
    most = {
        prefix(each.name, names) + cell.name: cell.max_score
        for each in notebooks
        for cell in (*each.grade_cells, *each.task_cells)
    }
    place = {name: index for index, name in enumerate(order)}
    names = sorted(most, key=lambda name: place.get(name, len(order)))
    table = Table(title=assignment, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column("student", overflow="fold")
    for name in names:
        shown = name.removeprefix("test_").replace("_", "_\n").replace("/", "/\n")
        mark = MARK if name in decided_inside else ""
        table.add_column(f"{shown}{mark}\n/ {most[name]:g}", justify="right", vertical="bottom")
    scores, counted = all_scores(gradebook, assignment), totals(gradebook, assignment)
    late = any(each.late_submission_penalty for each in counted.values())
    if late:
        table.add_column("late", justify="right", vertical="bottom")
    table.add_column(f"total\n/ {sum(most.values()):g}", justify="right")
    marks = {f"{MARK} {FORGEABLE}": decided_inside, f"{NOTED.strip()} {SEE_ABOVE}": noted}
    table.caption = "\n".join(text for text, marked in marks.items() if marked) or None
    table.caption_justify = "left"
    for student in sorted({*scores, *students}):
        row = _row(scores.get(student), names, counted.get(student), late)
        name = escape(printable(student)) + (NOTED if student in noted else "")
        table.add_row(name, *row)
    return table


def _row(
    scores: Mapping[str, Scored] | None, names: Sequence[str], total: Total | None, late: bool
) -> list[str]:
    if scores is None or total is None:
        return [NOT_GRADED] * (len(names) + late + 1)
    shown = [_shown(scores[name]) for name in names]
    penalty = total.late_submission_penalty
    taken_off = [f"{-penalty:g}" if penalty else ""] if late else []
    return [*shown, *taken_off, NOT_GRADED if NOT_GRADED in shown else f"{total.score:g}"]


def _shown(scored: Scored) -> str:
    if not scored.says_something:
        return NOT_GRADED
    return TO_READ if scored.waits else f"{scored.score:g}"
