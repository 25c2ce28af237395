"""If this fails, one class is graded by two versions of its questions, and nobody is told."""

import json
import os
import subprocess
import sys

import pytest

from autograder.batch import fork_server
from autograder.batch.grade_class import LEAST
from autograder.batch.same_package import INTRODUCTION, AnotherPackage, check
from autograder.version import PACKAGE_FOLDER
from tests.hosts.hosts import REFUSED
from tests.installed import change_a_question, copy_package
from tests.temporary_course import ROOT, TemporaryCourse

ASSIGNMENT = "one_dimension"
COMMANDS = {
    "grade": ["grade"],
    "regrade": ["regrade", "--dry-run", "--jobs", "2"],
    "regrade in this process": ["regrade", "--dry-run", "--jobs", "1"],
    "regrade for one": ["regrade", "--dry-run", "--student", "student-0"],
}


@pytest.fixture(scope="module")
def beside(released, installed, tmp_path_factory):
    """A graded course in a checkout, which has the same package as the environment beside it."""
    root = tmp_path_factory.mktemp("checkout") / "course"
    course = TemporaryCourse(root, released.settings, copy_of=released)
    copy_package(course.root)
    answered = course.answered(ASSIGNMENT)
    for number in range(LEAST):
        course.submit(f"student-{number}", ASSIGNMENT, answered)
    done = course.run(installed.bin / "autograder", "grade", "--jobs", "2")
    assert done.stdout.endswith(f"{LEAST} graded\n"), done.stdout + done.stderr
    return course


@pytest.fixture
def changed(beside, tmp_path):
    """That course after a question was changed in it, and not in the environment."""
    course = TemporaryCourse(tmp_path / "changed", beside.settings, copy_of=beside)
    change_a_question(course.root / "autograder")
    return course


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be a host that refuses them")
def test_it_grades_where_user_namespaces_are_refused(beside, installed):
    """There the reference lies in a folder that submissions may see."""
    command = [*REFUSED, installed.bin / "autograder", "grade", "--force", "--jobs", "2"]
    done = subprocess.run(command, cwd=beside.root, env=beside.environment, capture_output=True,
                          text=True)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith(f"{LEAST} graded\n")


def test_a_course_folder_may_have_the_same_package(beside, installed):
    done = beside.run(installed.bin / "autograder", "regrade", "--dry-run", "--jobs", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no grade changes" in done.stdout


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_course_folder_with_another_package_is_refused(changed, installed, command):
    """In one line, whichever processes would do the work."""
    done = changed.run(installed.bin / "autograder", *command)
    (line,) = (line for line in done.stdout.splitlines() if "a different copy" in line)
    assert done.returncode == 1 and not done.stderr
    assert str(changed.root / "autograder") in line and str(installed.package) in line
    assert "`pip install -e .[grader]`" in line
    assert "gradient_check" not in done.stdout, "nothing was asked"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_package_in_a_folder_grades_where_it_is_run(changed, installed, jobs):
    """Not the one that is installed, in any process."""
    python = installed.bin / "python"
    done = changed.run(python, "-m", "autograder", "regrade", "--dry-run", "--jobs", jobs, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    kept = [each["kept"] for each in json.loads(done.stdout)["outcomes"]]
    assert kept == [{"test_gradient_check": [6, 4]}] * LEAST


STARTS = """
import sys
from contextlib import nullcontext
from autograder.batch import fork_server
from autograder.batch.same_package import AnotherPackage
from autograder.batch.workers import Workers
sys.path.insert(0, {root!r})
from tests.courses.test_same_package import package_here
if __name__ == "__main__":
    if {by_itself}:
        fork_server._this_package_first = nullcontext
    fork_server.warm_up("autograder.batch.grade_one")
    try:
        with Workers(1) as staff:
            ((_, found),) = staff.work(package_here, [("piece", ())])
        print(found)
    except AnotherPackage as refused:
        print(refused)
"""


def package_here():
    return INTRODUCTION[1]


@pytest.fixture
def started(changed):
    """``started(by_itself)`` is what a worker says that is started in a folder with a package."""

    def start(by_itself):
        program = changed.root.parent / "starts.py"
        program.write_text(STARTS.format(root=str(ROOT), by_itself=by_itself))
        done = subprocess.run(
            [sys.executable, program], cwd=changed.root, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return start


def test_workers_take_the_package_of_who_starts_them(started):
    assert started(by_itself=False) == f"{PACKAGE_FOLDER}\n"


def test_a_worker_with_another_package_is_refused(started, changed):
    """However it came to it: here, because Python looks into the working folder first."""
    (line,) = started(by_itself=True).splitlines()
    assert line.startswith("a worker runs another version of the autograder (")
    assert str(changed.root / "autograder") in line and str(PACKAGE_FOLDER) in line


@pytest.mark.parametrize("said", [("0" * 64, "/elsewhere"), ("0" * 64,), 7.0, LookupError("x")])
def test_who_does_not_say_the_same_is_refused(said):
    with pytest.raises(AnotherPackage, match=r"^the worker tcp://a runs another version of the"):
        check(said, "the worker tcp://a")


def test_the_environment_of_the_process_stays_as_it_is(monkeypatch):
    """What it starts later is not told where to look."""
    monkeypatch.setenv("PYTHONPATH", "mine")
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    with fork_server._this_package_first():
        assert os.environ["PYTHONPATH"].endswith(f"{os.pathsep}{PACKAGE_FOLDER.parent}")
    assert os.environ["PYTHONPATH"] == "mine" and "PYTHONSAFEPATH" not in os.environ
