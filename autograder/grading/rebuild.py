"""A submission put together anew: the release's cells, the student's answers.

Students copy cells, split them, delete the tests, move things about, and hand in what other
programs have re-written. nbgrader stops the whole run at a copied answer cell and gives nothing
for a deleted test. Here the release decides what the notebook is; the submission only says what
was answered, and which cells the student added.
"""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


class WrongNotebook(Exception):
    """What was handed in is not a notebook of this assignment."""


class Rebuild(NbGraderPreprocessor):
    """The first sanitizer: see :func:`rebuild`."""

    def preprocess(self, nb, resources):
        assignment, notebook = (resources["nbgrader"][key] for key in ("assignment", "notebook"))
        coursedir = self.parent.parent.coursedir
        folder = coursedir.format_path(coursedir.release_directory, ".", assignment)
        release = nbformat.read(Path(folder, f"{notebook}.ipynb"), as_version=4)
        return rebuild(release, nb), resources


def rebuild(release, submission):
    """Carry over a student's answers and extra cells into the release notebook.

    Parameters
    ----------
    release : NotebookNode
        What the student was given. Its cells, order, ids, points and flags stay.
    submission : NotebookNode
        What came back.

    Returns
    -------
    NotebookNode
        A new notebook without outputs. Where an answer cell exists several times, the last
        changed copy above its test is the answer, and the others stay where they stood as
        extra cells: they run in the order in which they ran for the student.

    Raises
    ------
    WrongNotebook
        No answer cell of the release is in the submission.
    """
    places = [_place(cell, release) for cell in submission.cells]
    answers = _answers(release, submission, places)
    if not answers:
        raise WrongNotebook(
            "it holds none of the answer cells of this assignment: is it another notebook?"
        )
    extras = _extras(release, submission, places, answers)
    cells = list(extras.get(-1, []))
    for index, cell in enumerate(release.cells):
        cell = nbformat.from_dict(cell)
        if index in answers:
            cell.source = submission.cells[answers[index]].source
        cells += [cell, *extras.get(index, [])]
    rebuilt = nbformat.from_dict({**release, "cells": cells})
    return rebuilt


def _grade_id(cell):
    metadata = cell.metadata.get("nbgrader")
    return metadata.get("grade_id") if isinstance(metadata, dict) else None


def _place(cell, release):
    """The index of the release cell that a submitted cell stands for, or None."""
    grade_id, text = _grade_id(cell), cell.source.strip()
    same_name = same_text = same_id = None
    for index, released in enumerate(release.cells):
        if grade_id is not None and grade_id == _grade_id(released):
            same_name = index
        if text and text == released.source.strip():
            same_text = index
        if cell.get("id") == released.get("id") and _grade_id(released) is not None:
            same_id = index
    return next((each for each in (same_name, same_text, same_id) if each is not None), None)


def _answers(release, submission, places):
    """Which submitted cell answers which release cell: {release index: submission index}."""
    answers, tested = {}, -1
    for index, place in enumerate(places):
        if place is None:
            continue
        released = release.cells[place]
        if not utils.is_solution(released):
            tested = max(tested, place if utils.is_grade(released) else -1)
            continue
        changed = submission.cells[index].source.strip() != released.source.strip()
        in_time = tested < place or released.cell_type == "markdown"
        if place not in answers or (changed and in_time):
            answers[place] = index
    return answers


def _extras(release, submission, places, answers):
    """The student's own cells, by the index of the release cell that they come after."""
    extras, after, number = {}, -1, 0
    for index, (cell, place) in enumerate(zip(submission.cells, places, strict=True)):
        if place is not None:
            after = place
            own_text = utils.is_solution(release.cells[place]) and answers.get(place) != index
            if not own_text or cell.source.strip() == release.cells[place].source.strip():
                continue
        if cell.source.strip() and cell.cell_type in NEW_CELL:
            number += 1
            extra = NEW_CELL[cell.cell_type](cell.source, id=f"extra-{number}")
            extras.setdefault(after, []).append(extra)
    return extras
