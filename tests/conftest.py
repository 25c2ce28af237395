"""A course in a temporary folder, released once; without it tests would grade in the checkout."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.installed import Environment
from tests.temporary_course import BIN, ROOT, TemporaryCourse, run_here

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the tests in its background has them, and what they start, ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)


LONGEST = (
    "attacks/test_attacks.py", "browser/test_answering.py", "browser/test_lessons.py",
    "browser/test_instructor.py", "questions/test_parity.py", "servers/test_postgresql.py",
    "courses/test_any_course.py", "test_notebooks.py", "hosts/test_hosts.py",
    "browser/test_pages.py", "browser/test_submitting.py",
    "courses/test_same_package.py", "courses/test_changed_points.py", "courses/test_guide.py",
    "grading/test_mark_schemes.py", "grading/test_execute.py", "courses/test_edited_course.py",
    "test_golden.py", "courses/test_existing_course.py", "box/test_child.py",
)  # fmt: skip
"""Files that take a minute. They come first, so that no core idles at the end of a run."""


def pytest_collection_modifyitems(items):
    """Put the files that take longest before all others."""
    order = {f"tests/{name}": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.location[0], len(order)))


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """The course as it is before anybody has handed in; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("released")
    course = TemporaryCourse(folder / "course", tmp_path_factory.mktemp("settings"))
    shutil.copytree(ROOT / "source", course.root / "source")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    done = course.autograder("release")
    assert done.returncode == 0, done.stdout + done.stderr
    return course


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory):
    """Somebody else's course, as `nbgrader quickstart` makes it; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("quickstart")
    course = TemporaryCourse(folder / "course101", tmp_path_factory.mktemp("settings"))
    made = [sys.executable, "-m", "nbgrader", "quickstart", course.root.name]
    subprocess.run(made, cwd=folder, env=course.environment, check=True, capture_output=True)
    return course


@pytest.fixture(scope="module")
def activated():
    """The environment is activated, as stock nbgrader needs it: it calls `alembic` by name."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATH", os.pathsep.join([str(BIN), os.environ["PATH"]]))
        yield


@pytest.fixture
def course(released, tmp_path):
    """A released course of the test's own."""
    return TemporaryCourse(tmp_path / "course", released.settings, copy_of=released)


@pytest.fixture(scope="module")
def course_of_the_module(released, tmp_path_factory):
    """A released course that the tests of one file share."""
    root = tmp_path_factory.mktemp("shared") / "course"
    return TemporaryCourse(root, released.settings, copy_of=released)


@pytest.fixture(scope="session")
def installed():
    """An environment with a copy of the package; to be used, not changed."""
    with tempfile.TemporaryDirectory(prefix="kürs-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        yield Environment(Path(folder))


@pytest.fixture
def cli():
    """Runs a command inside this process: (exit status, stdout, stderr)."""

    def run(course, *arguments):
        folder = course.root if isinstance(course, TemporaryCourse) else course
        done = run_here(folder, arguments)
        return done.returncode, done.stdout, done.stderr

    return run
