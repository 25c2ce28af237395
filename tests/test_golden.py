"""The sample class gets the grades that it deserves; else the course marks students wrongly."""

import pytest

from autograder.questions import ASSIGNMENTS, questions_of
from tests import sample_class
from tests.desk.feedback_pages import scores_on
from tests.temporary_course import ROOT, TemporaryCourse

STORIES = sample_class.stories()
GRADED = [each for each in ASSIGNMENTS if (ROOT / "source" / each).is_dir()]
HANDED_IN = [
    pytest.param(story, assignment, id=f"{story.name}-{assignment}")
    for story in STORIES.values()
    for assignment in story.assignments
    if assignment in GRADED
]
A_FEW = [
    ("correct_other_style", "one_dimension"),
    ("raises", "one_dimension"),
    ("unsolved", "one_dimension"),
    ("textbook", "planted_bugs"),
]


@pytest.fixture(scope="module")
def graded(released, tmp_path_factory):
    """{assignment: course}, the whole sample class graded by stock nbgrader."""
    courses = {}
    for assignment in GRADED:
        root = tmp_path_factory.mktemp("graded") / assignment
        course = courses[assignment] = TemporaryCourse(root, released.settings, copy_of=released)
        course.configure("c.TrustedExecute.call_timeout = 2")  # a loop that never ends shows it
        who = [each.name for each in STORIES.values() if assignment in each.assignments]
        sample_class.submit(root, only=[(name, assignment) for name in who])
        done = course.nbgrader("autograde", assignment)
        assert done.returncode == 0, done.stderr
    return courses


@pytest.mark.parametrize(("story", "assignment"), HANDED_IN)
def test_a_story_gets_its_points(graded, story, assignment):
    """Stock nbgrader autograde: every question gives what the story says."""
    points = graded[assignment].points(assignment, story.name)
    assert points == story.points(assignment), story.tells


@pytest.mark.parametrize(("story", "assignment"), HANDED_IN)
def test_a_written_answer_waits_for_a_person(graded, story, assignment):
    """What was written is to be read; what was not written is 0 and bothers nobody."""
    asked = [
        name
        for name in graded[assignment].grades(assignment)[story.name]
        if name.startswith("explain_")
    ]
    with graded[assignment].gradebook() as gradebook:
        for name in asked:
            grade = gradebook.find_grade(name, assignment, assignment, story.name)
            written = name in story.answers(assignment)
            assert (grade.needs_manual_grade, grade.auto_score) == (written, None if written else 0)
    assert asked


@pytest.mark.parametrize(("story", "assignment"), A_FEW)
def test_a_story_gets_its_page(graded, story, assignment):
    """Stock nbgrader generate_feedback: the page shows the verdict on every question."""
    course, expected = graded[assignment], STORIES[story].points(assignment)
    done = course.nbgrader("generate_feedback", assignment, "--student", story)
    assert done.returncode == 0, done.stderr
    text = (course.root / "feedback" / story / assignment / f"{assignment}.html").read_text()
    shown = scores_on(text)
    for question in questions_of(assignment).values():
        assert shown[question.name] == f"{expected[question.name]:g} / {question.points:g}"


def test_our_command_gives_the_same_grades(cli, graded, released, tmp_path):
    """`autograder grade` is the same grader as stock nbgrader, one by one."""
    ours = TemporaryCourse(tmp_path / "course", released.settings, copy_of=released)
    sample_class.submit(ours.root, only=A_FEW)
    assert cli(ours, "grade")[0] == 0
    for name, assignment in A_FEW:
        stock = graded[assignment].grades(assignment)[name]
        assert ours.grades(assignment)[name] == stock, (name, assignment)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_story_means_what_it_says(story):
    """A misspelt question in `loses` would be no loss at all."""
    assert set(story.loses) <= set(ASSIGNMENTS)
    for assignment in story.assignments:
        questions = questions_of(assignment)
        for entry in story.loses[assignment]:
            name, _, part = entry.partition(".")
            assert name == "*" or name in questions
            assert not part or part in questions[name].parts
