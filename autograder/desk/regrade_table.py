"""What a regrading changes: before and after, by student."""

from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.grading.errors import printable


def print_changes(console, outcomes, dry_run):
    """Print a table of the grades that change, and one of those that were kept.

    Parameters
    ----------
    console : rich.console.Console
    outcomes : list of autograder.grading.outcome.Outcome
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
        console.print(_table("grades that would be lower, and stay: see --lower", kept))


def _table(title, rows):
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for name, justify in (
        ("assignment", "left"), ("student", "left"), ("question", "left"), ("before", "right"),
        ("after", "right"),
    ):  # fmt: skip
        table.add_column(name, justify=justify, overflow="fold")
    for outcome, changes in rows:
        for name, (before, after) in changes.items():
            table.add_row(
                outcome.assignment, escape(printable(outcome.student)),
                name.removeprefix("test_"), _points(before), _points(after),
            )  # fmt: skip
    return table


def _points(score):
    return "-" if score is None else f"{score:g}"
