"""If this fails, a full disk or Ctrl-C leaves half a sheet where a whole one was."""

import pytest

from autograder.desk.whole_file import whole_file
from autograder.grading.errors import CourseError


def test_it_appears_whole_with_the_permissions_that_were_there(tmp_path):
    path = tmp_path / "sheet.csv"
    for text in (b"one", b"another"):
        with whole_file(path) as file:
            file.write(text)
        assert path.read_bytes() == text
        path.chmod(0o640)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize(
    ("error", "raised"),
    [(OSError(28, "No space left"), CourseError), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_what_was_there_stays_if_it_ends_early(tmp_path, error, raised):
    path = tmp_path / "sheet.csv"
    path.write_bytes(b"before")
    with pytest.raises(raised), whole_file(path) as file:
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"before"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("place", ["no/sheet.csv", "."])
def test_a_place_that_can_not_be_written_is_said(tmp_path, place):
    with pytest.raises(CourseError, match="can't be written"), whole_file(tmp_path / place):
        pass
