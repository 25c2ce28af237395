"""What is printed while work goes on: how far it is, what failed, how much was done."""

import sys

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from autograder.grading.outcome import Outcome
from autograder.grading.trouble import CourseError, printable


def the_console():
    """Where all is printed: quiet and plain when that is no terminal."""
    # A student's name that this terminal or file can't show is no reason to stop.
    sys.stdout.reconfigure(errors="backslashreplace")
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=1000)
    return console


def work_through(console, doing, work, absent=()):
    """Show how far the work is, and a line for each failure.

    Parameters
    ----------
    console : rich.console.Console
    doing : str
        "grading", for example.
    work : dict of str to (collection, iterable of Outcome)
        By assignment, who it is about, and what becomes of them.
    absent : iterable of Outcome
        Failures that are known before.

    Returns
    -------
    list of Outcome
        Those of `absent` first. An assignment that can't be worked on at all is a failure, and the
        others go on.
    """
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    outcomes = list(absent)
    for outcome in absent:
        _print_failure(console, outcome)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for assignment, (students, running) in work.items():
            task = progress.add_task(f"{doing} {assignment}", total=len(students))
            for outcome in _until_it_stops(assignment, running):
                outcomes.append(outcome)
                progress.advance(task)
                if outcome.status == "failed":
                    _print_failure(console, outcome)
                elif outcome.note:
                    _print_line(console, outcome.student, outcome.note, "yellow")
    return outcomes


def _until_it_stops(assignment, running):
    try:
        yield from running
    except CourseError as error:
        yield Outcome(assignment, "", "failed", str(error))


def _print_failure(console, outcome):
    _print_line(console, outcome.student, outcome.why, "red")


def _print_line(console, student, text, style):
    who = f"{printable(student)}: " if student else ""
    console.print(f"{who}{text}", style=style, markup=False, soft_wrap=True)


def sum_up(console, outcomes, verb):
    """Print how many outcomes there are of each kind; how many have failed."""
    counts = {
        word: sum(outcome.status == status for outcome in outcomes)
        for word, status in ((verb, "done"), ("skipped", "skipped"), ("failed", "failed"))
    }
    console.print(
        ", ".join(f"{count} {word}" for word, count in counts.items() if count or word == verb)
    )
    return counts["failed"]
