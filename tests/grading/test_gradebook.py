"""If this fails, a broken gradebook is found in the middle of a class, not before it."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from autograder.grading import gradebook
from autograder.grading.errors import CourseError


@pytest.fixture
def file(course, tmp_path):
    with course.gradebook() as book:
        for number in range(200):
            book.add_student(f"student-{number}")
    return Path(shutil.copy(course.root / "gradebook.db", tmp_path))


def test_a_sound_gradebook_is_left_as_it_is(file):
    before = file.read_bytes()
    assert gradebook.check(f"sqlite:///{file}") is None
    assert file.read_bytes() == before
    assert [*file.parent.glob("gradebook*")] == [file]  # and no journal beside it


def test_a_gradebook_with_a_damaged_page_is_refused(file):
    """Each table's first rows can still be read."""
    with sqlite3.connect(file) as database:
        (page,) = database.execute(
            "SELECT max(rootpage) FROM sqlite_master WHERE type = 'index'"
        ).fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    database.close()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(content)
    with pytest.raises(CourseError, match=r"can't be used .*restore a copy"):
        gradebook.check(f"sqlite:///{file}")


def test_what_is_not_a_gradebook_is_refused(tmp_path):
    path = tmp_path / "gradebook.db"
    path.write_text("Dear diary, " * 1000)
    with pytest.raises(CourseError, match="not a database"):
        gradebook.check(f"sqlite:///{path}")


@pytest.mark.parametrize("address", ["sqlite:///{}/gradebook.db", "sqlite://"])
def test_an_address_is_shown_in_one_line(tmp_path, address):
    shown = gradebook.address(address.format(tmp_path))
    assert shown and shown.isprintable()


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_one_is_made_in_every_locale(course, installed, locale):
    """Also if it lacks letters of the path to nbgrader, which hands that to another program."""
    (course.root / "gradebook.db").unlink()
    environment = {**course.environment, "LC_ALL": locale}
    done = course.run(installed.bin / "autograder", "release", "one_dimension", env=environment)
    assert done.returncode == 0, done.stderr
    assert "ü" in str(installed.packages) and (course.root / "gradebook.db").is_file()
