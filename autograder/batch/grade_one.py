"""What a worker does with a submission: grades it, or says in one line why it can't be graded."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from autograder.batch.memory_limit import at_most
from autograder.box.preflight import adopt, proven_warden
from autograder.box.warden import NoWalls, Zygote
from autograder.grading.errors import in_one_line
from autograder.grading.not_a_notebook import NotANotebook, TooLarge
from autograder.grading.outcome import Outcome
from autograder.grading.rebuild import WrongNotebook
from autograder.grading.submission import KilledFromOutside
from autograder.grading.task import Graded, Task, graded, together
from autograder.questions import ASSIGNMENTS, GraderFailed, questions_of

for assignment in ASSIGNMENTS:
    questions_of(assignment)  # imported once, before workers are forked
OURS = GraderFailed | KilledFromOutside | NoWalls | MemoryError
"""Failures of the grader or its host, not of the submission."""
REFUSALS = NotANotebook | TooLarge | WrongNotebook
"""What is wrong with a submission, and not with the grader."""
ASK_AGAIN = "ask for the .ipynb file again"


@dataclass(frozen=True)
class Failure:
    """A submission that was not graded.

    Attributes
    ----------
    why : str
        One line for people.
    ours : bool
        Whether the grader failed, which says nothing about the submission.
    refused : bool
        Whether the submission is certainly the reason. If it is neither, nobody knows yet.
    """

    why: str
    ours: bool = False
    refused: bool = False


@dataclass(frozen=True)
class WorkerCannotGrade:
    """This process can't grade anything, with the reason."""

    why: str


Found = Graded | Failure | WorkerCannotGrade | Outcome
"""What a worker returns for a submission."""


def grade_one(task: Task | Outcome, where: str, file: str, remedy: str = ASK_AGAIN) -> Found:
    """Grade a submission.

    Parameters
    ----------
    task : Task or Outcome
        An outcome is passed on: there is nothing left to do.
    where : str
        The submission's folder, as messages show it.
    file : str
        A readable file of the course, to try the walls with.
    remedy : str
        What to do about an unusable file.
    """
    if isinstance(task, Outcome):
        return task
    try:
        warden = proven_warden(file) if os.path.isfile(file) else proven_warden()
    except NoWalls as refused:
        return WorkerCannotGrade(str(refused))
    parts = []
    for each in task.notebooks:
        try:
            with at_most(task.rules.memory):
                parts.append(graded(task, each, warden))
        except Exception as error:
            path = f"{where}/{each.name}.ipynb"
            why = in_one_line(error, path, remedy)
            return Failure(why, isinstance(error, OURS), isinstance(error, REFUSALS))
    return together(parts)


def begin(file: str, zygote: Zygote | None) -> Callable[[], object]:
    """Prepare a worker for its first submission.

    Parameters
    ----------
    file : str
        See :func:`grade_one`.
    zygote : Zygote or None
        One behind walls that have been tried already; else new walls are built and tried.

    Returns
    -------
    callable
        To be called after the last submission.
    """
    try:
        return (proven_warden(file) if zygote is None else adopt(zygote)).close
    except NoWalls:
        return int  # grading each submission says so
