"""A whole class, graded: each hand-in by nbgrader, whatever is wrong with the others."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace

import nbformat

from autograder.box.preflight import proven_warden
from autograder.box.warden import NoWalls
from autograder.grading import ahead, converters, personal, scores
from autograder.grading.execute import TrustedExecute
from autograder.grading.hand_ins import trouble_with
from autograder.grading.outcome import Outcome
from autograder.grading.rebuild import FINGERPRINT, OWNER, fingerprint
from autograder.grading.trouble import CourseError, printable
from autograder.truth.bugs import FIXED_DRAW


def grade(course, assignment, students, force=False, seed=None, jobs=1) -> Iterator[Outcome]:
    """Grade submissions.

    Parameters
    ----------
    course : autograder.grading.course.Course
    assignment : str
    students : iterable of str
        Ids from ``course.students``.
    force : bool
        Also those that have been graded and not handed in again.
    seed : int, optional
        Draws the cases of an earlier grading again. All are asked about the same cases.
    jobs : int
        How many submissions run at the same time, where there are enough of them.

    Yields
    ------
    Outcome
        One for each student, in their order. No submission stops the others.

    Raises
    ------
    CourseError
        The assignment can't be graded.
    """
    course.check_released(assignment)
    copies = personal.of(course.root, assignment)
    if copies is not None:
        copies.check()
    file = str(course.root / "nbgrader_config.py")
    try:
        proven_warden(file)
    except NoWalls as refused:
        raise CourseError(str(refused)) from None
    course.app.config.TrustedExecute.seed = secrets.randbits(48) if seed is None else seed
    students, run = list(students), _Run(course, assignment, copies, force)
    several = jobs > 1 and len(students) >= ahead.LEAST
    with ahead.working(jobs, file) if several else nullcontext() as pool:
        for plan in run.planned(students, pool):
            yield run.graded(plan)


@dataclass(frozen=True)
class _Plan:
    student: str
    trouble: str
    again: bool


class _Run:
    """One grading of one assignment."""

    def __init__(self, course, assignment, copies, force):
        self._course, self._assignment = course, assignment
        self._copies, self._force = copies, force
        self._done = set(course.graded(assignment))
        path = course.notebook("release", ".", assignment)
        self._release = nbformat.read(path, as_version=4)
        self._common = nbformat.writes(self._release)
        execute = TrustedExecute(config=course.app.config)
        self._settings = {name: getattr(execute, name) for name in execute.class_own_traits()}

    def planned(self, students, pool):
        """What is to be done for each, with a pool always some way ahead."""
        plans, rest = {}, iter(students)
        for student in students:
            while student not in plans or (pool is not None and pool.has_room):
                following = next(rest, None)
                if following is None:
                    break
                plans[following] = self._plan(following)
                if pool is not None and plans[following].again:
                    self._add(pool, following)
            yield plans.pop(student)

    def _plan(self, student):
        course, assignment = self._course, self._assignment
        folder = course.folder("submitted", student, assignment)
        trouble = trouble_with(folder, student, assignment, course.shown(folder))
        again = not trouble and (
            self._force or student not in self._done or self._handed_in_again(student)
        )
        return _Plan(student, trouble, again)

    def _add(self, pool, student):
        path = self._course.notebook("submitted", student, self._assignment)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return  # nbgrader will say so when it gets there
        release, key = self._common, FIXED_DRAW
        if self._copies is not None:
            key = self._copies.draw(student)
            release = nbformat.writes(self._copies.release(self._release, student))
        pool.add(student, ahead.Task(text, release, dict(key), self._settings))

    def graded(self, plan):
        """Grade one hand-in: its Outcome."""
        course, assignment, student = self._course, self._assignment, plan.student
        if plan.trouble:
            outcome = Outcome(assignment, student, "failed", plan.trouble)
            # As nbgrader does with what fails later: an earlier grade is not this one's.
            shutil.rmtree(course.folder("autograded", student, assignment), ignore_errors=True)
        else:
            outcome = course.convert(converters.Grade, assignment, student, plan.again)
            outcome = replace(outcome, note=self._note(student))
        if outcome.status == "failed":
            with course.gradebook() as book:
                scores.forget(book, assignment, student)
        return outcome

    def _handed_in_again(self, student):
        now = fingerprint(self._course.notebook("submitted", student, self._assignment))
        return self._noted(student, FINGERPRINT) != now

    def _note(self, student):
        owner = self._noted(student, OWNER)
        if owner in (None, student):
            return ""
        path = self._course.shown(self._course.notebook("submitted", student, self._assignment))
        return f"{path} is the copy that was made for {printable(owner)}"

    def _noted(self, student, what):
        """What grading has noted in the metadata of a graded notebook; None for nothing."""
        graded = self._course.notebook("autograded", student, self._assignment)
        try:
            return json.loads(graded.read_bytes())["metadata"][what]
        except (OSError, ValueError, LookupError, TypeError):
            return None
