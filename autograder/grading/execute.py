"""Runs a submission behind walls, asks its questions outside, and writes down the verdicts."""

import os
import re
import secrets
from time import monotonic

import nbformat
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from traitlets import Dict, Enum, Float, Integer, List, Unicode

from autograder.box.limits import MEGABYTE, Limits
from autograder.box.preflight import proven_warden
from autograder.grading.extra_files import released_files
from autograder.grading.personal import answer_key
from autograder.grading.submission import Cell, Job, run
from autograder.grading.trouble import CourseError
from autograder.grading.waiving import all_points, is_test, name_of, waived_in
from autograder.questions import questions_of
from autograder.questions.verdict import HELP

SEED = "seed"
"""Where the graded notebook keeps the seed of its cases."""
SEED_SECONDS = 120
"""How long submissions are asked about the same cases."""


FLAGS = "flags"
"""Where it keeps, in a sentence each, what people have to know of its scores."""
ASKS = re.compile(r"^\s*(?:from|import)\s+autograder\b", re.MULTILINE)


class NoQuestion(Exception):
    """A test cell asks a question that there is not."""


class TrustedExecute(NbGraderPreprocessor):
    """Stands in for nbgrader's own ``Execute``, and for what a hidden test does in there.

    A student's code, and the visible part of each test cell, run in a child process behind walls.
    The hidden part never reaches it: here, its question is asked, and what it says is all that
    remains in the outputs of a test cell. So nothing that a submission prints, shows or changes
    can be taken for a score.

    A test cell that asks no question of ours, but has asserts of its own, goes there whole, and
    nbgrader reads its score from what came out. The student's code can forge that: a flag says so.

    Raises
    ------
    autograder.box.warden.NoWalls
        This host can't keep code in: nothing is run.
    autograder.questions.GraderFailed
        A question broke: no score may be recorded.
    NoQuestion
        A test cell asks a question that this assignment does not have, or for other points.
    """

    timeout = Float(60, help="Seconds that a cell may take, then it is interrupted.").tag(
        config=True
    )
    call_timeout = Float(10, help="Seconds that an answer to a question may take.").tag(config=True)
    submission_timeout = Float(300, help="Seconds that a submission may take.").tag(config=True)
    memory = Integer(1024, help="Megabytes that all of its processes may use.").tag(config=True)
    disk = Integer(64, help="Megabytes that it may write.").tag(config=True)
    output = Integer(16, help="Megabytes that its cells may show.").tag(config=True)
    grader_memory = Integer(
        2048, help="Megabytes that the grader itself may take over one submission or page."
    ).tag(config=True)
    skip_cells_with_tag = Unicode(
        "demonstration", help="Cells with this tag define nothing, and are not run."
    ).tag(config=True)
    help = Enum(
        [*HELP], "what", help="What feedback says of wrong gradients: "
        + "; ".join(f"{level} ({words})" for level, words in HELP.items())
    ).tag(config=True)  # fmt: skip
    waived = Dict(
        value_trait=List(Unicode()),
        help="By assignment, the questions that are not asked, because all get their points.",
    ).tag(config=True)
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
        asked, files = questions_of(assignment), self._files(assignment)
        waived = waived_in(nb, self.waived.get(assignment, ()))
        check_questions(nb, asked, waived)
        key = answer_key(self._root, assignment, student)
        self.execute(nb, asked, key, self._warden(), files, waived)
        return nb, resources

    def execute(self, nb, asked, key, warden, files=None, waived=frozenset()):
        """Run a notebook's cells, ask its questions, and write down what came of it in its outputs.

        Parameters
        ----------
        nb : NotebookNode
            Rebuilt from the release; it is changed.
        asked : mapping of str to autograder.questions.Question
            The questions of its assignment.
        key : mapping of str to str
            The bugs that this student was given, by suspect.
        warden : autograder.box.warden.Warden
        files : mapping of str to bytes, optional
            What lies beside it, by path.
        waived : set of str
            The test cells that are not asked about: see :func:`waived_in`.

        Returns
        -------
        bool
            Whether points were lost that it may earn where nobody else takes its time.
        """
        job = self.job(nb, asked, key, files, waived)
        nb.metadata[SEED] = job.seed
        inside = [name for name in decided_inside(nb, asked) if name not in waived]
        if inside:
            nb.metadata[FLAGS] = [f"{', '.join(inside)}: {FORGEABLE}"]
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        result = run(job, warden)
        for cell, (count, outputs) in zip(self._run_of(nb), result.cells, strict=True):
            cell.outputs, cell.execution_count = outputs, count
            if name_of(cell) in waived:
                cell.outputs = all_points(cell, count)
        return result.was_held_up

    def job(self, nb, asked, key, files=None, waived=frozenset()):
        """What is to be run and asked of a notebook.

        Parameters
        ----------
        nb : NotebookNode
            Rebuilt from the release.
        asked : mapping of str to autograder.questions.Question
        key : mapping of str to str
            The bugs that this student was given, by suspect.
        files : mapping of str to bytes, optional
        waived : set of str
            The test cells that are not asked about.

        Returns
        -------
        autograder.grading.submission.Job
        """
        questions = [(cell, question_of(cell, asked)) for cell in self._run_of(nb)]
        cells = tuple(
            Cell(self._visible(cell), "")
            if name_of(cell) in waived
            else Cell(self._visible(cell) if question else cell.source, question)
            for cell, question in questions
        )
        seed = _seed_for_now() if self.seed is None else self.seed
        return Job(cells, dict(key), seed, self.help, self.limits, files or {})

    def _run_of(self, nb):
        skipped = {self.skip_cells_with_tag, SKIPPED_BY_NBGRADER}
        return [
            cell
            for cell in nb.cells
            if cell.cell_type == "code" and not skipped & {*cell.metadata.get("tags", ())}
        ]

    def _files(self, assignment):
        """What lies beside the notebooks of a release."""
        if self.parent is None:
            return {}
        return released_files(self.parent.parent.coursedir, assignment)

    def _warden(self):
        """Walls that have been tried at a file of this very course."""
        file = os.path.join(self._root, "nbgrader_config.py")
        return proven_warden(file) if os.path.isfile(file) else proven_warden()

    @property
    def _root(self):
        return self.parent.parent.coursedir.root if self.parent is not None else ""

    def _visible(self, cell):
        """What of a test cell students have seen: the rest must not come near their code."""
        copy = nbformat.from_dict(cell)
        ClearHiddenTests(parent=self).preprocess_cell(copy, {}, 0)
        return copy.source


FORGEABLE = "decided in the student's own process, where a score can be forged"
SKIPPED_BY_NBGRADER = "skip-execution"
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


def question_of(cell, asked):
    """The name of the question that decides about a cell, or "".

    Parameters
    ----------
    cell : NotebookNode
    asked : mapping of str to autograder.questions.Question
        The questions of its assignment.
    """
    if not is_test(cell):
        return ""
    grade_id = cell.metadata.nbgrader.grade_id
    name = grade_id.removeprefix("test_")
    return name if name in asked and name != grade_id else ""


def decided_inside(nb, asked):
    """The grade_ids of test cells about which no question of ours decides."""
    return [
        cell.metadata.nbgrader.grade_id
        for cell in filter(is_test, nb.cells)
        if not question_of(cell, asked)
    ]


def check_questions(nb, asked, waived=frozenset()):
    """Raise NoQuestion unless there is each question that is asked, with the points of its cell.

    Parameters
    ----------
    nb : NotebookNode
        With its hidden tests.
    asked : mapping of str to autograder.questions.Question
        The questions of its assignment.
    waived : set of str
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
