"""Read a submission from its bytes: only the parts of its cells that grading needs.

Nothing is checked against the notebook format's schema: students can't help what their programs
write. What is missing or of the wrong kind gets a default, and the text of a cell is always kept.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode

from autograder.grading.file_kinds import GZIP, ZIP, kind_of
from autograder.grading.flags import flag
from autograder.grading.not_a_notebook import NotANotebook, TooLarge
from autograder.grading.notebook_json import needed
from autograder.grading.packed_notebook import unpacked
from autograder.grading.text_encodings import in_utf8, text_of, without_halves

MOST_BYTES = 50_000_000
"""Of text and pictures: without outputs."""
MOST_PARTS = 3_000_000
"""Opening brackets, commas and texts in the JSON. A line of a cell counts as two."""
# Without backtracking, so that the time does not depend on the bytes.
PART = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{,]', re.DOTALL)
TYPES = ("code", "markdown", "raw")
OTHER_TYPES = {"heading": "markdown", "text": "markdown", "html": "markdown", "rst": "markdown"}
"""Types of earlier formats. All others become raw: their text is kept, and nothing runs."""
ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TEXTS = ("source", "input", "code", "text")
"""The keys of a cell's text in the versions of the notebook format."""
OTHER_ENCODING = (
    "The file is not in UTF-8, as notebooks are. It was read as Windows-1252 (cp1252), in which "
    "old editors of Windows save: letters with accents and quotation marks may be wrong."
)
OTHER_TEXT = (
    "The file has something before or after the notebook, perhaps the rest of an older version. "
    "Only the first notebook in it was graded."
)


def read(submission: bytes) -> NotebookNode:
    """Read a submission.

    Returns
    -------
    NotebookNode
        In the current format, without outputs. Of a cell it has the type, text, id, attachments and
        what nbgrader's metadata says; ids may be missing or the same. The notebook's own metadata
        has nothing but flags about guesses: see `autograder.grading.flags`.

    Raises
    ------
    NotANotebook
    TooLarge
    """
    content, flags = submission, []
    kind = kind_of(content)
    if kind in (ZIP, GZIP):
        content, note = unpacked(content)
        flags.append(note)
        kind = kind_of(content)
    if kind is not None:
        raise NotANotebook(kind.sentence)
    found = needed(in_utf8(content))
    _check_size(found.text)
    text, is_utf8 = text_of(found.text)
    if not is_utf8:
        flags.append(OTHER_ENCODING)
    if not found.is_alone:
        flags.append(OTHER_TEXT)
    notebook = _notebook(text)
    for sentence in flags:
        flag(notebook, sentence)
    return notebook


def _check_size(text: bytes) -> None:
    if len(text) > MOST_BYTES:
        raise TooLarge(
            f"has more than {MOST_BYTES / 1e6:g} MB of text and pictures, even without outputs: "
            "make its pictures smaller, and submit it again"
        )
    if sum(map(text.count, (b"{", b"[", b",", b'"'))) <= MOST_PARTS:
        return
    # Perhaps most of these are inside texts.
    if any(number > MOST_PARTS for number, _ in enumerate(PART.finditer(text), 1)):
        raise TooLarge(
            f"has more than {MOST_PARTS:,} parts, far more than any text or picture: copy your "
            "answers into a new copy of the assignment, and submit that"
        )


def _notebook(text: str) -> NotebookNode:
    try:
        given = json.loads(text, strict=False)  # also with line ends and tabs in texts
    except ValueError as error:
        raise NotANotebook(
            f"is damaged ({str(error).split(':')[0]}), so that no program can open it: open your "
            "own copy of the notebook, save it, and submit it again"
        ) from None
    is_older = "cells" not in given or given.get("nbformat") in (1, 2, 3)
    cells = given["cells"] if "cells" in given else given["worksheets"]
    # The last version in which cells need no ids, so that no library makes up or changes any: here
    # they are only hints.
    return nbformat.from_dict(
        {
            "cells": [_cell(each, is_older) for each in cells],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 4,
        }
    )


