"""If this fails, `autograder grade` shows other points than nbgrader, or hides who is late."""

import csv
import json

import pytest

ASSIGNMENT = "one_dimension"
A_POINT_A_DAY = """
from nbgrader.plugins import BasePlugin
class PointADay(BasePlugin):
    def late_submission_penalty(self, student, score, seconds):
        return seconds / 86400
c.AssignLatePenalties.plugin_class = PointADay
"""
DUE = "2026-01-02 00:00:00 UTC"


@pytest.fixture(scope="module")
def late(course_of_the_module):
    """Ada is on time, Bob is three days late with a mistake, and Zoe has not submitted anything."""
    course = course_of_the_module
    course.configure(A_POINT_A_DAY)
    for student, story, day in (("ada", "correct", 1), ("bob", "raises", 5)):
        path = course.submit(student, ASSIGNMENT, course.answered(ASSIGNMENT, story))
        (path.parent / "timestamp.txt").write_text(f"2026-01-{day:02} 00:00:00 UTC")
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
        gradebook.add_student("zoe")
    return course


def test_the_table_and_json_count_a_late_penalty_as_nbgrader_does(cli, late):
    _, out, _ = cli(late, "grade", ASSIGNMENT)
    ends = {words[0]: words[-2:] for words in map(str.split, out.splitlines()) if words}
    assert (ends["ada"], ends["bob"]) == (["read", "18"], ["-3", "12"])
    assert f"1 student has not submitted {ASSIGNMENT}: zoe\n" in out
    report = json.loads(cli(late, "grade", ASSIGNMENT, "--json")[1])
    assert report["totals"][ASSIGNMENT] == {
        "ada": {"raw_score": 18, "late_submission_penalty": 0, "score": 18},
        "bob": {"raw_score": 15, "late_submission_penalty": 3, "score": 12},
    }
    assert report["not_submitted"] == {ASSIGNMENT: ["zoe"]}
    assert late.nbgrader("export", "--to", "theirs.csv").returncode == 0
    with (late.root / "theirs.csv").open() as file:
        theirs = {row["student_id"]: row for row in csv.DictReader(file)
                  if row["assignment"] == ASSIGNMENT}  # fmt: skip
    for student, total in report["totals"][ASSIGNMENT].items():
        assert {name: float(theirs[student][name]) for name in total} == total


def test_one_student_gets_a_list_with_reasons(cli, late):
    """And nobody else is in it."""
    _, out, _ = cli(late, "grade", ASSIGNMENT, "--student", "bob")
    lines = out.splitlines()
    assert f"{ASSIGNMENT}: bob" in lines and "ada" not in out and "zoe" not in out
    said = [" ".join(line.split()) for line in lines]
    assert "numerical_derivative 4 of 4" in said
    at = said.index("relative_difference 0 of 3")
    assert said[at + 1].startswith("- value") and " raised " in said[at + 1]
    assert "explain_zero to be read, of 2" in said
    assert said[said.index("late -3") + 1] == "total 12 of 20"
    report = json.loads(cli(late, "grade", ASSIGNMENT, "--json", "--student", "bob")[1])
    assert [*report["grades"][ASSIGNMENT]] == [*report["totals"][ASSIGNMENT]] == ["bob"]
    assert report["not_submitted"] == {ASSIGNMENT: []}


def test_two_students_get_a_table(cli, late):
    _, out, _ = cli(late, "grade", ASSIGNMENT, "--student", "bob", "--student", "ada")
    assert [line.split()[0] for line in out.splitlines() if "read" in line.split()] == [
        "ada", "bob",
    ]  # fmt: skip
    assert "zoe" not in out


def test_a_list_fits_a_terminal(cli, late, monkeypatch):
    """A reason that is too long for its line is shortened."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "60")
    _, out, _ = cli(late, "grade", ASSIGNMENT, "--student", "bob")
    _, _, listed = out.partition(f"{ASSIGNMENT}: bob")
    assert "…\n" in listed and max(map(len, listed.splitlines())) <= 60


def test_a_student_who_can_not_be_graded_has_no_points(cli, late):
    late.submit("torn", ASSIGNMENT, "Dear teacher, I lost my notebook.")
    _, out, _ = cli(late, "grade", ASSIGNMENT, "--student", "torn")
    said = [" ".join(line.split()) for line in out.splitlines()]
    assert "error_sweep not graded, of 3" in said and "total not graded, of 20" in said
