"""Take grades back to a learning platform, in the sheet that was downloaded from it."""

from collections.abc import Callable
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.desk import (
    brightspace_sheet,
    canvas_sheet,
    csv_file,
    grades_csv,
    moodle_sheet,
    selection,
)
from autograder.desk.class_grades import Standing, everybody, standings
from autograder.desk.csv_file import CsvFile
from autograder.desk.fill_sheet import Filling, Line, choose_columns, fill
from autograder.desk.sheet import Sheet
from autograder.desk.whole_file import whole_file
from autograder.grading import gradebook
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, printable

FILLED = "-filled"
"""What the name of a filled sheet ends in, if no other name is given."""


OURS = "csv"
"""In place of a platform: a table of our own."""
READERS: dict[str, Callable[[CsvFile, str], Sheet]] = {
    "canvas": canvas_sheet.read,
    "moodle": moodle_sheet.read,
    "brightspace": brightspace_sheet.read,
}


def export(
    console: Console, course: Course, platform: str, path: Path, assignment: str | None,
    title: str | None, output: Path | None, dry_run: bool, unread_as_0: bool,
) -> None:  # fmt: skip
    """Fill a platform's sheet with the grades of the course, or write a table of ours.

    Parameters
    ----------
    console : Console
    course : Course
    platform : str
        "canvas", "moodle", "brightspace" or "csv".
    path : Path
        The sheet that was downloaded; for `csv`, the file to write.
    assignment, title : str or None
        Which assignment and which column: see `autograder.desk.fill_sheet.choose_columns`.
    output : Path or None
        Where the filled sheet is written; by default beside the other, under another name.
    dry_run : bool
        Whether nothing is written and a table is printed.
    unread_as_0 : bool
        Whether written answers that nobody has read count as 0.

    Raises
    ------
    CourseError
    """
    assignments = selection.chosen(course, assignment)
    if platform == OURS:
        _export_ours(console, course, assignments, output, path, dry_run, unread_as_0)
        return
    sheet = read_sheet(platform, path)
    columns = choose_columns(sheet, path.name, assignments, assignment, title)
    graded = _standings(course, [*columns])
    if not any(graded.values()):
        raise CourseError(selection.NOT_GRADED)
    with course.gradebook() as book:
        people = everybody(course, book)
    filling = fill(sheet, columns, graded, people, unread_as_0)
    data = sheet.file.filled(filling.texts)
    without = [name for name in assignments if name not in columns]
    if without and not title and any(column.name for column in columns.values()):
        _say(console, f"the sheet has no column of {', '.join(without)}", "yellow")
    _report(console, filling, dry_run)
    out = output or path.with_name(f"{path.stem}{FILLED}{path.suffix}")
    changed = [line for line in filling.lines if line.new != line.old]
    replaced = sum(bool(line.old) for line in changed)
    count = f"{len(changed)} grades" + (f" ({replaced} in place of another)" if replaced else "")
    places = {column.comments for column in columns.values()}
    comments = sum(column in places for _, column in filling.texts)
    count += f" and {comments} comments" if comments else ""
    _write(console, out, data, count, "filled in", dry_run)


def read_sheet(platform: str, path: Path) -> Sheet:
    """Read the sheet of a platform.

    Raises
    ------
    CourseError
        It can't be read, or is something else.
    """
    shown = printable(str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{shown} can't be read ({error.strerror}): check its name") from error
    file = csv_file.read(data)
    csv_file.check_is_text(file, shown)
    return READERS[platform](file, shown)


def _standings(course: Course, assignments: list[str]) -> dict[str, dict[str, Standing]]:
    if not gradebook.exists(course.dir.db_url):
        raise CourseError(selection.NOT_GRADED)
    with course.gradebook() as book:
        return {name: standings(course, book, name) for name in assignments}


def _export_ours(
    console: Console, course: Course, assignments: list[str], output: Path | None, path: Path,
    dry_run: bool, unread_as_0: bool,
) -> None:  # fmt: skip
    graded = _standings(course, assignments)
    data = grades_csv.table(graded, unread_as_0)
    out = output or path
    if output is None and not grades_csv.may_replace(path):
        raise CourseError(
            f"{printable(str(path))} exists, and is not a table of this command: give the name of "
            "a new file, or add --output to replace it"
        )
    count = sum(map(len, graded.values()))
    _write(console, out, data, f"{count} rows", "written", dry_run)


def _write(console: Console, out: Path, data: bytes, count: str, done: str, dry_run: bool) -> None:
    if dry_run:
        _say(console, f"{count} would be {done}; nothing was written")
        return
    with whole_file(out) as file:
        file.write(data)
    _say(console, f"{count} {done}: {out}")


def _report(console: Console, filling: Filling, dry_run: bool) -> None:
    for note in filling.notes:
        _say(console, note, "yellow")
    if dry_run:
        console.print(_table(filling.lines))
        return
    for line in filling.lines:
        if not line.is_plain:
            _say(console, f"{line.assignment}: {printable(line.who)}: {line.note}", "yellow")
    for note in dict.fromkeys(line.note for line in filling.lines if line.is_plain and line.note):
        who = [printable(each.who) for each in filling.lines if each.is_plain and each.note == note]
        _say(console, f"{len(who)} without a grade ({note}): {'; '.join(dict.fromkeys(who))}")


def _table(lines: list[Line]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("assignment", "student", "old", "new", ""):
        table.add_column(
            name, overflow="fold", justify="right" if name in ("old", "new") else "left"
        )
    for line in lines:
        cells = (line.assignment, line.who, line.old or "-", line.new or "-", line.note)
        table.add_row(*(escape(printable(cell)) for cell in cells))
    return table


def _say(console: Console, text: str, style: str | None = None) -> None:
    console.print(printable(text), style=style, markup=False, soft_wrap=True)
