"""If this fails, a run that is killed loses grades, or leaves some that are half recorded."""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress

import nbformat
import pytest

from autograder.grading.task import SECONDS
from tests.batch.gradebooks import contents
from tests.box.inside import gone, tree
from tests.temporary_course import TemporaryCourse

ASSIGNMENT = "one_dimension"
STORIES = ["always_says_wrong", "correct", "correct_other_style", "raises", "unsolved"]
STUDENTS = 300
KILLS = 25
MOST = 10
"""Submissions that are graded at most, or nearly, before somebody is killed."""
EARLY = 3.0
"""Seconds; about what it takes to start."""


def handed_in(course):
    """A class, a sixth of which have been graded and have handed in something else since."""
    course.configure("c.TrustedExecute.seed = 7")
    answered = {story: course.answered(ASSIGNMENT, story) for story in STORIES}
    again = range(0, STUDENTS, 6)
    for number in again:
        course.submit(f"s{number:03}", ASSIGNMENT, answered["unsolved"])
    assert course.run("autograder", "grade").returncode == 0
    for number in range(STUDENTS):
        story = STORIES[number % len(STORIES)]
        course.submit(f"s{number:03}", ASSIGNMENT, answered[story])
    return course


@pytest.fixture(scope="module")
def courses(released, tmp_path_factory):
    """The same class twice, and what its gradebook holds after a run that nobody disturbs."""
    root = tmp_path_factory.mktemp("restarts")
    course = TemporaryCourse(root / "killed", released.settings, copy_of=released)
    handed_in(course)
    other = TemporaryCourse(root / "other", released.settings, copy_of=course)
    assert other.run("autograder", "grade").returncode == 0
    return course, other


def kill(course, whom, lots):
    """Start grading, and kill somebody at some moment: all processes that there have been.

    Every third time that is while the run starts, else after some submissions have been recorded.
    """
    jobs, began = lots.choice(["1", "2", "2"]), time.time_ns()
    running = course.start("autograder", "grade", "--jobs", jobs, start_new_session=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    family, end = {running.pid}, time.monotonic() + lots.uniform(0.2, EARLY)
    wanted = 0 if lots.random() < 1 / 3 else lots.randint(1, MOST)
    while running.poll() is None and (
        recorded_since(course, began) < wanted if wanted else time.monotonic() < end
    ):
        family |= tree(running.pid)
        time.sleep(lots.uniform(0, 0.04))
    if whom == "others":
        for victim in lots.sample(sorted(family - {running.pid}), min(2, len(family) - 1)):
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        time.sleep(lots.uniform(0, 0.5))
        family |= tree(running.pid)
    if running.poll() is None and whom == "all of it":
        os.killpg(running.pid, signal.SIGKILL)
    running.kill()
    running.wait()
    return family


def recorded_since(course, began):
    found = (course.root / "autograded").glob(f"*/{ASSIGNMENT}/*.ipynb")
    return sum(path.stat().st_mtime_ns > began for path in found)


def whole(course, complete):
    """Who has been graded to the end; everybody else has nothing at all, or an earlier grade."""
    found = {}
    for student, grades in course.grades(ASSIGNMENT).items():
        automatic = {name: score for name, score in grades.items() if name.startswith("test_")}
        assert None not in automatic.values(), f"{student} is half recorded: {grades}"
        found[student] = automatic
    return {student for student, grades in found.items() if grades == complete[student]}


def notebooks(course):
    found = {}
    for path in sorted((course.root / "autograded").glob(f"*/{ASSIGNMENT}/*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata.pop(SECONDS)
        found[path.parts[-3]] = notebook
    return found


def test_killed_at_any_moment_it_goes_on_from_there(courses):
    """The run, the whole tree, or some of its processes: no grade is lost, none is half."""
    course, other = courses
    lots = random.Random(20_26)
    complete = {
        student: {name: score for name, score in grades.items() if name.startswith("test_")}
        for student, grades in other.grades(ASSIGNMENT).items()
    }
    before = whole(course, complete)
    for number in range(KILLS):
        whom = ("the run", "all of it", "others")[number % 3]
        family = kill(course, whom, lots)
        assert gone(family), "nobody stays behind"
        after = whole(course, complete)
        assert before <= after, "what was recorded stays"
        before = after
    assert 0 < len(before) < STUDENTS, "there was something to do until the end"
    done = course.run("autograder", "grade")
    assert done.returncode == 0, done.stdout + done.stderr
    with course.gradebook() as found, other.gradebook() as expected:
        found, expected = contents(found), contents(expected)
    for table in expected:
        assert set(found[table]) == set(expected[table]), table
        assert len(found[table]) == len(expected[table]), table
    assert notebooks(course) == notebooks(other)
    assert list((course.root / "autograded").glob(".*")) == []
    assert course.run("autograder", "grade").stdout.endswith(f"0 graded, {STUDENTS} skipped\n")
