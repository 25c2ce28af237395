"""If this fails, a report does not say what waits for the instructor, or says it of nothing."""

from dataclasses import replace
from datetime import timedelta

from autograder.desk.class_overview import Overview
from autograder.desk.item_analysis import Discrimination, Item
from autograder.desk.next_steps import ENOUGH, MANY, next_steps
from tests.desk.test_item_analysis import standing

QUIET = Overview("any", (), (), {}, (), (), (), {})


def item(part="", students=40, earned=30, value=0.5):
    return Item("test_a", part, 2.0, students, earned, 1.0, Discrimination(value))


def said(seen=QUIET, questions=(), parts=(), similar=0):
    return [each.what for each in next_steps(seen, questions, parts, similar)]


def test_where_nothing_waits_nothing_is_said():
    read = standing("ada", (True, True), True, written=2.0)
    assert said(replace(QUIET, graded=(read,)), [item()], [item("x")]) == []


def test_the_most_pressing_comes_first():
    graded = (
        standing("ada", (True, True), True),
        replace(standing("bob", (True, True), True), owner="the common release"),
        replace(standing("cid", (True, True), True, written=2.0), owner="cid"),
    )
    seen = Overview(
        "any", graded, (), {"dan": "why", "eve": "why"}, ("fay",), ("ada",), ("gus",), {}
    )
    assert [each.section for each in next_steps(seen, [], [], 1)] == [
        "refused", "ungraded", "newer", "unread", "copies", "similar", "missing",
    ]  # fmt: skip
    assert said(seen)[:4] == [
        "2 submissions were refused: see why, and whom to ask for another file.",
        "1 submission has no grade yet: run `autograder grade any`.",
        "1 student has submitted again since: run `autograder grade any`.",
        "2 written answers wait for a reader: open the Formgrader in JupyterLab.",
    ]


def test_flags_and_lateness_are_said_of_students():
    """A student with two flags is one."""
    ada = replace(standing("ada", (True, True), True, written=2.0), flags=("a guess", "another"))
    seen = replace(QUIET, graded=(ada,), late={"ada": timedelta(hours=1), "bob": timedelta(1)})
    assert said(seen) == [
        "1 submission has flags: read how grades came about.",
        "2 submissions were late: see what that cost.",
    ]


def test_what_nearly_everybody_lost_the_hardest_first():
    parts = [item("x", earned=8), item("y", earned=0), item("z", earned=9)]
    assert [each.partition(":")[0] for each in said(parts=parts)] == [
        "None of 40 earned y of a", "8 of 40 earned x of a",
    ]  # fmt: skip
    assert said(parts=[item("x", students=ENOUGH - 1, earned=0)]) == []


def test_a_question_that_strong_students_lose():
    assert "did worse elsewhere (-0.20)" in said(questions=[item(value=-0.2)])[0]
    for harmless in (item(value=-0.05), item(value=None), item(students=MANY - 1, value=-0.2)):
        assert said(questions=[harmless]) == []
