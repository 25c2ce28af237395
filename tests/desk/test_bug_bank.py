"""If this fails, an instructor can't see what students are asked to find."""

import io

import pytest
from rich.console import Console

from autograder.desk.bug_bank import bank_table, bug_page, draw_heat_map, find_bug
from autograder.grading.errors import CourseError
from autograder.truth.bugs import BANK, LESSONS
from autograder.truth.planting import KINDS

EVERYTHING = BANK + LESSONS


def text_of(*parts):
    console = Console(width=300, color_system=None, file=io.StringIO())
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def test_the_table_has_a_line_for_every_bug():
    text = text_of(bank_table())
    for bug in EVERYTHING:
        (line,) = [each for each in text.splitlines() if each.split()[:1] == [bug.name]]
        assert bug.first_wrong in line
        assert bug.hint in line
        assert all(where in line for where in bug.invisible)
    assert f"{len(EVERYTHING)} bugs" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_lists_the_bugs_for_which_it_is_an_answer(kind):
    text = text_of(bank_table(kind))
    for bug in EVERYTHING:
        assert (f" {bug.name} " in text) == (kind in bug.kinds)


@pytest.mark.parametrize("bug", EVERYTHING, ids=lambda bug: bug.name)
def test_a_bug_is_shown_with_its_lines_its_numbers_and_its_reason(bug):
    text = text_of(*bug_page(bug))
    lines = text.splitlines()
    assert len([line for line in lines if line.startswith("-")]) == len(bug.edits)
    assert len([line for line in lines if line.startswith("+")]) == len(bug.edits)
    for said in (bug.hint, bug.why, *bug.kinds, *bug.invisible):
        assert said in text
    assert ("may be drawn" in text) == ("From its numbers alone" in text) == bug.suspect


def test_numbers_say_what_the_bug_does():
    text = text_of(*bug_page(find_bug("dW2_doubled")))
    (line,) = [each for each in text.splitlines() if each.strip().startswith("dW2 ")]
    assert line.split() == ["dW2", "1.0e+00", "2", "to", "2"]
    assert "correct: (5, 1)" in text_of(*bug_page(find_bug("db1_flat")))


@pytest.mark.parametrize("bug", [BANK[0], *LESSONS], ids=lambda bug: bug.name)
def test_a_picture_is_drawn_of_every_kind_of_bug(bug, tmp_path):
    draw_heat_map(bug, tmp_path / "bug.png")
    assert (tmp_path / "bug.png").read_bytes().startswith(b"\x89PNG")


def test_a_wrong_name_gets_similar_ones(tmp_path):
    with pytest.raises(CourseError, match="did you mean dZ1_unmasked"):
        find_bug("dZ1_maskd")
    with pytest.raises(CourseError, match="no bug is called 'x': `autograder bugs` lists"):
        find_bug("x")
    with pytest.raises(CourseError, match="the kinds are sign, scale, "):
        bank_table("colour")
    with pytest.raises(CourseError, match="'docx' is not supported"):
        draw_heat_map(BANK[0], tmp_path / "bug.docx")
    with pytest.raises(CourseError, match="No such file"):
        draw_heat_map(BANK[0], tmp_path / "nowhere" / "bug.png")
