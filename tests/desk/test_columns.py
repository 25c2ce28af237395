"""If this fails, a table is wider than its terminal, or numbers stand under the wrong heading."""

import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from autograder.desk.columns import Column, flowed, print_columns
from autograder.grading.errors import printable

ODD = ["ada", "李明華", "zoe\u0301", "นที", "a" * 50, "b" * 78, "c d", "אבגד", "مريم", "[red]x"]
WIDTHS = [80, 40, 120]
ids = st.text(min_size=1, max_size=60).filter(str.strip).map(printable)


def lines_of(labels, columns, width):
    out = io.StringIO()
    terminal = {"width": width or 1000, "force_terminal": bool(width), "color_system": None}
    print_columns(Console(file=out, **terminal), Column(["student"], labels, left=True), columns)
    return out.getvalue().splitlines()


def numbered(count, rows):
    """Columns whose cells say in which column and row they are."""
    return [
        Column([f"Q{number}"], [f"{number}.{row}" for row in range(rows)])
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [1, 6, 12, 40])
def test_every_row_fits_and_every_cell_is_below_its_heading(width, count):
    """With wide letters, accents of their own and names from right to left; and ids are whole."""
    shown = lines_of(ODD, numbered(count, len(ODD)), width)
    assert {each.strip() for each in shown} >= {each for each in ODD if cell_len(each) > width}
    found, ends = set(), {}
    for line in shown:
        words = line.split()
        if words[0] == "student":
            ends = {each: cell_len(line[: line.index(each) + len(each)]) for each in words[1:]}
            assert len(ends) == len(words) - 1
        cells = [each for each in words if each[0].isdigit()]
        for each in cells:
            head = f"Q{each.partition('.')[0]}"
            at = line.index(each) + len(each)
            assert cell_len(line[:at]) == ends[head], line
            assert each not in found, "each cell is printed once"
            found.add(each)
        assert cell_len(line) <= max(width, 2 + max(map(cell_len, words)))
    assert len(found) == count * len(ODD)
    for each in ODD:
        assert any(line == f"  {each}" or line.startswith(f"  {each}  ") for line in shown)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.lists(ids, min_size=1, max_size=5, unique=True))
def test_any_ids_are_whole(labels):
    shown = lines_of(labels, numbered(6, len(labels)), 80)
    for row, each in enumerate(labels):
        (beside,) = (line for line in shown if line.endswith(f"6.{row}"))
        above = shown[shown.index(beside) - 1]
        assert beside.startswith(f"  {each}  ") or above == f"  {each}"
        assert cell_len(beside) <= 80


def test_a_name_from_right_to_left_does_not_turn_a_row_around():
    """A terminal that knows such writing would show the numbers in front of the name."""
    shown = lines_of(["אבגד", "مريم", "ada"], numbered(3, 3), 80)
    for line in shown:
        turned = any(unicodedata.bidirectional(each) in ("R", "AL") for each in line)
        assert not (turned and any(map(str.isdigit, line)))


def test_outside_a_terminal_each_id_has_one_line():
    shown = lines_of(ODD, numbered(40, len(ODD)), None)
    assert len(shown) == 2 + len(ODD)
    for each, line in zip(ODD, shown[2:], strict=True):
        assert line.startswith(f"  {each}  ") and line.endswith(f"  40.{ODD.index(each)}")


def test_pieces_are_never_cut():
    assert [*flowed(["one", "two", "three", "x" * 12, "y"], 9, " ")] == [
        "one two", "three", "x" * 12, "y",
    ]  # fmt: skip
    assert [*flowed(["李李", "李李"], 9, " ")] == ["李李 李李"]
    assert [*flowed(["李李", "李李"], 8, " ")] == ["李李", "李李"]
    assert [*flowed(["one", "two"], None)] == ["one  two"]
    assert [*flowed([], 80)] == []
