"""Where the notebooks of an assignment's submissions are, and what grading has noted in them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict

from nbformat import NotebookNode

from autograder.grading.clean import FINGERPRINT, OWNER, is_about_the_owner
from autograder.grading.course import Course
from autograder.grading.errors import printable
from autograder.grading.extra_files import is_elsewhere
from autograder.grading.find_notebook import Found, find_notebooks
from autograder.grading.fingerprint import fingerprint
from autograder.grading.flags import FORGEABLE, flags_in
from autograder.grading.intake_flags import flagged
from autograder.grading.personal_copies import COMMON
from autograder.grading.scores import Scored, prefix
from autograder.grading.task import SCORES


class Said(TypedDict):
    """What else to say about a submission: see `autograder.grading.outcome.Outcome`."""

    note: str
    flags: tuple[str, ...]


class SubmissionFolders:
    """The folders of one assignment.

    Parameters
    ----------
    course : Course
    assignment : str
    releases : mapping of str to nbformat.NotebookNode
        Its notebooks, by name.
    """

    def __init__(
        self, course: Course, assignment: str, releases: Mapping[str, NotebookNode]
    ) -> None:
        self._course, self._assignment, self._releases = course, assignment, releases
        self._names = [*releases]

    def folder(self, step: str, student: str) -> Path:
        """A student's folder in a step: "submitted", for example."""
        return self._course.folder(step, student, self._assignment)

    def notebooks(self, step: str, student: str) -> list[Path]:
        """The paths of those notebooks that exist in a step."""
        paths = [self.folder(step, student) / f"{name}.ipynb" for name in self._names]
        return [path for path in paths if path.exists()]

    def found(self, student: str) -> Found:
        """The submitted notebooks, under whatever names they are in the student's folder.

        Raises
        ------
        OSError
        """
        folder = self.folder("submitted", student)
        if is_elsewhere(folder) or not folder.is_dir():
            return Found({})
        found = find_notebooks(folder, self.where(student), self._assignment, self._releases)
        return flagged(found, self._course.folder("submitted", ".", "."), student)

    def where(self, student: str) -> str:
        """The submission's folder, as messages show it."""
        return self._course.shown(self.folder("submitted", student))

    def name(self, student: str) -> str:
        """The submission, as messages show it: its only notebook, or else its folder."""
        only = f"{self._names[0]}.ipynb" if len(self._names) == 1 else ""
        return f"{self.where(student)}/{only}"

    def noted(self, student: str) -> dict[str, dict[str, Any]]:
        """What grading has noted in each notebook's metadata; empty where none was graded."""
        return {name: self._noted_in(student, name) for name in self._names}

    def _noted_in(self, student: str, name: str) -> dict[str, Any]:
        graded = self.folder("autograded", student) / f"{name}.ipynb"
        try:
            return dict(json.loads(graded.read_bytes())["metadata"])
        except (OSError, ValueError, LookupError, TypeError):
            return {}

    def belong(
        self,
        student: str,
        noted: Mapping[str, Mapping[str, Any]],
        scores: Mapping[str, Scored] | None,
    ) -> bool:
        """Whether graded notebooks match the submission, and the scores in the gradebook.

        Stock nbgrader does not note scores in them.

        Parameters
        ----------
        student : str
        noted : mapping
            See :meth:`noted`.
        scores : mapping or None
            What the gradebook holds, by cell.
        """
        if scores is None or not any(noted.values()):
            return False
        automatic = {name: each.auto for name, each in scores.items()}
        try:
            found = self.found(student)
        except OSError:
            return False
        for name, of in noted.items():
            submitted = found.notebooks.get(name)
            now = None if submitted is None else fingerprint(submitted)
            before, recorded = prefix(name, self._names), of.get(SCORES, {})
            if of.get(FINGERPRINT) != now or any(
                automatic.get(before + cell) != score for cell, score in recorded.items()
            ):
                return False
            if now is not None and not {*found.flags} <= {*flags_in(of)}:
                return False
        return True

    def said(self, student: str, noted: Mapping[str, Mapping[str, Any]]) -> Said:
        """What else to say about a submission: the fields of an Outcome.

        Parameters
        ----------
        student : str
        noted : mapping
            The metadata of its graded notebooks, by name.

        Raises
        ------
        OSError
        """
        flags = [
            f"{name}: {each}" if len(self._names) > 1 else each
            for name, metadata in noted.items()
            for each in flags_in(metadata)
            if FORGEABLE not in each and not is_about_the_owner(each)
        ]
        return {"note": self._note(student, noted.values()), "flags": tuple(flags)}

    def _note(self, student: str, noted: Iterable[Mapping[str, Any]]) -> str:
        owners = sorted({each[OWNER] for each in noted if each.get(OWNER) not in (None, student)})
        found = self.found(student)
        missing = [name for name in self._names if name not in found.notebooks]
        return "; ".join([
            *(f"{self.name(student)} is {_whose(owner)}; its suspects were graded by the bugs of "
              f"{printable(student)}'s own copy" for owner in owners),
            *(f"{self.where(student)}/{name}.ipynb is missing: 0 points" for name in missing),
            *(f"{self.where(student)}/: {each.removesuffix('.')}" for each in found.flags),
        ])  # fmt: skip


def _whose(owner: str) -> str:
    return owner if owner == COMMON else f"the copy that was made for {printable(owner)}"
