"""If this fails, the table differs from the gradebook, and an instructor copies wrong numbers."""

import io
import json

import pytest
from rich.cells import cell_len
from rich.console import Console

from autograder.desk.grade_table import class_grades, print_table
from autograder.desk.table_notes import SEE_ABOVE
from autograder.grading.flags import FORGEABLE
from autograder.grading.scores import totals
from tests.temporary_course import ROOT, TemporaryCourse

ASSIGNMENT = "one_dimension"
ORDER = [
    "test_forward_propagation",
    "test_backward_propagation",
    "test_numerical_derivative",
    "test_relative_difference",
    "test_gradient_check",
    "test_error_sweep",
    "explain_zero",
]


@pytest.fixture
def gradebook(course):
    with course.gradebook() as gradebook:
        yield gradebook


def submit(gradebook, student, **scores):
    """A submission whose cells have these automatic scores; "to read" waits for a person."""
    gradebook.add_student(student)
    gradebook.add_submission(ASSIGNMENT, student)
    for grade in gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student).grades:
        score = scores.get(grade.name.removeprefix("test_"), 1)
        grade.auto_score = None if score in ("to read", "not graded") else score
        grade.needs_manual_grade = score == "to read"
    gradebook.db.commit()


def printed(gradebook, students=(), width=None, **marked):
    """The table as it is in a terminal of this width, or in a file."""
    out = io.StringIO()
    terminal = {"width": width or 1000, "force_terminal": bool(width), "color_system": None}
    grades = class_grades(gradebook, ASSIGNMENT, ORDER, students)
    print_table(Console(file=out, highlight=False, **terminal), grades, **marked)
    return out.getvalue()


def rows(gradebook, students=(), width=None):
    """{student: cells}, and the header, as they are printed."""
    lines = [line.split() for line in printed(gradebook, students, width).splitlines()]
    return {words[0]: words[1:] for words in lines if words}


def test_students_by_questions_in_the_order_of_the_notebook(course, gradebook):
    submit(gradebook, "zoe", forward_propagation=0, numerical_derivative=2.5)
    submit(gradebook, "ada", explain_zero="to read")
    shown = rows(gradebook)
    assert [each for each in shown if each in ("ada", "zoe")] == ["ada", "zoe"]
    worth = course.worth(ASSIGNMENT)
    most = [*(worth[name] for name in ORDER), sum(worth.values())]
    assert " ".join(shown["student"]) == " ".join(f"/ {each:g}" for each in most)
    assert shown["zoe"] == ["0", "1", "2.5", "1", "1", "1", "1", "7.5"]
    assert shown["ada"] == ["1", "1", "1", "1", "1", "1", "read", "6"]


def test_what_is_not_graded_is_not_a_zero(gradebook):
    """Neither one cell, nor a student who is not in the gradebook."""
    submit(gradebook, "ada", gradient_check="not graded")
    shown = rows(gradebook, students=["bob", "ada"])
    assert shown["ada"] == ["1", "1", "1", "1", "-", "1", "1", "-"]
    assert shown["bob"] == ["-"] * 8


