"""If this fails, a class that is graded several at a time gets other grades, or loses some."""

import os

import nbformat
import pytest

from autograder.batch import grade_class, grade_one
from autograder.batch.cluster import Cluster
from autograder.batch.grade_class import LEAST, grade
from autograder.batch.workers import Here, Workers
from autograder.grading.course import Course
from autograder.grading.errors import CourseError
from autograder.grading.task import SECONDS, Graded
from tests import sample_class
from tests.temporary_course import TemporaryCourse

ASSIGNMENT = "one_dimension"
STORIES = [
    "always_says_wrong", "correct", "correct_other_style", "raises", "syntax_error", "unsolved",
]  # fmt: skip
"""Quick ones, of all sorts."""


@pytest.fixture
def handed_in(course, monkeypatch):
    monkeypatch.setattr(grade_class, "LEAST", 2)  # so that several of a small class are at work
    sample_class.hand_in(course.root, [(story, ASSIGNMENT) for story in STORIES])
    course.hand_in("torn", ASSIGNMENT, '{"cells": [')
    course.hand_in("wrong", ASSIGNMENT, course.release("planted_bugs"))
    return course


def run(course, jobs=1, students=None, **more):
    """The outcomes of everybody by student."""
    found = Course(course.root)
    work = {ASSIGNMENT: students or found.students(ASSIGNMENT)}
    outcomes = grade(found, work, jobs=jobs, **more)
    return {each.student: (each.status, each.why, each.note) for each in outcomes}


def graded(course):
    """All that students' notebooks hold after grading, but for the time that it took."""
    found = {}
    for story in STORIES:
        found[story] = nbformat.read(course.path("autograded", ASSIGNMENT, story), as_version=4)
        assert found[story].metadata.pop(SECONDS) > 0
    return found


def nobody_here(monkeypatch):
    """Nothing may be run in this process itself; those of the pool are others."""

    def not_here(task, warden):
        raise AssertionError("run in the process that records")

    monkeypatch.setattr(grade_one, "graded", not_here)


# What workers may do wrong; they find these functions by name.


def dies_over_raises(task, where, file):
    if task.student == "raises":
        os._exit(1)
    return grade_one.grade_one(task, where, file)


def fails_over_raises(task, where, file):
    if task.student == "raises":
        raise OSError("no memory left")
    return grade_one.grade_one(task, where, file)


def refuses(task, where, file):
    why = "this host can't keep a submission's code in: it has no kernel"
    return grade_one.WorkerCannotGrade(why)


def test_several_at_a_time_get_what_they_get_one_by_one(handed_in, tmp_path, monkeypatch):
    """Every grade, every output, every message."""
    other = TemporaryCourse(tmp_path / "other", handed_in.settings, copy_of=handed_in)
    one_by_one = run(handed_in, jobs=1, seed=7)
    nobody_here(monkeypatch)
    assert run(other, jobs=2, seed=7) == one_by_one
    assert other.grades(ASSIGNMENT) == handed_in.grades(ASSIGNMENT)
    assert graded(other) == graded(handed_in)
    assert {who for who, (status, *_) in one_by_one.items() if status == "failed"} == {
        "torn", "wrong"
    }  # fmt: skip


def test_who_has_been_graded_is_not_run_again(handed_in, monkeypatch):
    run(handed_in)
    before = handed_in.grades(ASSIGNMENT)
    nobody_here(monkeypatch)
    second = run(handed_in, students=STORIES)
    assert {status for status, *_ in second.values()} == {"skipped"}
    assert handed_in.grades(ASSIGNMENT) == before


def test_a_grade_and_a_notebook_that_are_not_of_one_run_are_made_anew(handed_in):
    """A run that is killed between the two leaves them so."""
    run(handed_in, students=["correct", "raises"])
    with handed_in.gradebook() as gradebook:
        names = "test_gradient_check", ASSIGNMENT, ASSIGNMENT, "correct"
        gradebook.find_grade(*names).auto_score = 1
        gradebook.db.commit()
    again = run(handed_in, students=["correct", "raises"])
    assert {who: status for who, (status, *_) in again.items()} == {
        "correct": "done", "raises": "skipped"
    }  # fmt: skip
    assert sum(filter(None, handed_in.grades(ASSIGNMENT)["correct"].values())) == 18


