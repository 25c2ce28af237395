"""Grading one assignment: which submissions need work, and what is recorded of the results."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.batch import graded_folder
from autograder.batch.assignment_tasks import Tasks
from autograder.batch.grade_one import ASK_AGAIN, Failure, Found, WorkerCannotGrade
from autograder.batch.recorder import Recorder
from autograder.batch.submission_folders import SubmissionFolders
from autograder.batch.workers import WorkerDied
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, in_one_line, kind_and_text, printable
from autograder.grading.extra_files import carried
from autograder.grading.outcome import Outcome
from autograder.grading.scores import Scored, late_or_deducted, recorded
from autograder.grading.submitted_folder import ALLOW, problem_with
from autograder.grading.task import SECONDS, Graded, Task
from autograder.grading.valid_ids import is_unicode


@dataclass(frozen=True)
class Plan:
    """What has to be done with a submission.

    Attributes
    ----------
    assignment, student : str
    again : bool
        Whether it has to be graded.
    known : bool
        Whether exactly this submission has been graded and recorded.
    seconds : float
        How long grading it took; infinite if that is not known.
    """

    assignment: str
    student: str
    again: bool
    known: bool
    seconds: float


class Run:
    """Plans the work, prepares it for workers, and records the results.

    Parameters
    ----------
    course : Course
    assignment : str
    gradebook : nbgrader.api.Gradebook
    recorder : Recorder
        Of this gradebook.

    Attributes
    ----------
    points : mapping of str to float
        The maximum of each graded cell in the current release.
    points_in, prefix : callable
        See `Tasks`.
    decided_inside : list of str
        See `autograder.grading.course.Course.decided_inside`.

    Raises
    ------
    CourseError
        The assignment can't be graded.
    """

    def __init__(
        self, course: Course, assignment: str, gradebook: Gradebook, recorder: Recorder
    ) -> None:
        self._tasks = Tasks(course, assignment)
        self._course, self._assignment = course, assignment
        self._recorder, self._recorded = recorder, recorded(gradebook, assignment)
        self._late = late_or_deducted(gradebook, assignment)
        self._releases, self._nbgrader = self._tasks.releases, self._tasks.settings
        self._places = SubmissionFolders(course, assignment, self._releases)
        self.points, self.points_in = self._tasks.points, self._tasks.points_in
        self.prefix = self._tasks.prefix
        self.decided_inside = course.decided_inside(assignment)

    def plan(self, student: str, force: bool) -> Plan:
        """The :class:`Plan` for one submission."""
        noted = self._places.noted(student)
        known = self._places.belong(student, noted, self._recorded.get(student))
        seconds = sum(each.get(SECONDS, inf) for each in noted.values() if each) if known else inf
        return Plan(self._assignment, student, force or not known, known, seconds)

    def task(self, plan: Plan, seed: int | None = None) -> Task | Outcome:
        """What a worker needs to grade a submission.

        Parameters
        ----------
        plan : Plan
        seed : int, optional
            Draws the cases for this submission, in place of the seed that the whole class shares.

        Returns
        -------
        Task or Outcome
            An outcome if there is nothing for a worker to do.
        """
        student, folder = plan.student, self._places.folder("submitted", plan.student)
        paths = self._places.notebooks("submitted", student)
        left = self._nbgrader.before(self._assignment, student, paths)
        refused = [self._shown(path) for path in paths if str(path) not in left]
        try:
            if not refused:
                return self._tasks.task(student, self._places.found(student), seed)
            why = f"{refused[0]} must not be read: {ASK_AGAIN}"
        except OSError as error:
            why = f"{self._shown(folder)}/ can't be read ({error.strerror}): {ALLOW}"
        except CourseError as error:
            why = in_one_line(error, self._places.name(student), ASK_AGAIN)
        return Outcome(self._assignment, student, "failed", why)

    def settled(self, plan: Plan) -> Outcome | None:
        """The :class:`Outcome` of a submission that no worker has to see, or None."""
        student, folder = plan.student, self._places.folder("submitted", plan.student)
        if self._nbgrader.is_excluded(student):
            return Outcome(self._assignment, student, "skipped")
        try:
            why = problem_with(folder, student, [*self._releases], self._shown(folder))
            why = why or self._places.found(student).why
        except OSError as error:
            why = f"{self._shown(folder)}/ can't be read ({error.strerror}): {ALLOW}"
        if not why and not plan.again:
            noted = self._places.noted(student)
            return Outcome(
                self._assignment, student, "skipped", **self._places.said(student, noted)
            )
        why = why or self._unknown(student)
        return Outcome(self._assignment, student, "failed", why) if why else None

    def before(self, plan: Plan) -> tuple[Mapping[str, Scored], dict[str, NotebookNode]]:
        """What was recorded of a known submission.

        Returns
        -------
        scores : mapping
            By graded cell.
        notebooks : dict
            By name.
        """
        paths = self._places.notebooks("autograded", plan.student)
        found = {path.stem: nbformat.read(path, as_version=4) for path in paths}
        return self._recorded[plan.student], found

    def where(self, plan: Plan) -> str:
        """The submission's folder, as messages show it."""
        return self._places.where(plan.student)

    def record(self, plan: Plan, result: Found | Exception) -> Outcome:
        """Record a worker's result.

        Raises
        ------
        CourseError
            Nothing more can be graded or written.
        sqlalchemy.exc.SQLAlchemyError
            It could not be recorded; the gradebook is as it was before.
        """
        if isinstance(result, Outcome):  # no worker has seen it
            if result.status == "failed":
                self._take_back(plan, noted=False)
            return self.deducted(plan, result)
        if not isinstance(result, Graded):
            failure = self.failure(plan, result)
            if not plan.known or (isinstance(result, Failure) and not result.ours):
                self._take_back(plan)
            return failure
        self.keep(plan, result)
        noted = {name: json.loads(text)["metadata"] for name, text in result.notebooks.items()}
        said = self._places.said(plan.student, noted)
        return Outcome(self._assignment, plan.student, "done", seconds=result.seconds, **said)

    def failure(
        self, plan: Plan, result: Failure | WorkerCannotGrade | Outcome | Exception
    ) -> Outcome:
        """The :class:`Outcome` for a result that is not a grade; nothing is written."""
        if isinstance(result, Outcome):
            return result
        if isinstance(result, WorkerCannotGrade):
            raise CourseError(result.why)
        if isinstance(result, Exception):
            result = Failure(f"{self._places.name(plan.student)}: {_in_words(result)}", ours=True)
        return Outcome(self._assignment, plan.student, "failed", result.why)

    def keep(self, plan: Plan, graded: Graded) -> None:
        """Write scores and comments to the gradebook, and then the notebooks to autograded/.

        Parameters
        ----------
        plan : Plan
        graded : Graded
            Cells for which it has no score keep the one they have.

        Raises
        ------
        CourseError
            A file can't be written.
        """
        student, places = plan.student, self._places
        submitted, place = (places.folder(step, student) for step in ("submitted", "autograded"))
        files = {f"{name}.ipynb": text.encode() for name, text in graded.notebooks.items()}
        missing = [name for name in self._releases if name not in graded.notebooks]
        try:
            files |= self._tasks.files | carried(submitted)
            staged = graded_folder.stage(files, self._shelf)
            try:
                self._recorder.record(
                    self._assignment, student, graded.scores, graded.comments,
                    self._course.dir.get_existing_timestamp(str(submitted)),
                    self._nbgrader.penalty(student), missing,
                )  # fmt: skip
            except BaseException:
                shutil.rmtree(staged, ignore_errors=True)
                raise
            graded_folder.put_in_place(staged, files, place)
            notebooks = places.notebooks("submitted", student)
            self._nbgrader.after(self._assignment, student, notebooks)
        except OSError as error:
            raise CourseError(
                f"{self._shown(place)} can't be written ({error.strerror or error}): check "
                "that its disk is not full and that the folder is writable, then grade again"
            ) from error

    def deducted(self, plan: Plan, outcome: Outcome) -> Outcome:
        """An outcome, once the late penalty is what it has to be now; and that it has changed."""
        if not plan.known or outcome.status == "failed" or plan.student not in self._late:
            return outcome
        penalty = self._nbgrader.penalty(plan.student)
        if (found := self._recorder.deduct(self._assignment, plan.student, penalty)) is None:
            return outcome
        said = f"its late penalty is {found[1]:g} now, and was {found[0]:g}"
        return replace(outcome, note="; ".join(filter(None, (outcome.note, said))))

    def _take_back(self, plan: Plan, noted: bool = True) -> None:
        """Remove an earlier grade, which is not this submission's; nbgrader does so on failure."""
        folder = self._places.folder("autograded", plan.student)
        shutil.rmtree(folder, ignore_errors=True)
        if is_unicode(plan.student):  # else no gradebook has it
            self._recorder.forget(self._assignment, plan.student, add=noted)

    def _unknown(self, student: str) -> str:
        if self._nbgrader.adds_students or self._recorder.knows(student):
            return ""
        return (
            f"the gradebook has no student {printable(student)}, and c.Autograde.create_student "
            f"is off: run `nbgrader db student add {printable(student)}`"
        )

    @property
    def _shelf(self) -> Path:
        return self._course.folder("autograded", ".", ".")

    def _shown(self, path: Path) -> str:
        return self._course.shown(path)


def _in_words(error: Exception) -> str:
    if isinstance(error, WorkerDied):
        return (
            "the process that graded it ended twice (was it killed, or is there too little "
            "memory?): grade it again with --jobs 1"
        )
    return f"the grader failed, not the student: {kind_and_text(error)}"
