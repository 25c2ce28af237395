"""Moodle's grading worksheet. It is in the language of whoever downloads it.

So columns are found by what is in them. Moodle writes them in this order: "Participant 12345",
names and other ids; the status; the grade, its maximum, whether it may be changed; when it was
submitted; when it was graded; the feedback comments. Some of them can be missing.
"""

import re
from collections.abc import Sequence

from autograder.desk.csv_file import CsvFile
from autograder.desk.match_students import Person
from autograder.desk.sheet import Column, Row, Sheet, number
from autograder.grading.csv_cells import as_it_was
from autograder.grading.errors import CourseError

PARTICIPANT = re.compile(r"([^\W\d_]\D*)(\d+)")
EMPTY = frozenset({"", "-"})
TIME = re.compile(r"\d\d?[:.h]\d\d")
YEAR = re.compile(r"\d{4}")


def read(file: CsvFile, shown: str) -> Sheet:
    """Find the columns and rows of a worksheet.

    Raises
    ------
    CourseError
        It is not one, or nothing tells which column has the grades.
    """
    width = len(file.rows[0]) if file.rows else 0
    places = [row for row in range(1, len(file.rows)) if any(c.raw.strip() for c in file.rows[row])]
    texts = [[file.text(row, column) for row in places] for column in range(width)]
    identifier = next((column for column in range(width) if _is_identifier(texts[column])), None)
    if identifier is None:
        raise CourseError(
            f"{shown} is not a grading worksheet from Moodle (no column like Participant 12345 in "
            "its rows): in the assignment, open View all submissions and choose Download grading "
            "worksheet; the setting Offline grading worksheet must be on"
        )
    titles = [file.text(0, column) for column in range(width)]
    grades = [
        column for column in range(identifier + 1, width - 2)
        if _are_grades(*texts[column : column + 3])
    ]  # fmt: skip
    if not grades:
        raise CourseError(
            f"{shown} has no column of grades in points, with their maximum beside it: in Moodle's "
            "settings of the assignment, set Grade to points, and download the worksheet again"
        )
    comments = _comments(texts, grades[-1])
    columns = tuple(
        Column(titles[column], "", column, texts[column + 1][0], comments) for column in grades
    )
    has_names = _are_names(texts[identifier + 1 : grades[0]])
    rows = tuple(_row(file, place, range(identifier, grades[0]), has_names) for place in places)
    notes = () if comments else ("it has no column for comments: they are not exported",)
    return Sheet(file, columns, rows, EMPTY, refuses_more=True, is_html=True, notes=notes)


def _is_identifier(texts: Sequence[str]) -> bool:
    """Whether every text is one word or two, the same in each, and a number that no other has."""
    found = [PARTICIPANT.fullmatch(text) for text in texts]
    if not texts or not all(found):
        return False
    words, numbers = ([each[which] for each in found if each] for which in (1, 2))
    return len({*words}) == 1 and len({*numbers}) == len(texts)


def _are_grades(texts: Sequence[str], maximum: Sequence[str], may_change: Sequence[str]) -> bool:
    """Whether texts are grades or blank, with the same positive maximum beside each, and words."""
    most = number(maximum[0])
    if most is None or most <= 0 or len({*maximum}) > 1:
        return False
    words = all(re.search(r"[^\W\d_]", text) for text in may_change)
    return words and all(text in EMPTY or number(text) is not None for text in texts)


def _comments(texts: Sequence[Sequence[str]], grade: int) -> int | None:
    """The column after the last one that has only times: the one of when it was graded."""
    times = [
        column for column in range(grade + 2, len(texts))
        if all(text == "-" or (TIME.search(text) and YEAR.search(text)) for text in texts[column])
    ]  # fmt: skip
    after = times[-1] + 1 if times else len(texts)
    return after if after < len(texts) else None


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