@pytest.mark.parametrize(("wrong", "said"), [
    (dies_over_raises, "the process that graded it ended twice"),
    (fails_over_raises, "the grader failed, not the student: OSError: no memory left"),
])  # fmt: skip
def test_a_worker_that_fails_costs_nobody_else_a_grade(handed_in, monkeypatch, wrong, said):
    """Nor the student whose work it was the grade of the same hand-in."""
    expected = run(handed_in)
    before = handed_in.grades(ASSIGNMENT)
    monkeypatch.setattr(grade_one, "grade_one", wrong)
    found = run(handed_in, jobs=2, force=True)
    status, why, _ = found.pop("raises")
    assert status == "failed"
    assert why.startswith(f"submitted/raises/{ASSIGNMENT}/{ASSIGNMENT}.ipynb: ") and said in why
    expected.pop("raises")
    assert found == expected
    assert handed_in.grades(ASSIGNMENT) == before
    assert handed_in.path("autograded", ASSIGNMENT, "raises").exists()


def test_a_host_that_can_not_keep_code_in_grades_nothing(handed_in, monkeypatch):
    monkeypatch.setattr(grade_one, "grade_one", refuses)
    with pytest.raises(CourseError, match="it has no kernel"):
        run(handed_in, students=STORIES)
    assert handed_in.grades(ASSIGNMENT) == {}


def test_what_took_longest_comes_first(handed_in):
    run(handed_in)
    for story, seconds in (("raises", 9), ("correct", 99)):
        path = handed_in.path("autograded", ASSIGNMENT, story)
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata[SECONDS] = seconds
        path.chmod(0o644)
        nbformat.write(notebook, path)
    handed_in.hand_in("new", ASSIGNMENT, handed_in.answered(ASSIGNMENT))
    students = ["always_says_wrong", "raises", "correct", "new"]
    assert [*run(handed_in, students=students, force=True)] == [
        "new", "correct", "raises", "always_says_wrong"
    ]  # fmt: skip


def test_a_run_that_is_given_up_keeps_what_it_has_recorded(handed_in):
    found = Course(handed_in.root)
    running = grade(found, {ASSIGNMENT: STORIES}, jobs=2)
    first = next(running).student
    running.close()
    assert set(handed_in.grades(ASSIGNMENT)) == {first}
    again = run(handed_in, students=STORIES)
    assert {who for who, (status, *_) in again.items() if status == "skipped"} == {first}


def test_two_runs_do_not_grade_the_same_course_at_once(handed_in):
    running = grade(Course(handed_in.root), {ASSIGNMENT: STORIES})
    next(running)
    with pytest.raises(CourseError, match="another autograder is grading"):
        run(handed_in)
    running.close()
    assert run(handed_in, students=["correct"])["correct"][0] in ("done", "skipped")


def test_few_are_not_worth_the_start_of_other_processes(handed_in, monkeypatch):
    monkeypatch.setattr(grade_class, "Workers", None)
    monkeypatch.setattr(grade_class, "LEAST", LEAST)
    assert len(STORIES) < LEAST
    outcomes = run(handed_in, jobs=2, students=STORIES)
    assert {status for status, *_ in outcomes.values()} == {"done"}


class Crowd:
    """Whoever works side by side: a first try that neighbours held up, then one alone."""

    work_side_by_side = True

    def __init__(self, tries):
        self.tries, self.at_a_time = {name: iter(each) for name, each in tries.items()}, []

    def work(self, _, pieces):
        pieces = list(pieces)
        self.at_a_time.append([key for key, _ in pieces])
        for key, _ in pieces:
            yield key, next(self.tries[key])


def result(score, was_held_up):
    return Graded({}, {"test_f": score}, {}, 1.0, was_held_up)


def test_who_lost_points_to_time_that_neighbours_took_has_another_try_alone():
    held_up, alone, slow = result(0.0, True), result(2.0, False), result(1.0, True)
    crowd = Crowd({"ada": [result(2.0, False)], "bob": [held_up, alone], "zoe": [held_up, slow],
                   "eve": [ZeroDivisionError()]})  # fmt: skip
    names = ["ada", "bob", "zoe", "eve"]
    found = list(grade_class.attempted(crowd, [(name, ()) for name in names]))
    assert crowd.at_a_time == [names, ["bob"], ["zoe"]]
    assert [name for name, _ in found] == ["ada", "eve", "bob", "zoe"]
    assert dict(found)["bob"] is alone
    assert dict(found)["zoe"] is slow, "the second try counts, whatever it is"


def test_one_after_the_other_nobody_is_held_up_by_another_submission():
    crowd = Crowd({"ada": [result(0.0, True)]})
    crowd.work_side_by_side = False
    assert len(list(grade_class.attempted(crowd, [("ada", ())]))) == 1
    assert Here.work_side_by_side is False
    assert Workers.work_side_by_side and Cluster.work_side_by_side
