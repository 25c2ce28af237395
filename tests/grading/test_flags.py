"""If this fails, people aren't told that something was guessed, or a flag brings code to a page."""

import html
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.desk.table_notes import SEE_ABOVE
from autograder.grading.clean import clean
from autograder.grading.flags import (
    FLAGS,
    FORGEABLE,
    flag,
    flags_for_the_student,
    flags_of,
    put_first,
)
from autograder.grading.safe_pages import SafeToShow, markdown2html
from tests.grading.test_choose_answers import cell_of, empty

ASSIGNMENT = "one_dimension"
TEXT = "A note that may well be the answer to the question."
WRONG = "def relative_difference(a, b):\n    return None"


@pytest.fixture
def submitted(course):
    """Ada has answered in other cells, some of which do too much; bob has not."""
    notebook = course.answered(ASSIGNMENT)
    empty(notebook, "explain_zero")
    right = cell_of(notebook, "relative_difference").source
    cell_of(notebook, "relative_difference").source = WRONG
    notebook.cells += [
        new_markdown_cell(TEXT), new_code_cell(right), new_code_cell("import os; os._exit(1)"),
    ]  # fmt: skip
    course.submit("ada", ASSIGNMENT, notebook)
    course.submit("bob", ASSIGNMENT, course.answered(ASSIGNMENT))
    return course


EXPECTED = [
    "explain_zero: its own cell has no answer. Text from cell 51 of the submission was copied into "
    "it. Whoever reads it decides whether it is the answer.",
    "relative_difference: the submission has different answers, in cells 26 and 52. The last one "
    "above the test and the last one of all were both graded, and the better one counts: that in "
    "cell 52.",
    "Cell 53 of the submission, an extra cell, ended the run (it ended its own Python process), so "
    "everything else was run again without it.",
]


def noted(course, student):
    path = course.path("autograded", ASSIGNMENT, student)
    return nbformat.read(path, as_version=4).metadata.get(FLAGS, [])


def test_flags_reach_everybody(submitted):
    done = submitted.run("autograder", "grade", ASSIGNMENT, "--json")
    report = json.loads(done.stdout)
    assert report["flags"] == {ASSIGNMENT: {"ada": EXPECTED}}
    assert noted(submitted, "ada") == EXPECTED
    assert noted(submitted, "bob") == []
    assert submitted.points(ASSIGNMENT, "ada") == submitted.points(ASSIGNMENT, "bob")
    # Also where nothing is left to grade.
    said = submitted.run("autograder", "grade", ASSIGNMENT).stdout
    for each in EXPECTED:
        assert said.count(f"ada: {each}\n") == 1
    assert " ada † " in said and "bob †" not in said and said.count(f"† {SEE_ABOVE}") == 1
    done = submitted.run("autograder", "feedback", ASSIGNMENT)
    page = submitted.path("feedback", ASSIGNMENT, "ada").with_suffix(".html").read_text()
    assert all(f"<li>{each}</li>" in page for each in EXPECTED)
    page = submitted.path("feedback", ASSIGNMENT, "bob").with_suffix(".html").read_text()
    assert "About this submission" not in page


def test_stock_nbgrader_notes_the_same(submitted):
    done = submitted.nbgrader("autograde", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    assert noted(submitted, "ada") == EXPECTED
    assert submitted.points(ASSIGNMENT, "ada") == submitted.points(ASSIGNMENT, "bob")


def test_what_reading_noted_comes_first(course):
    """And nothing else of a submission's metadata is kept."""
    release = course.release(ASSIGNMENT)
    submission = course.answered(ASSIGNMENT)
    submission.metadata[FLAGS] = ["forged"]
    cleaned = clean(nbformat.writes(submission).encode(), release, release)
    assert flags_of(cleaned) == []
    put_first(cleaned, [])
    assert FLAGS not in cleaned.metadata
    flag(cleaned, "second")
    put_first(cleaned, ["first"])
    assert flags_of(cleaned) == ["first", "second"]


def test_what_concerns_the_instructor_only():
    notebook = nbformat.v4.new_notebook()
    flag(notebook, f"test_a: {FORGEABLE}")
    flag(notebook, "a sentence")
    assert flags_for_the_student(notebook) == ["a sentence"]
    notebook.metadata[FLAGS] = "not a list"
    assert flags_of(notebook) == []


@pytest.mark.parametrize("evil", [
    "<script>alert(1)</script>", "[a](javascript:alert(1))", "![a](https://example.org/a.png)",
    "$\\href{javascript:alert(1)}{a}$", "a\n\n# heading\n\n<img src=x onerror=alert(1)>",
    "**bold** _it_ ~~no~~ `code` https://example.org a@example.org | a | b |", "&lt;b&gt;",
    "\\def\\a{b} \\begin{align} x \\end{align}", "{{ 7 * 7 }} {% raw %}", "- a\n- b",
])  # fmt: skip
def test_a_page_shows_a_flag_as_it_is(evil):
    """Whatever of a student's, like the name of a file, may be in it."""
    notebook = nbformat.v4.new_notebook()
    flag(notebook, f"The file {evil} was read.")
    shown, resources = SafeToShow().preprocess(notebook, {})
    page = str(markdown2html({"resources": resources, "cell": {}}, shown.cells[0].source))
    for tag in ("<script", "<img", "<a ", "<h1", "<em", "<strong>bold", "<code", "<del", "<table"):
        assert tag not in page
    assert page.count("<li>") == 1
    text = page.split("<li>")[1].split("</li>")[0]
    assert html.unescape(text).strip() == f"The file {' '.join(evil.split())} was read."
