"""A learning platform's grade sheet: which of its cells are grades, and how it writes numbers."""

import re
from collections import Counter
from dataclasses import dataclass

from autograder.desk.csv_file import CsvFile
from autograder.desk.match_students import Person

NUMBER = re.compile(r"\d+(?:([.,])(\d+))?")
MOST_DECIMALS = 5
"""Digits after the decimal separator. Moodle and Brightspace keep no more."""


@dataclass(frozen=True)
class Column:
    """A column that can be filled.

    Attributes
    ----------
    title : str
        Its heading.
    name : str
        The part of it that names the assignment; "" if the sheet does not say.
    place : int
    most_text : str
        The maximum on the platform, as the sheet writes it; "" if it does not.
    comments : int or None
        Where the comments belong.
    """

    title: str
    name: str
    place: int
    most_text: str = ""
    comments: int | None = None

    @property
    def most(self) -> float | None:
        """The maximum on the platform, if the sheet says it."""
        return number(self.most_text)


@dataclass(frozen=True)
class Row:
    """A student's row.

    Attributes
    ----------
    place : int
        Which row of the file.
    person : Person
        What it says about who this is.
    number : str
        The platform's own number for this student, or "".
    is_test : bool
        Whether it is the platform's test student.
    """

    place: int
    person: Person
    number: str = ""
    is_test: bool = False


@dataclass(frozen=True)
class Sheet:
    """A grade sheet.

    Attributes
    ----------
    file : CsvFile
    columns : tuple of Column
        Those that can be filled.
    rows : tuple of Row
    empty : frozenset of str
        What a cell without a grade holds.
    refuses_more : bool
        Whether the platform skips grades above the maximum.
    is_html : bool
        Whether comments are HTML.
    locked : tuple of str
        Headings of columns that look like the others, but are read-only.
    notes : tuple of str
        What else to say about it.
    """

    file: CsvFile
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: frozenset[str] = frozenset({""})
    refuses_more: bool = False
    is_html: bool = False
    locked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def number_form(self, column: Column) -> tuple[str, int]:
        """How the sheet writes numbers: the decimal separator, and the fewest decimals."""
        texts = [self.file.text(row.place, column.place) for row in self.rows]
        own = [found for text in texts if (found := NUMBER.fullmatch(text))]
        own = own or [found for found in [NUMBER.fullmatch(column.most_text)] if found]
        marks = Counter(found[1] for found in own if found[1])
        if not marks:
            cells = (NUMBER.fullmatch(cell.text) for row in self.file.rows for cell in row)
            marks = Counter(found[1] for found in cells if found and found[1])
        fewest = min((len(found[2] or "") for found in own), default=0)
        return max(".,", key=lambda mark: marks[mark]), fewest


def written(points: float, form: tuple[str, int]) -> str:
    """A number of points in a :meth:`Sheet.number_form`."""
    mark, fewest = form
    whole, _, decimals = f"{points:.{MOST_DECIMALS}f}".partition(".")
    decimals = decimals.rstrip("0").ljust(min(fewest, MOST_DECIMALS), "0")
    return f"{whole}{mark}{decimals}" if decimals else whole


def number(text: str) -> float | None:
    """The number in a cell, with a decimal point or comma; None if there is none."""
    found = re.fullmatch(r"-?\d+(?:[.,]\d+)?", text.strip())
    return float(found[0].replace(",", ".")) if found else None
