"""A clean notebook, graded: its cells run behind walls, its questions are asked outside."""

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
from autograder.grading.errors import CourseError
from autograder.grading.submission import Cell, Job, run
from autograder.grading.waiving import all_points, is_test, name_of, waived_in
from autograder.questions import Question, questions_of

SEED = "seed"
"""Where the graded notebook keeps the seed of its cases."""
SEED_SECONDS = 120
"""How long submissions are asked about the same cases."""
FLAGS = "flags"
"""Where it keeps, in a sentence each, what people have to know of its scores."""
FORGEABLE = "decided in the student's own process, where a score can be forged"
SKIPPED_BY_NBGRADER = "skip-execution"
ASKS = re.compile(r"^\s*(?:from|import)\s+autograder\b", re.MULTILINE)


class NoQuestion(Exception):
    """A test cell asks a question that there is not."""

    line = "{where} was not graded: {text}"


@dataclass(frozen=True)
class Rules:
    """How a course has an assignment graded: what it sets for `TrustedExecute`.

    Attributes
    ----------
    limits : autograder.box.limits.Limits
        Of one submission.
    help : str
        How much messages say: see `autograder.questions.verdict.HELP`.
    seed : int or None
        Draws the cases; None draws others every few minutes.
    waived : tuple of str
        The questions whose points everybody gets.
    skipped : str
        Cells with this tag are not run.
    hidden : tuple of str
        The lines between which a test is hidden.
    memory : int
        Megabytes that the grader itself may take over a submission.
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
    """Run a notebook's cells, ask its questions, and write down what came of it in its outputs.

    A student's code, and the visible part of each test cell, run in a child process behind walls.
    The hidden part never reaches it: here, its question is asked, and what it says is all that
    remains in the outputs of a test cell. So nothing that a submission prints, shows or changes
    can be taken for a score.

    A test cell that asks no question of ours, but has asserts of its own, goes there whole, and
    nbgrader reads its score from what came out. The student's code can forge that: a flag says so.

    Parameters
    ----------
    nb
        What `autograder.grading.clean.clean` made of a submission; it is changed.
    assignment
    key
        The bugs that this student was given, by suspect.
    rules, warden
    files
        What lies beside it, by path.

    Returns
    -------
    bool
        Whether points were lost that it may earn where nobody else takes its time.

    Raises
    ------
    Exception
        Whatever :func:`autograder.grading.submission.run` raises: no score may be recorded.
    NoQuestion
        A test cell asks a question that this assignment does not have, or for other points.
    CourseError
        It is for another kernel than Python's.
    """
    asked = questions_of(assignment)
    waived = waived_in(nb, rules.waived)
    check_questions(nb, asked, waived)
    seed = _seed_for_now() if rules.seed is None else rules.seed
    nb.metadata[SEED] = seed
    inside = [name for name in decided_inside(nb, asked) if name not in waived]
    if inside:
        nb.metadata[FLAGS] = [f"{', '.join(inside)}: {FORGEABLE}"]
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    to_run = [*_to_run(nb, rules.skipped)]
    cells = tuple(_asked_of(cell, asked, waived, rules.hidden) for cell in to_run)
    result = run(Job(cells, dict(key), seed, rules.help, rules.limits, files), warden)
    for cell, (count, outputs) in zip(to_run, result.cells, strict=True):
        cell.outputs, cell.execution_count = outputs, count
        if name_of(cell) in waived:
            cell.outputs = all_points(cell, count)
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
    """What is run of a cell, and which question decides about it."""
    question = question_of(cell, asked)
    if name_of(cell) in waived:
        return Cell(visible(cell.source, *hidden), "")
    return Cell(visible(cell.source, *hidden) if question else cell.source, question)


@lru_cache(maxsize=256)
def visible(source: str, begin: str, end: str) -> str:
    """What of a test cell students have seen: the rest must not come near their code.

    Parameters
    ----------
    source
    begin, end
        The lines between which nbgrader takes out a hidden test.
    """
    cell = NotebookNode(source=source, metadata={})
    step = ClearHiddenTests(
        begin_test_delimeter=begin, end_test_delimeter=end, enforce_metadata=False
    )
    text: str = step.preprocess_cell(cell, {}, 0)[0].source
    return text


_drawn: tuple[float, int | None] = 0.0, None


def _seed_for_now() -> int:
    """A seed that is minutes old at most.

    All of a class are asked about the same cases, which is fair, and they are drawn only once. Who
    hands in again after having seen what was asked is asked about others.
    """
    global _drawn
    now = monotonic()
    since, seed = _drawn
    if seed is None or now > since + SEED_SECONDS:
        seed = secrets.randbits(48)
        _drawn = now, seed
    return seed


def question_of(cell: NotebookNode, asked: Container[str]) -> str:
    """The name of the question that decides about a cell, or "".

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
    """The grade_ids of test cells about which no question of ours decides."""
    return [
        cell.metadata.nbgrader.grade_id
        for cell in filter(is_test, nb.cells)
        if not question_of(cell, asked)
    ]


def check_questions(
    nb: NotebookNode, asked: Mapping[str, Question], waived: Container[str] = frozenset()
) -> None:
    """Raise NoQuestion unless there is each question that is asked, with the points of its cell.

    Parameters
    ----------
    nb
        With its hidden tests.
    asked
        The questions of its assignment, by name.
    waived
        The test cells about which nothing is asked.

    Raises
    ------
    NoQuestion
    CourseError
        It is for another kernel than Python's.
    """
    language = nb.metadata.get("kernelspec", {}).get("language", "python")
    if language.lower() != "python":
        raise CourseError(f"its kernel runs {language}, and here only Python can be run")
    for cell in filter(is_test, nb.cells):
        name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
        question = asked.get(question_of(cell, asked))
        if name in waived:
            continue
        if question is None:
            if ASKS.search(cell.source):
                raise NoQuestion(
                    f"no question decides about the cell {name}, which asks one: write it in "
                    "autograder/questions/, or correct the cell's id or the assignment's name"
                )
        elif question.points != points:
            raise NoQuestion(
                f"the cell {name} gives {points:g} points and its question {question.points:g}: "
                "make them equal, and release again"
            )
