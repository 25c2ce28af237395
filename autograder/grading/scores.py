"""Which scores in the gradebook belong to the current submission."""

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy import select
from sqlalchemy.orm import Session, load_only, scoped_session

from autograder.grading.preprocessor_types import Processed, Resources


class ForgetEarlierScores(NbGraderPreprocessor):
    """The first sanitizer: forget the automatic scores of an earlier submission.

    Otherwise a submission whose grading fails halfway would keep the scores of the one before it.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            forget(gradebook, info["assignment"], info["student"], self._to_come(info))
        return nb, resources

    def _to_come(self, info: dict[str, Any]) -> list[str] | None:
        """The names of this notebook and those after it; those before it have just been graded."""
        if self.parent is None:
            return None
        names = [Path(path).stem for path in self.parent.parent.notebooks]
        return names[names.index(info["notebook"]) :]


def forget(
    gradebook: Gradebook, assignment: str, student: str, notebooks: Collection[str] | None = None
) -> None:
    """Delete the automatic scores of a submission; manual scores and comments are kept.

    Parameters
    ----------
    gradebook
    assignment, student
        It is not an error if the submission does not exist.
    notebooks
        Only the scores of these notebooks; by default, of all.
    """
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return
    for notebook in submission.notebooks:
        if notebooks is not None and notebook.name not in notebooks:
            continue
        for grade in notebook.grades:
            if grade.cell.type != "TaskCell":  # only people score these
                grade.auto_score = None
                grade.needs_manual_grade = grade.manual_score is not None
    gradebook.db.commit()


class Scored(NamedTuple):
    """The gradebook's entry for one cell of one submission.

    Attributes
    ----------
    auto, manual, extra : float or None
        The automatic score, the score that a person gave instead, and the extra credit.
    to_read : bool
        Whether a person has to look at the answer.
    """

    auto: float | None
    manual: float | None
    extra: float | None
    to_read: bool

    @property
    def says_something(self) -> bool:
        """Whether there is a score, or a person has to give one."""
        return self.auto is not None or self.manual is not None or self.to_read

    @property
    def waits(self) -> bool:
        """Whether there is no score until a person gives one."""
        return self.to_read and self.auto is None and self.manual is None

    @property
    def score(self) -> float:
        """The points, as nbgrader counts them."""
        given = self.auto if self.manual is None else self.manual
        return 0.0 if given is None else given + (self.extra or 0.0)


def all_scores(gradebook: Gradebook, assignment: str) -> dict[str, dict[str, Scored]]:
    """All scores of an assignment, in one query.

    Returns
    -------
    dict of str to dict of str to Scored
        By student and graded cell. The cell's name follows the :func:`prefix` of its notebook.
    """
    grade, notebook, submission = (
        model.__table__ for model in (Grade, SubmittedNotebook, SubmittedAssignment)
    )
    notebooks = prefixes(gradebook.db, assignment)
    found = gradebook.db.execute(
        select(
            submission.c.student_id, BaseCell.notebook_id, BaseCell.name, grade.c.auto_score,
            grade.c.manual_score, grade.c.extra_credit, grade.c.needs_manual_grade,
        )
        .join(notebook, notebook.c.assignment_id == submission.c.id)
        .join(grade, grade.c.notebook_id == notebook.c.id)
        .join(BaseCell, BaseCell.id == grade.c.cell_id)
        .join(Assignment, Assignment.id == submission.c.assignment_id)
        .where(Assignment.name == assignment)
    )  # fmt: skip
    scores: dict[str, dict[str, Scored]] = {}
    for student, of, name, *scored in found:
        scores.setdefault(student, {})[notebooks[of] + name] = Scored(*scored)
    gradebook.db.rollback()  # releases the locks
    return scores


def prefix(notebook: str, among: Collection[str]) -> str:
    """The prefix of cell names if an assignment has several notebooks, otherwise "".

    Parameters
    ----------
    notebook
    among
        All notebooks of the assignment. Two of them may have cells of the same name.
    """
    return f"{notebook}/" if len(among) > 1 else ""


def prefixes(db: scoped_session[Session], assignment: str) -> dict[str, str]:
    """The :func:`prefix` of each of an assignment's notebooks in the gradebook, by notebook id."""
    found = db.execute(
        select(Notebook.id, Notebook.name)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .where(Assignment.name == assignment)
    ).all()
    names = [name for _, name in found]
    return {own: prefix(name, names) for own, name in found}


class Total(NamedTuple):
    """The total of a submission, in the terms of ``nbgrader export``.

    Attributes
    ----------
    raw_score : float
        The sum of its scores.
    late_submission_penalty : float
        The penalty for being late.
    score : float
        The difference, at least 0.
    """

    raw_score: float
    late_submission_penalty: float
    score: float


def totals(gradebook: Gradebook, assignment: str) -> dict[str, Total]:
    """The total of each submission of an assignment.

    Returns
    -------
    dict of str to Total
        By student.
    """
    found = gradebook.db.execute(
        select(
            SubmittedAssignment.student_id, SubmittedAssignment.score,
            SubmittedAssignment.late_submission_penalty,
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment)
    ).all()  # fmt: skip
    gradebook.db.rollback()
    return {
        student: Total(score, penalty, max(0.0, score - penalty))
        for student, score, penalty in found
    }


def recorded(gradebook: Gradebook, assignment: str) -> dict[str, dict[str, Scored]]:
    """:func:`all_scores` of the students whose submissions have been graded completely."""
    return {
        student: cells
        for student, cells in all_scores(gradebook, assignment).items()
        if all(each.says_something for each in cells.values())
    }


def late_or_deducted(gradebook: Gradebook, assignment: str) -> set[str]:
    """The students whose submissions are late, or have a penalty for that."""
    penalised = {
        student
        for student, each in totals(gradebook, assignment).items()
        if each.late_submission_penalty
    }
    return penalised | {*lateness(gradebook, assignment)}


def lateness(gradebook: Gradebook, assignment: str) -> dict[str, timedelta]:
    """By student, how late a submission is, as nbgrader counts it: extensions are in.

    Those that are in time are left out.
    """
    needed = SubmittedAssignment.student_id, SubmittedAssignment.timestamp
    submissions = (
        gradebook.db.query(SubmittedAssignment)
        .options(load_only(*needed, SubmittedAssignment.extension))  # scores take long
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment)
    )
    late = {each.student_id: timedelta(seconds=each.total_seconds_late) for each in submissions}
    gradebook.db.rollback()
    return {student: each for student, each in sorted(late.items()) if each}
