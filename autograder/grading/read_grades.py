"""Read a submission's grades into its notebook, all at once; the page of feedback shows them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_solution, is_task
from sqlalchemy import Connection, bindparam, func, select
from traitlets import List

from autograder.grading.gradebook import reading
from autograder.grading.preprocessor_types import Processed, Resources
from autograder.grading.scores import Scored

CELL, GRADE, COMMENT, GRADED_CELL, TASK = (
    model.__table__ for model in (BaseCell, Grade, Comment, GradeCell, TaskCell)
)
# Columns of tables: nbgrader's models add a subquery to each row for what they compute.
FIND = (
    select(
        SubmittedNotebook.id, SubmittedNotebook.late_submission_penalty, Student.first_name,
        Student.last_name, SubmittedAssignment.timestamp, SubmittedAssignment.extension,
        Assignment.duedate,
    )
    .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
    .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
    .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
    .join(Student, Student.id == SubmittedAssignment.student_id)
    .where(
        Notebook.name == bindparam("notebook"), Assignment.name == bindparam("assignment"),
        Student.id == bindparam("student"),
    )
)  # fmt: skip
GRADES = (
    select(
        CELL.c.name, func.coalesce(GRADED_CELL.c.max_score, TASK.c.max_score, 0.0),
        GRADE.c.auto_score, GRADE.c.manual_score, GRADE.c.extra_credit, GRADE.c.needs_manual_grade,
    )
    .join(GRADE, GRADE.c.cell_id == CELL.c.id)
    .outerjoin(GRADED_CELL, GRADED_CELL.c.id == CELL.c.id)
    .outerjoin(TASK, TASK.c.id == CELL.c.id)
    .where(GRADE.c.notebook_id == bindparam("submitted"))
)  # fmt: skip
COMMENTS = (
    select(CELL.c.name, func.coalesce(COMMENT.c.manual_comment, COMMENT.c.auto_comment))
    .join(COMMENT, COMMENT.c.cell_id == CELL.c.id)
    .where(COMMENT.c.notebook_id == bindparam("submitted"))
)
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
        names = {name: info[name] for name in ("notebook", "assignment", "student")}
        with reading(info["db_url"]).connect() as gradebook:
            graded, comments = _read(gradebook, names)
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


def _read(gradebook: Connection, names: dict[str, str]) -> tuple[Graded, dict[str, str]]:
    """The grades and comments of a notebook, by cell."""
    found = gradebook.execute(FIND, names).one_or_none()
    if found is None:
        raise MissingEntry(
            "the gradebook has no {notebook}/{assignment} of {student}".format(**names)
        )
    submitted, penalty, first, last, timestamp, extension, duedate = found
    of = {"submitted": submitted}
    scores, worth = {}, {}
    for name, points, auto, manual, extra, to_read in gradebook.execute(GRADES, of):
        scores[name], worth[name] = Scored(auto, manual, extra, bool(to_read)), float(points)
    comments = {name: said for name, said in gradebook.execute(COMMENTS, of) if said is not None}
    late = timedelta()
    if timestamp and duedate:
        late = max(late, timestamp - duedate - (extension or timedelta()))
    name = " ".join(filter(None, (first, last)))
    return Graded(name, scores, worth, penalty or 0.0, late), comments
