"""Verdicts in the metadata of graded notebooks, where pages, reports and sheets read them.

A graded notebook is rebuilt from the release, so that no student can write this metadata.
"""

import math
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

from autograder.questions.picture import Picture
from autograder.questions.verdict import Finding, Verdict

VERDICT = "verdict"
"""Metadata key of a test cell."""
DIGITS = 4
"""Of the numbers in pictures."""


def note(cell: NotebookNode, verdict: Verdict) -> None:
    """Write a verdict into the metadata of its test cell."""
    cell.metadata[VERDICT] = {
        "question": verdict.question,
        "seed": verdict.seed,
        "findings": [_plain(each) for each in verdict.findings],
    }


def verdict_in(metadata: Mapping[str, Any]) -> Verdict | None:
    """The verdict in a cell's metadata, or None: then nothing was asked, or long ago."""
    noted = metadata.get(VERDICT)
    if not noted:
        return None
    findings = tuple(map(_finding, noted["findings"]))
    return Verdict(noted["question"], findings, noted["seed"])


def findings_in(
    notebooks: Mapping[str, Mapping[str, Any]], before: Mapping[str, str]
) -> dict[str, tuple[Finding, ...]]:
    """What was found about each part of each question, by graded cell.

    Parameters
    ----------
    notebooks : mapping of str to mapping
        Graded notebooks, by name.
    before : mapping of str to str
        What goes before the names of a notebook's cells: see `autograder.grading.scores.prefix`.
    """
    found = {}
    for notebook, content in notebooks.items():
        for metadata in (cell.get("metadata", {}) for cell in content.get("cells", ())):
            if verdict := verdict_in(metadata):
                found[before[notebook] + metadata["nbgrader"]["grade_id"]] = verdict.findings
    return found


def _plain(finding: Finding) -> dict[str, Any]:
    plain = {
        "part": finding.part,
        "points": finding.points,
        "earned": finding.earned,
        "message": finding.message,
    }
    picture = finding.picture
    if picture:
        plain["picture"] = {
            "what": picture.what,
            "at": [*map(_written, picture.at)],
            "found": [[*map(_written, row)] for row in picture.found],
            "correct": [[*map(_written, row)] for row in picture.correct],
        }
    return plain


def _finding(plain: Mapping[str, Any]) -> Finding:
    drawn = plain.get("picture")
    picture = None
    if drawn:
        found, correct = (
            tuple(tuple(map(float, row)) for row in drawn[name]) for name in ("found", "correct")
        )
        picture = Picture(drawn["what"], found, correct, tuple(map(float, drawn["at"])))
    return Finding(plain["part"], plain["points"], plain["earned"], plain["message"], picture)


def _written(number: float) -> float | str:
    """A number as JSON can hold it: infinity and NaN as text."""
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else str(number)
