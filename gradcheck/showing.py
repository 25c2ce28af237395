"""A report as a page for notebooks, and as a picture."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcheck.verdicts import FAIL, INCONCLUSIVE, NOT_CHECKED, PASS, VERDICTS
from gradcheck.words import worst

if TYPE_CHECKING:
    from gradcheck.report import Report

COLOURS = ("#d9e6f2", "#b2182b", "#f4c95d", "#eeeeee")
"""Pale blue, red, yellow and grey: they can be told apart with colour blindness, and in grey."""

WORSE = (NOT_CHECKED, PASS, INCONCLUSIVE, FAIL)
"""The verdicts, from what matters least on."""

MOST_CELLS_DRAWN = 4096
"""How many entries of all arrays are shown one by one; for more, each block shows its worst."""

MOST_ROWS = 200
"""How many arrays a notebook shows, those with failures first."""

DRAWN_FROM, DRAWN_TO = 1e-17, 2.0
"""The limits of the relative differences in a picture: equal numbers, and opposite ones."""


def page(report: "Report") -> str:
    """Return a report as HTML: a line and a map of verdicts for every array."""
    rows = "".join(
        f"<tr><td><code>{_shown(name)}</code></td><td>{_map(report, name)}</td>"
        + "".join(f"<td style='text-align:right'>{count}</td>" for count in report.count(name))
        + f"<td style='text-align:left'>{_shown(worst(report, name))}</td></tr>"
        for name in _names_to_show(report)
    )
    heads = "".join(f"<th>{head}</th>" for head in ("array", "", *VERDICTS[:3], "worst entry"))
    of_some = f" of {len(report.undecided)} of the arrays"
    said = {
        "pass": "No gradient is wrong",
        "fail": "Some gradients are wrong",
        "inconclusive": f"Nothing can be decided{of_some if report.count()[PASS] else ''}",
    }[report.verdict]
    of = f"{report.count()[PASS]} of {report.checked}"
    if len(report.names) > MOST_ROWS:
        of += f" in {len(report.names)} arrays ({MOST_ROWS} are shown)"
    return (
        f"<p><b>{said}.</b> {of} pass.</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        + "".join(f"<p>{_shown(note)}</p>" for note in report.notes)
    )


def plot(report: "Report", axes: Any = None) -> Any:
    """Draw how far every gradient is from the finite difference: see `Report.plot`."""
    if axes is None:
        from matplotlib import pyplot  # here, because it is only needed to draw

        axes = pyplot.figure(figsize=(8, 4)).add_subplot()
    value = report.estimates.value
    with np.errstate(all="ignore"):
        off = np.abs(report.gradient - value) / np.fmax(np.abs(report.gradient), np.abs(value))
    off = np.where(report.gradient == value, 0.0, np.where(np.isfinite(off), off, DRAWN_TO))
    for verdict, (colour, marker) in enumerate(
        (("#2166ac", "o"), ("#b2182b", "X"), ("#e0a800", "^"))
    ):
        of = np.flatnonzero(report.found == verdict)
        axes.plot(
            of,
            np.clip(off[of], DRAWN_FROM, DRAWN_TO),
            linestyle="none",
            color=colour,
            marker=marker,
            markersize=5,
            label=f"{VERDICTS[verdict]} ({len(of)})",
        )
    starts = [*report.starts.values()]
    for start in starts[1:]:
        axes.axvline(start - 0.5, color="0.85", linewidth=0.8, zorder=0)
    middles = np.add(starts, [*starts[1:], off.size]) / 2 - 0.5
    axes.set_yscale("log")
    axes.set(
        ylabel="analytic and numerical, relative difference",
        ylim=(DRAWN_FROM / 3, 10),
        xlim=(-0.5, off.size - 0.5),
    )
    names = [name.replace("$", r"\$") for name in report.names]
    axes.set_xticks(middles, names, rotation=0 if len(starts) < 12 else 90, fontsize=9)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.12), ncols=3, frameon=False)
    return axes


def _names_to_show(report: "Report") -> Sequence[str]:
    """All names, or if there are too many, those with failures first."""
    if len(report.names) <= MOST_ROWS:
        return report.names
    return sorted(report.names, key=lambda name: -report.count(name)[FAIL])[:MOST_ROWS]


def _map(report: "Report", name: str) -> str:
    """A small picture of an array: a rectangle for each entry, or for the worst of a block."""
    found = np.atleast_1d(report.found_in(name))
    found = found.reshape(-1, found.shape[-1])
    severity = np.argsort(WORSE)[found]  # failures hide the rest of a block
    while severity.size > max(16, MOST_CELLS_DRAWN // min(len(report.names), MOST_ROWS)):
        axis = int(np.argmax(severity.shape))
        severity = np.maximum.reduceat(severity, range(0, severity.shape[axis], 2), axis=axis)
    rows, columns = severity.shape
    size = max(2, min(12, 96 // max(rows, columns)))
    cells = "".join(
        f"<rect x='{column * size}' y='{row * size}' width='{size - 0.5}' "
        f"height='{size - 0.5}' fill='{COLOURS[WORSE[severity[row, column]]]}'/>"
        for row in range(rows)
        for column in range(columns)
    )
    return f"<svg width='{columns * size}' height='{rows * size}'>{cells}</svg>"


def _shown(text: str) -> str:
    """Text for a page: markup is escaped, and unprintable characters are left out."""
    return escape("".join(letter for letter in text if letter.isprintable()))
