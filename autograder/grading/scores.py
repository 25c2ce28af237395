"""Which scores in the gradebook belong to what is handed in now."""

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor


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


def graded_to_the_end(gradebook, assignment):
    """The ids of the students of whose submission every cell has been graded."""
    try:
        submissions = gradebook.find_assignment(assignment).submissions
    except MissingEntry:
        return set()
    return {
        each.student.id
        for each in submissions
        if all(is_scored(grade) for notebook in each.notebooks for grade in notebook.grades)
    }
