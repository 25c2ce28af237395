"""Find written answers, wherever they stand, and put them before the person who reads them.

nbgrader gives 0 for an answer cell that was not changed. Students also write below the question,
into a new cell, into code, or at the end of the notebook, and some programs make a cell of every
paragraph. Text that stands elsewhere is copied into an empty answer cell; whether it is the answer
is for a person to say.
"""

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from nbformat import NotebookNode
from nbgrader import utils

from autograder.box.definitions import readable
from autograder.grading.embedded_pictures import ATTACHED, set_apart
from autograder.grading.match_cells import SubmittedCell, between, name_of, numbers

NEARBY = (
    "{name}: its own cell has no answer, or only a part of it. What stands around it, in {cells} "
    "of the submission, was put into it."
)
COPIES = "{name}: the submission has different answers, in {cells}. All of them are in its cell."
FAR = (
    "{name}: its own cell has no answer. Text from {cells} of the submission was copied into it. "
    "Whoever reads it decides whether it is the answer."
)
BESIDE = "{name}: more text stands beside its cell, in {cells} of the submission. Read it, too."
FEWEST_WORDS = 6
"""Fewer words than this are not an answer by themselves ("see below"), nor text from elsewhere. A
picture says as much."""
MOST_WORDS_OF_NOTES = 20
"""More than this beside an answer may be a part of it."""
LONGEST = 20_000
"""Characters of text that are copied into an answer cell."""
MOST_SEARCHED = 200_000
"""Characters of text among which the student's own is looked for."""
SHORTEST_QUOTED = 3
"""A line of fewer words is ours only if the release has exactly this line."""
LONG_LINE = 40
"""Characters of a line of ours that may stand before the student's text on the same line."""
TAG = re.compile(r"<[^<>]*>")
WORD = re.compile(r"\w+")
MOSTLY_WORDS = 0.75
"""Share of letters and spaces in a text that is not code."""
PYTHON = re.compile(
    r"^\s*(?:(?:async )?(?:def|class) \w+|import \w|from \w+ import |return\b)", re.M
)
"""What begins a line of Python, also of one with a mistake in it, and hardly any sentence."""


@dataclass(frozen=True)
class _Text:
    """What the student wrote in a cell, without what we had written; and whether that is all."""

    cell: SubmittedCell
    text: str
    is_all: bool

    @property
    def words(self) -> int:
        return _words(self.text)


def put_into_their_cells(
    release: NotebookNode, submitted: Sequence[SubmittedCell], here: dict[int, SubmittedCell]
) -> list[str]:
    """Find the text of every written answer.

    Parameters
    ----------
    release
    submitted
        With anchors. It is changed.
    here
        The answers by place, which are added to.

    Returns
    -------
    list of str
        Flags.
    """
    places = [
        place for place, cell in enumerate(release.cells)
        if cell.cell_type != "code" and utils.is_solution(cell)
    ]  # fmt: skip
    flags: list[str] = []
    for place in places:
        copies = [each for each in submitted if each.place == place]
        changed = [*{_content(each.source, each): each for each in copies if each.changed}.values()]
        if changed:
            here[place] = changed[-1]
            if len(changed) > 1:
                flags.append(COPIES.format(name=_name(release, place), cells=numbers(changed)))
                _join(here[place], changed)
        elif copies:
            here[place] = copies[0]
    look = [place for place in places if _may_be_elsewhere(submitted, place, here.get(place))]
    own = _own_texts(release, submitted) if look else []
    said = " ".join(here[place].source for place in places if place in here)
    own = [each for each in own if each.cell.pictures or each.text not in said]
    for place in look:
        flags += _look_around(release, submitted, place, own, here)
    return flags


def _may_be_elsewhere(
    submitted: Sequence[SubmittedCell], place: int, cell: SubmittedCell | None
) -> bool:
    if cell is None or not cell.changed or _words(cell.source) < FEWEST_WORDS:
        return True
    around = (each for each in between(submitted, place) if each is not cell)
    return any(each.place is None and each.source.strip() for each in around)


def _look_around(
    release: NotebookNode, submitted: Sequence[SubmittedCell], place: int,
    own: Sequence[_Text], here: dict[int, SubmittedCell],
) -> list[str]:  # fmt: skip
    """Look for the answer beside its cell, and then everywhere."""
    cell, around = here.get(place), between(submitted, place)
    text = cell.source if cell is not None and cell.changed else ""
    near = [each for each in own if each.cell in around and not each.cell.is_used]
    name = _name(release, place)
    if _words(text) >= FEWEST_WORDS:
        notes = [each.cell for each in near if each.words > MOST_WORDS_OF_NOTES]
        return [BESIDE.format(name=name, cells=numbers(notes))] if notes else []
    flags, near = [], [each for each in near if each.is_all]
    if near:
        if cell is not None or len(near) > 1:
            flags.append(NEARBY.format(name=name, cells=numbers(each.cell for each in near)))
        cell = _collect(release, place, cell, near)
        for each in near:
            each.cell.is_used = True
    if _words(cell.source if near and cell else text) < FEWEST_WORDS:
        far = [each for each in own if each.words >= FEWEST_WORDS and not each.cell.is_used]
        if far:
            cell = _collect(release, place, cell, far)
            flags.append(FAR.format(name=name, cells=numbers(each.cell for each in far)))
    if cell is not None:
        here[place] = cell
    return flags


def _name(release: NotebookNode, place: int) -> str:
    return name_of(release.cells[place]) or ""


