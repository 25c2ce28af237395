"""If this fails, a class is graded before anybody notices that points or names don't agree."""

import re

import nbformat
import pytest

from autograder.grading.agreement import disagreements
from autograder.questions import ASSIGNMENTS, questions_of
from tests.temporary_course import ROOT

ASSIGNMENT = "one_dimension"
GIVES = questions_of(ASSIGNMENT)["gradient_check"].points
PART, WORTH = next(iter(questions_of(ASSIGNMENT)["gradient_check"].parts.items()))


def read(assignment):
    return nbformat.read(ROOT / "source" / assignment / f"{assignment}.ipynb", as_version=4)


@pytest.fixture
def source():
    return read(ASSIGNMENT)


def cell_of(notebook, name):
    (found,) = (cell for cell in notebook.cells if cell.id == name)
    return found


def said(notebook, assignment=ASSIGNMENT):
    return [*disagreements(notebook, questions_of(assignment))]


def edit(notebook, name, before, after):
    cell = cell_of(notebook, name)
    assert before in cell.source
    cell.source = cell.source.replace(before, after)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_sources_of_this_course_agree(assignment):
    assert said(read(assignment), assignment) == []


def test_points_of_the_cell(source):
    cell_of(source, "test_gradient_check").metadata.nbgrader.points = GIVES + 2
    of_cell, of_text, of_summary = said(source)
    more = f"{GIVES + 2:g}"
    assert (
        of_cell == f"the cell test_gradient_check gives {more} points, but its question {GIVES:g}"
    )
    assert of_text.startswith("the text promises ")
    assert of_summary == (
        f"summary() promises {GIVES:g} points for gradient_check, but the cell gives {more}"
    )


def test_points_of_the_visible_check(source):
    edit(source, "test_gradient_check", f"{PART}: {WORTH:g}", f"{PART}: {WORTH + 1:g}")
    assert said(source) == [
        f"{PART} gives {WORTH + 1:g} points in the visible check of test_gradient_check, but "
        f"{WORTH:g} in its question"
    ]


def test_parts_that_only_one_of_them_has(source):
    edit(source, "test_gradient_check", f"{PART}: {WORTH:g}", f"other: {WORTH:g}")
    of_question, of_check = said(source)
    assert of_question.startswith(f"the question of test_gradient_check has {PART} ({WORTH:g})")
    assert of_check.startswith(f"the visible check of test_gradient_check has other ({WORTH:g})")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("test_fool_the_checker", "fooling(checkers[2]): 2", "fooling(checkers[2]): 3"),
    ],
)
def test_parts_that_are_computed(name, before, after):
    notebook = read("planted_bugs")
    edit(notebook, name, before, after)
    assert said(notebook, "planted_bugs") == [
        f"the parts of {name} give 1 + 2 + 3 points in its visible check, but 1 + 2 + 2 in its "
        "question"
    ]


@pytest.mark.parametrize(
    ("asks", "found"),
    [
        ("gradient_chek", "asks 'gradient_chek', which is not a question: try gradient_check"),
        ("gradient_report", "asks 'gradient_report', which is not a question: try "),
        ("error_sweep", "asks 'error_sweep', which belongs to the cell test_error_sweep"),
    ],
)
def test_a_name_that_does_not_exist_or_belongs_to_another_cell(source, asks, found):
    edit(source, "test_gradient_check", 'ask("gradient_check")', f'ask("{asks}")')
    (line,) = said(source)
    assert line.startswith(f"the cell test_gradient_check {found}")


def test_a_cell_that_never_calls_ask(source):
    edit(source, "test_gradient_check", 'ask("gradient_check")', "1")
    assert said(source) == [
        'the cell test_gradient_check never calls ask: end its hidden part in ask("gradient_check")'
    ]


def test_a_cell_that_can_not_be_read(source):
    edit(source, "test_gradient_check", "from autograder import ask", "from autograder import ask(")
    (line,) = said(source)
    assert re.match(r"the cell test_gradient_check can't be read \(line \d+: ", line)


def test_totals_in_the_text(source):
    written = f"{cell_of(source, 'explain_zero').metadata.nbgrader.points:g}"
    cell_of(source, "explain_zero").metadata.nbgrader.points = 1
    of_text, of_summary = said(source)
    assert of_text.startswith("the text promises ")
    assert of_summary == (
        f"summary() promises {written} points for explain_zero, but the cell gives 1"
    )


def test_the_summary_lists_every_question_and_no_other(source):
    edit(source, "summary", '"error_sweep": 3', '"eror_sweep": 3')
    assert said(source) == [
        "summary() does not list error_sweep",
        "summary() lists eror_sweep, which earns no points",
    ]


def test_ask_is_anybodys_name_inside_of_a_function(source):
    cell_of(source, "test_gradient_check").source += "\n\n\ndef helper(ask):\n    ask(1)\n"
    assert said(source) == []


def test_tests_of_other_assignments_are_not_checked(source):
    """Plain assertions, in any language, with any text about points."""
    source.cells = [cell_of(source, "title"), cell_of(source, "test_gradient_check")]
    for text in ("assert half(2) == 1", "%%bash\ntest -f file", "x <- c(1, 2"):
        source.cells[1].source = text
        assert [*disagreements(source, {})] == []


def test_an_unknown_name_in_another_assignment(source):
    """Otherwise it would only be missed when the class is graded."""
    (line,) = disagreements(
        nbformat.from_dict({"cells": [cell_of(source, "test_gradient_check")]}), {}
    )
    assert line.startswith("the cell test_gradient_check asks 'gradient_check', which is not a")


def test_release_names_all_at_once_and_writes_nothing(cli, course):
    before = course.path("release", ASSIGNMENT).read_bytes()
    with course.source(ASSIGNMENT) as cells:
        cells["test_gradient_check"].metadata.nbgrader.points = GIVES + 2
        sweep = cells["test_error_sweep"]
        sweep.source = sweep.source.replace('ask("error_sweep")', 'ask("eror_sweep")')
    status, out, _ = cli(course, "release", ASSIGNMENT)
    *lines, summary = out.splitlines()
    assert (status, summary, len(lines)) == (1, "0 released, 1 failed", 4)
    assert all(line.startswith("source/one_dimension/one_dimension.ipynb: ") for line in lines)
    assert any("which is not a question: try error_sweep" in line for line in lines)
    assert course.path("release", ASSIGNMENT).read_bytes() == before


def test_stock_nbgrader_refuses_as_well(course):
    """So does the Formgrader's button."""
    with course.source(ASSIGNMENT) as cells:
        cells["test_gradient_check"].metadata.nbgrader.points = GIVES + 2
    done = course.nbgrader("generate_assignment", ASSIGNMENT, "--force")
    assert done.returncode != 0
    assert f"gives {GIVES + 2:g} points, but its question {GIVES:g}" in done.stderr
