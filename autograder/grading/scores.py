"""Which scores in the gradebook belong to what is handed in now."""

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy import select


class ForgetEarlierScores(NbGraderPreprocessor):
    """The first sanitizer: what was graded by itself before does not stand for a new hand-in.

    A submission whose grading fails half-way would keep the score of the one before it.
    """

    def preprocess(self, nb, resources):
        info = resources["nbgrader"]
        with Gradebook(info["db_url"]) as gradebook:
            forget(gradebook, info["assignment"], info["student"])
        return nb, resources


def forget(gradebook, assignment, student):
    """Take back the automatic scores of a submission; manual scores and comments stay.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment, student : str
        It is no error if there is no such submission.
    """
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            grade.auto_score = None
            grade.needs_manual_grade = grade.manual_score is not None
    gradebook.db.commit()


def is_scored(grade):
    """Whether a grade says anything: a score, or that a person has to read the answer."""
    return not (
        grade.auto_score is None and grade.manual_score is None and not grade.needs_manual_grade
    )


def recorded(gradebook, assignment):
    """What has been graded to the end.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignment : str

    Returns
    -------
    dict of str to dict of str to (float or None, float or None, bool)
        By student and graded cell, the automatic score, the one that a person gave, and whether a
        person has to read the answer; of those students every cell of whom says anything.
    """
    grade, notebook, submission = (
        model.__table__ for model in (Grade, SubmittedNotebook, SubmittedAssignment)
    )
    found = gradebook.db.execute(
        select(
            submission.c.student_id, BaseCell.name,
            grade.c.auto_score, grade.c.manual_score, grade.c.needs_manual_grade,
        )
        .join(notebook, notebook.c.assignment_id == submission.c.id)
        .join(grade, grade.c.notebook_id == notebook.c.id)
        .join(BaseCell, BaseCell.id == grade.c.cell_id)
        .join(Assignment, Assignment.id == submission.c.assignment_id)
        .where(Assignment.name == assignment)
    )  # fmt: skip
    scores, unfinished = {}, set()
    for student, name, *score in found:
        scores.setdefault(student, {})[name] = tuple(score)
        if score == [None, None, False]:
            unfinished.add(student)
    gradebook.db.rollback()  # nothing is locked from here on
    return {student: each for student, each in scores.items() if student not in unfinished}
