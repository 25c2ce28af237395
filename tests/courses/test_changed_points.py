"""If this fails, other points or a waived question take away what people gave and wrote."""

import dataclasses
import json

import nbformat
import pytest

from autograder.questions import one_dimension, planted_bugs, questions_of
from tests.temporary_course import TemporaryCourse

ASSIGNMENT, NAME, WRITTEN = "one_dimension", "gradient_check", "explain_zero"
TEST = f"test_{NAME}"
PARTS, GIVES = len(questions_of(ASSIGNMENT)[NAME].parts), questions_of(ASSIGNMENT)[NAME].points
MORE = int(GIVES) + 1
"""What each part gives where it gives more."""
PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin


class Half(LateSubmissionPlugin):
    def late_submission_penalty(self, student, score, seconds):
        return score / 2


c.AssignLatePenalties.plugin_class = Half
"""


@pytest.fixture(scope="module")
def graded_once(course_of_the_module):
    """Ada is right and late, and has a comment; bob was given points by hand; cid has none."""
    course = course_of_the_module
    course.configure(PENALTY)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2020-01-02 00:00:00 UTC")
    class_of_three = ("ada", "correct", 3), ("bob", "correct", 1), ("cid", "unsolved", 1)
    for student, story, day in class_of_three:
        path = course.submit(student, ASSIGNMENT, course.answered(ASSIGNMENT, story))
        path.with_name("timestamp.txt").write_text(f"2020-01-0{day} 00:00:00 UTC")
    done = course.run("autograder", "grade", ASSIGNMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(TEST, ASSIGNMENT, ASSIGNMENT, "bob")
        grade.manual_score, grade.needs_manual_grade = GIVES - 0.5, False
        grade = gradebook.find_grade(WRITTEN, ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score, grade.needs_manual_grade = 0.5, False
        comment = gradebook.find_comment(NAME, ASSIGNMENT, ASSIGNMENT, "ada")
        comment.manual_comment = "see me"
        gradebook.db.commit()
    return course


@pytest.fixture
def graded(graded_once, tmp_path):
    """The same, to be changed."""
    return TemporaryCourse(tmp_path / "course", graded_once.settings, copy_of=graded_once)


def given_by_hand(course):
    """{student: {cell: (manual score, comment)}}, where there is one."""
    found = {}
    with course.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            (notebook,) = submission.notebooks
            mine = found[submission.student.id] = {}
            mine |= {
                each.name: each.manual_score
                for each in notebook.grades
                if each.manual_score is not None
            }
            mine |= {
                each.name: each.manual_comment for each in notebook.comments if each.manual_comment
            }
    return found


def worth(course, monkeypatch, new, module=one_dimension, assignment=ASSIGNMENT, name=NAME):
    """Have each part of a question give other points, wherever they stand."""
    question = questions_of(assignment)[name]
    parts = {part: float(new) for part in question.parts}
    monkeypatch.setattr(module, name, dataclasses.replace(question, parts=parts))
    questions_of.cache_clear()
    with course.source(assignment) as cells:
        cell = cells[f"test_{name}"]
        cell.metadata.nbgrader.points = sum(parts.values())
        for part, points in question.parts.items():
            assert f"{part}: {points:g}" in cell.source
            cell.source = cell.source.replace(f"{part}: {points:g}", f"{part}: {new:g}")
        shown = cells["summary"]
        assert f'"{name}": {question.points:g}' in shown.source
        shown.source = shown.source.replace(
            f'"{name}": {question.points:g}', f'"{name}": {sum(parts.values()):g}'
        )
        title = cells["title"]
        total = sum(
            each.metadata.nbgrader.get("points", 0)
            for each in cells.values()
            if each.metadata.get("nbgrader", {}).get("grade")
        )
        before = total - sum(parts.values()) + question.points
        assert f"**Points:** {before:g}." in title.source
        title.source = title.source.replace(f"{before:g}.", f"{total:g}.")


@pytest.fixture(autouse=True)
def the_questions_of_the_course():
    yield
    questions_of.cache_clear()


@pytest.fixture
def undone(monkeypatch, the_questions_of_the_course):
    """A monkeypatch that is undone before the questions are read again."""
    with monkeypatch.context() as patch:
        yield patch


def totals(course):
    with course.gradebook() as gradebook:
        (notebook,) = gradebook.find_assignment(ASSIGNMENT).notebooks
        return {
            each.student.id: (each.score, each.max_score, each.late_submission_penalty)
            for each in notebook.submissions
        }


def verdict(course, student, assignment=ASSIGNMENT, name=TEST):
    notebook = nbformat.read(course.path("autograded", assignment, student), as_version=4)
    (cell,) = (each for each in notebook.cells if each.id == name)
    return cell.outputs[0].text.splitlines()[0], cell.metadata.nbgrader.points


def says(points, most):
    """The first line of a verdict, and the points of its cell."""
    return f"{NAME}: {points:g} of {most:g} points", most


def regrade(cli, course, *options):
    status, out, err = cli(course, "regrade", ASSIGNMENT, "--json", *options)
    assert (status, err) == (0, "")
    return {each["student"]: each for each in json.loads(out)["outcomes"]}


def test_more_points_are_refused_and_the_way_is_named(graded, cli, undone):
    worth(graded, undone, MORE)
    status, out, _ = cli(graded, "release", ASSIGNMENT)
    assert status == 1 and f"{TEST} is worth {MORE * PARTS} instead of {GIVES:g} points" in out
    assert f"`autograder release {ASSIGNMENT} --keep-grades`, which keeps all scores" in out
    assert "nbgrader db assignment remove" not in out


def test_more_points_are_given_and_what_people_gave_stays(graded, cli, undone):
    by_hand = given_by_hand(graded)
    before = totals(graded)
    all_points, coded = sum(graded.worth(ASSIGNMENT).values()), graded.coded(ASSIGNMENT)
    assert before["ada"] == (coded + 0.5, all_points, coded / 2)
    worth(graded, undone, MORE)
    status, out, _ = cli(graded, "release", ASSIGNMENT, "--keep-grades")
    assert status == 0 and f"`autograder regrade {ASSIGNMENT}`" in out
    assert "by hand" not in out
    found = regrade(cli, graded)
    assert found["ada"]["changes"] == found["bob"]["changes"] == {TEST: [GIVES, MORE * PARTS]}
    assert found["cid"]["changes"] == {}
    assert (
        given_by_hand(graded)
        == by_hand
        == {"ada": {WRITTEN: 0.5, NAME: "see me"}, "bob": {TEST: GIVES - 0.5}, "cid": {}}
    )
    after = totals(graded)
    more = MORE * PARTS - GIVES
    score = coded + 0.5 + more
    assert after["ada"] == (score, all_points + more, score / 2), "half of the new score"
    assert after["bob"] == (before["bob"][0], all_points + more, None), "what a person gave counts"
    assert verdict(graded, "ada") == says(MORE * PARTS, MORE * PARTS)
    assert verdict(graded, "cid") == says(0, MORE * PARTS), "not of what it was"
    assert cli(graded, "feedback", ASSIGNMENT)[0] == 0


def test_fewer_points_lower_only_when_asked_and_name_what_is_above(graded, cli, undone):
    by_hand = given_by_hand(graded)
    worth(graded, undone, 0.5)
    fewer, all_points = 0.5 * PARTS, sum(graded.worth(ASSIGNMENT).values())
    status, out, _ = cli(graded, "release", ASSIGNMENT, "--keep-grades")
    assert status == 0 and f"bob was given {GIVES - 0.5:g} points by hand in {TEST}" in out
    assert f"in {TEST}, which now gives at most {fewer:g}: only you can change that" in out
    assert regrade(cli, graded)["ada"]["kept"] == {TEST: [GIVES, fewer]}
    found = regrade(cli, graded, "--lower", "--question", NAME)
    assert found["ada"]["changes"] == {TEST: [GIVES, fewer]}
    score = graded.coded(ASSIGNMENT) + 0.5
    assert totals(graded)["ada"] == (score, all_points + fewer - GIVES, score / 2)
    assert given_by_hand(graded) == by_hand
    assert verdict(graded, "ada") == says(fewer, fewer)


def test_a_question_that_gives_no_points_does_not_count(graded, cli, undone):
    score, most, _ = totals(graded)["ada"]
    worth(graded, undone, 0)
    assert cli(graded, "release", ASSIGNMENT, "--keep-grades")[0] == 0
    regrade(cli, graded, "--lower")
    assert totals(graded)["ada"][:2] == (score - GIVES, most - GIVES)
    assert verdict(graded, "ada") == says(0, 0)


def test_a_written_question_that_gives_no_points(graded, cli):
    with graded.source(ASSIGNMENT) as cells:
        points = [
            each.metadata.nbgrader.get("points", 0)
            for each in cells.values()
            if each.metadata.get("nbgrader", {}).get("grade")
        ]
        worth_now = cells[WRITTEN].metadata.nbgrader.points
        cells[WRITTEN].metadata.nbgrader.points = 0
        for name, before, after in (
            ("title", f"{sum(points)}.", f"{sum(points) - worth_now}."),
            ("summary", f'"{WRITTEN}": {worth_now}', f'"{WRITTEN}": 0'),
        ):
            assert before in cells[name].source
            cells[name].source = cells[name].source.replace(before, after)
    status, out, _ = cli(graded, "release", ASSIGNMENT, "--keep-grades")
    assert status == 0 and f"ada was given 0.5 points by hand in {WRITTEN}" in out
    regrade(cli, graded)
    assert given_by_hand(graded)["ada"][WRITTEN] == 0.5
    notebook = nbformat.read(graded.path("autograded", ASSIGNMENT, "ada"), as_version=4)
    (cell,) = (each for each in notebook.cells if each.id == WRITTEN)
    assert cell.metadata.nbgrader.points == 0


def test_a_waived_question_gives_its_points_to_everybody(graded, cli):
    by_hand = given_by_hand(graded)
    graded.configure(f'c.TrustedExecute.waived = {{"{ASSIGNMENT}": ["{NAME}"]}}')
    assert regrade(cli, graded)["cid"]["changes"] == {TEST: [0, GIVES]}
    assert verdict(graded, "cid") == says(GIVES, GIVES)
    assert given_by_hand(graded) == by_hand
    graded.submit("dee", ASSIGNMENT, graded.answered(ASSIGNMENT, "unsolved"))
    done = graded.run("nbgrader", "autograde", ASSIGNMENT, "--student", "dee")
    assert done.returncode == 0, done.stderr
    assert graded.points(ASSIGNMENT, "dee")[NAME] == GIVES, "by stock nbgrader, too"


def test_a_question_that_breaks_can_be_waived(graded, cli, undone):
    """Else nobody is graded until it is fixed."""

    def breaks(student, rng, marks):
        raise ZeroDivisionError

    broken = dataclasses.replace(questions_of(ASSIGNMENT)[NAME], asks=breaks)
    undone.setattr(one_dimension, NAME, broken)
    questions_of.cache_clear()
    assert cli(graded, "grade", ASSIGNMENT, "--force", "--jobs", "1")[0] == 1
    graded.configure(f'c.TrustedExecute.waived = {{"{ASSIGNMENT}": ["test_{NAME}"]}}')
    assert cli(graded, "grade", ASSIGNMENT, "--force", "--jobs", "1")[0] == 0
    assert graded.points(ASSIGNMENT, "cid")[NAME] == GIVES


@pytest.mark.parametrize(
    ("assignment", "name", "wrong"),
    [
        (ASSIGNMENT, "gradient_chek", "gradient_chek"),
        ("one_dimensional", NAME, "one_dimensional"),
    ],
)
def test_a_name_that_can_not_be_waived_is_said_once(graded, cli, assignment, name, wrong):
    graded.configure(f'c.TrustedExecute.waived = {{"{assignment}": ["{name}"]}}')
    status, out, _ = cli(graded, "grade", ASSIGNMENT)
    assert status == 1 and out.count(repr(wrong)) == 1
    assert "choose from " in out and "0 graded, 1 failed" in out


def test_personal_copies_get_other_points(course, cli, undone, tmp_path):
    """A copy was made with the points of then; its bugs are drawn again, its points are not."""
    roster = tmp_path / "roster.csv"
    roster.write_text("id\nada\n")
    assignment, name = "planted_bugs", "killing_case"
    assert cli(course, "personalise", assignment, "--roster", str(roster))[0] == 0
    copy = (course.root / "personal" / assignment / "ada" / f"{assignment}.ipynb").read_text()
    course.submit("ada", assignment, copy)
    assert cli(course, "grade", assignment)[0] == 0
    worth(course, undone, 5, planted_bugs, assignment, name)
    assert cli(course, "release", assignment, "--keep-grades")[0] == 0
    status, _, _ = cli(course, "regrade", assignment)
    assert status == 0
    points = questions_of(assignment)[name].points
    assert verdict(course, "ada", assignment, f"test_{name}") == (
        f"{name}: 0 of {points:g} points",
        points,
    )


def test_without_submissions_there_is_nothing_to_keep(course, cli):
    status, out, _ = cli(course, "release", ASSIGNMENT, "--keep-grades")
    assert (status, out) == (0, "1 released\n")


def test_a_list_of_waived_questions_that_is_none_is_said_in_one_line(graded, cli):
    graded.configure(f'c.TrustedExecute.waived = {{"{ASSIGNMENT}": "{NAME}"}}')
    status, _, err = cli(graded, "grade", ASSIGNMENT)
    assert status == 1 and "nbgrader_config.py: Values of the 'waived' trait" in err
    assert "must be a list" in err


@pytest.mark.parametrize(
    ("change", "command"), [("no penalty", "grade"), ("extension", "regrade"), ("points", "grade")]
)
def test_a_late_penalty_follows_what_it_depends_on(graded, command, change):
    """Also of what is graded already, in which nothing else has changed."""
    before = totals(graded)["ada"]
    if change == "no penalty":
        graded.configure("c.AssignLatePenalties.plugin_class = LateSubmissionPlugin")
        expected = 0.0
    elif change == "extension":
        with graded.gradebook() as gradebook:
            gradebook.grant_extension(ASSIGNMENT, "ada", days=7)
        expected = 0.0
    else:  # a written answer was read since
        expected = before[0] / 2
    assert before[2] != expected
    done = graded.run("autograder", command, ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    assert (totals(graded)["ada"][2] or 0) == expected
    assert f"its late penalty is {expected:g} now, and was {before[2]:g}" in done.stdout
    again = graded.run("autograder", command, ASSIGNMENT)
    assert "late penalty is" not in again.stdout