def _collect(
    release: NotebookNode, place: int, cell: SubmittedCell | None, found: Sequence[_Text]
) -> SubmittedCell:
    """An answer cell with what was found, below what it had."""
    own = [cell] if cell is not None and cell.changed else []
    number = found[0].cell.number if cell is None else cell.number
    text, pictures = _together((each.text, each.cell) for each in found)
    made = SubmittedCell(number, "markdown", text[:LONGEST], pictures=pictures)
    if cell is not None:
        cell.is_used = True
    _join(made, [*own, made])
    made.put_at(release, place)
    return made


def _join(cell: SubmittedCell, parts: Iterable[SubmittedCell]) -> None:
    parts = [*parts]
    for each in parts:
        each.is_used = True
    cell.source, cell.pictures = _together((each.source.strip(), each) for each in parts)


def _together(parts: Iterable[tuple[str, SubmittedCell]]) -> tuple[str, dict[str, Any]]:
    """Texts from several cells, with the pictures of all: those of two may have the same name."""
    texts: list[str] = []
    pictures: dict[str, Any] = {}
    for text, cell in parts:
        for name, bundle in cell.pictures.items():
            new = name if pictures.get(name, bundle) == bundle else f"{cell.number}-{name}"
            pictures[new] = bundle
            for old in {name, quote(name)} if new != name else ():
                text = text.replace(f"{ATTACHED}{old}", f"{ATTACHED}{quote(new)}")
        texts.append(text)
    return "\n\n".join(texts), pictures


def _own_texts(release: NotebookNode, submitted: Sequence[SubmittedCell]) -> list[_Text]:
    """What the student wrote in each cell that is not a written answer."""
    ours = _Ours(release)
    found, seen, left = [], set[tuple[str, str]](), MOST_SEARCHED
    for each in submitted:
        place = each.place
        if place is not None and (not each.changed or _is_written(release.cells[place])):
            continue
        left -= len(each.original)
        if left < 0:
            break
        is_code = each.type == "code"
        text = ours.removed_from(_prose(each.original) if is_code else each.original)
        content = _content(text, each)
        if text and content not in seen:
            seen.add(content)
            found.append(_Text(each, text, not is_code or not _runs(each)))
    return found


def _content(text: str, each: SubmittedCell) -> tuple[str, str]:
    """By what two texts are the same: pictures of two cells may have one name."""
    return text.strip(), repr(each.pictures)


def _is_written(cell: NotebookNode) -> bool:
    return bool(cell.cell_type != "code" and utils.is_solution(cell))


def _runs(each: SubmittedCell) -> bool:
    """Whether there is anything in a cell of code that can be run."""
    texts = (ast.Constant, ast.JoinedStr)
    return any(
        not (isinstance(node := statement.node, ast.Expr) and isinstance(node.value, texts))
        for statement in each.statements or ()
    )


class _Ours:
    """The text that the release has, to take it out of what a student submitted."""

    def __init__(self, release: NotebookNode) -> None:
        texts = [
            _printed(cell.source) if cell.cell_type == "code" else set_apart(cell.source)[0]
            for cell in release.cells
        ]
        self._lines = {_bare(line) for text in texts for line in text.splitlines()}
        self._long = sorted((line for line in self._lines if len(line) > LONG_LINE), key=len)
        self._all = " ".join(map(_bare, texts))

    def removed_from(self, text: str) -> str:
        """What remains of a text; "" if only marks and tags do."""
        kept = [self._rest(line) for line in text.splitlines()]
        rest = "\n".join(line for line in kept if line is not None).strip()
        return rest if _words(rest) else ""

    def _rest(self, line: str) -> str | None:
        bare = _bare(line)
        if not bare:
            return ""
        is_quoted = len(bare.split()) >= SHORTEST_QUOTED and bare in self._all
        if bare in self._lines or is_quoted:
            return None
        for ours in self._long:
            if bare.startswith(ours):
                return bare.removeprefix(ours).strip()
        return line


def _bare(text: str) -> str:
    return " ".join(text.split())


def _words(text: str) -> int:
    return len(WORD.findall(TAG.sub(" ", text))) + FEWEST_WORDS * text.count(ATTACHED)


@lru_cache(maxsize=1024)
def _printed(source: str) -> str:
    """The text in a cell of code of the release."""
    return _prose(source)


def _prose(source: str) -> str:
    """The text in a cell of code: in quotes, in comments, printed, or without any marks."""
    try:
        body = ast.parse(source).body if len(source) <= LONGEST else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        letters = sum(each.isalpha() or each.isspace() for each in source)
        is_text = letters >= MOSTLY_WORDS * len(source) and not PYTHON.search(source)
        is_text = is_text and _words(source) >= FEWEST_WORDS
        return source if is_text and not readable(source) else ""
    if not body:
        lines = [line.strip() for line in source.splitlines()]
        text = "\n".join(line.lstrip("#").strip() for line in lines if line.startswith("#"))
        return text if _words(text) >= FEWEST_WORDS else ""
    return "\n\n".join(text for node in body for text in _texts(node))


def _texts(node: ast.stmt) -> list[str]:
    found = [node.value] if isinstance(node, ast.Expr | ast.Assign) else []
    for value in found[:]:
        match value:
            case ast.Call(func=ast.Name(id="print"), args=printed):
                found += printed
    texts = [str(each.value) for each in found if isinstance(each, ast.Constant)]
    return [text.strip() for text in texts if _words(text) >= FEWEST_WORDS]
