"""If this fails, a report calls a fine submission refused, or does not say why one was refused."""

import json

import pytest

from autograder.desk.not_graded import refused
from autograder.grading.course import Course

ASSIGNMENT = "one_dimension"
NOTHING = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
WRONG = {
    "text": (b"This is not a notebook.", "is a text, not a notebook"),
    "empty": (b"", "is empty"),
    "other": (json.dumps(NOTHING).encode(), "is it the right notebook?"),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(course_of_the_module):
    course = course_of_the_module
    for student, (content, _) in WRONG.items():
        course.submit(student, ASSIGNMENT, content)
    course.submit("fine", ASSIGNMENT, course.answered(ASSIGNMENT))
    path = course.submit("renamed", ASSIGNMENT, course.answered(ASSIGNMENT))
    path.rename(path.with_name("My notebook (1).ipynb"))
    course.submit("undated", ASSIGNMENT, course.answered(ASSIGNMENT)).with_name(
        "timestamp.txt"
    ).write_text("the day before yesterday")
    course.submit("nothing", ASSIGNMENT, "").unlink()
    known = [*WRONG, "fine", "renamed", "undated", "nothing"]
    return refused(Course(course.root), ASSIGNMENT, known)


@pytest.mark.parametrize("student", WRONG)
def test_what_is_wrong_with_a_file_is_said(told, student):
    assert WRONG[student][1] in told[student]
    assert told[student].startswith(f"submitted/{student}/") and "\n" not in told[student]


def test_what_is_wrong_with_a_folder_is_said(told):
    assert "timestamp.txt is not a valid time" in told["undated"]
    assert "has no notebook in it" in told["nothing"]


def test_what_has_only_to_be_graded_is_not_refused(told):
    assert told["fine"] == told["renamed"] == ""


def test_it_says_what_grading_says(cli, course_of_the_module, told):
    printed = " ".join(cli(course_of_the_module, "grade", ASSIGNMENT)[1].split())
    for why in filter(None, told.values()):
        assert why in printed


def test_who_has_no_personal_copy_is_told(course):
    course.submit("ada", "planted_bugs", course.answered("planted_bugs"))
    (course.root / "roster.csv").write_text("id\nbob\n")
    assert (
        course.run("autograder", "personalise", "planted_bugs", "--roster", "roster.csv").returncode
        == 0
    )
    told = refused(Course(course.root), "planted_bugs", ["ada", "bob"])
    assert "ada has no personal release" in told["ada"]
