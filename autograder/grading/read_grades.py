"""Read a submission's grades into its notebook, all at once; the page of feedback shows them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedNotebook,
)
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_solution, is_task
from sqlalchemy import and_, select
from traitlets import List

from autograder.grading.preprocessor_types import Processed, Resources
from autograder.grading.scores import Scored

GRADED = "graded"
"""Key of the resources: the :class:`Graded` of the notebook."""


@dataclass(frozen=True)
class Graded:
    """What the gradebook knows about one notebook of a submission.

    Attributes
    ----------
    name : str
        The student's, or "" where only the id is known.
    scores : mapping of str to Scored
        By graded cell.
    worth : mapping of str to float
        The maximum of each graded cell.
    penalty : float
        What is taken off for being late.
    late : timedelta
        How late it was submitted, as nbgrader counts it: an extension is in.
    """

    name: str
    scores: dict[str, Scored]
    worth: dict[str, float]
    penalty: float
    late: timedelta


class ReadGrades(NbGraderPreprocessor):
    """Replaces nbgrader's ``GetGrades``, which asks the gradebook twice for every cell.

    It writes the same into the cells' metadata and the resources, and a :class:`Graded`.
    """

    # The exporter sets this for its preprocessors, and warns where it is unknown.
    display_data_priority: List[Any] = List().tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            submission = gradebook.find_submission_notebook(
                info["notebook"], info["assignment"], info["student"]
            )
            graded, comments = _read(gradebook, submission)
        for cell in nb.cells:
            ours = cell.metadata.get("nbgrader", {})
            name = ours.get("grade_id")
            if is_solution(cell) or is_task(cell):
                ours["comment"] = comments.get(name)
            if name in graded.scores:
                ours |= {"score": graded.scores[name].score, "points": graded.worth[name]}
        total = sum(each.score for each in graded.scores.values())
        info |= {
            "score": total - graded.penalty,
            "max_score": sum(graded.worth.values()),
            "late_penalty": graded.penalty,
        }
        resources[GRADED] = graded
        return nb, resources


def _read(gradebook: Gradebook, submission: SubmittedNotebook) -> tuple[Graded, dict[str, str]]:
    """The grades and comments of a notebook, by cell."""
    rows = gradebook.db.execute(
        select(BaseCell.name, Grade, Comment)
        .outerjoin(Grade, and_(Grade.cell_id == BaseCell.id, Grade.notebook_id == submission.id))
        .outerjoin(
            Comment, and_(Comment.cell_id == BaseCell.id, Comment.notebook_id == submission.id)
        )
        .join(Notebook, Notebook.id == BaseCell.notebook_id)
        .where(Notebook.id == submission.notebook_id)
    ).all()
    scores = {
        name: Scored(g.auto_score, g.manual_score, g.extra_credit, bool(g.needs_manual_grade))
        for name, g, _ in rows
        if g
    }
    worth = {name: float(grade.max_score) for name, grade, _ in rows if grade}
    # A written answer is two cells of one name in the gradebook: what is scored, and the answer.
    comments = {name: said.comment for name, _, said in rows if said and said.comment is not None}
    whole = submission.assignment
    name = " ".join(filter(None, (whole.student.first_name, whole.student.last_name)))
    penalty = submission.late_submission_penalty or 0.0
    late = timedelta(seconds=whole.total_seconds_late)
    return Graded(name, scores, worth, penalty, late), comments
