"""What stands below a table of grades: what its marks mean, who is to be read, who is missing."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from rich.console import Console

from autograder.desk.columns import flowed
from autograder.grading.errors import printable
from autograder.grading.flags import FORGEABLE
from autograder.grading.scores import Scored

MARK = "*"
NOTED = " †"
LATE = "late"
SEE_ABOVE = "the lines above say something about this submission"
WHERE = "`jupyter lab`, then Nbgrader > Formgrader"
WHY_REFUSED = "submitted/.intake/*/refused.csv"
MOST_NAMED = 20
"""How many missing students are named."""


def explained(inside: bool, noted: bool, late: bool) -> Iterator[str]:
    """What each kind of mark means that is used."""
    if inside:
        yield f"{MARK} {FORGEABLE}"
    if noted:
        yield f"{NOTED.strip()} {SEE_ABOVE}"
    if late:
        yield f"{LATE}: taken off for being late; the totals are what is left"


def unread(scores: Collection[Scored]) -> Iterator[str]:
    """How many answers a person has to read, and where."""
    waiting = sum(each.waits for each in scores)
    if waiting:
        wait, count = ("answer waits", "counts") if waiting == 1 else ("answers wait", "count")
        yield f"{waiting} written {wait} for a reader, and {count} as 0 until then: {WHERE}"
    changed = sum(each.to_read and not each.waits for each in scores)
    if changed:
        them = "answer was" if changed == 1 else "answers were"
        yield (
            f"{changed} {them} graded again after a person gave the score, which stays: see "
            f"whether the answer has changed, in {WHERE}"
        )


def missing(
    assignment: str, students: Sequence[str], refused: Collection[str], width: int | None
) -> Iterator[str]:
    """Who has not submitted an assignment; those who are too many to be named are counted.

    Parameters
    ----------
    assignment
    students
        Those without a submission.
    refused
        Those of them who have sent a file that `autograder intake` refused.
    width
        Of the terminal, in columns; None for a file.
    """
    for them, what in (
        ([each for each in students if each not in refused], f"not submitted {assignment}"),
        (sorted(refused), f"sent only files that intake refused (see {WHY_REFUSED})"),
    ):
        if them:
            has = "1 student has" if len(them) == 1 else f"{len(them)} students have"
            named = [*map(printable, them[:MOST_NAMED])]
            pieces = [*(f"{each}," for each in named[:-1]), named[-1]]
            if len(them) > len(named):
                pieces.append(f"and {len(them) - len(named)} more")
            yield from flowed([*f"{has} {what}:".split(), *pieces], width, " ")


def print_notes(console: Console, sentences: Iterable[str]) -> None:
    """Print sentences, each on one line if no terminal shows them."""
    for each in sentences:
        console.print(each, markup=False, soft_wrap=not console.is_terminal)
