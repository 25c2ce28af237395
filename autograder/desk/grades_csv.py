"""The class as a table of our own: a row for each student and assignment."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from autograder.desk.class_grades import Standing
from autograder.grading.csv_cells import harmless
from autograder.grading.errors import printable

COLUMNS = (
    "assignment", "student", "score", "max_score", "raw_score", "late_submission_penalty",
    "timestamp", "why_blank", "questions", "parts", "flags",
)  # fmt: skip


def table(standings: Mapping[str, Mapping[str, Standing]], unread_as_0: bool) -> bytes:
    """The table in UTF-8: numbers with a point, times in UTC, lists separated by "; ".

    Parameters
    ----------
    standings : mapping
        By assignment and student.
    unread_as_0 : bool
        Whether written answers that nobody has read count as 0.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for graded in standings.values():
        for standing in graded.values():
            rows.writerow(map(harmless, map(printable, _row(standing, unread_as_0))))
    return text.getvalue().encode()


def may_replace(path: Path) -> bool:
    """Whether a file is such a table, or does not exist."""
    heading = ",".join(COLUMNS).encode()
    try:
        with path.open("rb") as file:
            return file.readline().rstrip() == heading
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _row(standing: Standing, unread_as_0: bool) -> tuple[str, ...]:
    total, points = standing.total, standing.points(unread_as_0)
    questions = (
        f"{name.removeprefix('test_')} {_number(None if scored.waits else scored.score)}"
        f"/{standing.worth[name]:g}"
        for name, scored in standing.scores.items()
        if scored.says_something
    )
    parts = (
        f"{cell.removeprefix('test_')}.{part.part} {part.points if part.earned else 0:g}"
        f"/{part.points:g}"
        for cell, parts in standing.parts.items()
        for part in parts
    )
    when = standing.timestamp.isoformat(timespec="seconds") if standing.timestamp else ""
    return (
        standing.assignment, standing.student, _number(points), f"{standing.most:g}",
        _number(total.raw_score if total and points is not None else None),
        _number(total.late_submission_penalty if total else None), when,
        "" if points is not None else standing.why_blank,
        "; ".join(questions), "; ".join(parts),
        "; ".join(filter(None, (*standing.flags, standing.note))),
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}".rstrip("0").rstrip(".")