def test_a_manual_score_is_the_one_that_is_shown(gradebook):
    """Also beside an automatic one, and while the answer has to be read again."""
    submit(gradebook, "ada", explain_zero="to read")
    for name, score in (("explain_zero", 1.5), ("test_error_sweep", 3)):
        grade = gradebook.find_grade(name, ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score = score
    gradebook.db.commit()
    assert rows(gradebook)["ada"] == ["1", "1", "1", "1", "1", "3", "1.5", "9.5"]


def late_by(gradebook, student, penalty):
    gradebook.find_submission_notebook(
        ASSIGNMENT, ASSIGNMENT, student
    ).late_submission_penalty = penalty
    gradebook.db.commit()


def test_a_late_penalty_is_in_the_total(gradebook):
    """At most what there is, and from manual scores too, as nbgrader's own export counts."""
    for student, penalty in {"ada": None, "bob": 2, "cid": 12, "dan": 0}.items():
        submit(gradebook, student, explain_zero="to read")
        late_by(gradebook, student, penalty)
    for name, given in (("explain_zero", {"manual_score": 1.5}), ("test_error_sweep",
                        {"manual_score": 3, "extra_credit": 0.5})):  # fmt: skip
        grade = gradebook.find_grade(name, ASSIGNMENT, ASSIGNMENT, "bob")
        for field, value in given.items():
            setattr(grade, field, value)
    gradebook.find_grade("test_gradient_check", ASSIGNMENT, ASSIGNMENT, "bob").extra_credit = 1
    gradebook.db.commit()
    shown = rows(gradebook, students=["eve"])
    assert {who: shown[who] for who in ("ada", "bob", "cid", "dan", "eve")} == {
        "ada": ["1", "1", "1", "1", "1", "1", "read", "6"],
        "bob": ["1", "1", "1", "1", "2", "3.5", "1.5", "-2", "9"],
        "cid": ["1", "1", "1", "1", "1", "1", "read", "-12", "0"],
        "dan": ["1", "1", "1", "1", "1", "1", "read", "6"],
        "eve": ["-"] * 9,
    }
    found = totals(gradebook, ASSIGNMENT)
    for student in ("ada", "bob", "cid", "dan"):
        theirs = gradebook.find_submission(ASSIGNMENT, student)
        counted = max(0.0, theirs.score - theirs.late_submission_penalty)
        assert found[student] == (theirs.score, theirs.late_submission_penalty, counted)
        assert float(shown[student][-1]) == counted


@pytest.mark.parametrize("student", ["[red]ada", "[/]", "ada\x1b[2J", "ada" * 60])
def test_any_name_is_shown_in_full(gradebook, student):
    submit(gradebook, student)
    assert student.replace("\x1b", "\\x1b") in printed(gradebook)


ODD = ["ada", "李明華", "zoe\u0301", "אבגד", "a" * 50, "b" * 78, "O'Brien, {Ann} +2"]


def test_at_80_columns_no_row_is_wider_and_every_total_is_nbgraders(gradebook):
    for place, student in enumerate(ODD):
        waits = {"explain_zero": "to read"} if place % 2 else {}
        submit(gradebook, student, numerical_derivative=place / 2, **waits)
        late_by(gradebook, student, place - 2 if place > 2 else None)
    shown = printed(gradebook, width=80, noted=[ODD[0], ODD[4]], inside=["test_gradient_check"])
    lines = shown.splitlines()
    assert max(map(cell_len, lines)) == 80
    for student in ODD:
        mark = " †" if student in (ODD[0], ODD[4]) else ""
        (place,) = (at for at, line in enumerate(lines)
                    if f"{line}  ".startswith(f"  {student}{mark}  "))  # fmt: skip
        beside = lines[place].split()[-1].replace(".", "").isdigit()
        total = float(lines[place + (not beside)].split()[-1])
        theirs = gradebook.find_submission(ASSIGNMENT, student)
        assert total == max(0.0, theirs.score - theirs.late_submission_penalty)
    legend = " ".join(shown.partition("\n\nQ1 ")[2].split())
    for number, name in enumerate(ORDER, 1):
        most = gradebook.find_graded_cell(name, ASSIGNMENT, ASSIGNMENT).max_score
        assert f"Q{number} {name.removeprefix('test_')} /{most:g}" in f"Q1 {legend}"
    assert "Q5*" in shown and f"* {FORGEABLE}" in shown and f"† {SEE_ABOVE}" in shown
    assert "late: taken off for being late" in shown
    assert "3 written answers wait for a reader, and count as 0 until then" in shown


def test_a_wide_terminal_and_a_file_show_names_and_nothing_has_to_be_explained(gradebook):
    submit(gradebook, "ada")
    for width in (160, None):
        shown = printed(gradebook, width=width)
        assert "numerical_ " in shown and "Q1" not in shown
        assert shown.rstrip().splitlines()[-1].split()[0] == "ada"


def test_what_a_person_has_to_read_is_counted(gradebook):
    """Also what was graded again: nbgrader does not say whether the answer has changed."""
    submit(gradebook, "ada", explain_zero="to read")
    assert "\n1 written answer waits for a reader" in printed(gradebook)
    grade = gradebook.find_grade("explain_zero", ASSIGNMENT, ASSIGNMENT, "ada")
    grade.manual_score = 1
    gradebook.db.commit()
    assert "\n1 answer was graded again after a person gave the score" in printed(gradebook)
    grade.needs_manual_grade = False
    gradebook.db.commit()
    assert "reader" not in printed(gradebook) and "person" not in printed(gradebook)


@pytest.mark.parametrize("width", [80, None])
def test_who_has_not_submitted_anything_is_named(gradebook, width):
    submit(gradebook, "ada")
    for absent, said in (
        (["bob"], f"1 student has not submitted {ASSIGNMENT}: bob"),
        (ODD[1:3], f"2 students have not submitted {ASSIGNMENT}: {ODD[1]}, {ODD[2]}"),
        ([f"student{number:02}" for number in range(57)], "student18, student19 and 37 more"),
    ):
        shown = printed(gradebook, width=width, absent=absent)
        assert said in " ".join(shown.split()) and "student20" not in shown
        assert max(map(cell_len, shown.splitlines())) <= (width or 1000)


def test_whose_file_was_refused_has_not_submitted_nothing(cli, course, tmp_path):
    """The student has sent something, and waits for an answer."""
    (tmp_path / "students.csv").write_text("id\nada\nbob\nmia\n")
    done = course.nbgrader("db", "student", "import", str(tmp_path / "students.csv"))
    assert done.returncode == 0, done.stderr
    files = {"ada/a.ipynb": json.dumps(course.answered(ASSIGNMENT)), "mia/a.pdf": "not a notebook"}
    for name, text in files.items():
        (tmp_path / "class" / name).parent.mkdir(parents=True)
        (tmp_path / "class" / name).write_text(text)
    assert cli(course, "intake", str(tmp_path / "class"))[0] == 1
    _, out, _ = cli(course, "grade", ASSIGNMENT)
    assert f"1 student has not submitted {ASSIGNMENT}: bob\n" in out
    why = "submitted/.intake/*/refused.csv"
    assert f"1 student has sent only files that intake refused (see {why}): mia\n" in out
    report = json.loads(cli(course, "grade", ASSIGNMENT, "--json")[1])
    assert "is a text, not a notebook" in report["refused"][ASSIGNMENT]["mia"]
    assert cli(course, "report", ASSIGNMENT)[0] == 0
    (page,) = (course.root / "report").glob("*.html")
    shown = " ".join(page.read_text().split())
    assert "Refused (1)" in shown and "No submission (1)" in shown
    assert "a.pdf is a text, not a notebook" in shown


def test_an_assignment_that_is_not_in_the_gradebook_has_no_table(gradebook):
    assert class_grades(gradebook, "essay", []) is None


@pytest.fixture
def essay(tmp_path, released):
    """A course with an assignment that has no questions of ours."""
    course = TemporaryCourse(tmp_path / "course", released.settings)
    (course.root / "source" / "essay").mkdir(parents=True)
    (course.root / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())

    def with_cell(cell):
        notebook = json.loads(ESSAY)
        notebook["cells"][1] |= cell
        course.path("source", "essay").write_text(json.dumps(notebook))
        course.submit("ada", "essay", notebook)
        return course

    return with_cell


def test_an_assignment_without_questions_has_a_table(cli, essay):
    """If a person reads the answers, no question is needed."""
    course = essay(WRITTEN)
    assert cli(course, "release")[0] == 0
    status, out, _ = cli(course, "grade")
    assert status == 0
    assert [line.split() for line in out.splitlines() if "ada" in line] == [["ada", "read", "0"]]


def test_a_test_cell_without_a_question_is_marked(cli, essay):
    """Its assertions run in the student's own process, where they can be forged."""
    course = essay({})
    assert cli(course, "release")[0] == 0
    status, out, _ = cli(course, "grade")
    assert status == 0
    assert "check*" in out and f"* {FORGEABLE}" in " ".join(out.split())


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
    "cell_type": "markdown",
    "source": "I think so.",
    "metadata": {
        "nbgrader": {
            "grade": True,
            "grade_id": "why",
            "locked": False,
            "points": 2,
            "schema_version": 3,
            "solution": True,
            "task": False,
        }
    },
}
