"""If this fails, a platform's student is graded by somebody else's bugs, or on their cases."""

import json

import pytest

from autograder.desk.platform_student import student_of
from autograder.grading import personal_copies
from autograder.grading.course import Course
from autograder.grading.errors import CourseError
from tests.desk.gradescope import read_results
from tests.repairs import answered

ASSIGNMENT = "planted_bugs"
ADA = {"id": 1, "name": "Ada", "email": "ada@example.org"}
BOB = {"id": 2, "name": "Bob", "email": "bob@example.org", "sid": "1002"}


@pytest.fixture(scope="module")
def course(course_of_the_module):
    """One with personal copies for two students, under the names of their logins."""
    course = course_of_the_module
    release = course.release(ASSIGNMENT)
    assert [*personal_copies.personalise(course.root, ASSIGNMENT, release, ["ada", "bob"])]
    return course


@pytest.fixture
def student(course, tmp_path):
    """The id of the student of a submission, by what Gradescope says about it."""
    found = Course(course.root)

    def student(users, assignment="one_dimension"):
        path = tmp_path / "submission_metadata.json"
        path.write_text(json.dumps({"id": 7, "users": users}))
        return student_of(found, assignment, metadata=path)

    return student


def test_the_id_of_the_roster_comes_before_the_address(student):
    assert student([ADA]) == "ada@example.org"
    assert student([BOB]) == student([BOB | {"sid": 1002}]) == "1002"
    assert student([BOB | {"sid": None}]) == student([BOB | {"sid": " "}]) == "bob@example.org"


def test_personal_copies_decide_which_id_is_meant(student):
    assert student([ADA], ASSIGNMENT) == "ada"
    assert student([BOB], ASSIGNMENT) == "bob"
    assert student([ADA | {"sid": "eve"}], ASSIGNMENT) == "ada"


def test_a_group_is_the_same_in_any_order(student):
    assert student([ADA, BOB]) == student([BOB, ADA]) == "1002"


@pytest.mark.parametrize("users", [None, [], 5, [{}], ["ada"], [{"email": []}]], ids=repr)
def test_nobody_is_guessed(student, users):
    with pytest.raises(CourseError, match="names no student: add --student ID"):
        student(users)


@pytest.mark.parametrize("name", ["", "a\ud800", "a\nb"], ids=ascii)
def test_an_id_that_can_not_be_one(course, name):
    with pytest.raises(CourseError, match="is not a student's id"):
        student_of(Course(course.root), ASSIGNMENT, name)


def test_suspects_are_graded_by_the_bugs_of_whoever_submits(course, cli, tmp_path):
    """Ada's copy with Ada's answers: for Ada, for Bob, and for somebody who has no copy."""
    made = personal_copies.of(course.root, ASSIGNMENT)
    path, output = tmp_path / "any.ipynb", tmp_path / "results.json"
    copy = made.release(course.release(ASSIGNMENT), "ada")
    path.write_text(json.dumps(answered(copy, made.draw("ada"))))
    command = ["results", str(path), "--to", "gradescope", "--output", str(output)]
    (tmp_path / "metadata.json").write_text(json.dumps({"users": [ADA]}))
    status, _, err = cli(course, *command, "--metadata", str(tmp_path / "metadata.json"))
    assert (status, err) == (0, "")
    hers = read_results(output)
    assert hers["extra_data"]["student"] == "ada"
    assert hers["score"] == course.coded(ASSIGNMENT)
    assert cli(course, *command, "--student", "bob")[0] == 0
    his = read_results(output)
    assert his["score"] < hers["score"]
    assert "not the personal copy of this student" in " ".join(his["output"].split())
    status, _, err = cli(course, *command, "--student", "eve")
    assert status == 1 and "eve has no personal release: add a line to the roster" in err
    assert not output.exists()
