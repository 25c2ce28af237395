"""Run one submission and ask its questions: a function of values, without gradebook or disk.

So it can be computed on any machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from nbformat import NotebookNode

from autograder.box.child import Child
from autograder.box.limits import Limits
from autograder.box.warden import Warden
from autograder.grading.cell_outputs import Outputs, output
from autograder.grading.sandboxed_student import SandboxedStudent
from autograder.questions import judge
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
        result, child = _run_once(job, warden)
        if not child.was_killed:
            return result
    raise KilledFromOutside(
        "its process was killed from outside, twice (is there too little memory?), so it has no "
        "result: grade it again"
    )


def _run_once(job: Job, warden: Warden) -> tuple[Result, Child]:
    found: list[Ran] = []
    verdicts: list[Verdict] = []
    with warden.child(job.limits) as child:
        ran: list[str] = []
        student, outputs, count = SandboxedStudent(child, ran), Outputs(), 0
        child.place(job.files)
        for cell in job.cells:
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
                verdict = judge(cell.question, student, job.seed, child.ended, job.key, job.help)
                verdicts.append(verdict)
                shown = _written(verdict, number)
            found.append(Ran(number, shown))
    lost = not verdicts or any(each.points < each.most for each in verdicts)
    return Result(found, lost and child.was_held_up), child


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
