"""If this fails, a filled sheet differs from the download in more than its grades."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.desk import csv_file
from autograder.grading.errors import CourseError
from tests.thorough import THOROUGH

EXAMPLES = 200 * THOROUGH
PIECES = [
    b",", b";", b"\t", b'"', b'""', b"\r", b"\n", b"\r\n", b" ", b"ada", b"\xc3\xa9", b"\xe9",
    b"\x81", b"\0", b"1,5", b"sep=;\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"=1",
]  # fmt: skip
anything = st.one_of(st.binary(), st.lists(st.sampled_from(PIECES)).map(b"".join))
texts = st.text(st.sampled_from(',;"\r\n aé1'))
tables = st.lists(st.lists(texts, min_size=2, max_size=4), min_size=1, max_size=6)


@settings(max_examples=EXAMPLES, deadline=None)
@given(anything)
def test_the_pieces_make_up_the_file(data):
    file = csv_file.read(data)
    assert file.filled({}) == data
    raw = [piece for row in file.rows for cell in row for piece in (cell.raw, cell.end)]
    text = file.announced + "".join(raw)
    assert file.mark + text.encode(file.encoding, "surrogateescape") == data


@settings(max_examples=EXAMPLES, deadline=None)
@given(texts)
def test_cells_say_what_python_reads(text):
    file = csv_file.read(text.encode())
    read = csv.reader(io.StringIO(text, newline=""), delimiter=file.separator)
    ours = [[cell.text for cell in row] for row in file.rows]
    assert ours == [row or [""] for row in read]


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables, st.data(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_filled_cell_changes_no_other(table, data, encoding):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(table)
    file = csv_file.read(out.getvalue().encode(encoding))
    if file.separator != ",":
        return
    row = data.draw(st.integers(0, len(table) - 1))
    column, new = data.draw(st.integers(0, len(table[row]) - 1)), data.draw(texts)
    after = csv_file.read(file.filled({(row, column): new}))
    if after.separator != ",":  # as in ";,;", which can be read in two ways
        return
    assert after.text(row, column) == new.strip()
    for place, cells in enumerate(file.rows):
        for other, cell in enumerate(cells):
            if (place, other) != (row, column):
                assert after.rows[place][other] == cell


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        (b'a,b\n1,"x y"\n', "u v", b'a,b\n"u v","x y"\n'),
        (b"a,b\n1,x y\n", "u v", b"a,b\nu v,x y\n"),
        (b'"a","b"\n"","2"\n', "7", b'"a","b"\n"7","2"\n'),
        (b"a;b\n;2\n", "1,5", b"a;b\n1,5;2\n"),
        (b"a,b\n,2\n", "1,5", b'a,b\n"1,5",2\n'),
        (b"a,b\n,2\n", 'say "no"', b'a,b\n"say ""no""",2\n'),
        (b"sep=;\na;b\n;2", "1,5", b"sep=;\na;b\n1,5;2"),
        ("a,b\n,é\n".encode("cp1252"), "≤ é", "a,b\n&#8804; é,é\n".encode("cp1252")),
    ],
)
def test_a_text_is_quoted_as_the_file_quotes(before, text, after):
    assert csv_file.read(before).filled({(1, 0): text}) == after


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<html>", b"a\0b", b"%PDF"])
def test_a_workbook_or_a_page_is_refused_by_name(data):
    with pytest.raises(CourseError, match=r"grades\.xls is not a CSV file: download it"):
        csv_file.check_is_text(csv_file.read(data), "grades.xls")
