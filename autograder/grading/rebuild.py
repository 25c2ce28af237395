"""Rebuild a submission from the release's cells and the student's answers.

Students copy cells, split them, delete the tests, move things around, and submit files that other
programs have rewritten. nbgrader stops the whole run at a copied answer cell and gives nothing for
a deleted test. Here the release determines the notebook; the submission only supplies the answers
and the cells that the student added.
"""

from collections.abc import Callable, Mapping, Sequence

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader import utils

from autograder.grading import match_cells
from autograder.grading.match_cells import SubmittedCell

NEW_CELL: Mapping[str, Callable[..., NotebookNode]] = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "raw": new_raw_cell,
}


class WrongNotebook(Exception):
    """The submission is not a notebook of this assignment."""

    line = "{where}: {text} If not, {remedy}"


def rebuild(release: NotebookNode, submission: NotebookNode) -> NotebookNode:
    """Copy a student's answers and extra cells into the release notebook.

    Parameters
    ----------
    release
        What the student was given. Its cells, order, ids, points and flags are kept.
    submission
        What the student submitted.

    Returns
    -------
    NotebookNode
        A new notebook without outputs. If there are several copies of an answer cell, the answer is
        the last changed copy above its test, or below it if none is above. The others stay in their
        places as extra cells: code runs in the order in which it ran for the student.

    Raises
    ------
    WrongNotebook
        The submission has no answer cell of the release, or more from other notebooks.
    """
    submitted = match_cells.find(release, submission)
    answers = match_cells.answers_by_place(submitted)
    _check_notebook(release, submitted, answers)
    extras, merged = _extras(submitted), match_cells.merged(release, submitted)
    cells = list(extras.get(-1, []))
    for place, released in enumerate(release.cells):
        cell = nbformat.from_dict(released)
        if place in answers:
            cell.source = answers[place].source
            _copy_pictures(answers[place], cell)
        elif place in merged:
            cell.source = "# This answer is in the cell of another answer."
        cells += [cell, *extras.get(place, [])]
    if (release.nbformat, release.nbformat_minor) < (4, 5):  # a format without cell ids
        for cell in cells:
            cell.pop("id", None)
    return nbformat.from_dict({**release, "cells": cells})


def _check_notebook(
    release: NotebookNode, submitted: Sequence[SubmittedCell], answers: Mapping[int, SubmittedCell]
) -> None:
    asked = sum(utils.is_solution(cell) for cell in release.cells)
    others = sum(each.is_foreign_answer for each in submitted)
    if asked and (not answers or len(answers) < min(asked / 2, others)):
        raise WrongNotebook(
            f"it has {len(answers)} of the {asked} answer cells of this assignment"
            + (f" and {others} of another" if others else "")
            + ": is it the right notebook?"
        )


def _extras(submitted: Sequence[SubmittedCell]) -> dict[int, list[NotebookNode]]:
    """The student's extra cells, by the index of the release cell that they follow."""
    extras: dict[int, list[NotebookNode]] = {}
    after, number = -1, 0
    for each in submitted:
        if each.is_anchor and each.place is not None:
            after = each.place
        if each.is_extra and each.type in NEW_CELL:
            number += 1
            cell = NEW_CELL[each.type](each.source, id=f"extra-{number}")
            _copy_pictures(each, cell)
            extras.setdefault(after, []).append(cell)
    return extras


def _copy_pictures(submitted: SubmittedCell, cell: NotebookNode) -> None:
    """Attach the pictures that were pasted into a written answer to its cell."""
    if submitted.pictures and cell.cell_type == "markdown":
        cell.attachments = nbformat.from_dict(submitted.pictures)
