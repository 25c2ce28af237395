"""What regrading changes: before and after, by student."""

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

from autograder.grading.errors import printable
from autograder.grading.outcome import Outcome


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
        title = "grades that would change" if dry_run else "grades that have changed"
        console.print(_table(title, changes))
    else:
        console.print("no grade changes")
    if kept:
        console.print(_table("grades that would become lower, and stay: see --lower", kept))


def _table(
    title: str, rows: Sequence[tuple[Outcome, Mapping[str, tuple[float | None, float | None]]]]
) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    columns: tuple[tuple[str, JustifyMethod], ...] = (
        ("assignment", "left"), ("student", "left"), ("question", "left"), ("before", "right"),
        ("after", "right"),
    )  # fmt: skip
    for name, justify in columns:
        table.add_column(name, justify=justify, overflow="fold")
    for outcome, changes in rows:
        for name, (before, after) in changes.items():
            table.add_row(
                outcome.assignment, escape(printable(outcome.student)),
                name.removeprefix("test_"), _points(before), _points(after),
            )  # fmt: skip
    return table


def _points(score: float | None) -> str:
    return "-" if score is None else f"{score:g}"
