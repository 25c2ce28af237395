"""Match the cells of a submission to the cells of the release.

A submitted cell is recognised by its grade_id, its text or its cell id. An answer cell that lost
all of these is recognised by what it defines, or by its place.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils


@dataclass
class SubmittedCell:
    """One cell of a submission.

    Attributes
    ----------
    type, source : str
    pictures : dict
        Pictures that were pasted into it: the cell's attachments.
    name, id : object
        Its grade_id and its cell id, which may be of any type; None if it has none.
    place : int or None
        The index of the release cell that it matches, or is a copy of.
    changed : bool
        Whether its text is neither empty nor the text of the release cell at `place`.
    is_answer, is_foreign_answer, is_anchor, is_extra : bool
        Whether it is the student's answer for `place`; an answer to another notebook; a cell that
        tells where the extra cells around it belong; one of the student's own cells.
    """

    type: str
    source: str
    pictures: dict[str, Any] = field(default_factory=dict)
    name: object = None
    id: object = None
    place: int | None = None
    changed: bool = False
    is_answer: bool = False
    is_foreign_answer: bool = False
    is_anchor: bool = False
    is_extra: bool = False


def find(release: NotebookNode, submission: NotebookNode) -> list[SubmittedCell]:
    """Match every cell of a submission to a cell of the release.

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
    submitted = [_read(cell) for cell in cells if isinstance(cell, dict)] if cells else []
    _recognise(release, submitted)
    _recognise_by_definition(release, submitted)
    chosen = _choose_answers(release, submitted) | _choose_given(release, submitted)
    _mark_anchors([(at, each) for at, each in _placed(submitted) if chosen.get(at) is each])
    _find_written_answers(release, submitted, chosen)
    for each in submitted:
        each.is_extra = _is_extra(release, each, chosen)
    return submitted


def _read(cell: dict[str, Any]) -> SubmittedCell:
    metadata, source = cell.get("metadata"), cell.get("source")
    ours = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    ours = ours if isinstance(ours, dict) else {}
    text = "".join(map(str, source)) if isinstance(source, list) else source
    text = text if isinstance(text, str) else ""
    # Half of a surrogate pair is valid JSON, but can't be written to a file.
    each = SubmittedCell(str(cell.get("cell_type")), text.encode("utf-8", "replace").decode())
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


def _name(released: NotebookNode) -> str | None:
    return released.metadata.get("nbgrader", {}).get("grade_id")


def _recognise(release: NotebookNode, submitted: Sequence[SubmittedCell]) -> None:
    by_name: dict[str, int] = {}
    by_text: dict[str, int] = {}
    by_id: dict[str, int] = {}
    for place, released in enumerate(release.cells):
        by_text[released.source.strip()] = place
        name = _name(released)
        if name is not None:
            by_name[name] = by_id[released.get("id")] = place
    for each in submitted:
        text = each.source.strip()
        known = [
            by_name.get(each.name) if isinstance(each.name, str) else None,
            by_text.get(text) if text else None,
            by_id.get(each.id) if isinstance(each.id, str) else None,
        ]
        _set_place(release, each, next((place for place in known if place is not None), None))


def _set_place(release: NotebookNode, each: SubmittedCell, place: int | None) -> None:
    each.place = place
    if place is not None:
        each.changed = each.source.strip() not in ("", release.cells[place].source.strip())
        each.is_foreign_answer = False


def _recognise_by_definition(release: NotebookNode, submitted: Sequence[SubmittedCell]) -> None:
    """Recognise answers whose cells lost all their metadata by the name that they define."""
    seen = {each.place for each in submitted}
    for place, released in enumerate(release.cells):
        if place not in seen and utils.is_solution(released) and released.cell_type == "code":
            for each in submitted:
                given = each.name is not None and not each.is_foreign_answer
                if each.place is None and not given and _defines(each, released):
                    _set_place(release, each, place)


def _defines(each: SubmittedCell, released: NotebookNode) -> bool:
    """Whether a cell defines, at its top level, the function or variable that is asked for."""
    name = re.escape(released.metadata.nbgrader.grade_id)
    pattern = rf"^(?:def\s+{name}\b|{name}\s*=[^=])"
    return re.search(pattern, each.source, re.MULTILINE) is not None


