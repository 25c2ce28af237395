"""Where a class stands in one assignment: who is graded, who is not and why, and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from nbgrader.api import Gradebook

from autograder.desk.class_grades import (
    NOT_GRADED,
    NOT_SUBMITTED,
    Standing,
    without_submission,
)
from autograder.desk.not_graded import refused, refused_on_arrival
from autograder.grading.course import Course
from autograder.grading.scores import lateness


@dataclass(frozen=True)
class Overview:
    """Where a class stands.

    Attributes
    ----------
    assignment : str
    graded : tuple of Standing
        Those with a grade, even if written answers wait for a reader.
    submitted : tuple of str
        Who has a submission.
    refused : mapping of str to str
        By student, what is wrong with a submission that can't be graded, or taken in.
    ungraded : tuple of str
        Whose submission has only to be graded.
    newer : tuple of str
        Who has submitted again since being graded.
    missing : tuple of str
        Who is in the gradebook and has submitted nothing.
    late : mapping of str to timedelta
        By student, how late the submission is.
    """

    assignment: str
    graded: tuple[Standing, ...]
    submitted: tuple[str, ...]
    refused: Mapping[str, str]
    ungraded: tuple[str, ...]
    newer: tuple[str, ...]
    missing: tuple[str, ...]
    late: Mapping[str, timedelta]

    @cached_property
    def unread(self) -> dict[str, list[str]]:
        """By student, the written answers that nobody has read, or that may have changed since."""
        found = {
            each.student: [name for name, scored in each.scores.items() if scored.to_read]
            for each in self.graded
        }
        return {student: names for student, names in found.items() if names}

    @cached_property
    def points(self) -> list[float]:
        """Everybody's points after late penalties; what nobody has read counts as 0."""
        found = (each.points(unread_as_0=True) for each in self.graded)
        return [each for each in found if each is not None]

    @cached_property
    def flags(self) -> dict[str, list[str]]:
        """The students by the sentences about how their grades came about."""
        found: dict[str, list[str]] = {}
        for each in self.graded:
            for sentence in dict.fromkeys(each.flags):
                found.setdefault(sentence, []).append(each.student)
        return dict(sorted(found.items(), key=lambda each: -len(each[1])))

    @cached_property
    def others_copies(self) -> dict[str, str]:
        """By student, whose personal copy was submitted, if not their own."""
        return {
            each.student: each.owner
            for each in self.graded
            if each.owner and each.owner != each.student
        }

    @cached_property
    def seconds(self) -> dict[str, float]:
        """How long grading took, by student, the slowest first."""
        found = {each.student: each.seconds for each in self.graded if each.seconds is not None}
        return dict(sorted(found.items(), key=lambda each: -each[1]))


def overview(
    course: Course, gradebook: Gradebook, assignment: str, found: Mapping[str, Standing]
) -> Overview:  # fmt: skip
    """Where a class stands.

    Parameters
    ----------
    course : Course
    gradebook : nbgrader.api.Gradebook
        Open.
    assignment : str
    found : mapping of str to Standing
        See `autograder.desk.class_grades.standings`.
    """
    submitted = [who for who, each in found.items() if each.why_blank != NOT_SUBMITTED]
    why = refused(course, assignment, [w for w in submitted if found[w].why_blank == NOT_GRADED])
    missing = without_submission(course, gradebook, assignment)
    arrived = refused_on_arrival(course, assignment, missing)
    return Overview(
        assignment,
        tuple(each for each in found.values() if each.is_graded),
        tuple(submitted),
        {student: each for student, each in why.items() if each} | arrived,
        tuple(student for student, each in why.items() if not each),
        tuple(student for student, each in found.items() if each.is_graded and each.newer),
        tuple(student for student in missing if student not in arrived),
        lateness(gradebook, assignment),
    )
