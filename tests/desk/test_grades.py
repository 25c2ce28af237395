"""The table shows the gradebook as it is; else an instructor copies wrong numbers."""

import io
import json

import pytest
from rich.console import Console

from autograder.desk.grades import grade_table
from tests.temporary_course import ROOT, TemporaryCourse

ASSIGNMENT = "one_dimension"
ORDER = ["test_forward_propagation", "test_backward_propagation", "test_numerical_derivative",
         "test_relative_difference", "test_gradient_check", "test_error_sweep", "explain_zero"]


@pytest.fixture
def gradebook(course):
    with course.gradebook() as gradebook:
        yield gradebook


def hand_in(gradebook, student, **scores):
    """A submission whose cells have these automatic scores; "to read" waits for a person."""
    gradebook.add_student(student)
    gradebook.add_submission(ASSIGNMENT, student)
    for grade in gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student).grades:
        score = scores.get(grade.name.removeprefix("test_"), 1)
        grade.auto_score = None if score in ("to read", "not graded") else score
        grade.needs_manual_grade = score == "to read"
    gradebook.db.commit()


def printed(gradebook, students=()):
    out = io.StringIO()
    Console(file=out, width=1000).print(grade_table(gradebook, ASSIGNMENT, ORDER, students))
    return out.getvalue()


def rows(gradebook, students=()):
    """{student: cells}, and the header, as they are printed."""
    lines = [line.split() for line in printed(gradebook, students).splitlines()]
    return {words[0]: words[1:] for words in lines if words}


def test_students_by_questions_in_the_order_of_the_notebook(course, gradebook):
    hand_in(gradebook, "zoe", forward_propagation=0, numerical_derivative=2.5)
    hand_in(gradebook, "ada", explain_zero="to read")
    shown = rows(gradebook)
    assert [each for each in shown if each in ("ada", "zoe")] == ["ada", "zoe"]
    worth = course.worth(ASSIGNMENT)
    most = [*(worth[name] for name in ORDER), sum(worth.values())]
    assert " ".join(shown["student"]) == " ".join(f"/ {each:g}" for each in most)
    assert shown["zoe"] == ["0", "1", "2.5", "1", "1", "1", "1", "7.5"]
    assert shown["ada"] == ["1", "1", "1", "1", "1", "1", "read", "6"]


def test_what_is_not_graded_is_no_zero(gradebook):
    """Neither one cell, nor a student of whom the gradebook knows nothing."""
    hand_in(gradebook, "ada", gradient_check="not graded")
    shown = rows(gradebook, students=["bob", "ada"])
    assert shown["ada"] == ["1", "1", "1", "1", "-", "1", "1", "-"]
    assert shown["bob"] == ["-"] * 8


def test_a_persons_score_is_the_one_that_is_shown(gradebook):
    """Also beside an automatic one, and while the answer is to be read again."""
    hand_in(gradebook, "ada", explain_zero="to read")
    for name, score in (("explain_zero", 1.5), ("test_error_sweep", 3)):
        grade = gradebook.find_grade(name, ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score = score
    gradebook.db.commit()
    assert rows(gradebook)["ada"] == ["1", "1", "1", "1", "1", "3", "1.5", "9.5"]


@pytest.mark.parametrize("student", ["[red]ada", "[/]", "ada\x1b[2J", "ada" * 60])
def test_any_name_is_shown_in_full(gradebook, student):
    hand_in(gradebook, student)
    assert student.replace("\x1b", "\\x1b") in printed(gradebook)


def test_an_assignment_that_the_gradebook_does_not_know_has_no_table(gradebook):
    assert grade_table(gradebook, "essay", []) is None


@pytest.fixture
def essay(tmp_path, released):
    """A course with an assignment that no question of this course is about."""
    course = TemporaryCourse(tmp_path / "course", released.settings)
    (course.root / "source" / "essay").mkdir(parents=True)
    (course.root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())

    def with_cell(cell):
        notebook = json.loads(ESSAY)
        notebook["cells"][1] |= cell
        course.path("source", "essay").write_text(json.dumps(notebook))
        course.hand_in("ada", "essay", notebook)
        return course

    return with_cell


def test_an_assignment_of_somebody_elses_has_a_table(cli, essay):
    """Where a person reads the answers, no question is needed."""
    course = essay(WRITTEN)
    assert cli(course, "release")[0] == 0
    status, out, _ = cli(course, "grade")
    assert status == 0
    assert [line.split() for line in out.splitlines() if "ada" in line] == [["ada", "read", "0"]]


def test_a_test_cell_that_no_question_answers_for_is_refused(cli, essay):
    """Its assertions would judge in the student's own process, where any of them can be forged."""
    course = essay({})
    assert cli(course, "release")[0] == 0
    status, out, _ = cli(course, "grade")
    assert status == 1
    assert "no question decides about the cell check" in out


ESSAY = """{
 "cells": [
  {"cell_type": "code", "id": "half", "execution_count": null, "outputs": [],
   "metadata": {"nbgrader": {"grade": false, "grade_id": "half", "locked": false,
                             "schema_version": 3, "solution": true, "task": false}},
   "source": "def half(x):\\n    ### BEGIN SOLUTION\\n    return x / 2\\n    ### END SOLUTION"},
  {"cell_type": "code", "id": "check", "execution_count": null, "outputs": [],
   "metadata": {"nbgrader": {"grade": true, "grade_id": "check", "locked": true, "points": 2,
                             "schema_version": 3, "solution": false, "task": false}},
   "source": "assert half(2) == 1"}
 ],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
 "nbformat": 4, "nbformat_minor": 5
}"""
WRITTEN = {
    "cell_type": "markdown", "source": "I think so.",
    "metadata": {"nbgrader": {"grade": True, "grade_id": "why", "locked": False, "points": 2,
                              "schema_version": 3, "solution": True, "task": False}},
}
