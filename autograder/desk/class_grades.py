"""What can be said to a platform about everybody's grade: points, or why there are none."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import select

from autograder.desk.match_students import Person
from autograder.grading.clean import FINGERPRINT, OWNER
from autograder.grading.course import Course
from autograder.grading.errors import printable
from autograder.grading.fingerprint import fingerprint
from autograder.grading.flags import flags_in
from autograder.grading.gradebook import exists, opened
from autograder.grading.scores import Scored, Total, all_scores, prefix, prefixes, totals
from autograder.grading.task import SECONDS
from autograder.grading.verdicts import findings_in
from autograder.questions.verdict import Finding, by_message

NOT_SUBMITTED = "no submission"
NOT_GRADED = "refused, or not graded yet: see `autograder grade`"
NOT_READ = "written answers have not been read"
NEWER = "has been submitted again since: run `autograder grade`"
AGAIN = "read again: {}"
"""A person gave a score, and it was graded again since: what nbgrader marks in such a case."""
LONGEST_REASON = 200
"""Characters of a reason in a comment. The feedback page has all of it."""


@dataclass(frozen=True)
class Standing:
    """One student's work on one assignment.

    Attributes
    ----------
    assignment, student : str
    why_blank : str
        Why there is no grade to export; "" if there is one.
    unread : bool
        Whether nothing but written answers is missing.
    total : Total or None
        See `autograder.grading.scores.totals`.
    most : float
        The maximum.
    scores : mapping of str to Scored
        By graded cell, in the order of the notebooks.
    worth : mapping of str to float
        The maximum of each graded cell.
    parts : mapping of str to tuple of Finding
        By graded cell.
    comments : mapping of str to str
        Those of people, by cell.
    flags : tuple of str
    timestamp : datetime or None
        When it was submitted.
    note : str
        What else to say about it.
    newer : bool
        Whether what is in `submitted/` is not what was graded.
    answers : mapping of str to str
        What is in each answer cell of the graded notebooks.
    seconds : float or None
        How long grading took, if that is noted.
    owner : str or None
        Whose personal copy was submitted: see `autograder.grading.clean.note_owner`.
    """

    assignment: str
    student: str
    why_blank: str
    unread: bool
    total: Total | None
    most: float
    scores: Mapping[str, Scored]
    worth: Mapping[str, float]
    parts: Mapping[str, tuple[Finding, ...]]
    comments: Mapping[str, str]
    flags: tuple[str, ...]
    timestamp: datetime | None
    note: str
    newer: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    owner: str | None = None

    @property
    def is_graded(self) -> bool:
        """Whether it has been graded, even if written answers wait for a reader."""
        return self.unread or not self.why_blank

    def checked(self) -> Iterator[tuple[str, tuple[Finding, ...]]]:
        """What was found, by graded cell, except where a person has decided otherwise."""
        for name, findings in self.parts.items():
            if name in self.scores and self.scores[name].manual is None:
                yield name, findings

    def points(self, unread_as_0: bool = False) -> float | None:
        """The points after late penalties; None where the grade is left blank."""
        if self.total is None or (self.why_blank and not (self.unread and unread_as_0)):
            return None
        return self.total.score


def standings(
    course: Course, gradebook: Gradebook, assignment: str, only: Collection[str] = ()
) -> dict[str, Standing]:
    """Everybody's :class:`Standing`, by student: of all who have a submission or a score.

    Parameters
    ----------
    course : Course
    gradebook : nbgrader.api.Gradebook
        Open.
    assignment : str
    only : collection of str, optional
        Leave out everybody else.
    """
    try:
        known = gradebook.find_assignment(assignment)
    except MissingEntry:
        return {}
    names = sorted(each.name for each in known.notebooks)
    before = {name: prefix(name, names) for name in names}
    worth = {
        before[each.name] + cell.name: float(cell.max_score)
        for each in known.notebooks
        for cell in (*each.grade_cells, *each.task_cells)
    }
    order = {name: place for place, name in enumerate(course.released_cells(assignment))}
    worth = dict(sorted(worth.items(), key=lambda each: order.get(each[0], len(order))))
    scores, counted = all_scores(gradebook, assignment), totals(gradebook, assignment)
    times, comments = _times(gradebook, assignment), _comments(gradebook, assignment)
    submitted, found = {*course.students(assignment)}, {}
    for student in sorted({*scores, *submitted}):
        if only and student not in only:
            continue
        cells = scores.get(student, {})
        why, unread = _why_blank(cells, student in submitted)
        notebooks = {name: _graded(course, assignment, student, name) for name in names}
        newer = any(_is_newer(course, assignment, student, *each) for each in notebooks.items())
        found[student] = Standing(
            assignment, student, why, unread, counted.get(student), sum(worth.values()),
            {name: cells[name] for name in worth if name in cells}, worth,
            findings_in(notebooks, before), comments.get(student, {}),
            tuple(flag for nb in notebooks.values() for flag in flags_in(nb.get("metadata", {}))),
            times.get(student), "" if why else _note(newer, cells), newer,
            _answers(notebooks, before), _seconds(notebooks), _owner(notebooks),
        )  # fmt: skip
    return found


def everybody(course: Course, gradebook: Gradebook) -> dict[str, Person]:
    """All students of the course by id, with the names that the gradebook has."""
    ids = {student for name in course.assignments() for student in course.students(name)}
    found = {each: Person((each,)) for each in ids} | _in_gradebook(gradebook)
    return dict(sorted(found.items()))


def enrolled(place: CourseDirectory) -> dict[str, Person]:
    """The students whom the gradebook has, by id, with their names; {} if there is no gradebook."""
    if not exists(place.db_url):
        return {}
    with opened(place.db_url, place.course_id) as gradebook:
        return _in_gradebook(gradebook)


def _in_gradebook(gradebook: Gradebook) -> dict[str, Person]:
    found = {}
    columns = (
        Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id,
    )  # fmt: skip
    for student, first, last, email, number in gradebook.db.execute(select(*columns)):
        name = " ".join(filter(None, (first, last)))
        called = ((student, number), (email,), (name,))
        found[student] = Person(*(tuple(filter(None, each)) for each in called))
    gradebook.db.rollback()
    return found


def without_submission(course: Course, gradebook: Gradebook, assignment: str) -> list[str]:
    """The ids of all students in the gradebook who have not submitted an assignment."""
    enrolled = {student for (student,) in gradebook.db.execute(select(Student.id))}
    gradebook.db.rollback()
    return sorted(enrolled - {*totals(gradebook, assignment)} - {*course.students(assignment)})


def in_words(standing: Standing) -> str:
    """A comment for the student: the points of each question, and why parts were lost."""
    assert standing.total
    total = standing.total
    late = f" ({total.late_submission_penalty:g} taken off for being late)"
    said = [
        f"{standing.assignment}: {total.score:g} of {standing.most:g} points"
        + (late if total.late_submission_penalty else "")
    ]
    for name, scored in standing.scores.items():
        points = f"{scored.score:g}/{standing.worth[name]:g}"
        waits = [f"counts as {scored.score:g} until somebody reads it"] if scored.waits else []
        said_why = "; ".join([*waits, *reasons(standing, name)])
        why = f" ({said_why})" if said_why else ""
        said.append(f"{name.removeprefix('test_')} {points}{why}")
    return ". ".join(said) + "."


def reasons(standing: Standing, name: str) -> list[str]:
    """Why parts of a graded cell were lost, and what a person has written about it."""
    scored = standing.scores.get(name)
    # What a person has decided has other reasons than what the program found.
    found = _reasons(standing.parts.get(name, ())) if scored and scored.manual is None else []
    for cell in dict.fromkeys((name, name.removeprefix("test_"))):
        if spoken := standing.comments.get(cell):
            found.append(printable(" ".join(spoken.split())))
    return found


def _reasons(parts: Iterable[Finding]) -> list[str]:
    """Why parts were lost."""
    said = (
        (", ".join(each.part for each in found), why) for why, found in by_message(parts).items()
    )
    return [": ".join(filter(None, (lost, _short(why)))) for lost, why in said]


def _short(reason: str) -> str:
    reason = printable(" ".join(reason.split())).rstrip(".")
    return reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"


def _why_blank(cells: Mapping[str, Scored], submitted: bool) -> tuple[str, bool]:
    if not cells or not all(each.says_something for each in cells.values()):
        return (NOT_GRADED if submitted else NOT_SUBMITTED), False
    waits = any(each.waits for each in cells.values())
    return (NOT_READ, True) if waits else ("", False)


def _times(gradebook: Gradebook, assignment: str) -> dict[str, datetime]:
    rows = gradebook.db.execute(
        select(SubmittedAssignment.student_id, SubmittedAssignment.timestamp)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment)
    ).all()
    return {student: time.replace(tzinfo=UTC) for student, time in rows if time}


def _comments(gradebook: Gradebook, assignment: str) -> dict[str, dict[str, str]]:
    """What people have written, by student and cell."""
    notebooks = prefixes(gradebook.db, assignment)
    rows = gradebook.db.execute(
        select(
            SubmittedAssignment.student_id, BaseCell.notebook_id, BaseCell.name,
            Comment.manual_comment,
        )
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Comment, Comment.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment, Comment.manual_comment.is_not(None))
    ).all()  # fmt: skip
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for student, notebook, name, comment in rows:
        found[student][notebooks[notebook] + name] = comment.strip()
    return found


def _graded(course: Course, assignment: str, student: str, name: str) -> dict[str, Any]:
    """A graded notebook, or {} if there is none that can be read."""
    try:
        path = course.notebook("autograded", student, assignment, name)
        notebook = json.loads(path.read_bytes())
        return notebook if isinstance(notebook, dict) else {}
    except (OSError, ValueError):
        return {}


def _answers(names: Mapping[str, dict[str, Any]], before: Mapping[str, str]) -> dict[str, str]:
    """The texts of the answer cells."""
    cells = ((before[name], cell) for name, nb in names.items() for cell in nb.get("cells", ()))
    return {
        prefix + cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for prefix, cell in cells
        if cell.get("metadata", {}).get("nbgrader", {}).get("solution")
    }


def _seconds(names: Mapping[str, dict[str, Any]]) -> float | None:
    noted = [nb.get("metadata", {}).get(SECONDS) for nb in names.values()]
    return sum(each for each in noted if each is not None) if any(noted) else None


def _owner(names: Mapping[str, dict[str, Any]]) -> str | None:
    noted = (nb.get("metadata", {}).get(OWNER) for nb in names.values())
    return next(filter(None, noted), None)


def _note(newer: bool, cells: Mapping[str, Scored]) -> str:
    again = [name for name, each in sorted(cells.items()) if each.to_read]
    notes = [AGAIN.format(", ".join(again))] if again else []
    return "; ".join([*notes, NEWER] if newer else notes)


def _is_newer(
    course: Course, assignment: str, student: str, name: str, graded: Mapping[str, Any]
) -> bool:
    """Whether what is in `submitted/` is not what was graded; stock nbgrader does not note it."""
    noted = graded.get("metadata", {}).get(FINGERPRINT)
    path = course.notebook("submitted", student, assignment, name)
    try:
        return bool(noted) and path.is_file() and fingerprint(path.read_bytes()) != noted
    except OSError:
        return True
