"""The result of a run as one JSON object, for programs."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from autograder.desk.class_grades import without_submission
from autograder.desk.not_graded import refused_on_arrival
from autograder.desk.selection import among
from autograder.grading.course import Course
from autograder.grading.errors import printable
from autograder.grading.outcome import Outcome
from autograder.grading.scores import Scored, all_scores, totals
from autograder.grading.valid_ids import is_unicode


def json_report(
    course: Course,
    outcomes: Sequence[Outcome],
    stopped: bool,
    student: Collection[str] | None = None,
) -> str:
    """All outcomes and grades of a run.

    Parameters
    ----------
    course : Course
    outcomes : sequence of Outcome
    stopped : bool
        Whether the run was stopped before its end.
    student : collection of str or None
        Those that were asked for; nobody else is reported. All of them by default.

    Returns
    -------
    str
        An object with ``outcomes``, a list of the fields of each Outcome; ``grades``: by
        assignment, student and graded cell the score, whether a person has to read the answer, and
        what the score is made of; ``totals``: by assignment and student the total, and the late
        penalty; ``not_submitted``: by assignment the students in the gradebook who have not
        submitted it; ``refused``: by assignment and student why a file was not taken in, for those
        who have no other submission; ``decided_inside``: by assignment the cells whose scores were
        decided in the student's own process, where they can be forged; ``flags``: by assignment and
        student the sentences about how a grade came about, where there are any; ``counts``: how
        many are done, skipped and failed; and ``stopped``. ``grades``, ``totals``,
        ``not_submitted`` and ``refused`` are empty if the gradebook's server is gone.
    """
    found = dict.fromkeys(each.assignment for each in outcomes if each.assignment)
    named = [*filter(is_unicode, found)]
    grades, counted, absent, refused = {}, {}, {}, {}
    if not course.server_is_gone:
        with course.gradebook() as gradebook:
            for name in named:
                scores, sums = all_scores(gradebook, name), totals(gradebook, name)
                grades[name] = {
                    each: _cells(scores[each]) for each in among(sorted(scores), student)
                }
                counted[name] = {
                    each: sums[each]._asdict() for each in among(sorted(sums), student)
                }
                absent[name] = among(without_submission(course, gradebook, name), student)
                refused[name] = refused_on_arrival(course, name, absent[name])
    inside = {name: course.decided_inside(name) for name in named}
    statuses = [each.status for each in outcomes]
    report = {
        "outcomes": [_plain(each) for each in outcomes],
        "grades": grades,
        "totals": counted,
        "not_submitted": absent,
        "refused": refused,
        "decided_inside": inside,
        "flags": {name: _flags(outcomes, name) for name in named},
        "counts": {each: statuses.count(each) for each in ("done", "skipped", "failed")},
        "stopped": stopped,
    }
    return json.dumps(report, indent=1)


def _flags(outcomes: Sequence[Outcome], assignment: str) -> dict[str, Sequence[str]]:
    here = (each for each in outcomes if each.assignment == assignment and each.flags)
    return {printable(each.student): each.flags for each in here}


def _cells(cells: Mapping[str, Scored]) -> dict[str, dict[str, Any]]:
    return {cell: _scored(scored) for cell, scored in sorted(cells.items())}


def _plain(outcome: Outcome) -> dict[str, Any]:
    names = {name: getattr(outcome, name) for name in ("assignment", "student")}
    # JSON readers refuse the whole object for half of a surrogate pair.
    shown = {key: each if is_unicode(each) else printable(each) for key, each in names.items()}
    return {**asdict(outcome), **shown}


def _scored(scored: Scored) -> dict[str, Any]:
    score = scored.score if scored.says_something and not scored.waits else None
    return {"score": score, **scored._asdict()}
