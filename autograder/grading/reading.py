"""Read a submission from its bytes: only the parts of its cells that grading needs.

A notebook of a few megabytes can take gigabytes once it is read: each `{}` becomes an object, which
nbformat creates again and nbconvert copies several times. So its parts are counted before it is
parsed, and outputs and metadata, which grading never looks at, are dropped before the rest becomes
a notebook.
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
"""Opening brackets, commas and texts in the JSON. A printed line counts as two, in 40 bytes."""
MOST_CELLS = 1000
"""A release has about forty, and each one costs the grader time."""
# Without backtracking, so that the time does not depend on the bytes.
PART = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{,]', re.DOTALL)
TYPES = ("code", "markdown", "raw")
ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TEXTS = ("source", "input", "code", "text")
"""The keys of a cell's text in the versions of the notebook format."""


class NotANotebook(ValueError):
    """The file is not JSON or has no cells: the reason in a few words."""

    line = "{where} is not a notebook ({text}): {remedy}"


class TooLarge(ValueError):
    """The file has more in it than anybody writes: the rest of a sentence, with what to do."""

    line = "{where} {text}"


def read(submission: bytes) -> NotebookNode:
    """Read a submission.

    Returns
    -------
    NotebookNode
        In the current format, without outputs. Of the metadata, only nbgrader's names are kept; of
        the attachments, only valid ones.

    Raises
    ------
    NotANotebook
    TooLarge
    Exception
        From nbformat, for cells that it can't convert.
    """
    if not _has_few_parts(submission):
        raise TooLarge(
            f"has more than {MOST_PARTS:,} parts, far more than any text or picture: clear all "
            "outputs in Jupyter, save it, and submit it again"
        )
    try:
        notebook = json.loads(submission.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NotANotebook("not JSON in UTF-8") from None
    # As text again, because nbformat only converts older formats from text. It is short by now.
    needed = json.dumps(_needed(notebook), ensure_ascii=False)
    with warnings.catch_warnings():
        for about in (MissingIDFieldWarning, DuplicateCellId):  # ids are only a hint here
            warnings.simplefilter("ignore", about)
        return nbformat.reads(needed, as_version=4)


def _has_few_parts(submission: bytes) -> bool:
    if sum(map(submission.count, (b"{", b"[", b",", b'"'))) <= MOST_PARTS:
        return True
    # Perhaps most of these are inside texts.
    return all(number < MOST_PARTS for number, _ in enumerate(PART.finditer(submission)))


def _needed(notebook: object) -> dict[str, Any]:
    """The parts of a notebook that grading needs."""
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
            f"has {total:,} cells, but at most {MOST_CELLS:,} are allowed: is it the right "
            "notebook? If it is, delete empty and copied cells, and submit it again"
        )
    is_current = notebook.get("nbformat") == 4
    for each in holders:
        cells = [cell for cell in each["cells"] if isinstance(cell, dict)]
        each["cells"] = [_cell(cell, is_current) for cell in cells]
    return needed


def _is_sheet(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("cells"), list)


def _cell(cell: Mapping[str, Any], is_current: bool) -> dict[str, Any]:
    """The parts of a cell that grading needs. In the current format, the cell fits the schema."""
    kept = _plain(cell, ("cell_type", "id", "level"))
    if is_current:
        kept.setdefault("source", "")
        if kept.get("cell_type") not in TYPES:
            kept["cell_type"] = "raw"  # so that its text is kept
        if not ID.fullmatch(str(kept.get("id"))):
            kept.pop("id", None)  # nbformat gives it one
    if kept.get("cell_type") == "code":
        kept |= {"outputs": [], "execution_count": None}
    for name in TEXTS:
        lines = cell.get(name)
        if isinstance(lines, list) and is_current:
            # Older formats stored lines without line ends. Items that are not text are dropped.
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
    """The parts of nbgrader's metadata by which cells are recognised."""
    return {
        name: "" if isinstance(ours[name], dict | list) else ours[name]
        for name in ("grade_id", "solution")
        if name in ours
    }


def _bundle(bundle: object) -> dict[str, Any]:
    """The attachments under one name, by MIME type, if all of them are text."""
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
