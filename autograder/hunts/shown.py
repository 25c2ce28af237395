"""What a hunt shows: text for a terminal, a page for a notebook, in light and dark."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

import numpy as np
import numpy.typing as npt

from autograder.truth.rules import WRONG, Clue, is_dead, is_off

FAINT = 0.005
"""A difference below this share of the largest entry has no colour, but still its sign."""
STYLE = (
    "<style>.hunt{line-height:1.5;overflow-x:auto}"
    ".hunt table{border-collapse:collapse;margin:.3em 0;width:auto}"
    ".hunt tr{background:none!important}.hunt td,.hunt th{padding:.15em .5em;"
    "border:1px solid rgba(128,128,128,.4);text-align:center!important;"
    "min-width:1.4em}.hunt .arrays{display:flex;flex-wrap:wrap;gap:.6em 1.6em}"
    ".hunt code{white-space:pre-wrap}</style>"
)


class Shown:
    """Something to read, in a notebook or anywhere else.

    Parameters
    ----------
    text : str
    page : str, optional
        HTML; by default, the text.
    """

    def __init__(self, text: str, page: str = "") -> None:
        self.text, self.page = text, page

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        lines = "<br>".join(map(in_html, self.text.split("\n")))
        return f'{STYLE}<div class="hunt">{self.page or lines}</div>'


def in_html(line: str) -> str:
    """A line of text, with `code` as code."""
    parts = escape(line).split("`")
    return "".join(f"<code>{each}</code>" if at % 2 else each for at, each in enumerate(parts))


def in_a_word(key: str, clue: Clue) -> str:
    """Whether an array is correct; found / correct if that is one number; else that it varies."""
    found, truth = clue.found[key], clue.truth[key]
    if not is_off(key, clue):
        return "0, and says nothing" if is_dead(truth) else "correct"
    if not np.isfinite(found).all():
        return "not a number"
    if is_dead(truth):
        return "should be 0"
    ratio = float(np.vdot(found, truth) / np.vdot(truth, truth))
    if np.abs(found - ratio * truth).max() > WRONG * np.abs(truth).max():
        return "varies"
    return f"{ratio:.4g} times" + (", as a single number always is" if truth.size == 1 else "")


def heat_maps(title: str, clue: Clue) -> Shown:
    """Every array in a word, and as a heat map of what it is off by."""
    words = {key: in_a_word(key, clue) for key in clue.truth}
    text = "\n".join([title, *(f"  {key:4} {word}" for key, word in words.items())])
    arrays = "".join(
        f"<div><b>{key}</b>: {word}{_heat_map(clue.found[key], clue.truth[key])}</div>"
        for key, word in words.items()
    )
    key = (
        "orange +: too large; violet -: too small; the deeper, the more of the largest entry; a "
        "dot is correct"
    )
    page = f'<p>{in_html(title)}</p><div class="arrays">{arrays}</div><small>{key}</small>'
    return Shown(text, page)


def numbers_of(title: str, key: str, clue: Clue) -> Shown:
    """An array as it was found, beside the correct one."""
    pair = {"found": clue.found[key], "correct": clue.truth[key]}
    if key in clue.on:
        pair["1 where a unit is on, 0 where it is off"] = clue.on[key].astype(int)
    text = "\n".join([title, *(f"{key}, {name}\n{_plain(each)}" for name, each in pair.items())])
    tables = "".join(f"<div><b>{name}</b>{_table(each)}</div>" for name, each in pair.items())
    return Shown(text, f'<p>{in_html(title)}</p><div class="arrays">{tables}</div>')


def map_of_mastery(
    places: Sequence[str], kinds: Iterable[str], mark: Callable[[str, str], str], title: str,
    words: Mapping[str, str],
) -> Shown:  # fmt: skip
    """A map of kinds by places.

    Parameters
    ----------
    places, kinds
        The columns and the rows.
    mark
        What stands at a place and a kind.
    title
    words
        What each mark means.
    """
    rows = {kind: [mark(place, kind) for place in places] for kind in kinds}
    width = max(map(len, (*places, "."))) + 2
    head = f"{'':11}" + "".join(f"{place:>{width}}" for place in places)
    lines = [f"{kind:11}" + "".join(f"{each:>{width}}" for each in row)
             for kind, row in rows.items()]  # fmt: skip
    legend = "; ".join(f"{sign} {word}" for sign, word in words.items())
    heads = "".join(f'<th scope="col">{place}</th>' for place in places)
    body = "".join(
        f'<tr><th scope="row">{kind}</th>{"".join(f"<td>{each}</td>" for each in row)}</tr>'
        for kind, row in rows.items()
    )
    page = f"<p>{in_html(title)}</p><table><tr><td></td>{heads}</tr>{body}</table>{legend}"
    return Shown("\n".join([title, head, *lines, legend]), page)


def _grid(array: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array.reshape(1, -1)


def _heat_map(found: npt.NDArray[np.floating], truth: npt.NDArray[np.floating]) -> str:
    dead = is_dead(truth)
    scale = 1.0 if dead else np.abs(truth).max()
    off = found - truth if not (dead and is_dead(found)) else np.zeros(truth.shape)
    rows = ["".join(map(_cell, row)) for row in _grid(off / scale)]
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _cell(share: float) -> str:
    if abs(share) <= WRONG:
        return "<td>·</td>"
    depth = 0.15 + 0.65 * min(abs(share), 1.0) if abs(share) > FAINT else 0.0
    colour = "213,94,0" if share > 0 else "117,79,190"
    sign = "?" if np.isnan(share) else "+" if share > 0 else "-"
    return f'<td style="background:rgba({colour},{depth:.2f})">{sign}</td>'


def _table(array: npt.NDArray[np.floating]) -> str:
    rows = ("".join(f"<td>{each:.4g}</td>" for each in row) for row in _grid(array))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _plain(array: npt.NDArray[np.floating]) -> str:
    return "\n".join("  " + " ".join(f"{each:>10.4g}" for each in row) for row in _grid(array))
