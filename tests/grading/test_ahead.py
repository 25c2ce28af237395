"""If this fails, a class that is graded several at a time gets other grades, or loses some."""

import os
from dataclasses import replace

import nbformat
import pytest

from autograder.grading import ahead, execute
from autograder.grading.course import Course
from tests import sample_class
from tests.temporary_course import TemporaryCourse

ASSIGNMENT = "one_dimension"
STORIES = [
    "always_says_wrong", "correct", "correct_other_style", "raises", "syntax_error", "unsolved",
]  # fmt: skip
"""Quick ones, of all sorts."""


@pytest.fixture
def handed_in(course):
    sample_class.hand_in(course.root, [(story, ASSIGNMENT) for story in STORIES])
    course.hand_in("torn", ASSIGNMENT, '{"cells": [')
    course.hand_in("wrong", ASSIGNMENT, course.release("planted_bugs"))
    return course


def grade(course, jobs, **more):
    """The outcomes of everybody by student."""
    found = Course(course.root)
    outcomes = found.grade(ASSIGNMENT, found.students(ASSIGNMENT), seed=7, jobs=jobs, **more)
    return {each.student: (each.status, each.why, each.note) for each in outcomes}


def graded(course):
    """All that students' notebooks hold after grading."""
    paths = {story: course.path("autograded", ASSIGNMENT, story) for story in STORIES}
    return {story: nbformat.read(path, as_version=4) for story, path in paths.items()}


def nobody_here(monkeypatch):
    """Nothing may be run in this process itself; those of the pool are others."""

    def not_here(job, warden):
        raise AssertionError("run in the process that records")

    monkeypatch.setattr(execute, "run", not_here)


# What workers may do wrong; they find these functions by name.


def dies(task, file):
    os._exit(1)


def raises(task, file):
    raise OSError("no memory left")


def does_something_else(task, file):
    job, ran = ahead.done(task, file)
    return replace(job, cells=job.cells[1:]), ran


def test_several_at_a_time_get_what_they_get_one_by_one(handed_in, tmp_path, monkeypatch):
    """Every grade, every output, every message."""
    other = TemporaryCourse(tmp_path / "other", handed_in.settings, copy_of=handed_in)
    one_by_one = grade(handed_in, jobs=1)
    nobody_here(monkeypatch)
    assert grade(other, jobs=2) == one_by_one
    assert other.grades(ASSIGNMENT) == handed_in.grades(ASSIGNMENT)
    assert graded(other) == graded(handed_in)
    assert {who for who, (status, *_) in one_by_one.items() if status == "failed"} == {
        "torn", "wrong"
    }  # fmt: skip


def test_who_has_been_graded_is_not_run_again(handed_in, monkeypatch):
    grade(handed_in, jobs=2)
    added = []
    monkeypatch.setattr(ahead.Pool, "add", lambda pool, student, task: added.append(student))
    second = grade(handed_in, jobs=2)
    assert {who for who, (status, *_) in second.items() if status == "skipped"} == set(STORIES)
    assert set(added) <= {"torn", "wrong"}


@pytest.mark.parametrize("wrong", [dies, raises, does_something_else])
def test_a_worker_that_fails_costs_nobody_a_grade(handed_in, tmp_path, monkeypatch, wrong):
    other = TemporaryCourse(tmp_path / "other", handed_in.settings, copy_of=handed_in)
    expected = grade(other, jobs=1)
    monkeypatch.setattr(ahead, "done", wrong)
    assert grade(handed_in, jobs=2) == expected
    assert handed_in.grades(ASSIGNMENT) == other.grades(ASSIGNMENT)


def test_only_so_many_wait_however_large_the_class_is(handed_in, monkeypatch):
    waiting, add = [], ahead.Pool.add

    def noting(pool, student, task):
        add(pool, student, task)
        waiting.append(len(pool._futures))

    monkeypatch.setattr(ahead.Pool, "add", noting)
    grade(handed_in, jobs=2)
    assert len(waiting) >= len(STORIES)
    assert max(waiting) <= 4


def test_a_run_that_is_given_up_leaves_no_worker_and_no_result_behind(handed_in):
    found = Course(handed_in.root)
    running = found.grade(ASSIGNMENT, found.students(ASSIGNMENT), jobs=2)
    next(running)
    running.close()
    assert execute.Elsewhere.look_up("ada", None) is None
    again = grade(handed_in, jobs=1)
    assert {who for who, (status, *_) in again.items() if status == "failed"} == {"torn", "wrong"}


def test_few_are_not_worth_the_start_of_other_processes(handed_in, monkeypatch):
    monkeypatch.setattr(ahead, "Pool", None)
    found = Course(handed_in.root)
    outcomes = list(found.grade(ASSIGNMENT, STORIES[: ahead.LEAST - 1], jobs=2))
    assert {each.status for each in outcomes} == {"done"}
