"""A whole course: release assignments, check them, and write feedback.

nbgrader's own converters do the work, with the configuration of the course folder. This adds what
they lack: errors in one line, and a run that continues after an error.
"""

import glob
import os
import re
import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from autograder.grading import converters, gradebook, personal_copies, scores, waiving
from autograder.grading.bug_hunts import write_bug_hunts
from autograder.grading.colab_badge import mark_lessons
from autograder.grading.errors import CourseError, in_one_line, printable
from autograder.grading.grade import NoQuestion, check_questions, decided_inside
from autograder.grading.nbgrader_app import configured
from autograder.grading.outcome import Outcome
from autograder.grading.postgresql import StoppedWaiting
from autograder.grading.refuse_changes import above_the_maximum, differences
from autograder.grading.submitted_folder import strays
from autograder.grading.tidy import tidy_file
from autograder.grading.valid_ids import is_unicode, problem_with_name
from autograder.questions import ASSIGNMENTS, questions_of

# nbgrader's own way of adding a submission causes it; nobody at the terminal could fix that.
warnings.filterwarnings("ignore", category=SAWarning, message="Object of type .* not in session")


class Course:
    """The course in a folder, as nbgrader sees it.

    Parameters
    ----------
    root
        The folder with ``nbgrader_config.py`` and ``source/``.

    Attributes
    ----------
    app : nbgrader.apps.NbGrader
        With the configuration of the folder.
    dir : nbgrader.coursedir.CourseDirectory
    server_is_gone : bool
        Whether the gradebook's server failed to answer, so that it need not be tried again.

    Raises
    ------
    CourseError
        The folder is not a course folder, or its configuration can't be loaded.
    """

    def __init__(self, root: str | Path = ".") -> None:
        self.root = Path(root).resolve()
        if not is_unicode(str(self.root)):
            raise CourseError(
                f"{printable(str(self.root))}: nbgrader can't work in a folder of this name (it is "
                "not in UTF-8): rename it"
            )
        if not (self.root / "nbgrader_config.py").is_file():
            raise CourseError(
                f"{self.root} is not a course folder (it has no nbgrader_config.py): "
                "change to the folder of the course first"
            )
        self.app = configured(self.root)
        self.dir = self.app.coursedir
        self._converters: dict[type, Any] = {}
        self.server_is_gone = False

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """The folder of a step ("source", "submitted", …) for a student and an assignment."""
        return Path(
            self.dir.format_path(getattr(self.dir, f"{step}_directory"), student, assignment)
        )

    def notebook(self, step: str, student: str, assignment: str, name: str | None = None) -> Path:
        """A notebook in :meth:`folder`, by default the one named after the assignment."""
        return self.folder(step, student, assignment) / f"{name or assignment}.ipynb"

    def notebooks(self, assignment: str) -> list[str]:
        """The names of an assignment's notebooks in ``source/``."""
        return sorted(path.stem for path in self.folder("source", ".", assignment).glob("*.ipynb"))

    def released(self, assignment: str) -> dict[str, NotebookNode]:
        """{name: notebook} of a release, without the notebooks that are missing."""
        paths = {name: self.notebook("release", ".", assignment, name)
                 for name in self.notebooks(assignment)}  # fmt: skip
        return {
            name: nbformat.read(path, as_version=4)
            for name, path in paths.items()
            if path.is_file()
        }

    def setting(self, section: str, name: str) -> Any:
        """A setting of ``nbgrader_config.py``, or None if it is not set."""
        return self.app.config.get(section, {}).get(name)

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """The open gradebook; a context manager that raises only CourseError."""
        try:
            with gradebook.opened(self.dir.db_url, self.dir.course_id) as opened:
                yield opened
        except (gradebook.ServerGone, StoppedWaiting):
            self.server_is_gone = True
            raise

    def assignments(self) -> list[str]:
        """The names of the assignments: folders of ``source/`` with notebooks in them."""
        found = self.folder("source", ".", ".").glob("*/*.ipynb")
        return sorted({path.parent.name for path in found if path.parent.name[0] != "."})

    def check_assignment(self, assignment: str) -> None:
        """Raise CourseError unless it has source notebooks: exactly one if it asks questions."""
        why = problem_with_name(assignment)
        if why and assignment in self.assignments():
            raise CourseError(
                f"source/{printable(assignment)}/: nbgrader can't read a folder of this name (it "
                f"{why}): rename it"
            )
        known = self.assignments()
        if assignment not in known:
            listed = ", ".join(known) or "none"
            raise CourseError(f"no assignment is called {assignment!r}: source/ has {listed}")
        others = [f"{name}.ipynb" for name in self.notebooks(assignment) if name != assignment]
        if assignment in ASSIGNMENTS and others:
            raise CourseError(
                f"source/{assignment}/ has {', '.join(others)}, but this assignment is one "
                f"notebook, {assignment}.ipynb: rename it or move it elsewhere"
            )

    def students(self, assignment: str) -> list[str]:
        """The ids of all students with a folder for this assignment in ``submitted/``."""
        return self._everyone("submitted", assignment)

    def strays(self) -> Iterable[str]:
        """A line for everything in ``submitted/`` that is in the wrong place."""
        if self.dir.directory_structure != CourseDirectory.directory_structure.default_value:
            return []
        return strays(self.folder("submitted", ".", "."), self.assignments())

    def release(self, assignment: str, keep_grades: bool = False) -> Outcome:
        """Write ``release/`` and record the assignment in the gradebook.

        If that fails, the earlier release stays in place.

        Parameters
        ----------
        assignment
        keep_grades
            Accept changed points and texts although submissions exist, and keep their grades.

        Returns
        -------
        Outcome
        """
        try:
            self.check_assignment(assignment)
        except CourseError as error:
            return Outcome(assignment, "", "failed", str(error))
        self.app.config.RefuseSilentChanges.keep_grades = keep_grades
        with self.gradebook():
            pass
        source = self.notebook("source", ".", assignment)
        notes: list[str] = []
        try:
            if assignment in ASSIGNMENTS:  # other assignments stay as their instructor wrote them
                notes = self._tidied(source, assignment)
        except CourseError as error:
            return Outcome(assignment, "", "failed", str(error))
        folder = self.folder("release", ".", assignment)
        with TemporaryDirectory() as safe:
            if folder.is_dir():
                shutil.copytree(folder, Path(safe, "release"))
            outcome = self.convert(converters.Release, assignment, "", force=True)
            if Path(safe, "release").is_dir() and not folder.is_dir():
                shutil.copytree(Path(safe, "release"), folder)
        if outcome.status != "done":
            return replace(outcome, why="\n".join([*notes, outcome.why]))
        if keep_grades:
            notes += self._still_graded(assignment)
        return replace(outcome, note="\n".join(notes))

    def lessons(self) -> list[str]:
        """Tidy the lessons, bring badges and bug hunts up to date; return lines about it."""
        folder = self.root / "notebooks"
        lines = [line for path in sorted(folder.glob("*.ipynb")) for line in self._tidied(path)]
        mark_lessons(folder, self.app.config)
        write_bug_hunts(folder)
        return lines

    def _tidied(self, path: Path, assignment: str = "") -> list[str]:
        """Clear what editors left in a notebook file; return lines on what was done or remains.

        Raises
        ------
        CourseError
            The file is not a notebook, or can't be written.
        """
        try:
            return [f"{self.shown(path)}: {each}" for each in tidy_file(path, assignment)]
        except Exception as error:
            why = in_one_line(error, self.shown(path), converters.Release.remedy)
            raise CourseError(why) from error

    def _still_graded(self, assignment: str) -> list[str]:
        """What to do about grades that were kept although the release changed."""
        with self.gradebook() as book:
            if not book.find_assignment(assignment).submissions:
                return []
            above = above_the_maximum(book, assignment)
        return [
            f"{assignment}: all grades are kept. `autograder regrade {assignment}` updates the "
            "automatic ones (add `--lower` to let them become lower)",
            *(f"{each}: only you can change that, in the Formgrader" for each in above),
        ]

    def personalise(self, assignment: str, students: Iterable[str]) -> Iterator[str]:
        """Write a release for each student; see :mod:`autograder.grading.personal_copies`."""
        self.check_released(assignment)
        release = nbformat.read(self.notebook("release", ".", assignment), as_version=4)
        yield from personal_copies.personalise(self.root, assignment, release, students)

    def check_released(self, assignment: str) -> None:
        """Raise CourseError unless ``release/`` is what the gradebook knows."""
        self.check_assignment(assignment)
        remedy = f"run `autograder release {assignment}`"
        paths = {name: self.notebook("release", ".", assignment, name)
                 for name in self.notebooks(assignment)}  # fmt: skip
        for path in paths.values():
            if not path.is_file():
                raise CourseError(f"{self.shown(path)} is missing: {remedy}")
        try:
            released: dict[str, NotebookNode] = {}
            for name, path in paths.items():
                released[name] = nbformat.read(path, as_version=4)
        except Exception as error:
            raise CourseError(in_one_line(error, self.shown(path), remedy)) from error
        if not gradebook.exists(self.dir.db_url):
            raise CourseError(f"{assignment} is not in the gradebook yet: {remedy}")
        with self.gradebook() as book:
            for name, release in released.items():
                try:
                    known = book.find_notebook(name, assignment)
                except MissingEntry:
                    raise CourseError(
                        f"{assignment} is not in the gradebook yet: {remedy}"
                    ) from None
                changes = "; ".join(each.says for each in differences(release, known))
                if changes:
                    raise CourseError(
                        f"{self.shown(paths[name])} differs from the gradebook ({changes}): "
                        f"{remedy}"
                    )
        questions = questions_of(assignment)
        waiving.check_waived(self.app.config, self.assignments())
        names = waiving.waived_of(self.app.config, assignment)
        waiving.check_names(names, released.values())
        for name, release in released.items():
            try:
                check_questions(release, questions, waiving.waived_in(release, names))
            except NoQuestion as error:
                raise CourseError(f"{self.shown(paths[name])}: {error}") from error

    def released_cells(self, assignment: str) -> list[str]:
        """The names of a release's cells in the order of its notebooks; [] without a release."""
        released = self.released(assignment)
        return [
            scores.prefix(name, released) + cell.metadata.nbgrader.grade_id
            for name, notebook in released.items()
            for cell in notebook.cells
            if "nbgrader" in cell.metadata
        ]

    def decided_inside(self, assignment: str) -> list[str]:
        """The names of the test cells whose scores are decided in the student's own process."""
        released = self.released(assignment)
        return [
            scores.prefix(name, released) + cell
            for name, notebook in released.items()
            for cell in decided_inside(notebook, questions_of(assignment))
        ]

    def feedback(self, assignment: str, student: str) -> Outcome:
        """Write the feedback page of one of the :meth:`graded` students."""
        return self.convert(converters.Feedback, assignment, student, force=True)

    def graded(self, assignment: str) -> list[str]:
        """The ids of all students whose submission has been graded completely."""
        if not is_unicode(assignment) or not gradebook.exists(self.dir.db_url):
            return []
        with self.gradebook() as book:
            whole = scores.recorded(book, assignment)
        return [student for student in self._everyone("autograded", assignment) if student in whole]

    def _everyone(self, step: str, assignment: str) -> list[str]:
        directory = getattr(self.dir, f"{step}_directory")
        pattern = self.dir.format_path(
            directory, "(?P<student>[^/]*)", re.escape(assignment), escape=True
        )
        found = glob.glob(self.dir.format_path(directory, "*", glob.escape(assignment)))
        folders = (re.fullmatch(pattern, path) for path in found if os.path.isdir(path))
        return sorted(match["student"] for match in folders if match)

    def shown(self, path: Path) -> str:
        """A path as messages show it: relative to the course folder."""
        return printable(str(path.relative_to(self.root)))

    def convert(
        self,
        converter_class: type[converters.Release | converters.Feedback],
        assignment: str,
        student: str,
        force: bool,
    ) -> Outcome:
        """Run one of nbgrader's converters on one assignment or submission.

        Raises
        ------
        autograder.grading.gradebook.ServerGone
        """
        self.dir.assignment_id, self.dir.student_id = assignment, student or "."
        if converter_class not in self._converters:
            made = converter_class(coursedir=self.dir, parent=self.app)
            self._converters[converter_class] = made
        converter = self._converters[converter_class]
        converter.force, converter.failure, converter.processed = force, None, False
        try:
            converter.start()
        except (Exception, SystemExit) as error:
            gradebook.raise_if_gone(converter.failure or error, self.dir.db_url)
            where = self.notebook(converter.reads, student or ".", assignment)
            if [assignment] != self.notebooks(assignment):
                where = where.parent
            why = in_one_line(converter.failure or error, self.shown(where), converter.remedy)
            return Outcome(assignment, student, "failed", why)
        finally:
            self.dir.student_id = "*"
        return Outcome(assignment, student, "done" if converter.processed else "skipped")
