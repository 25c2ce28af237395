"""Grade one submission, notebook by notebook: a function of bytes that any process can compute.

nbgrader's converters grade between a course folder and a gradebook. This works without either: the
same steps of the same configuration, in the same order, on values.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader import utils

from autograder.box.warden import Warden
from autograder.grading.clean import clean, note_owner
from autograder.grading.flags import flag
from autograder.grading.grade import Rules, grade
from autograder.grading.preprocessor_types import Processed, Resources

SCORES, SECONDS = "scores", "seconds"
"""Metadata keys of a graded notebook: the recorded scores, and how long grading took."""


@dataclass(frozen=True)
class Notebook:
    """One notebook of a submission.

    Attributes
    ----------
    name : str
        The file name without `.ipynb`.
    prefix : str
        The prefix of its cells' names: see `autograder.grading.scores.prefix`.
    submission : bytes
        The file as it was submitted.
    given : str
        What this student was given.
    known : str
        The common release as the gradebook knows it, with hidden tests.
    """

    name: str
    prefix: str
    submission: bytes
    given: str
    known: str


class Step(NamedTuple):
    """A preprocessor of nbgrader's configuration, with its settings."""

    kind: type
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """A submission, and everything that is needed to grade it.

    Attributes
    ----------
    assignment, student : str
    notebooks : tuple of Notebook
        The submitted ones.
    files : mapping of str to bytes
        The files beside the release's notebooks, by path.
    key : mapping of str to str
        The student's bugs, by suspect.
    owner : str or None
        Whose personal copy was submitted, if there are any and this is known.
    personal : bool
        Whether there are personal copies.
    rules : autograder.grading.grade.Rules
        The course's settings for the assignment.
    before, after : tuple of Step
        The course's own preprocessors, before the code is run and after it.
    flags : tuple of str
        What had to be guessed to find the notebooks.
    """

    assignment: str
    student: str
    notebooks: tuple[Notebook, ...]
    files: Mapping[str, bytes]
    key: Mapping[str, str]
    owner: str | None
    personal: bool
    rules: Rules
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graded:
    """The result of a task, or of one of its notebooks.

    Attributes
    ----------
    notebooks : mapping of str to str
        The graded notebooks by name.
    scores : mapping of str to float or None
        By graded cell, in order; None if a person has to read the answer.
    comments : mapping of str to str or None
        nbgrader's automatic comments, by answer.
    seconds : float
        How long it took.
    was_held_up : bool
        Whether points were lost that the submission might earn if it ran alone.
    """

    notebooks: Mapping[str, str]
    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    seconds: float
    was_held_up: bool


def together(parts: Sequence[Graded]) -> Graded:
    """The result of a submission, from the results of its notebooks."""
    notebooks: dict[str, str] = {}
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    for each in parts:
        notebooks |= each.notebooks
        scores |= each.scores
        comments |= each.comments
    seconds, was_held_up = sum(each.seconds for each in parts), any(p.was_held_up for p in parts)
    return Graded(notebooks, scores, comments, seconds, was_held_up)


def graded(task: Task, notebook: Notebook, warden: Warden) -> Graded:
    """Grade one notebook of a submission.

    Raises
    ------
    Exception
        From the steps, and from `autograder.grading.reading.read`.
    """
    began, resources = perf_counter(), _resources(task, notebook.name)
    nb = clean(notebook.submission, _read(notebook.given), _read(notebook.known))
    for sentence in task.flags:
        flag(nb, sentence)
    if task.personal:
        note_owner(nb, task.owner, task.student)
    nb, resources = _through(task.before, nb, resources)
    was_held_up = grade(nb, task.assignment, task.key, task.rules, warden, task.files)
    nb, resources = _through(task.after, nb, resources)
    nbformat.validate(nb, relax_add_props=True)  # as nbconvert does between its steps
    scores, comments = _scores(nb), _comments(nb)
    seconds = perf_counter() - began
    nb.metadata.update({SCORES: scores, SECONDS: round(seconds, 3)})
    scores = {notebook.prefix + name: score for name, score in scores.items()}
    comments = {notebook.prefix + name: comment for name, comment in comments.items()}
    text = written(nb)
    text.encode()  # text that can't be written fails here, and affects nobody else
    return Graded({notebook.name: text}, scores, comments, seconds, was_held_up)


def written(nb: NotebookNode) -> str:
    """The text of a graded notebook's file, with a line for each cell.

    nbformat indents what it writes. Python's json does that without its part in C, which took a
    seventh of the grader's time for a submission.
    """
    compact = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
    cells = ",\n".join(map(compact, nb.cells))
    others = compact({key: value for key, value in nb.items() if key != "cells"})
    return f'{{"cells": [\n{cells}\n],\n{others[1:]}\n'


def _through(steps: Iterable[Step], nb: NotebookNode, resources: Resources) -> Processed:
    for kind, settings in steps:
        nb, resources = kind(**settings)(nb, resources)
    return nb, resources


def _resources(task: Task, notebook: str) -> Resources:
    names = {"student": task.student, "assignment": task.assignment, "notebook": notebook}
    return {"nbgrader": names, "unique_key": notebook, "metadata": {}, "outputs": {}}


@lru_cache(maxsize=16)
def _read(text: str) -> NotebookNode:
    """A notebook, cached: callers must not change it."""
    return nbformat.reads(text, as_version=4)


def _scores(nb: NotebookNode) -> dict[str, float | None]:
    """The scores that ``SaveAutoGrades`` would record, by cell."""
    cells = filter(utils.is_grade, nb.cells)
    return {each.metadata.nbgrader.grade_id: utils.determine_grade(each)[0] for each in cells}


def _comments(nb: NotebookNode) -> dict[str, str | None]:
    cells = (each for each in nb.cells if utils.is_solution(each) or utils.is_task(each))
    return {each.metadata.nbgrader.grade_id: _comment(each) for each in cells}


def _comment(cell: NotebookNode) -> str | None:
    unchanged = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
    return "No response." if unchanged and not utils.is_task(cell) else None
