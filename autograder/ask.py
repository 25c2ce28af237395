"""What a hidden-test cell calls: asks a question in the notebook's process, prints the verdict."""

import sys

from autograder import questions
from autograder.grading.local_student import LocalStudent


def ask(name: str, seed: int | None = None) -> float:
    """Ask the calling notebook the question `name`, and print the verdict.

    Parameters
    ----------
    name : str
        The question's name: a graded cell's ``grade_id`` without ``test_``.
    seed : int, optional
        Draws the cases of an earlier verdict again. By default the cases are new.

    Returns
    -------
    float
        The points earned. A built-in ``float``, because nbgrader gives full marks for a numpy
        number or a text.

    Raises
    ------
    autograder.questions.GraderFailed
        The grader, not the student, made a mistake; no score may be recorded.
    """
    notebook = sys._getframe(1).f_globals
    verdict = questions.judge(name, LocalStudent(notebook), seed)
    print(verdict)
    return float(verdict.points)
