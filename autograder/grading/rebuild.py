"""A submission put together anew: the release's cells, the student's answers.

Students copy cells, split them, delete the tests, move things about, and hand in what other
programs have re-written. nbgrader stops the whole run at a copied answer cell and gives nothing
for a deleted test. Here the release decides what the notebook is; the submission only says what
was answered, and which cells the student added.
"""

from collections.abc import Callable, Mapping, Sequence

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader import utils

from autograder.grading import match_cells
from autograder.grading.match_cells import HandedIn

NEW_CELL: Mapping[str, Callable[..., NotebookNode]] = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "raw": new_raw_cell,
}


class WrongNotebook(Exception):
    """What was handed in is not a notebook of this assignment."""

    line = "{where}: {text} If not, {remedy}"


def rebuild(release: NotebookNode, submission: NotebookNode) -> NotebookNode:
    """Carry over a student's answers and extra cells into the release notebook.

    Parameters
    ----------
    release
        What the student was given. Its cells, order, ids, points and flags stay.
    submission
        What came back.

    Returns
    -------
    NotebookNode
        A new notebook without outputs. Where an answer cell exists several times, the last
        changed copy above its test is the answer (below, when there is none above), and the
        others stay where they stood as extra cells: code runs in the order in which it ran for
        the student.

    Raises
    ------
    WrongNotebook
        No answer cell of the release is in the submission, or more of other notebooks are.
    """
    handed_in = match_cells.find(release, submission)
    answers = match_cells.answers_by_place(handed_in)
    _check_notebook(release, handed_in, answers)
    extras, merged = _extras(handed_in), match_cells.merged(release, handed_in)
    cells = list(extras.get(-1, []))
    for place, released in enumerate(release.cells):
        cell = nbformat.from_dict(released)
        if place in answers:
            cell.source = answers[place].source
            _copy_pictures(answers[place], cell)
        elif place in merged:
            cell.source = "# This answer stands in the cell of another one."
        cells += [cell, *extras.get(place, [])]
    if (release.nbformat, release.nbformat_minor) < (4, 5):  # which has no ids
        for cell in cells:
            cell.pop("id", None)
    rebuilt: NotebookNode = nbformat.from_dict({**release, "cells": cells})
    return rebuilt


def _check_notebook(
    release: NotebookNode, handed_in: Sequence[HandedIn], answers: Mapping[int, HandedIn]
) -> None:
    asked = sum(utils.is_solution(cell) for cell in release.cells)
    others = sum(each.is_foreign_answer for each in handed_in)
    if asked and (not answers or len(answers) < min(asked / 2, others)):
        raise WrongNotebook(
            f"it holds {len(answers)} of the {asked} answer cells of this assignment"
            + (f" and {others} of another" if others else "")
            + ": is it the right notebook?"
        )


def _extras(handed_in: Sequence[HandedIn]) -> dict[int, list[NotebookNode]]:
    """The student's own cells, by the index of the release cell that they come after."""
    extras: dict[int, list[NotebookNode]] = {}
    after, number = -1, 0
    for each in handed_in:
        if each.is_anchor and each.place is not None:
            after = each.place
        if each.is_extra and each.type in NEW_CELL:
            number += 1
            cell = NEW_CELL[each.type](each.source, id=f"extra-{number}")
            _copy_pictures(each, cell)
            extras.setdefault(after, []).append(cell)
    return extras


def _copy_pictures(handed_in: HandedIn, cell: NotebookNode) -> None:
    """Pictures that were pasted into a written answer are attached to its cell."""
    if handed_in.pictures and cell.cell_type == "markdown":
        cell.attachments = nbformat.from_dict(handed_in.pictures)
