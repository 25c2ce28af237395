"""A submission from its bytes to its cells: what grading needs of them, and nothing else.

A notebook of some megabytes can be made to take gigabytes once it is read: each `{}` becomes an
object, which nbformat makes anew and nbconvert copies several times. So its parts are counted
before anything is made of them, and what students' outputs and metadata hold, which grading never
looks at, is dropped before the rest becomes a notebook.
"""

import json
import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning

MOST_PARTS = 3_000_000
"""Of the JSON: brackets that open, commas and texts. A printed line is two, and takes 40 bytes."""
MOST_CELLS = 1000
"""Those of a release are some forty, and each one costs the grader time."""
# Without a way back, so that it takes the same time for whatever bytes.
PART = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{,]', re.DOTALL)
TYPES = ("code", "markdown", "raw")
ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TEXTS = ("source", "input", "code", "text")
"""What the versions of the format have called the text of a cell."""


class NotANotebook(ValueError):
    """It is no JSON, or has no cells: the reason in a few words."""

    line = "{where} is not a notebook ({text}): {remedy}"


class TooLarge(ValueError):
    """It has more in it than anybody writes: the rest of a sentence, with what to do."""

    line = "{where} {text}"


def read(submission: bytes) -> NotebookNode:
    """Read what was handed in.

    Returns
    -------
    NotebookNode
        In the current format, without outputs. Of metadata it has nbgrader's names only; of
        attachments, what has the shape of one.

    Raises
    ------
    NotANotebook
    TooLarge
    Exception
        Whatever nbformat raises for cells that it can't convert.
    """
    if not _has_few_parts(submission):
        raise TooLarge(
            f"has more than {MOST_PARTS:,} parts, as no text or picture does: clear all outputs "
            "in Jupyter, save it, and hand it in again"
        )
    try:
        notebook = json.loads(submission.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NotANotebook("not JSON in UTF-8") from None
    # As text once more, because nbformat has nothing else for older formats; it is short by now.
    needed = json.dumps(_needed(notebook), ensure_ascii=False)
    with warnings.catch_warnings():
        for about in (MissingIDFieldWarning, DuplicateCellId):  # ids are only a hint here
            warnings.simplefilter("ignore", about)
        current: NotebookNode = nbformat.reads(needed, as_version=4)
    return current


def _has_few_parts(submission: bytes) -> bool:
    if sum(map(submission.count, (b"{", b"[", b",", b'"'))) <= MOST_PARTS:
        return True
    # Most of these stand inside of texts, perhaps.
    return all(number < MOST_PARTS for number, _ in enumerate(PART.finditer(submission)))


def _needed(notebook: object) -> dict[str, Any]:
    """A notebook with what grading needs."""
    notebook = notebook if isinstance(notebook, dict) else {}
    sheets = notebook.get("cells", notebook.get("worksheets"))
    if not isinstance(sheets, list):
        raise NotANotebook("no cells in it")
    needed: dict[str, Any] = {"metadata": {}, **_plain(notebook, ("nbformat", "nbformat_minor"))}
    if "cells" in notebook:
        needed["cells"] = sheets
    else:
        needed["worksheets"] = sheets = [
            {"metadata": {}, "cells": each.get("cells")} for each in sheets if _is_sheet(each)
        ]
    holders = [needed] if "cells" in notebook else sheets
    total = sum(len(each["cells"]) for each in holders)
    if total > MOST_CELLS:
        raise TooLarge(
            f"holds {total:,} cells, where {MOST_CELLS:,} are the most: is it the right notebook? "
            "If it is, delete cells that are empty or copies, and hand it in again"
        )
    is_current = notebook.get("nbformat") == 4
    for each in holders:
        cells = [cell for cell in each["cells"] if isinstance(cell, dict)]
        each["cells"] = [_cell(cell, is_current) for cell in cells]
    return needed


def _is_sheet(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("cells"), list)


def _cell(cell: Mapping[str, Any], is_current: bool) -> dict[str, Any]:
    """A cell with what grading needs; one of the current format is as its schema wants it."""
    kept = _plain(cell, ("cell_type", "id", "level"))
    if is_current:
        kept.setdefault("source", "")
        if kept.get("cell_type") not in TYPES:
            kept["cell_type"] = "raw"  # so that its text stays
        if not ID.fullmatch(str(kept.get("id"))):
            kept.pop("id", None)  # nbformat gives it one
    if kept.get("cell_type") == "code":
        kept |= {"outputs": [], "execution_count": None}
    for name in TEXTS:
        lines = cell.get(name)
        if isinstance(lines, list) and is_current:
            # Older formats kept lines without their ends. What is not text can't be any.
            lines = "".join(each for each in lines if isinstance(each, str))
        if isinstance(lines, str | list):
            kept[name] = lines
    ours = cell.get("metadata")
    ours = ours.get("nbgrader") if isinstance(ours, dict) else None
    kept["metadata"] = {"nbgrader": _names(ours)} if isinstance(ours, dict) else {}
    pictures = cell.get("attachments")
    if isinstance(pictures, dict):
        bundles = {name: _bundle(bundle) for name, bundle in pictures.items()}
        kept["attachments"] = {name: bundle for name, bundle in bundles.items() if bundle}
    return kept


def _names(ours: Mapping[str, Any]) -> dict[str, Any]:
    """Of nbgrader's metadata, what cells are recognised by: a folder for a name is an odd one."""
    return {
        name: "" if isinstance(ours[name], dict | list) else ours[name]
        for name in ("grade_id", "solution")
        if name in ours
    }


def _bundle(bundle: object) -> dict[str, Any]:
    """What is attached under one name, by kind, if all of it is text."""
    found = bundle.items() if isinstance(bundle, dict) else ()
    texts = {kind: "".join(map(str, data)) if isinstance(data, list) else data
             for kind, data in found}  # fmt: skip
    return texts if all(isinstance(data, str) for data in texts.values()) else {}


def _plain(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {
        name: given[name]
        for name in names
        if name in given and not isinstance(given[name], dict | list)
    }


class SubmissionExporter(NotebookExporter):
    """`c.Autograde.exporter_class`: nbgrader's own, which reads submissions like :func:`read`."""

    def from_file(
        self, file_stream: Any, resources: Any = None, **options: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """As nbconvert's, whose second pass reads what the first one wrote."""
        converter: Any = self.parent
        names, coursedir = resources["nbgrader"], converter.coursedir
        submitted = coursedir.format_path(
            coursedir.submitted_directory, names["student"], names["assignment"]
        )
        if Path(resources["metadata"]["path"]) != Path(submitted):
            return super().from_file(file_stream, resources, **options)
        notebook = read(file_stream.buffer.read())
        written: tuple[NotebookNode, dict[str, Any]] = self.from_notebook_node(
            notebook, resources, **options
        )
        return written
