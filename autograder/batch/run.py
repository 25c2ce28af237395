"""One grading of one assignment: what is to be done for whom, and what becomes of the results."""

import json
import shutil
from dataclasses import dataclass
from math import inf

import nbformat

from autograder.batch import graded_folder
from autograder.batch.attempt import ASK_AGAIN, Failure, Refused
from autograder.batch.workers import WorkerDied
from autograder.grading import personal
from autograder.grading.configured import Configured
from autograder.grading.extra_files import STAMP
from autograder.grading.hand_ins import ALLOW, trouble_with
from autograder.grading.outcome import Outcome
from autograder.grading.rebuild import FINGERPRINT, OWNER, fingerprint
from autograder.grading.scores import recorded
from autograder.grading.task import SCORES, SECONDS, Graded, Task, known_to_the_gradebook
from autograder.grading.trouble import CourseError, first_line, in_one_line, printable
from autograder.truth.bugs import FIXED_DRAW


@dataclass(frozen=True)
class Plan:
    """What is to be done with a hand-in.

    Attributes
    ----------
    assignment, student : str
    again : bool
        Whether it is to be graded.
    known : bool
        Whether it is the very hand-in that has been graded and recorded.
    seconds : float
        How long that took; infinite where nobody knows.
    """

    assignment: str
    student: str
    again: bool
    known: bool
    seconds: float


