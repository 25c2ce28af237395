"""How commands begin and end: the course, processes that get warm, errors, exit statuses."""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from autograder.stopping import STOPPED

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.grading.course import Course
    from autograder.grading.outcome import Outcome


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Turn what a person can fix into one line and exit status 1."""
    try:
        from autograder.grading.errors import CourseError

        try:
            yield
        except CourseError as error:
            typer.echo(f"autograder: {error}", err=True)
            raise typer.Exit(1) from None
    except ModuleNotFoundError as error:
        what = f"{error.name.partition('.')[0]} is missing" if error.name else str(error)
        typer.echo(f"autograder: {what}: run `autograder doctor`", err=True)
        raise typer.Exit(1) from None


@contextmanager
def the_course(root: str | Path = ".") -> Iterator["Course"]:
    """The course in a folder, if its settings keep students' code behind walls."""
    with errors_in_one_line():
        from autograder.grading import effective_settings
        from autograder.grading.course import Course

        course = Course(root)
        effective_settings.check(course.app, course.dir)
        yield course


def warm_up(several: bool, root: str | Path = ".") -> None:
    """Start the processes that grade while this one imports: both take equally long."""
    config = os.path.realpath(Path(root, "nbgrader_config.py"))
    if os.path.isfile(config):
        with errors_in_one_line():
            from autograder.batch import fork_server
            from autograder.box.preflight import prove_ahead

            prove_ahead(config)
            if several:
                fork_server.warm_up("autograder.batch.grade_one")


def warm_up_for_pages(several: bool) -> None:
    """The same for those that write feedback pages."""
    if several and os.path.isfile("nbgrader_config.py"):
        with errors_in_one_line():
            from autograder.batch import fork_server

            fork_server.warm_up("autograder.batch.feedback_pages", "autograder.desk.feedback_page")


def all_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def sum_up(
    console: "Console", outcomes: "Sequence[Outcome]", verb: str, stopped: bool = False
) -> None:
    """Print how much was done, and exit with the status that says how it went."""
    from autograder.desk import progress

    failed = progress.sum_up(console, outcomes, verb)
    if stopped:
        typer.echo("autograder: stopped", err=True)
        raise typer.Exit(STOPPED)
    if failed:
        raise typer.Exit(1)


def report(
    console: "Console",
    course: "Course",
    outcomes: "Sequence[Outcome]",
    verb: str,
    stopped: bool,
    json: bool,
    student: Collection[str] | None,
) -> None:
    """Report how grading ended, to people or to a program, and exit accordingly."""
    if json:
        from autograder.desk.json_report import json_report

        typer.echo(json_report(course, outcomes, stopped, student))
    if stopped:
        _say_how_to_continue(console, outcomes)
    sum_up(console, outcomes, verb)


def _say_how_to_continue(console: "Console", outcomes: "Sequence[Outcome]") -> NoReturn:
    done = sum(outcome.status == "done" for outcome in outcomes)
    console.print(
        f"stopped: {done} graded and recorded; run the same command again to continue (without "
        "--force, which would start over)"
    )
    raise typer.Exit(STOPPED)
