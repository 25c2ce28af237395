"""The table of grades: students by questions, read from nbgrader's gradebook."""

from rich import box
from rich.table import Table

TO_READ = "read"


def grade_table(gradebook, assignment):
    """The grades of one assignment.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str

    Returns
    -------
    rich.table.Table
        A row for each student with a graded submission, a column for each graded cell. A written
        answer that waits for a person shows "read".
    """
    notebook = gradebook.find_notebook(assignment, assignment)
    cells = sorted(notebook.grade_cells, key=lambda cell: _place(notebook, cell))
    table = Table(title=assignment, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column("student", no_wrap=True)
    for cell in cells:
        name = cell.name.removeprefix("test_").replace("_", "_\n")
        table.add_column(f"{name}\n/ {cell.max_score:g}", justify="right", vertical="bottom")
    table.add_column(f"total\n/ {sum(cell.max_score for cell in cells):g}", justify="right")
    for submission in sorted(notebook.submissions, key=lambda each: each.student.id):
        grades = {grade.name: grade for grade in submission.grades}
        shown = [_shown(grades[cell.name]) for cell in cells]
        table.add_row(submission.student.id, *shown, f"{submission.score:g}")
    return table


def _place(notebook, cell):
    # The gradebook keeps no order of cells; the question's own place in its file is the notebook's.
    from autograder.questions import questions_of

    names = [*questions_of(notebook.name)]
    name = cell.name.removeprefix("test_")
    return (names.index(name) if name in names else len(names), cell.name)


def _shown(grade):
    if grade.needs_manual_grade and grade.auto_score is None:
        return TO_READ
    return f"{grade.score:g}"
