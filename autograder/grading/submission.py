"""Run one submission and ask its questions: a function of values, without gradebook or disk.

So it can be computed on any machine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from nbformat import NotebookNode

from autograder.box.child import Child
from autograder.box.limits import Limits
from autograder.box.warden import Warden
from autograder.grading.cell_outputs import Outputs, output
from autograder.grading.sandboxed_student import SandboxedStudent
from autograder.questions import find, judge
from autograder.questions.verdict import Verdict

MOST_KILLS = 2
"""How often a submission is run if something outside kills its process."""


class KilledFromOutside(Exception):
    """A submission has no result, because something outside killed its process."""

    line = "{where}: {text}"


class Cell(NamedTuple):
    """A cell to run. If a question decides its score: the part of it that students have seen."""

    source: str
    question: str


@dataclass(frozen=True)
class Job:
    """A submission to run and ask.

    Attributes
    ----------
    cells : tuple of Cell
    key : mapping of str to str
        The bugs that this student was given, by suspect.
    seed : int
        Draws the cases.
    help : str
        How much messages say: see `autograder.questions.verdict.HELP`.
    limits : autograder.box.limits.Limits
    files : mapping of str to bytes
        The files beside the notebook, by path.
    """

    cells: tuple[Cell, ...]
    key: Mapping[str, str]
    seed: int
    help: str
    limits: Limits
    files: Mapping[str, bytes] = field(default_factory=dict)


class Ran(NamedTuple):
    """The result of a cell: its number (None if it did not run) and its outputs."""

    number: int | None
    outputs: list[NotebookNode]


class Result(NamedTuple):
    """The result of a submission: its cells, and whether neighbours may have cost it points.

    They may have if points were lost, and other submissions had slowed down what timed out.
    """

    cells: list[Ran]
    was_held_up: bool


def run(job: Job, warden: Warden) -> Result:
    """Run a submission's cells and ask its questions.

    Raises
    ------
    autograder.box.warden.NoWalls
        The walls can't be put up: nothing was run.
    autograder.questions.GraderFailed
        A question failed: no score may be recorded.
    KilledFromOutside
        Every time that it was run: no score may be recorded.
    """
    for _ in range(MOST_KILLS):
        result, was_killed = _run_once(job, warden)
        if not was_killed:
            return result
    raise KilledFromOutside(
        "its process was killed from outside, twice (is there too little memory?), so it has no "
        "result: grade it again"
    )


def _run_once(job: Job, warden: Warden) -> tuple[Result, bool]:
    """The result, and whether something outside has killed a process of the submission."""
    verdicts: dict[int, Verdict] = {}
    texts, children = [*_of_texts(job)], list[Child]()
    while True:
        with warden.child(job.limits) as child:
            children.append(child)
            while texts and not child.ended:
                place, before = texts.pop(0)
                student = SandboxedStudent(child, before)
                if student.source(job.cells[place].question):
                    verdicts[place] = _judged(job, place, student, child)
            if not child.ended:
                found = _run_cells(job, child, verdicts)
                break
    lost = not verdicts or any(each.points < each.most for each in verdicts.values())
    was_held_up = lost and any(each.was_held_up for each in children)
    return Result(found, was_held_up), any(each.was_killed for each in children)


def _of_texts(job: Job) -> Iterator[tuple[int, list[str]]]:
    """The places of questions about a text, and the cells before each."""
    for place, cell in enumerate(job.cells):
        if cell.question and find(cell.question).of_a_text:
            yield place, [each.source for each in job.cells[:place]]


def _run_cells(job: Job, child: Child, verdicts: dict[int, Verdict]) -> list[Ran]:
    """Run all cells in order, and ask at each test cell what has not been asked."""
    found: list[Ran] = []
    ran: list[str] = []
    student, outputs, count = SandboxedStudent(child, ran), Outputs(), 0
    child.place(job.files)
    for place, cell in enumerate(job.cells):
        number: int | None = None
        shown: list[NotebookNode] = []
        if not child.ended:
            number = count = count + 1
            ran.append(cell.source)
            shown = outputs.of_cell(child.run(cell.source))
        elif not cell.question:
            shown = [_not_run(child.ended)]
        if cell.question:
            # The verdict replaces all outputs of a test cell.
            if place not in verdicts:
                verdicts[place] = _judged(job, place, student, child)
            shown = _written(verdicts[place], number)
        found.append(Ran(number, shown))
    return found


def _judged(job: Job, place: int, student: SandboxedStudent, child: Child) -> Verdict:
    asked = job.cells[place].question
    return judge(asked, student, job.seed, child.ended, job.key, job.help)


def _written(verdict: Verdict, count: int | None) -> list[NotebookNode]:
    """The outputs of a test cell. nbgrader reads the score from the result, which is a float."""
    score = output(
        "execute_result",
        data={"text/plain": repr(float(verdict.points))},
        metadata={},
        execution_count=count,
    )
    return [output("stream", name="stdout", text=f"{verdict}\n"), score]


def _not_run(why: str) -> NotebookNode:
    text = f"This cell was not run: {why}."
    return output("error", ename="NotRun", evalue=text, traceback=[text])
