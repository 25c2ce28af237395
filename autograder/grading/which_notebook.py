"""Tell by its cells which notebook of the course a file is, and how much of it is answered."""

import glob
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.coursedir import CourseDirectory

from autograder.grading import choose_answers, match_cells
from autograder.grading.errors import CourseError, in_one_line

FEWEST = 2
"""Cells of a release that a file must have, to be taken for a submission of it."""
DEFINED = re.compile(r"^(?:def\s+(\w+)|(\w+)\s*=[^=])", re.MULTILINE)


class Which(NamedTuple):
    """A notebook of the course: the assignment, and the notebook's name."""

    assignment: str
    notebook: str


@dataclass(frozen=True)
class _Marks:
    """What a release is recognised by."""

    names: frozenset[str]
    texts: frozenset[str]
    answers: frozenset[str]


@dataclass(frozen=True)
class Releases:
    """The releases of a course, to compare files with.

    Attributes
    ----------
    notebooks : mapping of Which to nbformat.NotebookNode
    """

    notebooks: Mapping[Which, NotebookNode]
    _marks: dict[Which, _Marks] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        for which, release in self.notebooks.items():
            self._marks[which] = _marks(release)

    def which(self, submission: NotebookNode) -> list[Which]:
        """The releases that a submission has most cells of: one, unless it could be several.

        Parameters
        ----------
        submission
            As `autograder.grading.reading.read` returns it.

        Returns
        -------
        list of Which
            Empty if it is not a notebook of the course.
        """
        given = _marks(submission)
        defined = {
            name for text in given.texts for found in DEFINED.findall(text) for name in found
        }
        alike = {
            which: len(marks.names & given.names)
            + len(marks.texts & given.texts)
            + len(marks.answers & defined)
            for which, marks in self._marks.items()
        }
        most = max(alike.values(), default=0)
        return [which for which, cells in alike.items() if cells == most >= FEWEST]

    def answered(self, which: Which, submission: NotebookNode) -> int:
        """How many answers of a release a submission has changed."""
        release = self.notebooks[which]
        found = match_cells.find(release, submission)
        choice = choose_answers.choose(release, found)
        answers = {**choice.elsewhere, **choice.here}
        for place, each in match_cells.placed(found):
            if each.changed and utils.is_solution(release.cells[place]):  # also written answers
                answers[place] = each
        return sum(each.changed for each in answers.values())


def releases_in(coursedir: CourseDirectory) -> Releases:
    """The releases in a course folder.

    Raises
    ------
    CourseError
        There are none, or one of them can't be read.
    """
    found = {}
    folders = coursedir.format_path(coursedir.release_directory, ".", "*")
    for path in sorted(map(Path, glob.glob(os.path.join(folders, "*.ipynb")))):
        try:
            found[Which(path.parent.name, path.stem)] = nbformat.read(path, as_version=4)
        except Exception as error:
            why = in_one_line(error, str(path), f"run `autograder release {path.parent.name}`")
            raise CourseError(why) from error
    if not found:
        raise CourseError("nothing has been released yet: run `autograder release`")
    return Releases(found)


def _marks(notebook: NotebookNode) -> _Marks:
    names, texts, answers = set(), set(), set()
    for cell in notebook.cells:
        texts.add(cell.source.strip())
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if isinstance(name, str):
            names.add(name)
            if utils.is_solution(cell):
                answers.add(name)
    return _Marks(frozenset(names), frozenset(texts - {""}), frozenset(answers))
