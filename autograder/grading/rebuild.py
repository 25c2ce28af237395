"""Rebuild a submission from the release's cells and the student's answers.

Students copy cells, split them, delete the tests, move things around, and submit files that other
programs have rewritten. nbgrader stops the whole run at a copied answer cell and gives nothing for
a deleted test. Here the release determines the notebook; the submission only supplies the answers
and the cells that the student added. Whatever had to be guessed is a flag.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader import utils

from autograder.grading import added_work, choose_answers, match_cells, written_answers
from autograder.grading.choose_answers import Choice
from autograder.grading.flags import flag
from autograder.grading.match_cells import SubmittedCell, name_of

NEW_CELL: Mapping[str, Callable[..., NotebookNode]] = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "raw": new_raw_cell,
}

OWN = "cell_of_the_submission"
"""Metadata key of a cell of the student's own: the number of the cell that it was."""
LATER_ANSWER = "later_answer"
"""Metadata key of such a cell, if it has other answers, below their tests. For each: to which
answer cell, which cell has the one above, and what to say about that."""
ANSWERED_ELSEWHERE = "# Answered in another cell ({cells} of the submission)."
FEW = (
    "Only {found} of the {asked} answer cells of this assignment were found in the submission. The "
    "others count as not answered."
)


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
        A new notebook without outputs, and with flags. Of several answers, that in the answer cell
        is the last one above its test, or the last one if none is above. The others stay in their
        places as extra cells: code runs in the order in which it ran for the student.

    Raises
    ------
    WrongNotebook
        The submission has no answer cell of the release, or more from other notebooks.
    """
    submitted = match_cells.find(release, submission)
    flags = added_work.keep_added(release, submitted)
    choice = choose_answers.choose(release, submitted)
    match_cells.mark_anchors(_chosen(release, submitted, choice.here))
    _check_notebook(release, submitted, choice)
    flags += choice.flags
    flags += written_answers.put_into_their_cells(release, submitted, choice.here)
    found, asked = _found(choice), sum(map(utils.is_solution, release.cells))
    if found < asked / 2:
        flags.append(FEW.format(found=found, asked=asked))
    cells = _assembled(release, submitted, choice)
    if (release.nbformat, release.nbformat_minor) < (4, 5):  # a format without cell ids
        for cell in cells:
            cell.pop("id", None)
    rebuilt = nbformat.from_dict({**release, "cells": cells})
    for each in dict.fromkeys(flags):
        flag(rebuilt, each)
    return rebuilt


def _chosen(
    release: NotebookNode, submitted: Sequence[SubmittedCell], here: Mapping[int, SubmittedCell]
) -> list[SubmittedCell]:
    """The cell that each place has in the submission, in its order."""
    chosen = [*here.values()]
    first: dict[int, SubmittedCell] = {}
    for place, each in match_cells.placed(submitted):
        if place not in here and utils.is_solution(release.cells[place]):  # a written answer
            first[place] = each if each.changed else first.get(place, each)
    return [each for each in submitted if each.is_given or each in (*chosen, *first.values())]


def _found(choice: Choice) -> int:
    return len({**choice.here, **choice.elsewhere})


def _check_notebook(
    release: NotebookNode, submitted: Sequence[SubmittedCell], choice: Choice
) -> None:
    asked = sum(map(utils.is_solution, release.cells))
    others = sum(each.is_foreign_answer for each in submitted)
    written = {
        each.place for place, each in match_cells.placed(submitted)
        if utils.is_solution(release.cells[place])
    }  # fmt: skip
    found = len(written | {*choice.here, *choice.elsewhere})
    if asked and (not found or found < min(asked / 2, others)):
        raise WrongNotebook(
            f"it has {found} of the {asked} answer cells of this assignment"
            + (f" and {others} of another" if others else "")
            + ": is it the right notebook?"
        )


class _Extra(NamedTuple):
    """A cell of the student's own."""

    submitted: SubmittedCell
    cell: NotebookNode


def _assembled(
    release: NotebookNode, submitted: Sequence[SubmittedCell], choice: Choice
) -> list[NotebookNode]:
    """The cells of the release with the answers, and the student's own cells around them."""
    extras = _extras(release, submitted, choice)
    cells = list(extras.get(-1, []))
    for place, released in enumerate(release.cells):
        cell = nbformat.from_dict(released)
        if place in choice.here:
            cell.source = choice.here[place].source
            _copy_pictures(choice.here[place], cell)
        elif place in choice.elsewhere:
            found = match_cells.numbers([choice.elsewhere[place]])
            cell.source = ANSWERED_ELSEWHERE.format(cells=found)
        cells += [cell, *extras.get(place, [])]
    return cells


def _extras(
    release: NotebookNode, submitted: Sequence[SubmittedCell], choice: Choice
) -> dict[int, list[NotebookNode]]:
    """The student's extra cells, by the index of the release cell that they follow."""
    extras: dict[int, list[NotebookNode]] = {}
    answers = {**choice.here, **choice.elsewhere}
    spans = _spans(release, answers)
    after, number = -1, 0
    for each in submitted:
        if each.is_anchor and each.place is not None:
            after = each.place
        if each.type not in NEW_CELL or not match_cells.is_extra(release, each, choice.here):
            continue
        number += 1
        metadata: dict[str, object] = {OWN: each.number}
        later: list[dict[str, str | None]] = []
        place = each.place if each.is_given and each.place is not None else after
        for answer, (asked, test) in spans.items():
            if each is choice.later.get(answer):
                place = max(place, test)
                later.append(
                    {
                        "to": name_of(release.cells[answer]),
                        "before": match_cells.numbers([answers[answer]]),
                        "said": choice.said[answer],
                    }
                )
            elif answer <= place < test and asked & each.names and not each.is_given:
                place = answer - 1  # below the answer, it would replace the chosen one
        if later:
            metadata[LATER_ANSWER] = later
        cell = NEW_CELL[each.type](each.source, id=f"extra-{number}", metadata=metadata)
        _copy_pictures(each, cell)
        extras.setdefault(place, []).append(cell)
    return extras


def _spans(release: NotebookNode, answers: Iterable[int]) -> dict[int, tuple[set[str], int]]:
    """For each answer in code that has a test: what it defines, and the place of the test."""
    tests = {name_of(cell): place for place, cell in enumerate(release.cells)}
    spans = {}
    for answer in answers:
        released = release.cells[answer]
        test = tests.get(f"test_{name_of(released)}")
        if released.cell_type == "code" and test is not None:
            spans[answer] = choose_answers.asked_of(released), test
    return spans


def _copy_pictures(submitted: SubmittedCell, cell: NotebookNode) -> None:
    """Attach the pictures that were pasted into a written answer to its cell."""
    if submitted.pictures and cell.cell_type == "markdown":
        cell.attachments = nbformat.from_dict(submitted.pictures)
