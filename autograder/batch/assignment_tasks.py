"""What every task of an assignment has in common, and the task of one submission."""

from collections.abc import Mapping
from dataclasses import replace

import nbformat
from nbformat import NotebookNode

from autograder.grading import personal_copies
from autograder.grading.autograde_settings import Configured
from autograder.grading.clean import known_to_the_gradebook
from autograder.grading.course import Course
from autograder.grading.extra_files import check_room, released_files
from autograder.grading.find_notebook import Found
from autograder.grading.reading import read
from autograder.grading.refuse_changes import points_of
from autograder.grading.scores import prefix
from autograder.grading.task import Notebook, Task
from autograder.truth.bugs import FIXED_DRAW


class Tasks:
    """The tasks of one assignment.

    Parameters
    ----------
    course : Course
    assignment : str

    Attributes
    ----------
    releases : mapping of str to nbformat.NotebookNode
        The assignment's notebooks, by name.
    files : mapping of str to bytes
        The files beside them, by path.
    copies : autograder.grading.personal_copies.Personal or None
    settings : Configured
    points : mapping of str to float
        The maximum of each graded cell in the current release.

    Raises
    ------
    CourseError
        The assignment can't be graded.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        course.check_released(assignment)
        self._assignment = assignment
        self.copies = personal_copies.of(course.root, assignment)
        if self.copies is not None:
            self.copies.check()
        self.releases = course.released(assignment)
        self.points = self.points_in(self.releases)
        self._common = {name: nbformat.writes(each) for name, each in self.releases.items()}
        self._known = {
            name: nbformat.writes(known_to_the_gradebook(each, assignment, name, course.dir.db_url))
            for name, each in self.releases.items()
        }
        self.settings = Configured(course)
        self.files = released_files(course.dir, assignment)
        self._rules = self.settings.rules(assignment)
        check_room(self.files, assignment, self._rules.limits.disk)

    def prefix(self, notebook: str) -> str:
        """What goes before the names of a notebook's cells."""
        return prefix(notebook, self.releases)

    def points_in(self, notebooks: Mapping[str, NotebookNode]) -> dict[str, float]:
        """The maximum of each graded cell, in notebooks given by name."""
        return {
            self.prefix(name) + cell: points
            for name, notebook in notebooks.items()
            for cell, points in points_of(notebook).items()
        }

    def task(self, student: str, found: Found, seed: int | None = None) -> Task:
        """The task of one submission.

        Parameters
        ----------
        student : str
        found : Found
            The submitted notebooks.
        seed : int, optional
            Draws the cases for this submission, in place of the seed that the whole class shares.

        Raises
        ------
        CourseError
            The student's personal copy can't be drawn again.
        """
        releases, key, owner = self._common, FIXED_DRAW, None
        if self.copies is not None:
            ((name, release),) = self.releases.items()
            own = self.copies.check_and_release(release, student)
            releases, key = {name: nbformat.writes(own)}, self.copies.draw(student)
            owner = self._owner(found.notebooks[name], student)
        notebooks = tuple(
            Notebook(name, self.prefix(name), submission, releases[name], self._known[name])
            for name, submission in found.notebooks.items()
        )
        rules = self._rules if seed is None else replace(self._rules, seed=seed)
        return Task(
            self._assignment, student, notebooks, self.files, dict(key), owner,
            self.copies is not None, rules,
            self.settings.steps_before, self.settings.steps_after, found.flags,
        )  # fmt: skip

    def _owner(self, submission: bytes, student: str) -> str | None:
        try:
            return None if self.copies is None else self.copies.owner(read(submission), student)
        except Exception:  # the worker will say what is wrong with it
            return None
