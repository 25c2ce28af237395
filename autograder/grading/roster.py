"""The list of a class, as a table that some other program has written."""

import csv
import io
from pathlib import Path

from autograder.grading.csv_cells import as_it_was
from autograder.grading.errors import CourseError, printable
from autograder.grading.valid_ids import LONGEST, problem_with_name

COLUMN = "id"
SEPARATORS = ",;\t"
LONGEST_FOLDER = 255
"""Bytes of a folder's name, on every file system that people use."""


def read_roster(path: str | Path) -> list[str]:
    """The ids of a class, in the order of the file.

    Parameters
    ----------
    path
        A CSV file with a column `id`; commas, semicolons or tabs between the columns, as Excel and
        the LMS write them, in UTF-8 (with or without a byte order mark) or UTF-16 with one.

    Returns
    -------
    list of str

    Raises
    ------
    CourseError
        Everything that is wrong with the file, on one line.
    """
    path = Path(path)
    rows = _rows(path)
    seen: dict[str, int] = {}
    wrong = []
    for line, student in rows:
        why = _trouble_with(student) or (
            f"{_short(student)} again, as in line {seen[student]}" if student in seen else ""
        )
        if why:
            wrong.append(f"line {line}: {why}")
        seen.setdefault(student, line)
    if wrong:
        more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise CourseError(f"{path}: {'; '.join(wrong[:5])}{more}: correct the roster")
    if not seen:
        raise CourseError(f"{path} names no students: it holds a heading and nothing below it")
    return list(seen)


def _rows(path: Path) -> list[tuple[int, str]]:
    text = _text(path)
    heading = text.partition("\n")[0]
    separator = max(SEPARATORS, key=heading.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise CourseError(f"{path} is no CSV file ({error}): save it as CSV again") from None
    names = [name.strip().lower() for name in table[0]] if table else []
    if names.count(COLUMN) != 1:
        found = printable(", ".join(names)) or "nothing"
        raise CourseError(
            f"{path} has no column called {COLUMN} (its first line holds {found}): name one so, "
            "with what the folders in submitted/ are called"
        )
    place, rows = names.index(COLUMN), []
    for line, row in enumerate(table[1:], start=2):
        if any(each.strip() for each in row):
            rows.append((line, as_it_was(row[place].strip()) if place < len(row) else ""))
    return rows


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
        raise CourseError(f"{path} is no text file: save it as CSV UTF-8")
    return text


def _trouble_with(student: str) -> str:
    """Why an id can't be a folder's name, which nbgrader makes of it; or ""."""
    if not student:
        return f"no {COLUMN}"
    too_long = len(student.encode()) > LONGEST_FOLDER
    if problem_with_name(student) or student.startswith(".") or {*student} & {*"/\\:"} or too_long:
        return f"{_short(student)} can't be the name of a folder"
    return ""


def _short(student: str) -> str:
    shown = printable(student)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