def merged(release: NotebookNode, submitted: Sequence[SubmittedCell]) -> set[int]:
    """The places of answers that the student wrote into the cell of an earlier answer.

    The empty stub in such a place must not run after the answer.
    """
    answers = answers_by_place(submitted)
    return {
        place
        for place, released in enumerate(release.cells)
        if place not in answers and utils.is_solution(released) and released.cell_type == "code"
        if any(at < place and _defines(each, released) for at, each in answers.items())
    }


def answers_by_place(submitted: Sequence[SubmittedCell]) -> dict[int, SubmittedCell]:
    """The student's answers, by the index of the release cell that they answer."""
    return {each.place: each for each in submitted if each.is_answer and each.place is not None}


def _choose_answers(
    release: NotebookNode, submitted: Sequence[SubmittedCell]
) -> dict[int, SubmittedCell]:
    """The answer for each place: {place: SubmittedCell}."""
    names = {_name(released): place for place, released in enumerate(release.cells)}
    best: dict[int, tuple[int, SubmittedCell]] = {}
    tested = set()
    for each in submitted:
        if each.place is None:
            continue
        released = release.cells[each.place]
        if not utils.is_solution(released):
            tested.add(each.place)
            continue
        in_time = names.get(f"test_{_name(released)}") not in tested
        rank = 1 + in_time if each.changed else 0
        if each.place not in best or (rank and rank >= best[each.place][0]):
            best[each.place] = rank, each
    for _, each in best.values():
        each.is_answer = True
    return {place: each for place, (_, each) in best.items()}


def _choose_given(
    release: NotebookNode, submitted: Sequence[SubmittedCell]
) -> dict[int, SubmittedCell]:
    """The cell that matches each of the other places: the unchanged one, or the first."""
    chosen: dict[int, SubmittedCell] = {}
    for each in submitted:
        if each.place is None or utils.is_solution(release.cells[each.place]):
            continue
        if each.place not in chosen or (chosen[each.place].changed and not each.changed):
            chosen[each.place] = each
    return chosen


def _placed(submitted: Sequence[SubmittedCell]) -> Iterator[tuple[int, SubmittedCell]]:
    """The cells that match one of the release, with its index."""
    return ((each.place, each) for each in submitted if each.place is not None)


def _mark_anchors(known: Iterable[tuple[int, SubmittedCell]]) -> None:
    """Mark the longest run of cells that kept the release's order; the others have been moved."""
    runs: list[list[tuple[int, SubmittedCell]]] = []
    for place, each in known:
        before = [run for run in runs if run[-1][0] < place]
        runs.append([*max(before, key=len, default=[]), (place, each)])
    for _, each in max(runs, key=len, default=[]):
        each.is_anchor = True


def _find_written_answers(
    release: NotebookNode, submitted: Sequence[SubmittedCell], chosen: dict[int, SubmittedCell]
) -> None:
    """Find written answers that lost their metadata, or are beside the cell meant for them."""
    if not any(each.is_answer for each in submitted):
        return
    for place, released in enumerate(release.cells):
        given = chosen.get(place)
        if released.cell_type == "code" or not utils.is_solution(released):
            continue
        if given is None or not given.changed:
            between = _between(submitted, place)
            written = [each for each in between if each.place is None and each.type == "markdown"]
            longest = max(written, key=lambda each: len(each.source.strip()), default=None)
            if longest is not None and longest.source.strip():
                _set_place(release, longest, place)
                longest.is_answer = True
                if given is not None:
                    given.is_answer = False
                chosen[place] = longest


def _between(submitted: Sequence[SubmittedCell], place: int) -> Sequence[SubmittedCell]:
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


def _is_extra(
    release: NotebookNode, each: SubmittedCell, chosen: Mapping[int, SubmittedCell]
) -> bool:
    if not each.source.strip() or (each.place is not None and chosen[each.place] is each):
        return False
    if each.place is None or each.changed:
        return True
    # An unchanged copy of a helper is kept: it is run again, as the student ran it again.
    released = release.cells[each.place]
    return bool(utils.is_locked(released) and not utils.is_grade(released))
