"""Read the list of a class from a table that another program has written."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.grading.csv_cells import as_it_was
from autograder.grading.errors import CourseError, printable
from autograder.grading.valid_ids import LONGEST, problem_with_name

COLUMN = "id"
SEPARATORS = ",;\t"
LONGEST_FOLDER = 255
"""Bytes of a folder name, on all common file systems."""


def read_roster(path: str | Path) -> list[str]:
    """The ids of a class, in the order of the file.

    Parameters
    ----------
    path
        A CSV file with a column `id`. Columns are separated by commas, semicolons or tabs, as in
        files from Excel or an LMS. The encoding is UTF-8 (with or without a byte order mark) or
        UTF-16 with one.

    Returns
    -------
    list of str

    Raises
    ------
    CourseError
        Says everything that is wrong with the file, on one line.
    """
    table = read_table(path)
    place = column_of_ids(path, table[0] if table else ())
    ids = {
        line: as_it_was(row[place].strip()) if place < len(row) else ""
        for line, row in enumerate(table[1:], start=2)
        if any(each.strip() for each in row)
    }
    check_ids(path, ids)
    return [*ids.values()]


def read_table(path: str | Path) -> list[list[str]]:
    """The rows of a CSV file, the heading first.

    Parameters
    ----------
    path
        See :func:`read_roster`.

    Raises
    ------
    CourseError
        The file can't be read, or is not a CSV file.
    """
    path = Path(path)
    text = _text(path)
    heading = text.partition("\n")[0]
    separator = max(SEPARATORS, key=heading.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise CourseError(f"{path} is not a CSV file ({error}): save it as CSV again") from None


def column_of_ids(path: str | Path, heading: Sequence[str]) -> int:
    """The place of the column `id`.

    Parameters
    ----------
    path
    heading
        The first row of the table.

    Raises
    ------
    CourseError
        There is none, or more than one.
    """
    names = [name.strip().lower() for name in heading]
    if names.count(COLUMN) != 1:
        found = printable(", ".join(names)) or "empty"
        raise CourseError(
            f"{path} has no column called {COLUMN} (its first line is {found}): give this name to "
            "the column with the names of the folders in submitted/"
        )
    return names.index(COLUMN)


def check_ids(path: str | Path, ids: Mapping[int, str]) -> None:
    """Raise CourseError, in one line, if anything is wrong with the ids of a class.

    Parameters
    ----------
    path
    ids
        By the lines in which they are.
    """
    seen: dict[str, int] = {}
    wrong = []
    for line, student in ids.items():
        why = problem_with_id(student)
        if student in seen:
            why = why or f"{_short(student)} is already in line {seen[student]}"
        if why:
            wrong.append(f"line {line}: {why}")
        seen.setdefault(student, line)
    if wrong:
        more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise CourseError(f"{path}: {'; '.join(wrong[:5])}{more}: correct the roster")
    if not seen:
        raise CourseError(f"{path} has no students, only a heading: add a line for each student")


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} can't be read: {error.strerror}") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise CourseError(f"{path} is not in UTF-8 (line {line}): save it as CSV UTF-8") from None
    if "\0" in text:
        raise CourseError(f"{path} is not a text file: save it as CSV UTF-8")
    return text


def problem_with_id(student: str) -> str:
    """Why a text can't be the name of a student's folder, or ""."""
    if not student:
        return f"no {COLUMN}"
    too_long = len(student.encode("utf-8", "replace")) > LONGEST_FOLDER
    if problem_with_name(student) or student.startswith(".") or {*student} & {*"/\\:"} or too_long:
        return f"{_short(student)} can't be a folder name"
    return ""


def _short(student: str) -> str:
    shown = printable(student)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