class Run:
    """Plans, hands out and records.

    Parameters
    ----------
    course : autograder.grading.course.Course
    assignment : str
    gradebook : nbgrader.api.Gradebook
    recorder : autograder.batch.recorder.Recorder
        Of this gradebook.

    Raises
    ------
    CourseError
        The assignment can't be graded.
    """

    def __init__(self, course, assignment, gradebook, recorder):
        course.check_released(assignment)
        self._course, self._assignment = course, assignment
        self._recorder, self._recorded = recorder, recorded(gradebook, assignment)
        self._copies = personal.of(course.root, assignment)
        if self._copies is not None:
            self._copies.check()
        path = course.notebook("release", ".", assignment)
        self._release = nbformat.read(path, as_version=4)
        known = known_to_the_gradebook(self._release, assignment, course.dir.db_url)
        self._common, self._known = map(nbformat.writes, (self._release, known))
        self._nbgrader = Configured(course)

    def plan(self, student, force):
        """The :class:`Plan` for one hand-in."""
        noted = self._noted(student)
        known = bool(noted) and self._belongs(student, noted)
        seconds = noted.get(SECONDS, inf) if known else inf
        return Plan(self._assignment, student, force or not known, known, seconds)

    def task(self, plan, seed=None):
        """What a worker needs for a hand-in.

        Parameters
        ----------
        plan : Plan
        seed : int, optional
            Draws the cases of this submission, in place of those that all are asked about.

        Returns
        -------
        autograder.grading.task.Task or autograder.grading.outcome.Outcome
            The latter where there is nothing for a worker to do; nothing is written.
        """
        student, path = plan.student, self._path("submitted", plan)
        if self._nbgrader.is_excluded(student):
            return Outcome(self._assignment, student, "skipped")
        why = trouble_with(path.parent, student, self._assignment, self._shown(path.parent))
        if not why and not plan.again:
            note = self._note(student, self._noted(student).get(OWNER))
            return Outcome(self._assignment, student, "skipped", note=note)
        why = why or self._unknown(student)
        if not why and not self._nbgrader.before(self._assignment, student, path):
            why = f"{self._shown(path)} must not be read: {ASK_AGAIN}"
        if not why:
            try:
                return self._task(student, path.read_bytes(), seed)
            except OSError as error:
                why = f"{self._shown(path.parent)}/ can't be read ({error.strerror}): {ALLOW}"
            except CourseError as error:
                why = in_one_line(error, self._shown(path), ASK_AGAIN)
        return Outcome(self._assignment, student, "failed", why)

    def settle(self, plan, outcome):
        """Record what became of a hand-in that no worker has seen; the same outcome."""
        if outcome.status == "failed":
            self._take_back(plan, noted=False)
        return outcome

    def before(self, plan):
        """What has been recorded of a hand-in that is known.

        Returns
        -------
        scores : dict of str to autograder.grading.scores.Scored
        notebook : NotebookNode
        """
        path = self._path("autograded", plan)
        return self._recorded[plan.student], nbformat.read(path, as_version=4)

    def where(self, plan):
        """The hand-in's name in messages."""
        return self._shown(self._path("submitted", plan))

    def record(self, plan, result):
        """Record a worker's result.

        Parameters
        ----------
        plan : Plan
        result : Graded or Failure or Refused or Exception

        Returns
        -------
        autograder.grading.outcome.Outcome

        Raises
        ------
        CourseError
            Nothing can be graded, or written, any more.
        sqlalchemy.exc.SQLAlchemyError
            It could not be recorded, and is as it was before.
        """
        if not isinstance(result, Graded):
            failure = self.failure(plan, result)
            if not plan.known or (isinstance(result, Failure) and not result.ours):
                self._take_back(plan)
            return failure
        self.keep(plan, result)
        note = self._note(plan.student, json.loads(result.notebook)["metadata"].get(OWNER))
        return Outcome(self._assignment, plan.student, "done", "", note, result.seconds)

    def failure(self, plan, result):
        """What is said of a result that is none: an :class:`Outcome`; nothing is written."""
        if isinstance(result, Refused):
            raise CourseError(result.why)
        if isinstance(result, Exception):
            result = Failure(f"{self.where(plan)}: {_in_words(result)}", ours=True)
        return Outcome(self._assignment, plan.student, "failed", result.why)

    def _task(self, student, submission, seed):
        release, key, owner = self._common, FIXED_DRAW, None
        if self._copies is not None:
            release = nbformat.writes(self._copies.check_and_release(self._release, student))
            key, owner = self._copies.draw(student), self._owner(submission)
        return Task(
            self._assignment, student, submission, release, self._known, dict(key), owner,
            self._copies is not None, self._nbgrader.steps_with(seed),
        )  # fmt: skip

    def _owner(self, submission):
        try:
            return self._copies.owner(nbformat.reads(submission.decode(), as_version=4))
        except Exception:  # whatever is wrong with it, the worker will say so
            return None

    def keep(self, plan, graded):
        """Write scores and comments into the gradebook, and then the notebook into autograded/.

        Parameters
        ----------
        plan : Plan
        graded : autograder.grading.task.Graded
            Cells of which it has no score keep theirs.

        Raises
        ------
        CourseError
            Something can't be written.
        """
        submitted, place = (self._path(step, plan) for step in ("submitted", "autograded"))
        files = {place.name: graded.notebook.encode()}
        stamp = submitted.with_name(STAMP)
        try:
            if stamp.exists():
                files[STAMP] = stamp.read_bytes()
            staged = graded_folder.stage(files, self._shelf)
            try:
                self._recorder.record(
                    self._assignment, plan.student, graded.scores, graded.comments,
                    self._course.dir.get_existing_timestamp(str(submitted.parent)),
                    self._nbgrader.penalty(plan.student),
                )  # fmt: skip
            except BaseException:
                shutil.rmtree(staged, ignore_errors=True)
                raise
            graded_folder.put_in_place(staged, files, place.parent)
            self._nbgrader.after(self._assignment, plan.student, submitted)
        except OSError as error:
            raise CourseError(
                f"{self._shown(place)} can't be written ({error.strerror or error}): see that "
                "there is room and that the folder is writable, and grade again"
            ) from error

    def _take_back(self, plan, noted=True):
        """As nbgrader does with what fails: an earlier grade is not this hand-in's."""
        folder = self._path("autograded", plan).parent
        shutil.rmtree(folder, ignore_errors=True)
        self._recorder.forget(self._assignment, plan.student, add=noted)

    def _unknown(self, student):
        if self._nbgrader.adds_students or self._recorder.knows(student):
            return ""
        return (
            f"the gradebook knows no student {printable(student)}, and c.Autograde.create_student "
            f"is off: run `nbgrader db student add {printable(student)}`"
        )

    def _belongs(self, student, noted):
        """Whether a graded notebook is that of the hand-in, and of the scores in the gradebook.

        Stock nbgrader notes no scores in it.
        """
        scores = self._recorded.get(student)
        if scores is None:
            return False
        automatic = {name: each.auto for name, each in scores.items()}
        try:
            handed_in = self._course.notebook("submitted", student, self._assignment).read_bytes()
        except OSError:
            return False
        same = noted.get(FINGERPRINT) == fingerprint(handed_in)
        return same and all(
            automatic.get(name) == score for name, score in noted.get(SCORES, {}).items()
        )

    def _note(self, student, owner):
        if owner in (None, student):
            return ""
        path = self._course.notebook("submitted", student, self._assignment)
        return f"{self._shown(path)} is the copy that was made for {printable(owner)}"

    def _noted(self, student):
        """What grading has noted in the metadata of a graded notebook; nothing without one."""
        graded = self._course.notebook("autograded", student, self._assignment)
        try:
            return dict(json.loads(graded.read_bytes())["metadata"])
        except (OSError, ValueError, LookupError, TypeError):
            return {}

    @property
    def _shelf(self):
        return self._course.folder("autograded", ".", ".")

    def _path(self, step, plan):
        return self._course.notebook(step, plan.student, self._assignment)

    def _shown(self, path):
        return self._course.shown(path)


def _in_words(error):
    if isinstance(error, WorkerDied):
        return (
            "the process that graded it ended, twice (was it killed, or is there too little "
            "memory?): grade it again with --jobs 1"
        )
    return f"the grader failed, not the student: {type(error).__name__}: {first_line(error)}"
