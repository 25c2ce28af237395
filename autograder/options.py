"""The arguments and options that several commands share."""

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
Roster = Annotated[
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
