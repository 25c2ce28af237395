"""If this fails, grading several submissions at a time changes grades, or loses some."""

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
"""Quick ones, of all kinds."""


@pytest.fixture
def submitted(course, monkeypatch):
    # So that a small class is graded by several processes.
    monkeypatch.setattr(grade_class, "LEAST", 2)
    sample_class.submit(course.root, [(story, ASSIGNMENT) for story in STORIES])
    course.submit("torn", ASSIGNMENT, '{"cells": [')
    course.submit("wrong", ASSIGNMENT, course.release("planted_bugs"))
    return course


def run(course, jobs=1, students=None, **more):
    """The outcomes by student."""
    found = Course(course.root)
    work = {ASSIGNMENT: students or found.students(ASSIGNMENT)}
    outcomes = grade(found, work, jobs=jobs, **more)
    return {each.student: (each.status, each.why, each.note) for each in outcomes}


def graded(course):
    """The graded notebooks by story, without the time that grading took."""
    found = {}
    for story in STORIES:
        found[story] = nbformat.read(course.path("autograded", ASSIGNMENT, story), as_version=4)
        assert found[story].metadata.pop(SECONDS) > 0
    return found


def nothing_runs_here(monkeypatch):
    """No submission may run in this process, only in those of the pool."""

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
    why = "this host can't contain a submission's code: it has no kernel"
    return grade_one.WorkerCannotGrade(why)


def test_several_at_a_time_get_the_same_as_one_by_one(submitted, tmp_path, monkeypatch):
    """Every grade, every output, every message."""
    other = TemporaryCourse(tmp_path / "other", submitted.settings, copy_of=submitted)
    one_by_one = run(submitted, jobs=1, seed=7)
    nothing_runs_here(monkeypatch)
    assert run(other, jobs=2, seed=7) == one_by_one
    assert other.grades(ASSIGNMENT) == submitted.grades(ASSIGNMENT)
    assert graded(other) == graded(submitted)
    assert {who for who, (status, *_) in one_by_one.items() if status == "failed"} == {
        "torn", "wrong"
    }  # fmt: skip


def test_what_has_been_graded_is_not_run_again(submitted, monkeypatch):
    run(submitted)
    before = submitted.grades(ASSIGNMENT)
    nothing_runs_here(monkeypatch)
    second = run(submitted, students=STORIES)
    assert {status for status, *_ in second.values()} == {"skipped"}
    assert submitted.grades(ASSIGNMENT) == before


def test_a_grade_and_a_notebook_from_different_runs_are_replaced(submitted):
    """A run that is killed between the two leaves them like this."""
    run(submitted, students=["correct", "raises"])
    with submitted.gradebook() as gradebook:
        names = "test_gradient_check", ASSIGNMENT, ASSIGNMENT, "correct"
        gradebook.find_grade(*names).auto_score = 1
        gradebook.db.commit()
    again = run(submitted, students=["correct", "raises"])
    assert {who: status for who, (status, *_) in again.items()} == {
        "correct": "done", "raises": "skipped"
    }  # fmt: skip
    assert sum(filter(None, submitted.grades(ASSIGNMENT)["correct"].values())) == 18


@pytest.mark.parametrize(("wrong", "said"), [
    (dies_over_raises, "the process that graded it ended twice"),
    (fails_over_raises, "the grader failed, not the student: OSError: no memory left"),
])  # fmt: skip
def test_a_worker_that_fails_costs_nobody_else_a_grade(submitted, monkeypatch, wrong, said):
    """The student whose submission it was keeps the grade of the same submission."""
    expected = run(submitted)
    before = submitted.grades(ASSIGNMENT)
    monkeypatch.setattr(grade_one, "grade_one", wrong)
    found = run(submitted, jobs=2, force=True)
    status, why, _ = found.pop("raises")
    assert status == "failed"
    assert why.startswith(f"submitted/raises/{ASSIGNMENT}/{ASSIGNMENT}.ipynb: ") and said in why
    expected.pop("raises")
    assert found == expected
    assert submitted.grades(ASSIGNMENT) == before
    assert submitted.path("autograded", ASSIGNMENT, "raises").exists()


def test_nothing_is_graded_on_a_host_without_walls(submitted, monkeypatch):
    monkeypatch.setattr(grade_one, "grade_one", refuses)
    with pytest.raises(CourseError, match="it has no kernel"):
        run(submitted, students=STORIES)
    assert submitted.grades(ASSIGNMENT) == {}


def test_what_took_longest_comes_first(submitted):
    run(submitted)
    for story, seconds in (("raises", 9), ("correct", 99)):
        path = submitted.path("autograded", ASSIGNMENT, story)
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata[SECONDS] = seconds
        path.chmod(0o644)
        nbformat.write(notebook, path)
    submitted.submit("new", ASSIGNMENT, submitted.answered(ASSIGNMENT))
    students = ["always_says_wrong", "raises", "correct", "new"]
    assert [*run(submitted, students=students, force=True)] == [
        "new", "correct", "raises", "always_says_wrong"
    ]  # fmt: skip


def test_a_run_that_is_stopped_keeps_what_it_has_recorded(submitted):
    found = Course(submitted.root)
    running = grade(found, {ASSIGNMENT: STORIES}, jobs=2)
    first = next(running).student
    running.close()
    assert set(submitted.grades(ASSIGNMENT)) == {first}
    again = run(submitted, students=STORIES)
    assert {who for who, (status, *_) in again.items() if status == "skipped"} == {first}


def test_two_runs_do_not_grade_the_same_course_at_once(submitted):
    running = grade(Course(submitted.root), {ASSIGNMENT: STORIES})
    next(running)
    with pytest.raises(CourseError, match="another autograder is running"):
        run(submitted)
    running.close()
    assert run(submitted, students=["correct"])["correct"][0] in ("done", "skipped")


def test_for_a_few_no_other_processes_are_started(submitted, monkeypatch):
    monkeypatch.setattr(grade_class, "Workers", None)
    monkeypatch.setattr(grade_class, "LEAST", LEAST)
    assert len(STORIES) < LEAST
    outcomes = run(submitted, jobs=2, students=STORIES)
    assert {status for status, *_ in outcomes.values()} == {"done"}


class Crowd:
    """A pool that works side by side: first results that neighbours held up, then one alone."""

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


def test_points_lost_because_neighbours_took_time_get_another_try_alone():
    held_up, alone, slow = result(0.0, True), result(2.0, False), result(1.0, True)
    crowd = Crowd({"ada": [result(2.0, False)], "bob": [held_up, alone], "zoe": [held_up, slow],
                   "eve": [ZeroDivisionError()]})  # fmt: skip
    names = ["ada", "bob", "zoe", "eve"]
    found = list(grade_class.attempted(crowd, [(name, ()) for name in names]))
    assert crowd.at_a_time == [names, ["bob"], ["zoe"]]
    assert [name for name, _ in found] == ["ada", "eve", "bob", "zoe"]
    assert dict(found)["bob"] is alone
    assert dict(found)["zoe"] is slow, "the second try counts, whatever it is"


def test_one_after_the_other_no_submission_is_held_up():
    crowd = Crowd({"ada": [result(0.0, True)]})
    crowd.work_side_by_side = False
    assert len(list(grade_class.attempted(crowd, [("ada", ())]))) == 1
    assert Here.work_side_by_side is False
    assert Workers.work_side_by_side and Cluster.work_side_by_side
