"""What regrading changes: before and after, by student."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from rich.console import Console

from autograder.desk.columns import Column, print_columns
from autograder.grading.errors import printable
from autograder.grading.outcome import Outcome

Changes = Mapping[str, tuple[float | None, float | None]]


def print_changes(console: Console, outcomes: Sequence[Outcome], dry_run: bool) -> None:
    """Print a table of the grades that change, and one of those that were kept.

    Parameters
    ----------
    console : Console
    outcomes : sequence of Outcome
    dry_run : bool
        Whether nothing was written.
    """
    changes = [(each, each.changes) for each in outcomes if each.changes]
    kept = [(each, each.kept) for each in outcomes if each.kept]
    if changes:
        _print(console, f"grades that {'would change' if dry_run else 'have changed'}", changes)
    else:
        console.print("no grade changes")
    if kept:
        _print(console, "grades that would become lower, and stay: see --lower", kept)


def _print(console: Console, title: str, found: Sequence[tuple[Outcome, Changes]]) -> None:
    """In a terminal, a table for each assignment; otherwise one whose rows say which it is."""
    rows = [
        (outcome.assignment, printable(outcome.student), name.removeprefix("test_"),
         _points(before), _points(after))
        for outcome, changes in found
        for name, (before, after) in changes.items()
    ]  # fmt: skip
    heads = ("assignment", "student", "question", "before", "after")
    if not console.is_terminal:
        _print_rows(console, title, heads, rows)
        return
    for assignment, here in groupby(sorted(rows, key=lambda row: row[0]), lambda row: row[0]):
        _print_rows(console, f"{assignment}: {title}", heads[1:], [row[1:] for row in here])


def _print_rows(
    console: Console, title: str, heads: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> None:
    console.print()
    console.print(title, style="bold", markup=False, soft_wrap=True)
    columns = [
        Column([head], cells, left=head not in ("before", "after"))
        for head, *cells in zip(heads, *rows, strict=True)
    ]
    print_columns(console, columns[0], columns[1:])


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:g}"
