"""What is printed during the work: progress, failures, and in the end how much was done."""

from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from contextlib import suppress

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from autograder.grading.errors import CourseError, printable
from autograder.grading.outcome import Outcome
from autograder.stopping import by_exception


class Rate(ProgressColumn):
    """How many are done per second."""

    def render(self, task: Task) -> Text:
        """See rich."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="progress.data.speed")


COLUMNS = (
    TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(),
    TimeRemainingColumn(),
)  # fmt: skip
OF_ONE = {"pages written": "page written", "copies written": "copy written"}
"""What to say in place of a plural."""


def the_console(quiet: bool = False) -> Console:
    """What everything is printed on, unless `quiet`: plain text if it is not a terminal."""
    console = Console(highlight=False, quiet=quiet)
    if not console.is_terminal:
        console = Console(highlight=False, quiet=quiet, width=1000)
    return console


def work_through(
    console: Console,
    doing: str,
    totals: Mapping[str, int],
    running: Generator[Outcome, None, None],
    absent: Collection[Outcome] = (),
) -> tuple[list[Outcome], bool]:
    """Show the progress of the work, and a line for each failure.

    Parameters
    ----------
    console : Console
    doing : str
        "grading", for example.
    totals : mapping
        How much there is to do, by assignment.
    running : generator of Outcome
        The work. A CourseError that stops all of it counts as a failure too.
    absent : collection of Outcome
        Failures that are known beforehand.

    Returns
    -------
    list of Outcome
        Those of `absent` first.
    bool
        Whether it was stopped with Ctrl-C.
    """
    outcomes = list(absent)
    for outcome in absent:
        _print_outcome(console, outcome)
    hidden = console.quiet or not console.is_terminal
    with Progress(*COLUMNS, console=console, disable=hidden) as progress:
        tasks = {
            assignment: progress.add_task(f"{doing} {assignment}", total=total)
            for assignment, total in totals.items()
        }
        with by_exception() as asked_to_stop:
            with suppress(KeyboardInterrupt):
                for outcome in _until_it_stops(running):
                    outcomes.append(outcome)
                    if outcome.assignment in tasks:
                        progress.advance(tasks[outcome.assignment])
                    _print_outcome(console, outcome)
                    if asked_to_stop():
                        break
            running.close()
        return outcomes, asked_to_stop()


def _until_it_stops(running: Iterable[Outcome]) -> Iterator[Outcome]:
    try:
        yield from running
    except CourseError as error:
        yield Outcome("", "", "failed", str(error))


def _print_outcome(console: Console, outcome: Outcome) -> None:
    if outcome.status == "failed":
        _print_line(console, outcome.student, outcome.why, "red")
        return
    for said in (outcome.note, *map(printable, outcome.flags)):
        if said:
            _print_line(console, outcome.student, said, "yellow")


def _print_line(console: Console, student: str, text: str, style: str) -> None:
    who = f"{printable(student)}: " if student else ""
    console.print(f"{who}{text}", style=style, markup=False, soft_wrap=True)


def sum_up(console: Console, outcomes: Collection[Outcome], verb: str) -> int:
    """Print how many outcomes there are of each kind, and return how many have failed."""
    counts = Counter(outcome.status for outcome in outcomes)
    done = counts["done"]
    said = [f"{done} {OF_ONE.get(verb, verb) if done == 1 else verb}"]
    said += [f"{counts[each]} {each}" for each in ("skipped", "failed") if counts[each]]
    console.print(", ".join(said))
    return counts["failed"]
