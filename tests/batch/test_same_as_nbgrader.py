"""If this fails, grades in the gradebook depend on which command recorded them."""

from datetime import datetime

import nbformat
import pytest

from autograder.grading.task import SCORES, SECONDS
from tests import sample_class
from tests.batch.gradebooks import contents
from tests.temporary_course import TemporaryCourse

ASSIGNMENTS = ("one_dimension", "planted_bugs")
STORIES = ("correct", "always_says_wrong", "prints_warning", "unsolved", "syntax_error")
DUE, IN_TIME, LATE = "2026-03-02 12:00:00", "2026-03-01 08:00:00 UTC", "2026-03-09 13:14:15 UTC"


def prepare(course):
    """A class with submissions in time and late, with extensions, and one that can't be graded."""
    course.configure("c.TrustedExecute.seed = 7")
    course.configure("c.LateSubmissionPlugin.penalty_method = 'zero'")
    work = [(who, name) for name in ASSIGNMENTS for who in who_answers(name)]
    sample_class.submit(course.root, work)
    course.submit("wrong", "one_dimension", course.release("planted_bugs"))
    for student, time in (
        ("correct", LATE),
        ("unsolved", LATE),
        ("always_says_wrong", IN_TIME),
        ("syntax_error", LATE),
    ):
        stamp(course, student, time)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment("one_dimension", duedate=datetime.fromisoformat(DUE))
        gradebook.add_student("syntax_error")
        gradebook.add_submission("one_dimension", "syntax_error")
        gradebook.grant_extension("one_dimension", "syntax_error", days=7)


def who_answers(assignment):
    return [who for who in STORIES if assignment in sample_class.load(who).assignments]


def stamp(course, student, time):
    path = course.path("submitted", "one_dimension", student)
    path.with_name("timestamp.txt").write_text(time)


def mark(course):
    """What a person does in the Formgrader after the first grading."""
    with course.gradebook() as gradebook:
        names = "one_dimension", "one_dimension", "prints_warning"
        gradebook.find_grade("test_gradient_check", *names).manual_score = 1.5
        gradebook.find_grade("explain_zero", *names).manual_score = 2
        gradebook.find_grade("explain_zero", *names).needs_manual_grade = False
        gradebook.find_comment("gradient_check", *names).manual_comment = "see page 3"
        gradebook.find_grade("test_gradient_check", *names).extra_credit = 0.5
        gradebook.db.commit()


def submit_again(course):
    for student, story in (("correct", "raises"), ("unsolved", "correct")):
        course.submit(student, "one_dimension", course.answered("one_dimension", story))
        stamp(course, student, LATE if student == "correct" else IN_TIME.replace("08", "11"))
    course.submit("prints_warning", "one_dimension", course.answered("one_dimension", "raises"))


def by_nbgrader(course):
    for assignment in ASSIGNMENTS:
        course.nbgrader("autograde", assignment, "--force")


def by_us(course):
    done = course.run("autograder", "grade", "--force", "--jobs", "2")
    assert "1 failed" in done.stdout, done.stdout + done.stderr


@pytest.fixture(scope="module")
def courses(released, tmp_path_factory):
    """The same class twice: graded, read by a person, submitted again and graded again."""
    found = {}
    for name, grade in (("stock", by_nbgrader), ("ours", by_us)):
        root = tmp_path_factory.mktemp(name) / "course"
        course = found[name] = TemporaryCourse(root, released.settings, copy_of=released)
        prepare(course)
        grade(course)
        with course.gradebook() as gradebook:
            course.first = contents(gradebook)
        mark(course)
        submit_again(course)
        grade(course)
    return found["stock"], found["ours"]


def test_the_gradebooks_hold_the_same(courses):
    """Row by row, in every table, after the first grading and after the second."""
    stock, ours = courses
    with stock.gradebook() as first, ours.gradebook() as second:
        last = contents(first), contents(second)
    for expected, found in ((stock.first, ours.first), last):
        assert found.keys() == expected.keys()
        for table in expected:
            different = set(expected[table]) ^ set(found[table])
            assert len(found[table]) == len(expected[table]) and not different, table
    assert len(expected["grade"]) > 60 and len(expected["comment"]) > 60


def test_the_class_has_all_that_can_differ(courses):
    """Penalties, manual scores, answers to read: else the comparison says little."""
    with courses[0].gradebook() as gradebook:
        last = contents(gradebook)
    for found, table, what in (
        (courses[0].first, "submitted_notebook", "'late_submission_penalty': 18.0"),
        (last, "submitted_notebook", "'late_submission_penalty': "),
        (last, "grade", "'manual_score': 1.5"),
        (last, "grade", "'needs_manual_grade': 1"),
        (last, "comment", "No response."),
        (last, "comment", "see page 3"),
    ):
        assert any(what in row for row in found[table]), what


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_graded_notebooks_are_the_same(courses, assignment):
    """Every output and every flag; and the same files beside them."""
    ours = courses[1]
    for student in who_answers(assignment):
        paths = [course.path("autograded", assignment, student) for course in courses]
        expected, found = (nbformat.read(path, as_version=4) for path in paths)
        assert found.metadata.pop(SCORES) and found.metadata.pop(SECONDS) > 0
        assert found == expected
        files = [sorted(each.name for each in path.parent.iterdir()) for path in paths]
        assert files[0] == files[1]
        assert paths[0].stat().st_mode == paths[1].stat().st_mode
    assert not ours.path("autograded", "one_dimension", "wrong").parent.exists()
