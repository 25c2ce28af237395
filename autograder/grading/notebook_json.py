"""The JSON of a notebook without what grading never looks at: outputs, and nearly all metadata.

Outputs may be large, and they may be anything: they are passed over as bytes, and never become
objects. So neither their size nor what is wrong with them matters.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from autograder.grading.file_kinds import DOWNLOAD, other_kind
from autograder.grading.not_a_notebook import NotANotebook, TooLarge

MOST_CELLS = 1000
"""A release has about forty, and each one costs the grader time."""
MOST_MEMBERS = 10_000
"""The most names or items in one object or list that is looked into."""
DEEPEST = 100
"""The most brackets inside of each other."""
# All of these are without backtracking, so that their time is proportional to the bytes.
SPACE = rb"[ \t\r\n]*+"
STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
PLAIN = rb'[^"\[\]{}]++|' + STRING


def _nested(depth: int) -> bytes:
    inside = PLAIN
    for _ in range(depth):
        inside = PLAIN + rb"|[\[{](?:" + inside + rb")*+[\]}]"
    return rb"[\[{](?:" + inside + rb")*+[\]}]"


VALUE = re.compile(rb'(?:[^\s,:"\[\]{}]++|%b|%b)' % (STRING, _nested(DEEPEST - 1)), re.DOTALL)
"""A value of JSON, or what has its brackets and quotes like one."""
OPEN_OBJECT, OPEN_LIST = (re.compile(bracket + SPACE) for bracket in (rb"\{", rb"\["))
NAME = re.compile(rb"(%b)%b:%b" % (STRING, SPACE, SPACE), re.DOTALL)
NEXT = re.compile(rb"%b([,\]}])%b" % (SPACE, SPACE))
CLOSE = re.compile(rb"[\]}]")
PADDING = b"\0\x1a \t\r\n"
"""What disks, copying programs and editors add to the end of a file."""
CONFLICTS = (b"<<<<<<<", b">>>>>>>")
"""What Git puts at the beginning of lines where two versions differ."""
KEPT = {b'"cell_type"', b'"id"', b'"level"', b'"source"', b'"input"', b'"code"', b'"text"',
        b'"attachments"'}  # fmt: skip
KEPT_IN_METADATA = {b'"nbgrader"', b'"id"'}
RAN = {b'"outputs"', b'"execution_count"', b'"prompt_number"'}
"""What only code has."""


class Needed(NamedTuple):
    """What grading needs of a notebook.

    Attributes
    ----------
    text : bytes
        JSON: ``{"nbformat": …, "cells": […]}``, or with ``"worksheets"``. In a cell that has
        outputs, ``"ran"`` is true.
    is_alone : bool
        Whether nothing stands before and after the notebook.
    """

    text: bytes
    is_alone: bool


def needed(content: bytes) -> Needed:
    """Find what grading needs in a notebook's file.

    Parameters
    ----------
    content
        In UTF-8, or another encoding that extends ASCII.

    Raises
    ------
    NotANotebook
        It is damaged, or has no cells.
    TooLarge
    """
    if all(content.startswith(each) or b"\n" + each in content for each in CONFLICTS):
        raise NotANotebook(
            "has conflict markers of Git in it (<<<<<<<), so it is not a notebook any more: "
            "choose one of the two versions, check that it opens in Jupyter, and submit it again"
        )
    begin = content.find(b"{")
    before = content[: max(begin, 0)].strip()
    cursor = _Cursor(content, begin)
    try:
        text = _notebook(cursor)
    except NotANotebook:
        if begin < 0 or before:
            raise NotANotebook(other_kind(content).sentence) from None
        raise
    return Needed(text, is_alone=not before and not content[cursor.at :].strip(PADDING))


class _Cursor:
    """A place in a text of JSON."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self.at = content, at

    def _take(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        found = pattern.match(self._content, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def names(self) -> Iterator[bytes]:
        """The names in an object, in quotes. Take each one's value before the next name."""
        for _ in self._members(OPEN_OBJECT):
            name = self._take(NAME)
            if name is None:
                raise self.damaged()
            yield name[1]

    def items(self) -> Iterator[int]:
        """Counts the items of a list, from 1. Take each one before the next."""
        return self._members(OPEN_LIST)

    def _members(self, opening: re.Pattern[bytes]) -> Iterator[int]:
        if not self._take(opening):
            raise self.damaged()
        if self._take(CLOSE):
            return
        for number in range(1, MOST_MEMBERS + 1):
            yield number
            following = self._take(NEXT)
            if following is None:
                raise self.damaged()
            if following[1] != b",":
                return
        raise TooLarge(
            f"has more than {MOST_MEMBERS:,} names or items where no program writes as many: copy "
            "your answers into a new copy of the assignment, and submit that"
        )

    def begins_with(self, bracket: bytes) -> bool:
        return self._content.startswith(bracket, self.at)

    def skip(self) -> slice:
        """Pass over a value: where it is."""
        begin = self.at
        if not self._take(VALUE):
            raise self.damaged()
        return slice(begin, self.at)

    def value(self) -> bytes:
        return self._content[self.skip()]

    def damaged(self) -> NotANotebook:
        """The exception for something at this place that is not JSON."""
        if not self._content.rstrip(PADDING).endswith(b"}"):
            return NotANotebook(
                "ends in the middle of the notebook, so its download or upload was interrupted: "
                f"check that it opens in Jupyter; {DOWNLOAD}"
            )
        line = self._content.count(b"\n", 0, self.at) + 1
        return NotANotebook(
            f"is damaged in line {line} (it is not valid JSON there), so that no program can open "
            "it: open your own copy of the notebook, save it, and submit it again"
        )


def _notebook(cursor: _Cursor) -> bytes:
    found: dict[bytes, bytes] = {}
    for name in cursor.names():
        if name == b'"cells"' and cursor.begins_with(b"["):
            found[name] = _cells(cursor)
        elif name == b'"worksheets"' and cursor.begins_with(b"["):
            found[name] = _worksheets(cursor)
        elif name == b'"nbformat"':
            found[name] = cursor.value()
        else:
            cursor.skip()
    if not {b'"cells"', b'"worksheets"'} & found.keys():
        raise NotANotebook(
            "has no cells in it, so it is not a whole notebook: check that it opens in Jupyter; "
            f"{DOWNLOAD}"
        )
    return _object(found)


def _object(members: Mapping[bytes, bytes]) -> bytes:
    return b"{" + b",".join(b"%b:%b" % member for member in members.items()) + b"}"


def _worksheets(cursor: _Cursor) -> bytes:
    """The cells of all worksheets, as one list."""
    cells: list[bytes] = []
    for _ in cursor.items():
        if not cursor.begins_with(b"{"):
            cursor.skip()
            continue
        for name in cursor.names():
            if name == b'"cells"' and cursor.begins_with(b"["):
                _add_cells(cursor, cells)
            else:
                cursor.skip()
    return b"[" + b",".join(cells) + b"]"


def _cells(cursor: _Cursor) -> bytes:
    cells: list[bytes] = []
    _add_cells(cursor, cells)
    return b"[" + b",".join(cells) + b"]"


def _add_cells(cursor: _Cursor, cells: list[bytes]) -> None:
    for number in cursor.items():
        if number > MOST_CELLS or len(cells) == MOST_CELLS:
            raise TooLarge(
                f"has more than {MOST_CELLS:,} cells: is it the right notebook? If it is, delete "
                "empty and copied cells, and submit it again"
            )
        if cursor.begins_with(b"{"):
            cells.append(_cell(cursor))
        else:
            cursor.skip()


def _cell(cursor: _Cursor) -> bytes:
    kept: dict[bytes, bytes] = {}
    for name in cursor.names():
        if name in KEPT:
            kept[name] = cursor.value()
        elif name == b'"metadata"' and cursor.begins_with(b"{"):
            kept[name] = _metadata(cursor)
        else:
            cursor.skip()
            if name in RAN:
                kept[b'"ran"'] = b"true"
    return _object(kept)


def _metadata(cursor: _Cursor) -> bytes:
    kept: dict[bytes, bytes] = {}
    for name in cursor.names():
        if name in KEPT_IN_METADATA:
            kept[name] = cursor.value()
        else:
            cursor.skip()
    return _object(kept)
