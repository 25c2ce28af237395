"""Run one submission and ask its questions: a function of values, without gradebook or disk.

So it can be computed on any machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

from nbformat import NotebookNode

from autograder.box.child import Child
from autograder.box.limits import MEGABYTE, Limits
from autograder.box.warden import Warden
from autograder.grading.cell_outputs import Outputs, output
from autograder.grading.sandboxed_student import SandboxedStudent
from autograder.questions import find, judge
from autograder.questions.verdict import Verdict

MOST_KILLS = 2
"""How often a submission is run if something outside kills its process."""
KILLED = (
    "its process was killed from outside, twice (is there too little memory?), so it has no "
    "result: grade it again"
)
MOST_LEFT_OUT = 5
"""How many of the student's own cells are left out because they end the process."""
LEFT_OUT = "ended the run ({}), so everything else was run again without it"
ENDED = "ended the run ({})"
STOPPED = "was stopped after {:.0f} seconds"
NO_TIME = "was not run, because extra cells may take {:g} seconds together"
TOO_MUCH = "shows more than the {:g} MB that are kept of a submission"
TOO_LARGE = "stopped with an error: it needs more memory than the {:g} MB of a submission"


class KilledFromOutside(Exception):
    """A submission has no result, because something outside killed its process."""

    line = "{where}: {text}"


class Cell(NamedTuple):
    """A cell to run.

    Attributes
    ----------
    source : str
        If a question decides its score, the part of it that students have seen.
    question : str
        Decides the score of the cell; "" if none does.
    is_own : bool
        Whether it is one of the student's own, that is neither an answer nor given.
    again : tuple of str
        The questions that are asked again after this cell, which has other answers to them.
    """

    source: str
    question: str = ""
    is_own: bool = False
    again: tuple[str, ...] = ()


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
    """The result of a cell.

    Attributes
    ----------
    number : int or None
        The number that Jupyter would show; None if it did not run.
    outputs : list of NotebookNode
    trouble : str
        The rest of a sentence about one of the student's own cells, for people; "" if all is well.
    better : tuple of str
        The questions that were asked again after it, and earned more than before.
    verdict : Verdict or None
        That of its question.
    """

    number: int | None
    outputs: list[NotebookNode]
    trouble: str = ""
    better: tuple[str, ...] = ()
    verdict: Verdict | None = None


class Result(NamedTuple):
    """The result of a submission: its cells, and whether neighbours may have cost it points.

    They may have if points were lost, and other submissions had slowed down what timed out.
    """

    cells: list[Ran]
    was_held_up: bool


def run(job: Job, warden: Warden) -> Result:
    """Run a submission's cells and ask its questions.

    If one of the student's own cells ends the process, all of them are run again without it.

    Raises
    ------
    autograder.box.warden.NoWalls
        The walls can't be put up: nothing was run.
    autograder.questions.GraderFailed
        A question failed: no score may be recorded.
    KilledFromOutside
        Every time that it was run: no score may be recorded.
    """
    texts = _asked_texts(job, warden)
    began, left_out = monotonic(), dict[int, str]()
    while True:
        once = _run_unless_killed(job, warden, texts, left_out)
        is_late = monotonic() - began > job.limits.submission_seconds
        if once.ended_in is None or is_late or len(left_out) == MOST_LEFT_OUT:
            return once.result()
        left_out[once.ended_in] = once.child.ended


def _asked_texts(job: Job, warden: Warden) -> dict[str, tuple[int, Verdict]]:
    """The verdicts of questions about a text, asked where nothing else of the notebook has run.

    Returns
    -------
    dict of str to (int, Verdict)
        By question: the cell after which its text was best, and the verdict.
    """
    best: dict[str, tuple[int, Verdict]] = {}
    left = [
        (index, question)
        for index, cell in enumerate(job.cells)
        for question in (cell.question, *cell.again)
        if question and find(question).of_a_text
    ]
    kills = 0
    while left:
        with warden.child(job.limits) as child:
            while left and not child.ended:
                index, question = left[0]
                student = SandboxedStudent(child, [each.source for each in job.cells[: index + 1]])
                if student.source(question):
                    verdict = judge(question, student, job.seed, "", job.key, job.help)
                    if question not in best or verdict.points > best[question][1].points:
                        best[question] = index, verdict
                left.pop(0)
        if child.was_killed:
            left.insert(0, (index, question))
            best.pop(question, None)
            kills += 1
            if kills == MOST_KILLS:
                raise KilledFromOutside(KILLED)
    return best


