"""The table of grades: students by questions, read from nbgrader's gradebook."""

from nbgrader.api import MissingEntry
from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.grading.scores import is_scored
from autograder.grading.trouble import printable

TO_READ = "read"
NOT_GRADED = "-"


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
    submissions = {each.student.id: each for each in notebook.submissions}
    for student in sorted({*submissions, *students}):
        table.add_row(escape(printable(student)), *_row(submissions.get(student), cells))
    return table


def _row(submission, cells):
    if submission is None:
        return [NOT_GRADED] * (len(cells) + 1)
    grades = {grade.name: grade for grade in submission.grades}
    shown = [_shown(grades[cell.name]) for cell in cells]
    return [*shown, NOT_GRADED if NOT_GRADED in shown else f"{submission.score:g}"]


def _shown(grade):
    if not is_scored(grade):
        return NOT_GRADED
    if grade.auto_score is None and grade.needs_manual_grade and grade.manual_score is None:
        return TO_READ
    return f"{grade.score:g}"
