"""What is said of a piece of work at the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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
    changes, kept : mapping of str to (float or None, float or None)
        Of a regrading, by graded cell: the score before and after, where they differ; and where it
        would be lower, so that the one before was kept.
    """

    assignment: str
    student: str
    status: str
    why: str = ""
    note: str = ""
    seconds: float = 0.0
    changes: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    kept: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
