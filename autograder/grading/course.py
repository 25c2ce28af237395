"""A whole course: released, graded and answered one submission after the other.

nbgrader's own converters do the work, with the configuration of the course folder; this adds what
they leave out: an error in one line, and a run that goes on.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbclient.exceptions import DeadKernelError
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGrader
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SAWarning, SQLAlchemyError

LOG = ".nbgrader.log"

# nbgrader's own way of adding a submission; nothing that a person at the terminal could mend.
warnings.filterwarnings("ignore", category=SAWarning, message="Object of type .* not in session")


class CourseError(Exception):
    """Something that a person can mend: what was found, where, and what to do."""


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
    """

    assignment: str
    student: str
    status: str
    why: str = ""


class _Noting:
    """A converter that remembers the exception which nbgrader only writes into its log."""

    failure = None
    processed = False

    def init_destination(self, assignment_id, student_id):
        self.processed = super().init_destination(assignment_id, student_id)
        return self.processed

    def init_assignment(self, assignment_id, student_id):
        with self._note():
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename):
        with self._note():
            super().convert_single_notebook(notebook_filename)

    def _note(self):
        return _Note(self)


class _Note:
    def __init__(self, converter):
        self.converter = converter

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Exception):
            self.converter.failure = error


class _Release(_Noting, GenerateAssignment):
    pass


class _Grade(_Noting, Autograde):
    pass


class _Feedback(_Noting, GenerateFeedback):
    pass