def _run_unless_killed(
    job: Job,
    warden: Warden,
    texts: Mapping[str, tuple[int, Verdict]],
    left_out: Mapping[int, str],
) -> "_Once":
    for _ in range(MOST_KILLS):
        with warden.child(job.limits) as child:
            once = _Once(job, child, texts, left_out)
            child.place(job.files)
            for index, cell in enumerate(job.cells):
                once.run(index, cell)
        if not child.was_killed:
            return once
    raise KilledFromOutside(KILLED)


class _Once:
    """Runs a submission's cells in one child, one after the other.

    Attributes
    ----------
    child
    ended_in : int or None
        The index of the student's own cell that ended the child.
    """

    def __init__(
        self,
        job: Job,
        child: Child,
        texts: Mapping[str, tuple[int, Verdict]],
        left_out: Mapping[int, str],
    ) -> None:
        self._job, self.child, self._texts, self._left_out = job, child, texts, left_out
        self._sources: list[str] = []
        self._student, self._outputs = SandboxedStudent(child, self._sources), Outputs()
        self._found: list[Ran] = []
        self._verdicts: dict[str, tuple[int, Verdict]] = {}
        self._count, self._own_seconds = 0, 0.0
        self.ended_in: int | None = None

    def run(self, index: int, cell: Cell) -> None:
        """Run a cell, and ask its question."""
        number: int | None = None
        shown: list[NotebookNode] = []
        verdict: Verdict | None = None
        trouble, why = "", self._left_out.get(index, "")
        if why:
            trouble = LEFT_OUT.format(why)
        elif self.child.ended:
            why = self.child.ended
        elif cell.is_own and self._own_seconds >= self._job.limits.own_seconds:
            trouble = NO_TIME.format(self._job.limits.own_seconds)
            why = "the extra cells before it took too long"
        else:
            number = self._count = self._count + 1
            self._sources.append(cell.source)
            shown, trouble = self._shown(index, cell)
        if why and not cell.question:
            shown = [_not_run(why)]
        if cell.question:
            # The verdict replaces all outputs of a test cell.
            verdict = self._verdict(cell.question)
            self._verdicts[cell.question] = index, verdict
            shown = _written(verdict, number)
        better = filter(self._ask_again, cell.again) if number else ()
        self._found.append(Ran(number, shown, trouble, tuple(better), verdict))

    def result(self) -> Result:
        """Whatever was found."""
        verdicts = [verdict for _, verdict in self._verdicts.values()]
        lost = not verdicts or any(each.points < each.most for each in verdicts)
        return Result(self._found, lost and self.child.was_held_up)

    def _shown(self, index: int, cell: Cell) -> tuple[list[NotebookNode], str]:
        """The outputs of a cell that is run, and what to say about it."""
        child, limits = self.child, self._job.limits
        if not cell.is_own:
            return self._outputs.of_cell(child.run(cell.source)), ""
        shown = self._outputs.of_cell(
            child.run(cell.source, limits.own_seconds - self._own_seconds)
        )
        self._own_seconds += child.seconds
        if child.ended:
            self.ended_in = index
            return shown, ENDED.format(child.ended)
        if child.was_interrupted:
            return shown, STOPPED.format(child.seconds)
        if child.shows_too_much:
            return shown, TOO_MUCH.format(limits.output / MEGABYTE)
        failed = [each for each in shown if "MemoryError" in each.get("ename", "")]
        return shown, TOO_LARGE.format(limits.memory / MEGABYTE) if failed else ""

    def _verdict(self, question: str) -> Verdict:
        job = self._job
        if question in self._texts:
            return self._texts[question][1]
        return judge(question, self._student, job.seed, self.child.ended, job.key, job.help)

    def _ask_again(self, question: str) -> bool:
        """Ask about a later answer; the better verdict counts. Return whether it is this one."""
        if question not in self._verdicts:
            return False
        if question in self._texts:
            return self._texts[question][0] == len(self._found)
        index, before = self._verdicts[question]
        is_told = find(question).is_told
        if (is_told and before.points == before.most) or self.child.ended:
            return False
        verdict = self._verdict(question)
        if is_told and verdict.points <= before.points:
            return False
        self._verdicts[question] = index, verdict
        ran = self._found[index]
        self._found[index] = ran._replace(outputs=_written(verdict, ran.number), verdict=verdict)
        return True


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
