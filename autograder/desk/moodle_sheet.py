"""Moodle's grading worksheet. It is in the language of whoever downloads it.

So columns are found by what is in them. Moodle writes them in this order: "Participant 12345",
names and other ids; the status; the grade, its maximum, whether it may be changed; when it was
submitted; when it was graded; the feedback comments. Some of them can be missing.
"""

import re
from collections import Counter
from collections.abc import Sequence

from autograder.desk.csv_file import CsvFile
from autograder.desk.match_students import Person
from autograder.desk.sheet import Column, Row, Sheet, number
from autograder.grading.csv_cells import as_it_was
from autograder.grading.errors import CourseError

PARTICIPANT = re.compile(r"([^\W\d_]\D*)(\d+)")
EMPTY = frozenset({"", "-"})
TIME = re.compile(r"\d\d?[:.h]\d\d")
DIGITS = re.compile(r"\d+")
LONGEST_TIME, SIGNS = 80, re.compile(r"[=<>()*;_]")
"""A longer text, or one with such a sign, is not the time when something was graded."""


def read(file: CsvFile, shown: str) -> Sheet:
    """Find the columns and rows of a worksheet.

    Raises
    ------
    CourseError
        It is not one, or nothing tells which column has the grades.
    """
    width = len(file.rows[0]) if file.rows else 0
    places = _participants(file)
    if not places:
        raise CourseError(
            f"{shown} is not a grading worksheet from Moodle (its first column has nothing like "
            "Participant 12345): in the assignment, open View all submissions and choose Download "
            "grading worksheet; the setting Offline grading worksheet must be on"
        )
    texts = [[file.text(row, column) for row in places] for column in range(width)]
    titles = [file.text(0, column) for column in range(width)]
    grades = [
        column for column in range(1, width - 2)
        if _are_grades(*texts[column : column + 3])
    ]  # fmt: skip
    if not grades:
        raise CourseError(
            f"{shown} has no column of grades in points, with their maximum beside it: in Moodle's "
            "settings of the assignment, set Grade to points, and download the worksheet again"
        )
    comments = _comments(texts, titles, grades[-1])
    columns = tuple(
        Column(titles[column], "", column, texts[column + 1][0], comments) for column in grades
    )
    has_names = _are_names(texts[1 : grades[0]])
    rows = tuple(_row(file, place, range(grades[0]), has_names) for place in places)
    notes = () if comments else ("it has no column for comments: they are not exported",)
    return Sheet(file, columns, rows, EMPTY, refuses_more=True, is_html=True, notes=notes)


def _participants(file: CsvFile) -> list[int]:
    """The rows that begin with a word or two, the same in each, and a number."""
    found = {
        row: match[1] for row in range(1, len(file.rows))
        if (match := PARTICIPANT.fullmatch(as_it_was(file.text(row, 0))))
    }  # fmt: skip
    usual = Counter(found.values()).most_common(1)
    return [row for row, words in found.items() if words == usual[0][0]]


def _are_grades(texts: Sequence[str], maximum: Sequence[str], may_change: Sequence[str]) -> bool:
    """Whether texts are grades or blank, with the same positive maximum beside each, and words."""
    most = number(maximum[0])
    if most is None or most <= 0 or len({*maximum}) > 1:
        return False
    words = all(re.search(r"[^\W\d_]", text) for text in may_change)
    return words and all(text in EMPTY or number(text) is not None for text in texts)


def _comments(texts: Sequence[Sequence[str]], titles: Sequence[str], grade: int) -> int | None:
    """The last column, unless it is the one of when it was graded: then there are no comments."""
    last = len(texts) - 1
    filled = [text for text in texts[last] if text not in EMPTY]
    none_yet = not filled and "-" in texts[last]
    is_time = none_yet or (filled and all(map(_is_time, filled))) or titles[last].endswith(")")
    return last if last > grade + 2 and not is_time else None


def _is_time(text: str) -> bool:
    """Whether it is a date with a time of day, in any language; a comment may hold numbers too."""
    is_short = len(text) <= LONGEST_TIME and not SIGNS.search(text)
    return is_short and TIME.search(text) is not None and len(DIGITS.findall(text)) >= 4


def _are_names(columns: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these columns has names. The status comes last; it may stand alone."""
    return len(columns) > 1 and 2 * len({*columns[0]}) > len(columns[0])


def _row(file: CsvFile, place: int, columns: Sequence[int], has_names: bool) -> Row:
    identifier, *others = (as_it_was(file.text(place, column)) for column in columns)
    found = PARTICIPANT.fullmatch(identifier)
    digits = found[2] if found else ""
    names = others[:1] if has_names else []
    words = [text for text in others[len(names) : -1] if text and " " not in text]
    emails = tuple(text for text in words if "@" in text)
    # Everybody gets a new number in every assignment: it is an id only where there is no name.
    ids = (*(text for text in words if "@" not in text), *([] if has_names else [digits]))
    return Row(place, Person(ids, emails, tuple(filter(None, names))), digits)