class Course:
    """The course in a folder, as nbgrader sees it.

    Parameters
    ----------
    root : path
        The folder that holds ``nbgrader_config.py`` and ``source/``.

    Raises
    ------
    CourseError
        The folder holds no course.
    """

    def __init__(self, root="."):
        self.root = Path(root).resolve()
        if not (self.root / "nbgrader_config.py").is_file():
            raise CourseError(
                f"{self.root} is no course folder (it holds no nbgrader_config.py): "
                "change to the folder of the course first"
            )
        os.chdir(self.root)
        self._app = NbGrader()
        self._app.log.handlers[:] = [_log_file(self.root / LOG)]
        self._app.initialize(argv=[], root=str(self.root))
        self._dir = self._app.coursedir

    def folder(self, step, student, assignment):
        """Where nbgrader keeps a step ("source", "submitted", …) of a student's assignment."""
        return Path(
            self._dir.format_path(getattr(self._dir, f"{step}_directory"), student, assignment)
        )

    def setting(self, section, name):
        """A setting of ``nbgrader_config.py``, or None where it is not set."""
        return self._app.config.get(section, {}).get(name)

    def gradebook(self):
        """The open gradebook; a context manager."""
        try:
            return Gradebook(self._dir.db_url, self._dir.course_id)
        except SQLAlchemyError as error:
            raise CourseError(
                f"the gradebook {self._dir.db_url} can't be opened ({_first_line(error)}): "
                "check c.CourseDirectory.db_url in nbgrader_config.py"
            ) from error

    def assignments(self):
        """The assignments that have a source notebook, by name."""
        source = self.folder("source", ".", ".")
        return sorted(path.parent.name for path in source.glob("*/*.ipynb"))

    def check_assignment(self, assignment):
        """Raise CourseError unless there is a source for it."""
        if assignment not in self.assignments():
            known = ", ".join(self.assignments()) or "none"
            raise CourseError(f"no assignment is called {assignment!r}; source/ holds: {known}")

    def students(self, assignment):
        """The ids of everyone with a folder for this assignment in ``submitted/``."""
        return self._everyone("submitted", assignment)

    def release(self, assignment):
        """Write ``release/`` and note the assignment in the gradebook."""
        self.check_assignment(assignment)
        self.gradebook().close()
        return self._convert(_Release, assignment, "", force=True)

    def check_released(self, assignment):
        """Raise CourseError unless the gradebook and ``release/`` know the assignment."""
        self.check_assignment(assignment)
        with self.gradebook() as gradebook:
            try:
                gradebook.find_notebook(assignment, assignment)
            except MissingEntry:
                raise CourseError(
                    f"{assignment} is not in the gradebook yet: run `autograder release {assignment}`"
                ) from None
        if not (self.folder("release", ".", assignment) / f"{assignment}.ipynb").is_file():
            raise CourseError(
                f"release/{assignment}/{assignment}.ipynb is missing: "
                f"run `autograder release {assignment}`"
            )

    def grade(self, assignment, students, force=False) -> Iterator[Outcome]:
        """Grade submissions one after the other.

        Parameters
        ----------
        assignment : str
        students : iterable of str
        force : bool
            Also those that have been graded and not handed in again.

        Yields
        ------
        Outcome
            One for each student, as soon as it is known. No submission stops the others.
        """
        self.check_released(assignment)
        for student in students:
            trouble = self._trouble_with(assignment, student)
            if trouble:
                yield Outcome(assignment, student, "failed", trouble)
            else:
                yield self._convert(_Grade, assignment, student, force)

    def feedback(self, assignment, students, force=True) -> Iterator[Outcome]:
        """Write each student's feedback page; see :meth:`grade`."""
        self.check_assignment(assignment)
        for student in students:
            yield self._convert(_Feedback, assignment, student, force)

    def graded(self, assignment):
        """The ids of everyone with a folder for this assignment in ``autograded/``."""
        return self._everyone("autograded", assignment)

    def _everyone(self, step, assignment):
        pattern = self.folder(step, "*", assignment).relative_to(self.root)
        return sorted(path.parent.name for path in self.root.glob(str(pattern)) if path.is_dir())

    def _trouble_with(self, assignment, student):
        """What is wrong with a hand-in before anything is run, or ""."""
        folder = self.folder("submitted", student, assignment)
        wanted = folder / f"{assignment}.ipynb"
        if wanted.is_file():
            return ""
        if not folder.is_dir():
            return f"there is no folder submitted/{student}/{assignment}/: nothing was handed in"
        found = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        return (
            f"submitted/{student}/{assignment}/ holds no {wanted.name} but {found}: "
            "if it is the right file, rename it, and grade again"
        )

    def _convert(self, converter_class, assignment, student, force):
        self._dir.assignment_id, self._dir.student_id = assignment, student or "."
        converter = converter_class(coursedir=self._dir, parent=self._app)
        converter.force = force
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            where = f"submitted/{student}/{assignment}/{assignment}.ipynb" if student else ""
            why = in_one_line(converter.failure or error, where or f"source/{assignment}")
            return Outcome(assignment, student, "failed", why)
        finally:
            self._dir.student_id = "*"
        return Outcome(assignment, student, "done" if converter.processed else "skipped")


def in_one_line(error, where):
    """An exception as one line that names the place and the next step."""
    name, text = type(error).__name__, _first_line(error)
    match name:
        case "NotJSONError" | "JSONDecodeError" | "UnicodeDecodeError":
            return f"{where} is not a notebook (no JSON in it): ask for the .ipynb file again"
        case "ValidationError" | "SchemaTooOldError" | "SchemaTooNewError":
            return f"{where} is a damaged notebook ({text}): ask for the file again"
        case "WrongNotebook":
            return f"{where}: {text} Ask for the right file"
        case "GraderFailed":
            return f"{where}: the grader failed, not the student: {text}"
        case "ChangedAfterRelease":
            return f"{where}: {text}"
        case "UnresponsiveKernelError":
            return f"{where}: the code could neither be run to its end nor be stopped; look at it"
    if isinstance(error, DeadKernelError):
        return f"{where}: the code ended its own Python process; look for exit or a crash in it"
    return f"{where}: {name}: {text} (details in {LOG})"


def _first_line(error):
    return str(error).strip().split("\n")[0]


def _log_file(path):
    handler = logging.FileHandler(path, delay=True, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    return handler
