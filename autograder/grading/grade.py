"""Grade a clean notebook: its cells run behind walls, its questions are asked from outside."""

import re
import secrets
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from autograder.box.limits import Limits
from autograder.box.warden import Warden
from autograder.grading import verdicts
from autograder.grading.errors import CourseError
from autograder.grading.flags import FORGEABLE, flag
from autograder.grading.rebuild import LATER_ANSWER, OWN
from autograder.grading.submission import Cell, Job, Ran, run
from autograder.grading.waiving import all_points, is_test, name_of, waived_in
from autograder.questions import Question, find, questions_of

SEED = "seed"
"""Metadata key: the graded notebook keeps the seed of its cases there."""
SEED_SECONDS = 120
"""How long all submissions are asked about the same cases."""
SKIPPED_BY_NBGRADER = "skip-execution"
BOTH_GRADED = (
    "The last one above the test and the last one of all were both graded, and the better one "
    "counts: that in {}."
)
LAST_GRADED = "The last one of all counts, since no check tells which is better: that in {}."
ONE_GRADED = "The one that was graded is in {}, the last one above the test."
ASKS = re.compile(r"^\s*(?:from|import)\s+autograder\b", re.MULTILINE)


class NoQuestion(Exception):
    """A test cell asks a question that does not exist, or gives different points from it."""

    line = "{where} was not graded: {text}"


@dataclass(frozen=True)
class Rules:
    """How an assignment is graded: what the course sets for `TrustedExecute`.

    Attributes
    ----------
    limits : autograder.box.limits.Limits
        For one submission.
    help : str
        How much messages say: see `autograder.questions.verdict.HELP`.
    seed : int or None
        Draws the cases; None draws new ones every few minutes.
    waived : tuple of str
        The questions that are not asked: everybody gets their points.
    skipped : str
        Cells with this tag are not run.
    hidden : tuple of str
        The lines that begin and end a hidden test.
    memory : int
        Megabytes that the grader itself may use for one submission.
    """

    limits: Limits
    help: str
    seed: int | None
    waived: tuple[str, ...]
    skipped: str
    hidden: tuple[str, str]
    memory: int


def grade(
    nb: NotebookNode, assignment: str, key: Mapping[str, str], rules: Rules, warden: Warden,
    files: Mapping[str, bytes],
) -> bool:  # fmt: skip
    """Run a notebook's cells, ask its questions, and write the results into its outputs.

    A student's code, and the visible part of each test cell, run in a child process behind walls.
    The hidden part never gets there. Instead, the question is asked from this process, and its
    verdict is the only output of the test cell. So nothing that a submission prints, displays or
    changes can be mistaken for a score.

    A test cell with its own asserts, and none of our questions, runs in the child as a whole, and
    nbgrader reads its score from the outputs. The student's code can forge that: a flag says so.

    Parameters
    ----------
    nb
        What `autograder.grading.clean.clean` made of a submission; it is changed.
    assignment
    key
        The bugs that this student was given, by suspect.
    rules, warden
    files
        The files beside the notebook, by path.

    Returns
    -------
    bool
        Whether points were lost that the submission might earn if it ran alone.

    Raises
    ------
    Exception
        From :func:`autograder.grading.submission.run`: no score may be recorded.
    NoQuestion
        A test cell asks a question that the assignment does not have, or gives other points.
    CourseError
        The notebook's kernel is not Python.
    """
    asked = questions_of(assignment)
    waived = waived_in(nb, rules.waived)
    check_questions(nb, asked, waived)
    seed = _seed_for_now() if rules.seed is None else rules.seed
    nb.metadata[SEED] = seed
    inside = [name for name in decided_inside(nb, asked) if name not in waived]
    if inside:
        flag(nb, f"{', '.join(inside)}: {FORGEABLE}")
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    to_run = [*_to_run(nb, rules.skipped)]
    cells = tuple(_asked_of(cell, asked, waived, rules.hidden) for cell in to_run)
    result = run(Job(cells, dict(key), seed, rules.help, rules.limits, files), warden)
    for cell, ran in zip(to_run, result.cells, strict=True):
        cell.outputs, cell.execution_count = ran.outputs, ran.number
        if ran.verdict:
            verdicts.note(cell, ran.verdict)
        if name_of(cell) in waived:
            cell.outputs = all_points(cell, ran.number)
        _flag_own_cell(nb, cell, ran, {*asked} - {name.removeprefix("test_") for name in waived})
    return result.was_held_up


