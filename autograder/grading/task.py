"""One hand-in, notebook by notebook: a function of bytes that any process anywhere can compute.

What nbgrader's converters do with a submission between a course folder and a gradebook is done here
with neither: the same steps of the same configuration, in the same order, on values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import Any, NamedTuple

import nbformat
from nbgrader import utils
from nbgrader.preprocessors import (
    AssignLatePenalties,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from autograder.grading.execute import TrustedExecute, check_questions
from autograder.grading.extra_files import CarryTime, RefuseLinks
from autograder.grading.reading import read
from autograder.grading.rebuild import FINGERPRINT, OWNER, Rebuild, fingerprint, rebuild
from autograder.grading.scores import ForgetEarlierScores
from autograder.grading.waiving import waived_in
from autograder.questions import questions_of

OF_THE_RECORD = (
    ForgetEarlierScores, RefuseLinks, CarryTime, SaveAutoGrades, AssignLatePenalties
)  # fmt: skip
"""Steps that deal with the course folder and the gradebook only."""
SCORES, SECONDS = "scores", "seconds"
"""Where a graded notebook keeps what was recorded of it, and how long that took."""


@dataclass(frozen=True)
class Notebook:
    """One notebook of a hand-in.

    Attributes
    ----------
    name : str
        Without its ending.
    prefix : str
        What stands before the names of its cells: see `autograder.grading.scores.prefix`.
    submission : bytes
        As it was handed in.
    release : str
        What this student was given.
    known : str
        The common release as the gradebook knows it: with hidden tests.
    """

    name: str
    prefix: str
    submission: bytes
    release: str
    known: str


class Step(NamedTuple):
    """A preprocessor of nbgrader's configuration, with its settings."""

    kind: type
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """A hand-in, and all that it takes to grade it.

    Attributes
    ----------
    assignment, student : str
    notebooks : tuple of Notebook
        Those that were handed in.
    files : mapping of str to bytes
        What the release has beside its notebooks, by path.
    key : mapping of str to str
        The student's bugs, by suspect.
    owner : str or None
        Whose personal copy was handed in, where there are any and that is known.
    personal : bool
        Whether there are personal copies.
    steps : tuple of Step
        What nbgrader is configured to do, without :data:`OF_THE_RECORD`.
    """

    assignment: str
    student: str
    notebooks: tuple[Notebook, ...]
    files: Mapping[str, bytes]
    key: Mapping[str, str]
    owner: str | None
    personal: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Graded:
    """What became of a task, or of one of its notebooks.

    Attributes
    ----------
    notebooks : mapping of str to str
        The graded notebooks by name.
    scores : mapping of str to float or None
        By graded cell, in order; None where a person has to read the answer.
    comments : mapping of str to str or None
        nbgrader's own, by answer.
    seconds : float
        How long it took.
    was_held_up : bool
        Whether points were lost that it may earn where nobody else takes its time.
    """

    notebooks: Mapping[str, str]
    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    seconds: float
    was_held_up: bool


def together(parts):
    """What became of a hand-in, from what became of each of its notebooks."""
    notebooks, scores, comments = {}, {}, {}
    for each in parts:
        notebooks |= each.notebooks
        scores |= each.scores
        comments |= each.comments
    seconds, was_held_up = sum(each.seconds for each in parts), any(p.was_held_up for p in parts)
    return Graded(notebooks, scores, comments, seconds, was_held_up)


def graded(task, notebook, warden):
    """Grade one notebook of a hand-in.

    Parameters
    ----------
    task : Task
    notebook : Notebook
    warden : autograder.box.warden.Warden

    Returns
    -------
    Graded

    Raises
    ------
    Exception
        Whatever the steps raise, and `autograder.grading.reading.read`.
    """
    began, was_held_up = perf_counter(), False
    nb, resources = read(notebook.submission), _resources(task, notebook.name)
    for kind, settings in task.steps:
        if issubclass(kind, Rebuild):
            nb = _rebuilt(task, notebook, nb)
        elif issubclass(kind, OverwriteKernelspec):
            nb.metadata.update(_kernelspec(notebook.known))
        elif issubclass(kind, OverwriteCells):
            _overwrite(nb, notebook.known)
        elif issubclass(kind, TrustedExecute):
            asked, step = questions_of(task.assignment), kind(**settings)
            waived = waived_in(nb, step.waived.get(task.assignment, ()))
            check_questions(nb, asked, waived)
            was_held_up = step.execute(nb, asked, task.key, warden, task.files, waived)
        else:
            nb, resources = kind(**settings)(nb, resources)
    nbformat.validate(nb, relax_add_props=True)  # as nbconvert does between its steps
    scores, comments = _scores(nb), _comments(nb)
    seconds = perf_counter() - began
    nb.metadata.update({SCORES: scores, SECONDS: round(seconds, 3)})
    scores, comments = (
        {notebook.prefix + name: value for name, value in found.items()}
        for found in (scores, comments)
    )
    text = f"{nbformat.v4.writes(nb)}\n"
    text.encode()  # what can't be written is found here, where it fails nobody else
    return Graded({notebook.name: text}, scores, comments, seconds, was_held_up)


def known_to_the_gradebook(release, assignment, notebook, db_url):
    """A release with what the gradebook keeps of it, as nbgrader puts it into a submission.

    Parameters
    ----------
    release : NotebookNode
        The common release; it stays as it is.
    assignment, notebook, db_url : str

    Returns
    -------
    NotebookNode
    """
    nb = nbformat.from_dict(release)
    resources = {"nbgrader": {"notebook": notebook, "assignment": assignment, "db_url": db_url}}
    for step in (OverwriteKernelspec(), OverwriteCells()):
        nb, _ = step.preprocess(nb, resources)
    return nb


def _resources(task, notebook):
    names = {"student": task.student, "assignment": task.assignment, "notebook": notebook}
    return {"nbgrader": names, "unique_key": notebook, "metadata": {}, "outputs": {}}


def _rebuilt(task, notebook, nb):
    rebuilt = rebuild(_read(notebook.release), nb)
    if task.personal:
        rebuilt.metadata[OWNER] = task.owner
    rebuilt.metadata[FINGERPRINT] = fingerprint(notebook.submission)
    return rebuilt


@lru_cache(maxsize=16)
def _read(text):
    """A notebook that is read once; nobody may change it."""
    return nbformat.reads(text, as_version=4)


@lru_cache(maxsize=16)
def _known_cells(text):
    cells = _read(text).cells
    return {each.metadata.nbgrader.grade_id: each for each in cells if "nbgrader" in each.metadata}


def _kernelspec(text):
    known = _read(text).metadata
    return {"kernelspec": nbformat.from_dict(known.kernelspec)} if "kernelspec" in known else {}


def _overwrite(nb, text):
    """What ``OverwriteCells`` does: flags, points and checksums; of locked cells also the text."""
    known = _known_cells(text)
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            found = known[cell.metadata.nbgrader.grade_id]
            cell.metadata.nbgrader = nbformat.from_dict(found.metadata.nbgrader)
            if utils.is_locked(found):
                cell.source = found.source


def _scores(nb):
    """What ``SaveAutoGrades`` would record, by cell."""
    cells = filter(utils.is_grade, nb.cells)
    return {each.metadata.nbgrader.grade_id: utils.determine_grade(each)[0] for each in cells}


def _comments(nb):
    cells = (each for each in nb.cells if utils.is_solution(each) or utils.is_task(each))
    return {each.metadata.nbgrader.grade_id: _comment(each) for each in cells}


def _comment(cell):
    unchanged = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
    return "No response." if unchanged and not utils.is_task(cell) else None
