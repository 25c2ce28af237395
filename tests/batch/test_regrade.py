"""If this fails, regrading takes points away unasked, or changes what a person gave."""

import json

import nbformat
import pytest

from autograder.batch.assignment_tasks import Tasks
from autograder.grading.errors import CourseError
from autograder.grading.task import SCORES
from autograder.questions import questions_of
from tests.batch.gradebooks import contents

ASSIGNMENT = "one_dimension"
MOST = questions_of(ASSIGNMENT)["gradient_check"].points
RAISED, LOWERED, BY_HAND = "test_gradient_check", "test_relative_difference", "explain_zero"


@pytest.fixture
def graded(course, cli):
    """A class of three, graded by earlier questions that gave different points to two of them."""
    for student in ("ada", "bob", "cid"):
        course.submit(student, ASSIGNMENT, course.answered(ASSIGNMENT, "raises"))
    course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    assert cli(course, "grade", ASSIGNMENT)[0] == 0
    was(course, "ada", RAISED, MOST - 0.5)  # and now earns all
    was(course, "bob", LOWERED, 0.5)  # and now earns nothing
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(BY_HAND, ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        found = gradebook.find_comment("gradient_check", ASSIGNMENT, ASSIGNMENT, "ada")
        found.manual_comment = "see me"
        gradebook.db.commit()
        course.before = contents(gradebook)
    return course


def was(course, student, name, score):
    """Pretend that an earlier question gave this score."""
    path = course.path("autograded", ASSIGNMENT, student)
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata[SCORES][name] = score
    (cell,) = (each for each in notebook.cells if each.id == name)
    cell.outputs = [nbformat.v4.new_output("stream", text="an earlier verdict")]
    path.chmod(0o644)
    nbformat.write(notebook, path)
    with course.gradebook() as gradebook:
        gradebook.find_grade(name, ASSIGNMENT, ASSIGNMENT, student).auto_score = score
        gradebook.db.commit()


def regrade(cli, course, *options):
    status, out, err = cli(course, "regrade", ASSIGNMENT, "--json", *options)
    assert not err
    report = json.loads(out)
    return status, {each["student"]: each for each in report["outcomes"]}


def now(course, student, name):
    return course.grades(ASSIGNMENT)[student][name]


def text(course, student, name):
    notebook = nbformat.read(course.path("autograded", ASSIGNMENT, student), as_version=4)
    (cell,) = (each for each in notebook.cells if each.id == name)
    return cell.outputs[0].text


def test_a_dry_run_says_all_and_writes_nothing(graded, cli):
    paths = {who: graded.path("autograded", ASSIGNMENT, who) for who in ("ada", "bob", "cid")}
    before = {who: path.read_bytes() for who, path in paths.items()}
    status, found = regrade(cli, graded, "--dry-run")
    assert status == 0
    assert found["ada"]["changes"] == {RAISED: [MOST - 0.5, MOST]}
    assert found["bob"]["kept"] == {LOWERED: [0.5, 0]}
    assert found["cid"]["changes"] == found["cid"]["kept"] == {}
    with graded.gradebook() as gradebook:
        assert contents(gradebook) == graded.before
    assert {who: path.read_bytes() for who, path in paths.items()} == before


def test_points_are_given_and_none_are_taken(graded, cli):
    regrade(cli, graded)
    assert now(graded, "ada", RAISED) == MOST
    assert now(graded, "bob", LOWERED) == 0.5
    assert text(graded, "ada", RAISED).startswith(f"gradient_check: {MOST:g} of {MOST:g} points")
    assert text(graded, "bob", LOWERED) == "an earlier verdict"
    assert regrade(cli, graded)[1]["ada"]["changes"] == {}, "once is enough"


def test_they_are_taken_when_that_is_asked_for(graded, cli):
    _, found = regrade(cli, graded, "--lower")
    assert found["bob"]["changes"] == {LOWERED: [0.5, 0]}
    assert now(graded, "bob", LOWERED) == 0


def test_only_one_question_may_change(graded, cli):
    regrade(cli, graded, "--lower", "--question", "relative_difference")
    assert (now(graded, "ada", RAISED), now(graded, "bob", LOWERED)) == (MOST - 0.5, 0)


def test_what_people_gave_and_wrote_stays(graded, cli):
    regrade(cli, graded, "--lower")
    with graded.gradebook() as gradebook:
        found = gradebook.find_grade(BY_HAND, ASSIGNMENT, ASSIGNMENT, "ada")
        assert (found.manual_score, found.needs_manual_grade) == (1.5, False)
        found = gradebook.find_comment("gradient_check", ASSIGNMENT, ASSIGNMENT, "ada")
        assert found.manual_comment == "see me"


def test_the_cases_are_those_of_the_first_time(graded, cli):
    path = graded.path("autograded", ASSIGNMENT, "ada")
    seed = nbformat.read(path, as_version=4).metadata.seed
    regrade(cli, graded)
    assert nbformat.read(path, as_version=4).metadata.seed == seed
    assert f"cases drawn with seed {seed}" in text(graded, "ada", RAISED)


def test_a_new_submission_is_left_to_grading(graded, cli):
    graded.submit("ada", ASSIGNMENT, graded.answered(ASSIGNMENT, "unsolved"))
    _, found = regrade(cli, graded)
    assert found["ada"]["status"] == "skipped" and "autograder grade" in found["ada"]["note"]
    assert now(graded, "ada", RAISED) == MOST - 0.5
    assert cli(graded, "grade", ASSIGNMENT)[1].endswith("1 graded, 2 skipped\n")


def test_people_see_before_and_after(graded, cli):
    status, out, _ = cli(graded, "regrade", ASSIGNMENT)
    assert status == 0 and out.endswith("3 regraded\n")
    rows = [line.split() for line in out.splitlines()]
    assert [ASSIGNMENT, "ada", "gradient_check", f"{MOST - 0.5:g}", f"{MOST:g}"] in rows
    assert [ASSIGNMENT, "bob", "relative_difference", "0.5", "0"] in rows
    assert "stay: see --lower" in out
    assert "no grade changes" in cli(graded, "regrade", ASSIGNMENT)[1]


def test_there_must_be_something_to_regrade(graded, cli, course):
    status, out, err = cli(graded, "regrade", "n_dimensions")
    assert (status, out) == (1, "") and "nothing has been graded" in err
    status, out, _ = cli(graded, "regrade", ASSIGNMENT, "--question", "nothing")
    assert status == 1 and "no question is called 'nothing'; the questions are forward_" in out


def test_a_submission_that_can_not_be_graded_again_keeps_everything(graded, cli, monkeypatch):
    """For example because the bugs that a copy was made with are gone."""
    with graded.gradebook() as gradebook:
        before = contents(gradebook)

    def refuse(tasks, student, found, seed):
        raise CourseError("the secret is missing")

    monkeypatch.setattr(Tasks, "task", refuse)
    status, found = regrade(cli, graded)
    assert status == 1
    assert all("the secret is missing" in each["why"] for each in found.values())
    with graded.gradebook() as gradebook:
        assert contents(gradebook) == before
    assert graded.path("autograded", ASSIGNMENT, "ada").exists()
