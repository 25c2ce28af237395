"""The table of grades: students by questions, read from nbgrader's gradebook."""

from nbgrader.api import MissingEntry
from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.grading.scores import all_scores
from autograder.grading.trouble import printable

TO_READ = "read"
NOT_GRADED = "-"


def print_grades(console, course, outcomes):
    """Print a table of grades for each assignment that some outcomes are about."""
    looked_at = (each.assignment for each in outcomes if each.assignment and each.student)
    for name in dict.fromkeys(looked_at):
        order, students = course.released_cells(name), course.students(name)
        with course.gradebook() as gradebook:
            table = grade_table(gradebook, name, order, students)
        if table is not None:
            console.print(table)


def grade_table(gradebook, assignment, order, students=()):
    """The grades of one assignment.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str
    order : list of str
        The grade_ids as they follow each other in the notebook; the gradebook keeps no order.
    students : collection of str, optional
        Those who handed in, also where the gradebook has nothing of it.

    Returns
    -------
    rich.table.Table or None
        A row for each student, a column for each graded cell. A written answer that waits for a
        person shows "read"; what could not be graded shows "-". None for an assignment that the
        gradebook does not know.
    """
    try:
        notebook = gradebook.find_notebook(assignment, assignment)
    except MissingEntry:
        return None
    place = {name: index for index, name in enumerate(order)}
    cells = sorted(notebook.grade_cells, key=lambda cell: place.get(cell.name, len(order)))
    table = Table(title=assignment, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column("student", overflow="fold")
    for cell in cells:
        name = cell.name.removeprefix("test_").replace("_", "_\n")
        table.add_column(f"{name}\n/ {cell.max_score:g}", justify="right", vertical="bottom")
    table.add_column(f"total\n/ {sum(cell.max_score for cell in cells):g}", justify="right")
    names, scores = [cell.name for cell in cells], all_scores(gradebook, assignment)
    for student in sorted({*scores, *students}):
        table.add_row(escape(printable(student)), *_row(scores.get(student), names))
    return table


def _row(scores, names):
    if scores is None:
        return [NOT_GRADED] * (len(names) + 1)
    shown = [_shown(scores[name]) for name in names]
    total = sum(scores[name].score for name in names)
    return [*shown, NOT_GRADED if NOT_GRADED in shown else f"{total:g}"]


def _shown(scored):
    if not scored.says_something:
        return NOT_GRADED
    return TO_READ if scored.waits else f"{scored.score:g}"
