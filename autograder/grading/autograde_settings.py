"""How a course configures nbgrader's autograding: its steps, rules and hooks."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.api import SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import (
    AssignLatePenalties,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from autograder.grading import effective_settings
from autograder.grading.errors import CourseError
from autograder.grading.execute import TrustedExecute
from autograder.grading.grade import Rules
from autograder.grading.nbgrader_app import unusable
from autograder.grading.settings import CLEANING, kinds_of
from autograder.grading.task import Step

if TYPE_CHECKING:
    from autograder.grading.course import Course

BY_THE_RUN = (
    *CLEANING, OverwriteKernelspec, OverwriteCells, TrustedExecute, SaveAutoGrades,
    AssignLatePenalties,
)  # fmt: skip
"""Steps that a run does itself, or whose result it reads once. Subclasses of them count, too."""


class Configured:
    """The settings of ``nbgrader autograde``, for code that does its work.

    Parameters
    ----------
    course

    Attributes
    ----------
    steps_before, steps_after : tuple of autograder.grading.task.Step
        The course's own preprocessors, before code is run and after it.
    adds_students : bool
        Whether students that the gradebook does not know are added to it.

    Raises
    ------
    CourseError
        A preprocessor, plugin or hook can't be used, a setting has an invalid value, or nothing
        puts up walls.
    """

    def __init__(self, course: "Course") -> None:
        effective_settings.check(course.app, course.dir)
        self._dir = course.dir
        try:
            self._converter = Autograde(coursedir=course.dir, parent=course.app)
            self._late = AssignLatePenalties(parent=self._converter)
            self._late.init_plugin()
            self.adds_students = self._converter.create_student
            self._execute = TrustedExecute(parent=self._converter)
            self.steps_before, self.steps_after = self._own_steps()
        except CourseError:
            raise
        except Exception as error:  # whatever the course's own classes raise
            raise unusable(error) from error

    def _own_steps(self) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        converter = self._converter
        kinds = kinds_of([*converter.sanitize_preprocessors, *converter.autograde_preprocessors])
        for kind in kinds:
            if not isinstance(kind, type):
                raise CourseError(
                    f"nbgrader_config.py: {kind!r} among the preprocessors is not a class: name one"
                )
        runs = next(at for at, kind in enumerate(kinds) if issubclass(kind, TrustedExecute))
        before, after = (
            tuple(self._step(each) for each in part if not issubclass(each, BY_THE_RUN))
            for part in (kinds[:runs], kinds[runs:])
        )
        return before, after

    def _step(self, kind: type[NbGraderPreprocessor]) -> Step:
        step = kind(parent=self._converter)
        return Step(kind, {name: getattr(step, name) for name in step.traits(config=True)})

    def rules(self, assignment: str) -> Rules:
        """The rules by which an assignment is graded."""
        return self._execute.rules(assignment)

    def is_excluded(self, student: str) -> bool:
        """Whether the configuration excludes a student."""
        return student in self._dir.student_id_exclude.split(",")

    def before(self, assignment: str, student: str, notebooks: Iterable[Path]) -> list[str]:
        """Run the hook that comes first, and return the notebooks that remain to be read."""
        return self._run(self._converter.run_pre_convert_hook, assignment, student, notebooks)

    def after(self, assignment: str, student: str, notebooks: Iterable[Path]) -> None:
        """Set the permissions of the files that were written, and run the hook that comes last."""
        self._converter.set_permissions(assignment, student)
        self._run(self._converter.run_post_convert_hook, assignment, student, notebooks)

    def _run(
        self, hook: Callable[[], object], assignment: str, student: str, notebooks: Iterable[Path]
    ) -> list[str]:
        self._dir.assignment_id, self._dir.student_id = assignment, student
        self._converter.notebooks = [*map(str, notebooks)]
        try:
            hook()
            return self._converter.notebooks
        finally:
            self._dir.student_id = "*"

    def penalty(self, student: str) -> Callable[[SubmittedNotebook, float], float | None]:
        """The function that computes a late submission's penalty, for `Recorder.record`."""

        def penalty(notebook: SubmittedNotebook, seconds: float) -> float | None:
            found: float | None = self._late.plugin_inst.late_submission_penalty(
                student, notebook.score, seconds
            )
            return found if found is None else self._late._check_late_penalty(notebook, found)

        return penalty
