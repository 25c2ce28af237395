"""If this fails, one submission can stop `nbgrader autograde` for a whole class."""

import nbformat
import pytest

from autograder.questions import questions_of
from tests import sample_class

ASSIGNMENT = "one_dimension"
FULL = {name: question.points for name, question in questions_of(ASSIGNMENT).items()}


def index_of(notebook, name):
    found = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return found.index(name)


def with_cell(notebook, place, source):
    """Add an extra cell in front of the cell `place`."""
    cell = nbformat.v4.new_code_cell(source)
    notebook.cells.insert(index_of(notebook, place), cell)
    return notebook


def copied_answer(notebook):
    index = index_of(notebook, "gradient_check")
    copied = nbformat.from_dict(notebook.cells[index])
    copied.id, copied.source = "copied", "def gradient_check(x, theta):\n    return 'first try'"
    notebook.cells.insert(index, copied)
    return notebook


def deleted_cells(notebook):
    given = {"setup", "checking_tools"}
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not (name := cell.metadata.get("nbgrader", {}).get("grade_id", "")).startswith("test_")
        and name not in given
    ]
    return notebook


def crash(notebook):
    cell = notebook.cells[index_of(notebook, "error_sweep")]
    cell.source = f"import os\n\nos._exit(3)\n\n{cell.source}"
    return notebook


FINE = {
    "copies": copied_answer,
    "deletes": deleted_cells,
    "exits": lambda notebook: with_cell(
        with_cell(notebook, "forward_propagation", "exit()"), "error_sweep", "raise SystemExit(1)"
    ),
    "loops": lambda notebook: with_cell(notebook, "gradient_check", "while True:\n    pass"),
    "warns": lambda notebook: notebook,
    "zoe": lambda notebook: notebook,
}
CANT_BE_GRADED = {
    "sends_another": lambda notebook: notebook,
    "sends_text": lambda notebook: "Dear teacher, please find attached",
}


@pytest.fixture(scope="module")
def graded(course_of_the_module):
    """The class after one run. The honest student comes last."""
    course = course_of_the_module
    course.configure("c.TrustedExecute.timeout = 5")
    for student, mishap in (FINE | CANT_BE_GRADED).items():
        story = "prints_warning" if student == "warns" else "correct"
        other = "planted_bugs" if student == "sends_another" else ASSIGNMENT
        course.submit(student, ASSIGNMENT, mishap(course.answered(other, story)))
    course.log = course.nbgrader("autograde", ASSIGNMENT)
    return course


@pytest.mark.parametrize("student", FINE)
def test_every_gradable_submission_is_graded(graded, student):
    assert graded.points(ASSIGNMENT, student) == FULL


@pytest.mark.parametrize("student", CANT_BE_GRADED)
def test_other_submissions_get_no_score(graded, student):
    scores = graded.grades(ASSIGNMENT)[student]
    assert set(scores.values()) == {None}
    assert not graded.path("autograded", ASSIGNMENT, student).parent.exists()
    assert f"'{ASSIGNMENT}' for student '{student}'" in graded.log.stderr
    assert graded.log.returncode == 1


def test_a_code_that_ends_its_process_keeps_what_it_had_earned(graded):
    """It had full marks before; now its code ends Python halfway."""
    graded.submit("copies", ASSIGNMENT, crash(graded.answered(ASSIGNMENT)))
    assert graded.nbgrader("autograde", ASSIGNMENT, "--student=copies").returncode == 0
    assert graded.points(ASSIGNMENT, "copies") == FULL, "without --force, nothing is graded again"
    graded.nbgrader("autograde", ASSIGNMENT, "--student=copies", "--force")
    assert graded.points(ASSIGNMENT, "copies") == FULL | {"error_sweep": 0}
    page = nbformat.read(graded.path("autograded", ASSIGNMENT, "copies"), as_version=4)
    said = page.cells[index_of(page, "test_error_sweep")].outputs[0].text
    assert "it ended its own Python process" in said


def test_the_answers_beside_the_mishaps_are_correct():
    """Otherwise the mishaps above would test nothing."""
    assert sample_class.load("correct").points(ASSIGNMENT) == FULL
    assert sample_class.load("prints_warning").points(ASSIGNMENT) == FULL
