"""The result of a piece of work, as it is reported at the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """The result of one assignment or one submission.

    Attributes
    ----------
    assignment, student : str
        Which one it was. For a release, the student is "".
    status : str
        "done", "skipped" or "failed".
    why : str
        For a failure: one line that says why.
    note : str
        Anything else to report, on one line.
    flags : tuple of str
        Sentences about how the grade came about: see `autograder.grading.flags`.
    seconds : float
        How long the work itself took.
    changes, kept : mapping of str to (float or None, float or None)
        For a regrading, by graded cell, the scores before and after: those that changed, and those
        that would have become lower and were kept.
    """

    assignment: str
    student: str
    status: str
    why: str = ""
    note: str = ""
    flags: tuple[str, ...] = ()
    seconds: float = 0.0
    changes: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    kept: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
