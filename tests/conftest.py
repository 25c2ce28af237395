"""A course in a temporary folder, released once; without it tests would grade in the checkout."""

import shutil

import pytest

from tests.temporary_course import ROOT, TemporaryCourse


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """The course as it is before anybody has handed in; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("released")
    course = TemporaryCourse(folder / "course", tmp_path_factory.mktemp("settings"))
    shutil.copytree(ROOT / "source", course.root / "source")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    done = course.run("autograder", "release")
    assert done.returncode == 0, done.stdout + done.stderr
    return course


@pytest.fixture
def course(released, tmp_path):
    """A released course of the test's own."""
    return TemporaryCourse(tmp_path / "course", released.settings, copy_of=released)


@pytest.fixture(scope="module")
def course_of_the_module(released, tmp_path_factory):
    """A released course that the tests of one file share."""
    root = tmp_path_factory.mktemp("shared") / "course"
    return TemporaryCourse(root, released.settings, copy_of=released)
