"""What `autograder intake` prints: a line for each file, and what to do next."""

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.desk.downloaded_files import (
    NOBODYS,
    NOT_WRITTEN,
    OLDER,
    REFUSED,
    SAME,
    TAKEN,
    UNUSED,
)
from autograder.desk.intake import Asked, Report, intake, take_back
from autograder.desk.progress import the_console
from autograder.desk.table_notes import MOST_NAMED
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, printable
from autograder.grading.intake_flags import FOLDER

STYLES = {TAKEN: "green", REFUSED: "red", NOT_WRITTEN: "red"}
COUNTED = (TAKEN, SAME, OLDER, UNUSED, REFUSED, NOBODYS, NOT_WRITTEN)


def take_in(course: Course, asked: Asked) -> int:
    """Take in what was downloaded, print what becomes of it, and return how much is not taken."""
    console = the_console()
    if asked.undo:
        for line in take_back(course):
            console.print(line, markup=False, soft_wrap=True)
        return 0
    if not asked.downloads:
        raise CourseError("nothing to take in: name archives, folders or files")
    return print_report(console, intake(course, asked), asked.dry_run)


def print_report(console: Console, report: Report, dry_run: bool) -> int:
    """Print what became of each file; return how many could not be taken.

    Parameters
    ----------
    console
    report
    dry_run
        Whether nothing has been written.
    """
    lines = (
        f"names as by {report.scheme}; times without a zone are {report.zone} "
        "(c.Exchange.timezone)"
    )  # fmt: skip
    console.print(lines, markup=False, soft_wrap=True)
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("file", "student", "assignment", "", ""):
        table.add_column(name, overflow="fold")
    for line in report.lines:
        table.add_row(
            Text(line.file.shown),
            Text(printable(line.student)),
            Text(line.which.assignment if line.which else ""),
            Text(line.status, STYLES.get(line.status, "")),
            Text(printable(line.sentence)),
        )
    console.print(table)
    counts = Counter(line.status for line in report.lines)
    said = ", ".join(f"{counts[each]} {each}" for each in COUNTED if counts[each]) or "no files"
    console.print(f"{said}{'; nothing was written' if dry_run else ''}", markup=False)
    if report.strangers:
        console.print(_strangers(report.strangers), markup=False, soft_wrap=True)
    if report.refused is not None:
        what = f"{report.refused} has a sentence for each student whose file was refused"
        console.print(what, markup=False, soft_wrap=True)
    if counts[TAKEN] and not dry_run:
        console.print(f"The originals are in submitted/{FOLDER}/.", markup=False)
        console.print("If the roster was wrong, run `autograder intake --undo`.", markup=False)
    return counts[REFUSED] + counts[NOT_WRITTEN]


def _strangers(students: Sequence[str]) -> str:
    """That students are not in the gradebook, and what to do about it."""
    named = ", ".join(map(printable, students[:MOST_NAMED]))
    rest = f" and {len(students) - MOST_NAMED} more" if len(students) > MOST_NAMED else ""
    them = "1 student is" if len(students) == 1 else f"{len(students)} students are"
    return (
        f"{them} not in the gradebook, under these ids, names or addresses: {named}{rest}. Enter "
        "them (`nbgrader db student import`), or correct the roster, before you grade."
    )
