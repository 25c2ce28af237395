"""If this fails, a problem of disk, gradebook or terminal costs a grade, or is not one line."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from threading import Timer

import pytest

from autograder.batch import recorder
from autograder.desk.progress import the_console, work_through
from autograder.grading.outcome import Outcome
from autograder.stopping import later
from tests.box.inside import gone, tree
from tests.temporary_course import TemporaryCourse

ASSIGNMENT = "one_dimension"
STORIES = ["always_says_wrong", "correct", "correct_other_style", "raises", "syntax_error",
           "unsolved"]  # fmt: skip


def class_of(course, size):
    for number in range(size):
        notebook = course.answered(ASSIGNMENT, STORIES[number % len(STORIES)])
        course.submit(f"s{number:03}", ASSIGNMENT, notebook)


def fails_in_one_line(done, *said):
    status, out, err = done
    lines = out.splitlines()
    (line,) = (line for line in lines if all(each in line for each in said))
    assert status == 1 and not err and "Traceback" not in out
    assert lines[-1].endswith("1 failed")
    return line


def test_a_gradebook_that_another_program_has_locked(cli, course, monkeypatch):
    """For longer than we wait."""
    monkeypatch.setattr(recorder, "BUSY_SECONDS", 0.2)
    class_of(course, 2)
    other = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        done = cli(course, "grade")
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert "locked" in str(done) and "gradebook" in str(done), done
    assert done[0] == 1
    assert cli(course, "grade")[1].endswith("2 graded\n")


def test_another_writer_that_is_soon_done_is_waited_for(cli, course):
    """For much longer than SQLite's own 5 seconds."""
    class_of(course, 1)
    cli(course, "grade")
    path = course.root / "gradebook.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = Timer(1, other.rollback)
        done.start()
        _, out, _ = cli(course, "grade", "--force")
        done.join()
    assert out.endswith("1 graded\n")
    assert recorder.BUSY_SECONDS == 60


def test_a_gradebook_that_can_only_be_read(cli, course):
    class_of(course, 1)
    path = course.root / "gradebook.db"
    with sqlite3.connect(path) as gradebook:
        gradebook.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON submitted_assignment "
            "BEGIN SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"
        )
    gradebook.close()
    fails_in_one_line(cli(course, "grade"), "gradebook.db can't be used", "readonly", "writable")
    assert not course.path("autograded", ASSIGNMENT, "s000").exists()
    assert list((course.root / "autograded").iterdir()) == []


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a few megabytes; skipped where mounting one is not allowed."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can make a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk(course, cli, small_disk):
    """What was recorded before is kept, and the rest is graded once there is room again."""
    class_of(course, 8)
    course = TemporaryCourse(small_disk / "course", course.settings, copy_of=course)
    assert cli(course, "grade", "--student", "s000")[0] == 0
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    fails_in_one_line(cli(course, "grade", "--jobs", "1"), "can't be", "disk")
    filler.unlink()
    assert sum(filter(None, course.grades(ASSIGNMENT)["s000"].values())) >= 0
    assert cli(course, "grade")[1].endswith("7 graded, 1 skipped\n")


def at_a_terminal():
    """Restore Ctrl-C, which a shell disables for background processes."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_stops_soon_and_says_how_to_continue(course, cli, jobs):
    class_of(course, 40)
    running = course.start("autograder", "grade", "--jobs", jobs, preexec_fn=at_a_terminal)
    course.wait_for_a_grade(running)
    family = tree(running.pid)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (130, "")
    assert "run the same command again to continue" in out.splitlines()[-1]
    assert gone(family)
    recorded = course.grades(ASSIGNMENT)
    assert f"stopped: {len(recorded)} graded" in out
    left = [each for each in (course.root / "submitted").iterdir() if each.name not in recorded]
    for each in left[3:]:  # which would show the same
        shutil.rmtree(each)
    assert cli(course, "grade")[1].endswith(f"3 graded, {len(recorded)} skipped\n")


@pytest.mark.parametrize("processes", [2, 4])
def test_a_run_that_is_stopped_while_it_starts_stops_too(course, processes):
    """While it imports and starts processes, which a terminal stops with it."""
    class_of(course, 8)
    running = course.start("autograder", "grade", preexec_fn=at_a_terminal, start_new_session=True)
    while len(family := tree(running.pid)) < processes:
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait(timeout=60) == 130
    assert gone(family)
    (line,) = "".join(running.communicate(timeout=60)).splitlines()
    assert line == "autograder: stopped" or line.startswith("stopped: 0 graded and recorded; ")
    assert course.grades(ASSIGNMENT) == {}


def test_ctrl_c_while_a_result_is_recorded_waits_until_it_is_reported():
    def results():
        with later():
            os.kill(os.getpid(), signal.SIGINT)
            yield Outcome("a", "ada", "done")
        yield Outcome("a", "zoe", "done")  # which is not asked for any more

    outcomes, stopped = work_through(the_console(quiet=True), "", {"a": 2}, results())
    assert ([each.student for each in outcomes], stopped) == (["ada"], True)


def test_a_second_ctrl_c_ends_the_process():
    program = """
import os, signal
from autograder.stopping import by_exception
with by_exception():
    try:
        os.kill(os.getpid(), signal.SIGINT)
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        print("goes on")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "autograder: stopped\n")
