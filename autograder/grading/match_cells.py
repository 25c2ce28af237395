"""Match the cells of a submission to the cells of the release.

A submitted cell is recognised by its grade_id, its text or its cell id. What is left of it is the
student's own work: see `added_work.py`, `choose_answers.py` and `written_answers.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils

from autograder.box.definitions import Statement, defined, statements
from autograder.grading.embedded_pictures import set_apart

MOST_PARSED = 300_000
"""Characters of code that are parsed, which takes seconds; releases have a third of that."""


@dataclass(eq=False)
class SubmittedCell:
    """One cell of a submission.

    Attributes
    ----------
    number : int
        Its place in the submission, from 1.
    type, source : str
        What is left of its text; see `autograder.grading.added_work`.
    original : str
        Its text.
    pictures : dict
        Pictures that were pasted into it: the cell's attachments.
    name, id : object
        Its grade_id and its cell id, which may be of any type; None if it has none.
    place : int or None
        The index of the release cell that it matches, or is a copy of.
    changed : bool
        Whether its text is neither empty nor the text of the release cell at `place`.
    statements : list of Statement or None
        Of its text; None if that is not Python.
    names : set of str
        What it defines.
    is_parsed : bool
        Whether there is time to look for these; else there are none.
    is_foreign_answer, is_anchor, is_given, is_used : bool
        Whether it is an answer to another notebook; a cell that tells where the extra cells around
        it belong; the student's copy of a cell that is not an answer; a cell that does not appear
        in the rebuilt notebook as a cell of its own, because its text does so elsewhere.
    """

    number: int
    type: str
    source: str
    original: str = field(init=False)
    pictures: dict[str, Any] = field(default_factory=dict)
    name: object = None
    id: object = None
    place: int | None = None
    changed: bool = False
    is_parsed: bool = True
    is_foreign_answer: bool = False
    is_anchor: bool = False
    is_given: bool = False
    is_used: bool = False

    def __post_init__(self) -> None:
        self.original = self.source

    @cached_property
    def statements(self) -> list[Statement] | None:
        return statements(self.source) if self.is_parsed else None

    @cached_property
    def names(self) -> set[str]:
        if self.statements is not None:
            return {name for each in self.statements for name in each.names}
        return defined(self.source) if self.is_parsed and self.type == "code" else set()

    def reduce_to(self, source: str) -> None:
        """Keep only this of its text."""
        self.source = source
        for name in ("statements", "names"):
            self.__dict__.pop(name, None)

    def put_at(self, release: NotebookNode, place: int | None) -> None:
        """Take it for what was a release cell, or a copy of one."""
        self.place = place
        if place is not None:
            ours = release.cells[place].source.strip()
            self.changed = self.source.strip() not in ("", ours)
            self.is_foreign_answer = False


def find(release: NotebookNode, submission: NotebookNode) -> list[SubmittedCell]:
    """Match every cell of a submission to a cell of the release, if it has been one.

    Parameters
    ----------
    release
    submission
        It may contain anything that can be read from JSON.

    Returns
    -------
    list of SubmittedCell
        In the order of the submission.
    """
    cells = submission.get("cells")
    cells = [cell for cell in cells if isinstance(cell, dict)] if cells else []
    submitted = [_read(number, cell) for number, cell in enumerate(cells, 1)]
    _recognise(release, submitted)
    _choose_given(release, submitted)
    left = MOST_PARSED
    for each in submitted:
        if each.type == "markdown" and (each.place is None or each.changed):
            each.source, found = set_apart(each.source)
            each.original, each.pictures = each.source, each.pictures | found
        if each.place is None or each.changed:
            left -= len(each.source)
            each.is_parsed = left > 0
    return submitted


def name_of(released: NotebookNode) -> str | None:
    """The grade_id of a release cell."""
    name: str | None = released.metadata.get("nbgrader", {}).get("grade_id")
    return name


def mark_anchors(known: Iterable[SubmittedCell]) -> None:
    """Mark the longest run of cells that kept the release's order; the others have been moved.

    Parameters
    ----------
    known
        One cell for each place that the submission has.
    """
    runs: list[list[SubmittedCell]] = []
    for each in known:
        before = [run for run in runs if _place(run[-1]) < _place(each)]
        runs.append([*max(before, key=len, default=[]), each])
    for each in max(runs, key=len, default=[]):
        each.is_anchor = True


def between(submitted: Sequence[SubmittedCell], place: int) -> Sequence[SubmittedCell]:
    """The cells between the nearest anchors on both sides of a place."""
    low, high = -1, len(submitted)
    for index, each in enumerate(submitted):
        if not each.is_anchor or each.place is None:
            continue
        if each.place < place:
            low = index
        elif each.place > place:
            high = min(high, index)
    return submitted[low + 1 : high]


def numbers(cells: Iterable[SubmittedCell]) -> str:
    """Say which cells of the submission these are: "cell 3", "cells 3, 7 and 9"."""
    found = [str(each.number) for each in cells]
    if len(found) == 1:
        return f"cell {found[0]}"
    more = len(found) - MOST_NUMBERS
    if more > 0:
        return f"cells {', '.join(found[:MOST_NUMBERS])} and {more} more"
    return f"cells {', '.join(found[:-1])} and {found[-1]}"


MOST_NUMBERS = 6


def _place(each: SubmittedCell) -> int:
    return -1 if each.place is None else each.place


def _read(number: int, cell: dict[str, Any]) -> SubmittedCell:
    metadata, source = cell.get("metadata"), cell.get("source")
    ours = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    ours = ours if isinstance(ours, dict) else {}
    text = "".join(map(str, source)) if isinstance(source, list) else source
    text = text if isinstance(text, str) else ""
    # Half of a surrogate pair is valid JSON, but can't be written to a file.
    text = text.encode("utf-8", "replace").decode()
    each = SubmittedCell(number, str(cell.get("cell_type")), text)
    each.pictures = _pictures(cell.get("attachments"))
    each.name, each.id = ours.get("grade_id"), cell.get("id")
    each.is_foreign_answer = ours.get("solution") is True  # unless a place is found for it
    return each


def _pictures(attachments: object) -> dict[str, Any]:
    if not isinstance(attachments, dict):
        return {}
    return {
        name: bundle
        for name, bundle in attachments.items()
        if isinstance(bundle, dict) and name.isprintable()
        if all(
            kind.isascii() and isinstance(data, str) and data.isascii()
            for kind, data in bundle.items()
        )
    }


def _recognise(release: NotebookNode, submitted: Sequence[SubmittedCell]) -> None:
    by_name: dict[str, int] = {}
    by_text: dict[str, int] = {}
    by_id: dict[str, int] = {}
    for place, released in enumerate(release.cells):
        by_text[_bare(released.source)] = place
        name = name_of(released)
        if name is not None:
            by_name[name] = by_id[released.get("id")] = place
    for each in submitted:
        text = _bare(each.source)
        known = [
            by_name.get(each.name) if isinstance(each.name, str) else None,
            by_text.get(text) if text else None,
            by_id.get(each.id) if isinstance(each.id, str) else None,
        ]
        each.put_at(release, next((place for place in known if place is not None), None))


def _bare(source: str) -> str:
    return source.replace("\r\n", "\n").strip()


def _choose_given(release: NotebookNode, submitted: Sequence[SubmittedCell]) -> None:
    """Find the cell that matches each place without an answer: the unchanged one, or the first."""
    chosen: dict[int, SubmittedCell] = {}
    for place, each in placed(submitted):
        if not utils.is_solution(release.cells[place]) and (
            place not in chosen or (chosen[place].changed and not each.changed)
        ):
            chosen[place] = each
    for each in chosen.values():
        each.is_given = True


def placed(submitted: Sequence[SubmittedCell]) -> Iterator[tuple[int, SubmittedCell]]:
    """The cells that match one of the release, with its index."""
    return ((each.place, each) for each in submitted if each.place is not None)


def is_extra(release: NotebookNode, each: SubmittedCell, here: Mapping[int, SubmittedCell]) -> bool:
    """Whether a cell is one of the student's own, which the rebuilt notebook has as it is.

    Parameters
    ----------
    release
    each
    here
        The answers, by place.
    """
    if each.is_used or not each.source.strip():
        return False
    if each.place is None or (each.is_given and each.changed):
        return True
    if each.is_given or here.get(each.place) is each:
        return False
    if each.changed:
        return True
    # An unchanged copy of a helper is kept: it is run again, as the student ran it again.
    released = release.cells[each.place]
    return bool(utils.is_locked(released) and not utils.is_grade(released))
