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
        them = "written answer waits" if waiting == 1 else "written answers wait"
        yield f"{waiting} {them} for a reader, and count as 0 until then: {WHERE}"
    changed = sum(each.to_read and not each.waits for each in scores)
    if changed:
        them = "answer has" if changed == 1 else "answers have"
        yield f"{changed} {them} changed since a person gave the score: {WHERE}"


def missing(assignment: str, students: Sequence[str], width: int | None) -> Iterator[str]:
    """Who has not submitted an assignment; those who are too many to be named are counted."""
    if not students:
        return
    them = "1 student has" if len(students) == 1 else f"{len(students)} students have"
    named = [*map(printable, students[:MOST_NAMED])]
    pieces = [*(f"{each}," for each in named[:-1]), named[-1]]
    if len(students) > len(named):
        pieces.append(f"and {len(students) - len(named)} more")
    yield from flowed([f"{them} not submitted {assignment}:", *pieces], width, " ")


def print_notes(console: Console, sentences: Iterable[str]) -> None:
    """Print sentences, each on one line if no terminal shows them."""
    for each in sentences:
        console.print(each, markup=False, soft_wrap=not console.is_terminal)
