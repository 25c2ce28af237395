"""If this fails, a spreadsheet runs an id that begins like a formula."""

import csv

import pytest

from autograder.grading import personal_copies
from autograder.grading.csv_cells import as_it_was, harmless
from autograder.grading.roster import read_roster

FORMULAS = ["=HYPERLINK(A1)", "+49 30", "-5", "@SUM(A1)", "\tada", "\rada"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_a_text(text):
    for given in (text, f"'{text}", f"''{text}"):
        assert harmless(given).startswith("'")
        assert as_it_was(harmless(given)) == given


@pytest.mark.parametrize("text", ["", "ada", "'", "O'Brien", "'tis", "a=b", "5-5", "zoë"])
def test_any_other_text_stays(text):
    assert harmless(text) == as_it_was(text) == text


def test_the_list_of_codes_holds_no_formula_and_is_read_again(tmp_path, released):
    students = ["ada", "=1+1", "-5", "+49 30", "@ada", "'=odd"]
    release = released.release("planted_bugs")
    assert [*personal_copies.personalise(tmp_path, "planted_bugs", release, students)] == students
    path = tmp_path / "personal" / "planted_bugs" / "codes.csv"
    with path.open(newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r"]
    assert [*personal_copies.of(tmp_path, "planted_bugs").codes] == students
    assert read_roster(path) == students
    again = personal_copies.personalise(tmp_path, "planted_bugs", release, ["new"])
    assert [*again] == ["new", *students]
