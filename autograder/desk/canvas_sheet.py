"""Canvas's gradebook, as its menu "Export" writes it.

The headings are in English in every language: names and ids, then a column for each assignment,
"Title (12345)", then totals. One of the next rows begins with "Points Possible"; a row above it may
say which grades are posted manually. Totals are "(read only)" there.
"""

import re

from autograder.desk.csv_file import CsvFile
from autograder.desk.match_students import Person
from autograder.desk.sheet import Column, Row, Sheet
from autograder.grading.csv_cells import as_it_was
from autograder.grading.errors import CourseError

NAMES = ({"Student"}, {"LastName", "FirstName"})
IDS = ("SIS User ID", "SIS Login ID", "Integration ID", "ID")
TITLE = re.compile(r"(?P<name>.*\S)\s*\((?P<id>\d+)\)", re.DOTALL)
MAXIMUM = "points possible"
MOST_ROWS_ABOVE = 4
READ_ONLY = "read"
"""Canvas translates "(read only)"; no maximum has letters in it."""
TEST_STUDENT = {"student, test", "test student"}
FORMULA = re.compile(r'="(.*)"', re.DOTALL)
"""A text that a spreadsheet must not take for a number or a formula."""


def read(file: CsvFile, shown: str) -> Sheet:
    """Find the columns and rows of a gradebook.

    Raises
    ------
    CourseError
        It is not one.
    """
    titles = file.titles
    names = next((each for each in NAMES if each <= {*titles}), None)
    if names is None or "ID" not in titles:
        raise CourseError(
            f"{shown} is not a gradebook from Canvas (its first line has no Student and ID): in "
            "Canvas, open Grades and choose Export"
        )
    at = {title: place for place, title in reversed([*enumerate(titles)])}
    maximum = _row_of_the_maximum(file)
    columns, locked = [], []
    for place, title in enumerate(titles):
        found = TITLE.fullmatch(title)
        if not found:
            continue
        most = file.text(maximum, place) if maximum else ""
        if re.search(r"[^\W\d_]", most):
            locked.append(title)
        else:
            columns.append(Column(title, found["name"], place, most))
    rows = []
    for place in range((maximum or 0) + 1, len(file.rows)):
        ids = [_plain(file.text(place, at[each])) for each in IDS if each in at]
        called = ", ".join(
            _plain(file.text(place, at[each]))
            for each in ("Student", "LastName", "FirstName")
            if each in names
        )
        if not any((*ids, called.strip(", "))):
            continue
        person = Person(tuple(filter(None, ids)), (), (called,))
        number = _plain(file.text(place, at["ID"]))
        rows.append(Row(place, person, number, called.casefold() in TEST_STUDENT))
    return Sheet(file, tuple(columns), tuple(rows), locked=tuple(locked))


def _row_of_the_maximum(file: CsvFile) -> int | None:
    for row in range(1, min(MOST_ROWS_ABOVE, len(file.rows))):
        if file.text(row, 0).casefold() == MAXIMUM:
            return row
    return None


def _plain(text: str) -> str:
    found = FORMULA.fullmatch(text)
    return as_it_was(found[1] if found else text)
