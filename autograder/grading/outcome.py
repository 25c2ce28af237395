"""What is said of a piece of work at the end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What became of one assignment or one submission.

    Attributes
    ----------
    assignment, student : str
        Which one; a release has the student "".
    status : str
        "done", "skipped" or "failed".
    why : str
        For a failure: one line for people.
    note : str
        What else is to be said of it, on one line.
    seconds : float
        How long the work itself took.
    """

    assignment: str
    student: str
    status: str
    why: str = ""
    note: str = ""
    seconds: float = 0.0
