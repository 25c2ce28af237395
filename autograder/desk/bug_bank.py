"""The bank of bugs for people: a table, a page for one bug, and a picture of its effect."""

import difflib
import os
from functools import cache

import numpy as np
import numpy.typing as npt
from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from autograder.grading.errors import CourseError
from autograder.truth import detective
from autograder.truth.bugs import BANK, LESSONS
from autograder.truth.cases import Case, live_case
from autograder.truth.distances import UNTOUCHED, deviation
from autograder.truth.draws import effect
from autograder.truth.evidence import returned
from autograder.truth.planting import KINDS, LESSON_KINDS, ORDER, Bug, backward_with, plant
from autograder.truth.standard_form import STANDARD

EXAMPLES, SEED = 8, 14
"""The case on which effects are shown."""

COLOURS = {"-": "red", "+": "green", "@": "dim"}


def find_bug(name: str) -> Bug:
    """The bug of that name in the bank or the lessons; CourseError with the nearest names."""
    known = {bug.name: bug for bug in BANK + LESSONS}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        meant = f" (did you mean {', '.join(near)}?)" if near else ""
        raise CourseError(f"no bug is called {name!r}{meant}: `autograder bugs` lists them all")
    return known[name]


def bank_table(kind: str | None = None) -> Table:
    """All bugs, or those of one kind, one per row.

    Parameters
    ----------
    kind : str, optional
        A word of `KINDS` or `LESSON_KINDS`. Bugs for which it is one of several answers count too.

    Raises
    ------
    CourseError
        There is no such kind.
    """
    words = KINDS | LESSON_KINDS
    if kind is not None and kind not in words:
        raise CourseError(f"no kind of bug is called {kind!r}; the kinds are {', '.join(words)}")
    chosen = [bug for bug in BANK + LESSONS if kind is None or kind in bug.kinds]
    drawn = sum(bug.suspect for bug in chosen)
    table = Table(
        title=f"{len(chosen)} bugs, {drawn} of which may be drawn as suspects",
        box=box.SIMPLE_HEAD, title_justify="left", title_style="bold",
    )  # fmt: skip
    for heading in ("bug", "kind", "first\nwrong", "looks like", "hidden on", "hint"):
        table.add_column(heading, overflow="fold", vertical="top")
    for bug in chosen:
        table.add_row(
            Text(bug.name, style="bold" if bug.suspect else ""), ", ".join(bug.kinds),
            bug.first_wrong, effect(bug) if bug.suspect else "", ", ".join(bug.invisible),
            escape(bug.hint),
        )  # fmt: skip
    return table


def bug_page(bug: Bug) -> list[RenderableType]:
    """One bug: its lines as a diff, its effect in numbers, why people make it."""
    kinds = "; ".join(f"{kind}: {(KINDS | LESSON_KINDS)[kind]}" for kind in bug.kinds)
    hidden = f"Hidden on: {', '.join(bug.invisible)}." if bug.invisible else "Never hidden."
    drawn = "It is never drawn as a suspect."
    if bug.suspect:
        evidence = returned(bug.name)
        seen = detective.kind(evidence)
        rule = detective.rule(seen)
        drawn = (
            "It may be drawn as a suspect. From its numbers alone, if it is sealed, one sees "
            f"{detective.first_wrong(evidence)}, {seen}: {rule[0].lower()}{rule[1:]}"
        )
    return [
        Text(bug.name, style="bold"), *_difference(bug), Text(), Text(kinds), Text(bug.why),
        Text(f"Hint: {bug.hint}"), Text(f"{hidden} {drawn}"), _effect_table(bug),
    ]  # fmt: skip


def _difference(bug: Bug) -> list[Text]:
    before, after = (text.splitlines() for text in (STANDARD, plant(bug, name="backward")))
    lines = difflib.unified_diff(before, after, n=1, lineterm="")
    return [Text(line, style=COLOURS.get(line[:1], "")) for line in list(lines)[2:]]


@cache
def _shown_on() -> Case:
    return live_case(np.random.default_rng(SEED), EXAMPLES)


def _gradients(bug: Bug) -> dict[str, npt.NDArray[np.float64]]:
    """What it computes from a copy of the cache, because some bugs write to it."""
    case = _shown_on()
    found = backward_with(bug)(case.X, case.Y, tuple(array.copy() for array in case.cache))
    return {key: np.asarray(found[key], float) for key in ORDER}


def _effect_table(bug: Bug) -> Table:
    case, found = _shown_on(), _gradients(bug)
    table = Table(
        title=f"On a live case of {case.m} examples", box=box.SIMPLE_HEAD, title_justify="left"
    )
    for heading in ("", "off by", "found / correct"):
        table.add_column(heading, justify="right" if heading else "left")
    for key in ORDER:
        truth = case.gradients[key]
        if found[key].shape != truth.shape:
            table.add_row(key, f"shape {found[key].shape}", f"correct: {truth.shape}")
            continue
        off = deviation(found[key], truth)
        ratios = found[key][truth != 0] / truth[truth != 0]
        style = "" if off < UNTOUCHED else "bold"
        between = f"{ratios.min():.4g} to {ratios.max():.4g}"
        table.add_row(key, f"{off:.1e}", between, style=style)
    return table


def draw_heat_map(bug: Bug, path: str | os.PathLike[str]) -> None:
    """Draw how far off each weight's gradient is, relative to the largest entry of its array.

    Parameters
    ----------
    bug : Bug
    path : path
        The file to write; its extension sets the format.

    Raises
    ------
    CourseError
        The file can't be written, or no format has this extension.
    """
    from matplotlib.figure import Figure

    case, found = _shown_on(), _gradients(bug)
    figure = Figure(figsize=(9, 2.6), layout="constrained")
    axes = figure.subplots(1, 3, width_ratios=[3, 5, 4])
    for axis, key in zip(axes, ("dW3", "dW2", "dW1"), strict=True):
        truth = case.gradients[key]
        off = (found[key].reshape(truth.shape) - truth) / np.abs(truth).max()
        picture = axis.imshow(off, cmap="PuOr_r", vmin=-1, vmax=1)
        axis.set(xticks=[], yticks=[])
        axis.set_title(f"{key}: off by up to {np.abs(off).max():.0%}", fontsize=10)
    figure.colorbar(picture, ax=axes, label="off, relative to the largest")
    figure.suptitle(bug.name, fontsize=11)
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise CourseError(f"{path}: {str(error).splitlines()[0]}") from None


def show(console: Console, name: str | None, kind: str | None, picture: str | None) -> None:
    """Print one bug with its effect, or a list of all; perhaps draw the bug.

    Raises
    ------
    CourseError
        There is no such bug or kind, or the picture can't be drawn.
    """
    if name is None:
        console.print(bank_table(kind))
        return
    bug = find_bug(name)
    for part in bug_page(bug):
        console.print(part)
    if picture:
        draw_heat_map(bug, picture)
