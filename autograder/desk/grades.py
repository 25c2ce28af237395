"""The table of grades: students by questions, read from nbgrader's gradebook."""

from nbgrader.api import MissingEntry
from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.grading.scores import is_scored

TO_READ = "read"
NOT_GRADED = "-"


def grade_table(gradebook, assignment, order):
    """The grades of one assignment.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str
    order : list of str
        The grade_ids as they follow each other in the notebook; the gradebook keeps no order.

    Returns
    -------
    rich.table.Table or None
        None for an assignment that the gradebook does not know. A row for each student with a submission, a column for each graded cell. A written answer
        that waits for a person shows "read"; what could not be graded shows "-".
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
    for submission in sorted(notebook.submissions, key=lambda each: each.student.id):
        grades = {grade.name: grade for grade in submission.grades}
        shown = [_shown(grades[cell.name]) for cell in cells]
        total = f"{submission.score:g}" if NOT_GRADED not in shown else NOT_GRADED
        table.add_row(escape(submission.student.id), *shown, total)
    return table


def _shown(grade):
    if not is_scored(grade):
        return NOT_GRADED
    if grade.auto_score is None and grade.needs_manual_grade and grade.manual_score is None:
        return TO_READ
    return f"{grade.score:g}"