def _to_run(nb: NotebookNode, skipped: str) -> Iterator[NotebookNode]:
    for cell in nb.cells:
        tags = {*cell.metadata.get("tags", ())}
        if cell.cell_type == "code" and not tags & {skipped, SKIPPED_BY_NBGRADER}:
            yield cell


def _asked_of(
    cell: NotebookNode, asked: Mapping[str, Question], waived: Container[str],
    hidden: tuple[str, str],
) -> Cell:  # fmt: skip
    """The part of a cell that is run, and the question that decides its score."""
    question = question_of(cell, asked)
    if name_of(cell) in waived:
        return Cell(visible(cell.source, *hidden))
    if question:
        return Cell(visible(cell.source, *hidden), question)
    later = [each["to"] for each in cell.metadata.get(LATER_ANSWER, ())]
    again = tuple(each for each in later if each in asked and f"test_{each}" not in waived)
    return Cell(cell.source, is_own=OWN in cell.metadata, again=again)


def _flag_own_cell(nb: NotebookNode, cell: NotebookNode, ran: Ran, asked: Container[str]) -> None:
    """Flag what happened in one of the student's own cells, if anybody should know."""
    if ran.trouble:
        flag(nb, f"Cell {cell.metadata[OWN]} of the submission, an extra cell, {ran.trouble}.")
    for each in cell.metadata.get(LATER_ANSWER, ()):
        counts = f"cell {cell.metadata[OWN]}" if each["to"] in ran.better else each["before"]
        how = ONE_GRADED
        if each["to"] in asked:
            how = BOTH_GRADED if find(each["to"]).is_told else LAST_GRADED
        flag(nb, f"{each['said']} {how.format(counts)}")


@lru_cache(maxsize=256)
def visible(source: str, begin: str, end: str) -> str:
    """The part of a test cell that students have seen. Their code must not see the rest.

    Parameters
    ----------
    source
    begin, end
        The lines that begin and end a hidden test.
    """
    cell = NotebookNode(source=source, metadata={})
    step = ClearHiddenTests(
        begin_test_delimeter=begin, end_test_delimeter=end, enforce_metadata=False
    )
    return step.preprocess_cell(cell, {}, 0)[0].source


_drawn: tuple[float, int | None] = 0.0, None


def _seed_for_now() -> int:
    """A seed that is a few minutes old at most.

    A whole class is asked about the same cases, which is fair and saves time. Students who resubmit
    after having seen the cases are asked about other ones.
    """
    global _drawn
    now = monotonic()
    since, seed = _drawn
    if seed is None or now > since + SEED_SECONDS:
        seed = secrets.randbits(48)
        _drawn = now, seed
    return seed


def question_of(cell: NotebookNode, asked: Container[str]) -> str:
    """The name of the question that decides a cell's score, or "".

    Parameters
    ----------
    cell
    asked
        The questions of its assignment, by name.
    """
    if not is_test(cell):
        return ""
    grade_id: str = cell.metadata.nbgrader.grade_id
    name = grade_id.removeprefix("test_")
    return name if name in asked and name != grade_id else ""


def decided_inside(nb: NotebookNode, asked: Container[str]) -> list[str]:
    """The grade_ids of test cells whose scores are decided by none of our questions."""
    return [
        cell.metadata.nbgrader.grade_id
        for cell in filter(is_test, nb.cells)
        if not question_of(cell, asked)
    ]


def check_questions(
    nb: NotebookNode, asked: Mapping[str, Question], waived: Container[str] = frozenset()
) -> None:
    """Raise NoQuestion unless every question that is asked exists and has the points of its cell.

    Parameters
    ----------
    nb
        With the hidden tests.
    asked
        The questions of its assignment, by name.
    waived
        The test cells whose questions are not asked.

    Raises
    ------
    NoQuestion
    CourseError
        The notebook's kernel is not Python.
    """
    language = nb.metadata.get("kernelspec", {}).get("language", "python")
    if language.lower() != "python":
        raise CourseError(f"its kernel runs {language}, but only Python can be graded")
    for cell in filter(is_test, nb.cells):
        name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
        question = asked.get(question_of(cell, asked))
        if name in waived:
            continue
        if question is None:
            if ASKS.search(cell.source):
                raise NoQuestion(
                    f"the cell {name} asks a question that does not exist: write it in "
                    "autograder/questions/, or correct the cell's id or the assignment's name"
                )
        elif question.points != points:
            raise NoQuestion(
                f"the cell {name} gives {points:g} points, but its question {question.points:g}: "
                "make them equal, and release again"
            )
