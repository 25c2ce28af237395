"""If this fails, an earlier score is kept for a later submission, even for a broken file."""

import pytest

from autograder.grading import scores
from autograder.grading.scores import ForgetEarlierScores

ASSIGNMENT = "one_dimension"


@pytest.fixture
def gradebook(course):
    with course.gradebook() as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(ASSIGNMENT, "ada")
        for grade in grades(gradebook):
            grade.auto_score, grade.needs_manual_grade = 1, False
        gradebook.db.commit()
        yield gradebook


def grades(gradebook):
    return gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ada").grades


def test_automatic_scores_are_forgotten_and_a_persons_work_is_kept(gradebook):
    """Cells with a manual score are marked for another look."""
    by_hand = grades(gradebook)[0]
    by_hand.manual_score = 0.5
    by_hand.notebook.comments[0].manual_comment = "see me"
    scores.forget(gradebook, ASSIGNMENT, "ada")
    assert {grade.auto_score for grade in grades(gradebook)} == {None}
    assert [grade.needs_manual_grade for grade in grades(gradebook)].count(True) == 1
    assert (by_hand.manual_score, by_hand.needs_manual_grade) == (0.5, True)
    assert by_hand.notebook.comments[0].comment == "see me"


def test_it_is_what_the_sanitizer_does(course, gradebook):
    info = {"db_url": f"sqlite:///{course.root / 'gradebook.db'}", "assignment": ASSIGNMENT}
    ForgetEarlierScores().preprocess(None, {"nbgrader": {**info, "student": "ada"}})
    gradebook.db.expire_all()
    assert {grade.auto_score for grade in grades(gradebook)} == {None}


def test_a_student_without_a_submission_has_nothing_to_forget(gradebook):
    scores.forget(gradebook, ASSIGNMENT, "nobody")
    scores.forget(gradebook, "nothing", "ada")


def test_graded_completely_means_every_cell(gradebook):
    def whole():
        return set(scores.recorded(gradebook, ASSIGNMENT))

    def change(place, **values):
        for name, value in values.items():
            setattr(grades(gradebook)[place], name, value)
        gradebook.db.commit()

    assert whole() == {"ada"}
    change(0, auto_score=None)
    assert whole() == set()
    change(0, needs_manual_grade=True)
    assert whole() == {"ada"}
    change(0, needs_manual_grade=False, manual_score=2)
    assert whole() == {"ada"}
    assert scores.recorded(gradebook, "nothing") == {}


@pytest.mark.parametrize("auto", [None, 0.0, 1.0])
@pytest.mark.parametrize("manual", [None, 0.0, 0.5])
@pytest.mark.parametrize("extra", [None, 0.25])
@pytest.mark.parametrize("to_read", [True, False])
def test_a_score_is_what_nbgrader_counts(gradebook, auto, manual, extra, to_read):
    grade = grades(gradebook)[0]
    grade.auto_score, grade.manual_score, grade.extra_credit = auto, manual, extra
    grade.needs_manual_grade = to_read
    gradebook.db.commit()
    gradebook.db.refresh(grade)
    found = scores.all_scores(gradebook, ASSIGNMENT)["ada"][grade.name]
    given = auto if manual is None else manual
    assert found.score == (0 if given is None else given + (extra or 0))
    assert found.score == grade.score or given is None
    assert found.waits is (to_read and auto is None and manual is None)
    assert found.says_something is (to_read or auto is not None or manual is not None)
