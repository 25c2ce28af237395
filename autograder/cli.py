"""The command line: one verb per command, acting on the course in the current folder."""

from contextlib import contextmanager
from typing import Annotated

import typer

app = typer.Typer(
    help="Release, grade and answer the course in the current folder.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Assignment = Annotated[
    str | None, typer.Argument(help="One assignment; all of them by default.", show_default=False)
]
Students = Annotated[
    list[str] | None,
    typer.Option("--student", metavar="ID", help="Only this student; may be given again."),
]


@contextmanager
def _the_course():
    """The course in this folder; what a person can mend becomes one line and exit status 1."""
    from autograder.grading.course import Course, CourseError

    try:
        yield Course()
    except CourseError as error:
        typer.echo(f"autograder: {error}", err=True)
        raise typer.Exit(1) from None


def _console():
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=160)
    return console


def _run(console, doing, course, work):
    """Show progress over {assignment: students}; a line for each failure. Returns the outcomes."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    outcomes = []
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for assignment, (students, run) in work.items():
            task = progress.add_task(f"{doing} {assignment}", total=len(students))
            for outcome in run(assignment, students):
                outcomes.append(outcome)
                progress.advance(task)
                if outcome.status == "failed":
                    who = f"{outcome.student}: " if outcome.student else ""
                    console.print(f"{who}{outcome.why}", style="red", markup=False, soft_wrap=True)
    return outcomes


def _sum_up(console, outcomes, verb):
    counts = {
        word: sum(outcome.status == status for outcome in outcomes)
        for word, status in ((verb, "done"), ("skipped", "skipped"), ("failed", "failed"))
    }
    console.print(
        ", ".join(f"{count} {word}" for word, count in counts.items() if count or word == verb)
    )
    if counts["failed"]:
        raise typer.Exit(1)


def _chosen(course, assignment):
    from autograder.grading.course import CourseError

    if assignment is not None:
        course.check_assignment(assignment)
        return [assignment]
    if not course.assignments():
        raise CourseError(f"{course.root}/source holds no assignment: there is nothing to do")
    return course.assignments()


@app.command()
def release(assignment: Assignment = None):
    """Write the students' notebooks from source/ into release/."""
    with _the_course() as course:
        console = _console()
        work = {
            name: ([""], lambda each, _: iter([course.release(each)]))
            for name in _chosen(course, assignment)
        }
        outcomes = _run(console, "releasing", course, work)
        _sum_up(console, outcomes, "released")


@app.command()
def grade(
    assignment: Assignment = None,
    student: Students = None,
    force: Annotated[bool, typer.Option(help="Also what has been graded before.")] = False,
):
    """Grade what is in submitted/ and print the table of grades."""
    from autograder.grading.course import CourseError

    with _the_course() as course:
        console = _console()
        work = {}
        for name in _chosen(course, assignment):
            students = student or course.students(name)
            if students:
                course.check_released(name)
                work[name] = students, lambda each, ids: course.grade(each, ids, force)
        if not work:
            which = assignment or "any assignment"
            raise CourseError(
                f"no submissions of {which} in {course.root}/submitted: put each notebook into "
                "submitted/<student>/<assignment>/<assignment>.ipynb"
            )
        outcomes = _run(console, "grading", course, work)
        _print_grades(console, course, work)
        _sum_up(console, outcomes, "graded")


def _print_grades(console, course, assignments):
    from autograder.desk.grades import grade_table

    with course.gradebook() as gradebook:
        for name in assignments:
            console.print(grade_table(gradebook, name))


@app.command()
def feedback(assignment: Assignment = None, student: Students = None):
    """Write a page for each graded submission into feedback/."""
    from autograder.grading.course import CourseError

    with _the_course() as course:
        console = _console()
        work = {}
        for name in _chosen(course, assignment):
            students = student or course.graded(name)
            if students:
                work[name] = students, course.feedback
        if not work:
            raise CourseError("nothing has been graded yet: run `autograder grade` first")
        outcomes = _run(console, "writing feedback on", course, work)
        _sum_up(console, outcomes, "pages written")


@app.command()
def doctor():
    """Say what is installed, what is missing and what to do about it."""
    from rich.table import Table

    from autograder.desk.doctor import examine

    console, findings = _console(), examine()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for each in findings:
        mark = "[green]ok[/]" if each.fine else "[red]no[/]"
        table.add_row(mark, each.what, each.found, each.remedy)
    console.print(table)
    if not all(each.fine for each in findings):
        raise typer.Exit(1)
