"""The arguments and options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


def _print_version(asked: bool) -> None:
    if asked:
        from autograder.version import in_words

        typer.echo(f"autograder {in_words()}")
        raise typer.Exit


Assignment = Annotated[
    str | None, typer.Argument(help="One assignment; all of them by default.", show_default=False)
]
Students = Annotated[
    list[str] | None,
    typer.Option("--student", metavar="ID", help="Only this student; repeatable."),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1, show_default="all processors", help="How many to work on at the same time."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Write nothing; only show what would change.")
]
Downloads = Annotated[
    list[str] | None,
    typer.Argument(metavar="DOWNLOAD…", help="Archives, folders or files.", show_default=False),
]
OnlyAssignment = Annotated[
    str | None, typer.Option("--assignment", metavar="NAME", help="Take only submissions of this.")
]
ClassRoster = Annotated[
    str | None,
    typer.Option(
        "--roster",
        metavar="FILE",
        help="The class: Canvas's gradebook, Moodle's worksheet, or a CSV file with a column `id`.",
    ),
]
Pattern = Annotated[
    str | None,
    typer.Option(
        "--pattern",
        metavar="REGEX",
        help="How the paths of files name a student: (?P<student>…), (?P<time>…), (?P<number>…).",
    ),
]
Undo = Annotated[bool, typer.Option("--undo", help="Take the last intake back.")]
Version = Annotated[
    bool,
    typer.Option(
        "--version",
        callback=_print_version,
        is_eager=True,
        help="Print the version and folder of the package that runs, and exit.",
    ),
]
Roster = Annotated[
    str, typer.Option(metavar="FILE", help="The class: a CSV file with a column `id`.")
]


class Platform(StrEnum):
    """Where grades go: a learning platform's own sheet, or a table of ours."""

    canvas = "canvas"
    moodle = "moodle"
    brightspace = "brightspace"
    csv = "csv"


class Pages(StrEnum):
    """Who takes the zip file of feedback pages; `folder` has a folder for each student, by id."""

    moodle = "moodle"
    canvas = "canvas"
    folder = "folder"


class Copies(StrEnum):
    """The same for personal copies. In Canvas nobody can get a file before submitting one."""

    moodle = "moodle"
    folder = "folder"


class Runner(StrEnum):
    """A platform that runs this program on a submission, and shows what it writes."""

    gradescope = "gradescope"


To = Annotated[Platform, typer.Option(help="Whose sheet FILE is; `csv` writes a new table to it.")]
Sheet = Annotated[Path, typer.Argument(metavar="FILE", help="As downloaded from the platform.")]
OneAssignment = Annotated[
    str | None, typer.Option("--assignment", metavar="NAME", help="Only this assignment.")
]
Title = Annotated[
    str | None,
    typer.Option("--column", metavar="TITLE", help="The column, if its title differs."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="OUT", help="Where to write; by default beside FILE."),
]
Anonymous = Annotated[
    bool, typer.Option("--anonymous", help="Leave out ids and names; letters stand for students.")
]
ReportOutput = Annotated[
    Path | None,
    typer.Option(
        "--output", metavar="FILE", help="Where to write; by default report/<assignment>.html."
    ),
]
UnreadAs0 = Annotated[
    bool, typer.Option("--unread-as-0", help="Written answers that nobody has read count as 0.")
]
PagesZip = Annotated[Pages | None, typer.Option("--zip", help="Also write one zip file for this.")]
CopiesZip = Annotated[Copies | None, typer.Option("--zip", help="Also write a zip file for this.")]
Names = Annotated[
    list[Path] | None,
    typer.Option(
        "--names", metavar="FILE", help="What the platform has given, for the names; repeatable."
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        min=0, show_default=False, help="Draw the cases of an earlier run again; implies --force."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Grade on the workers of this Dask scheduler."),
]
Submission = Annotated[
    Path, typer.Argument(metavar="SUBMISSION", help="A notebook, or a folder or archive with it.")
]
ToRunner = Annotated[Runner, typer.Option("--to", help="Whose results to write.")]
Results = Annotated[
    Path, typer.Option("--output", metavar="FILE", help="Where to write the results.")
]
RESULTS, HERE = Path("results.json"), Path(".")
CourseFolder = Annotated[
    Path, typer.Option("--course", metavar="FOLDER", help="The folder of the course.")
]
OneStudent = Annotated[
    str | None,
    typer.Option("--student", metavar="ID", help="Whose it is; by default see --metadata."),
]
Metadata = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="What Gradescope says about the submission; by default where Gradescope puts it.",
    ),
]
OnlyThis = Annotated[
    str | None,
    typer.Option(
        "--assignment", metavar="NAME", help="Take nothing else; by default its cells tell."
    ),
]