def _cell(given: Mapping[str, Any], is_older: bool) -> dict[str, Any]:
    """A cell that fits the schema."""
    metadata = given.get("metadata", {})
    cell: dict[str, Any] = {
        "cell_type": _type(given),
        "source": _source(given, is_older),
        "metadata": {},
    }
    ours = metadata.get("nbgrader")
    if isinstance(ours, dict):
        cell["metadata"] = {"nbgrader": _plain(ours)}
    for identity in (given.get("id"), metadata.get("id")):  # Colab moves it into the metadata
        if isinstance(identity, str) and ID.fullmatch(identity):
            cell.setdefault("id", identity)
    pictures = _pictures(given.get("attachments"))
    if pictures:
        cell["attachments"] = pictures
    if cell["cell_type"] == "code":
        cell |= {"outputs": [], "execution_count": None}
    return cell


def _type(given: Mapping[str, Any]) -> str:
    kind = given.get("cell_type")
    if not isinstance(kind, str):
        return "code" if {"ran", "input", "code"} & given.keys() else "raw"
    kind = kind.lower()
    kind = OTHER_TYPES.get(kind, kind)
    return kind if kind in TYPES else "raw"


def _source(given: Mapping[str, Any], is_older: bool) -> str:
    texts = (_joined(given[name], is_older) for name in TEXTS if name in given)
    text = next(filter(None, texts), "")
    if given.get("cell_type") != "heading":
        return text
    level = given.get("level")
    level = level if isinstance(level, int) and 1 <= level <= 6 else 1
    return f"{'#' * level} {' '.join(text.splitlines())}"


def _joined(lines: object, is_older: bool) -> str:
    """The text of a cell, which is stored as one or by lines. What is not text is dropped."""
    if isinstance(lines, str):
        text = lines
    else:
        texts = [each for each in lines if isinstance(each, str)] if isinstance(lines, list) else []
        # Older formats stored lines without line ends.
        between = "\n" if is_older and texts and not texts[0].endswith(("\n", "\r")) else ""
        text = between.join(texts)
    return without_halves(text.replace("\r\n", "\n").replace("\r", "\n"))


def _plain(ours: Mapping[str, Any]) -> dict[str, Any]:
    """nbgrader's metadata of a cell, as far as it is text, numbers and truth values."""
    return {
        name: without_halves(value) if isinstance(value, str) else value
        for name, value in ours.items()
        if isinstance(value, str | int | float)
    }


def _pictures(given: object) -> dict[str, dict[str, str]]:
    """The attachments of a cell by name and MIME type, as far as they are text."""
    found = given.items() if isinstance(given, dict) else ()
    bundles = {without_halves(name): _bundle(bundle) for name, bundle in found}
    return {name: bundle for name, bundle in bundles.items() if bundle}


def _bundle(bundle: object) -> dict[str, str]:
    found = bundle.items() if isinstance(bundle, dict) else ()
    texts = {kind: "".join(map(str, data)) if isinstance(data, list) else data
             for kind, data in found}  # fmt: skip
    return texts if all(isinstance(data, str) for data in texts.values()) else {}


class SubmissionExporter(NotebookExporter):
    """`c.Autograde.exporter_class`: like nbgrader's, but reads submissions with :func:`read`."""

    def from_file(
        self, file_stream: Any, resources: Any = None, **options: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Like nbconvert's. In nbgrader's second pass it reads what the first pass wrote."""
        converter: Any = self.parent
        names, coursedir = resources["nbgrader"], converter.coursedir
        submitted = coursedir.format_path(
            coursedir.submitted_directory, names["student"], names["assignment"]
        )
        if Path(resources["metadata"]["path"]) != Path(submitted):
            return super().from_file(file_stream, resources, **options)
        notebook = read(file_stream.buffer.read())
        return self.from_notebook_node(notebook, resources, **options)
