"""Runs a submission behind walls, asks its questions outside, and writes down the verdicts."""

import os
import secrets
from time import monotonic

import nbformat
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from traitlets import Enum, Float, Integer, Unicode

from autograder.box.limits import MEGABYTE, Limits
from autograder.box.preflight import proven_warden
from autograder.grading.personal import answer_key
from autograder.grading.submission import Cell, Job, run
from autograder.questions import questions_of
from autograder.questions.verdict import HELP

SEED = "seed"
"""Where the graded notebook keeps the seed of its cases."""
SEED_SECONDS = 120
"""How long submissions are asked about the same cases."""


class NoQuestion(Exception):
    """A test cell for which no question decides."""


class TrustedExecute(NbGraderPreprocessor):
    """Stands in for nbgrader's own ``Execute``, and for what a hidden test does in there.

    A student's code, and the visible part of each test cell, run in a child process behind walls.
    The hidden part never reaches it: here, its question is asked, and what it says is all that
    remains in the outputs of a test cell. So nothing that a submission prints, shows or changes
    can be taken for a score.

    Raises
    ------
    autograder.box.warden.NoWalls
        This host can't keep code in: nothing is run.
    autograder.questions.GraderFailed
        A question broke: no score may be recorded.
    NoQuestion
        A test cell with points has no question of its name.
    """

    timeout = Float(60, help="Seconds that a cell may take, then it is interrupted.").tag(
        config=True
    )
    call_timeout = Float(10, help="Seconds that an answer to a question may take.").tag(config=True)
    submission_timeout = Float(300, help="Seconds that a submission may take.").tag(config=True)
    memory = Integer(1024, help="Megabytes that all of its processes may use.").tag(config=True)
    disk = Integer(64, help="Megabytes that it may write.").tag(config=True)
    output = Integer(16, help="Megabytes that its cells may show.").tag(config=True)
    skip_cells_with_tag = Unicode(
        "demonstration", help="Cells with this tag define nothing, and are not run."
    ).tag(config=True)
    help = Enum(
        [*HELP], "what", help="What feedback says of wrong gradients: "
        + "; ".join(f"{level} ({words})" for level, words in HELP.items())
    ).tag(config=True)  # fmt: skip
    seed = Integer(None, allow_none=True, help="Draws the cases of an earlier grading again.").tag(
        config=True
    )

    @property
    def limits(self):
        """The limits of one submission."""
        return Limits(
            cell_seconds=self.timeout,
            submission_seconds=self.submission_timeout,
            call_seconds=self.call_timeout,
            memory=self.memory * MEGABYTE,
            disk=self.disk * MEGABYTE,
            output=self.output * MEGABYTE,
        )

    def preprocess(self, nb, resources):
        assignment, student = (resources["nbgrader"][each] for each in ("assignment", "student"))
        check_questions(nb, questions_of(assignment))
        self.execute(nb, answer_key(self._root, assignment, student), self._warden())
        return nb, resources

    def execute(self, nb, key, warden):
        """Run a notebook's cells, ask its questions, and write down what came of it in its outputs.

        Parameters
        ----------
        nb : NotebookNode
            Rebuilt from the release; it is changed.
        key : mapping of str to str
            The bugs that this student was given, by suspect.
        warden : autograder.box.warden.Warden
        """
        job = self.job(nb, key)
        nb.metadata[SEED] = job.seed
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        for cell, (count, outputs) in zip(self._run_of(nb), run(job, warden), strict=True):
            cell.outputs, cell.execution_count = outputs, count

    def job(self, nb, key):
        """What is to be run and asked of a notebook.

        Parameters
        ----------
        nb : NotebookNode
            Rebuilt from the release.
        key : mapping of str to str
            The bugs that this student was given, by suspect.

        Returns
        -------
        autograder.grading.submission.Job
        """
        cells = tuple(
            Cell(self._visible(cell), question_of(cell) if is_test(cell) else "")
            for cell in self._run_of(nb)
        )
        seed = _seed_for_now() if self.seed is None else self.seed
        return Job(cells, dict(key), seed, self.help, self.limits)

    def _run_of(self, nb):
        return [
            cell
            for cell in nb.cells
            if cell.cell_type == "code"
            and self.skip_cells_with_tag not in cell.metadata.get("tags", ())
        ]

    def _warden(self):
        """Walls that have been tried at a file of this very course."""
        file = os.path.join(self._root, "nbgrader_config.py")
        return proven_warden(file) if os.path.isfile(file) else proven_warden()

    @property
    def _root(self):
        return self.parent.parent.coursedir.root if self.parent is not None else ""

    def _visible(self, cell):
        """What of a cell students have seen: the rest must not come near their code."""
        if not is_test(cell):
            return cell.source
        copy = nbformat.from_dict(cell)
        ClearHiddenTests(parent=self).preprocess_cell(copy, {}, 0)
        return copy.source


_drawn = 0.0, None


def _seed_for_now():
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


def is_test(cell):
    """Whether a cell's points are given by a question: code that is graded and not an answer."""
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def question_of(cell):
    """The name of the question that a test cell asks."""
    return cell.metadata.nbgrader.grade_id.removeprefix("test_")


def check_questions(nb, asked):
    """Raise NoQuestion unless a question of the right points answers for every test cell."""
    for cell in filter(is_test, nb.cells):
        name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
        question = asked.get(question_of(cell))
        if question is None or not name.startswith("test_"):
            raise NoQuestion(
                f"no question decides about the cell {name}: write one in autograder/questions/, "
                "or have the cell graded by hand"
            )
        if question.points != points:
            raise NoQuestion(
                f"the cell {name} gives {points:g} points and its question {question.points:g}: "
                "make them equal"
            )
