"""Tables of text that fit a terminal, whatever is in them: wide letters, accents, very long ids."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

INDENT = GAP = "  "
LABELS_SHARE = 1 / 3
"""How much of a terminal its labels may take before columns have to become narrower."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    head : sequence of str
        Its lines; the last one is just above the first cell.
    cells : sequence of str
    left : bool
        Whether its text is aligned to the left.
    """

    head: Sequence[str]
    cells: Sequence[str]
    left: bool = False

    @cached_property
    def width(self) -> int:
        """How many cells of a terminal it takes."""
        return max(map(cell_len, (*self.head, *self.cells)))

    def aligned(self, text: str) -> str:
        """One of its texts with spaces, as wide as the column."""
        spaces = " " * (self.width - cell_len(text))
        return text + spaces if self.left else spaces + text


def width_of(console: Console) -> int | None:
    """How wide a table may become; None if there is no limit, because no terminal shows it."""
    return console.width if console.is_terminal else None


def leave_room(columns: Sequence[Column], labels: Column, width: int | None) -> bool:
    """Whether columns leave enough room for their labels beside them."""
    return width is None or _taken(columns) + min(labels.width, width * LABELS_SHARE) <= width


def print_columns(console: Console, labels: Column, columns: Sequence[Column]) -> None:
    """Print a table, with a line for each label.

    In a terminal, a label that leaves no room for its row gets a line of its own above it, and so
    does one that is written from right to left, because a terminal would turn the whole row around.
    If there are too many columns for one table, several are printed, one below the other.

    Parameters
    ----------
    console
    labels
        The first column.
    columns
        The others.
    """
    width = width_of(console)
    line = "-" if console.options.ascii_only else "─"
    blocks = [columns] if width is None else _blocks(columns, width - cell_len(labels.head[-1]))
    for block in blocks:
        for text in _table(labels, block, width, line):
            console.print(text, soft_wrap=True)


def flowed(pieces: Iterable[str], width: int | None, gap: str = GAP) -> Iterator[str]:
    """Pieces of text in as few lines as possible; none is cut, and `gap` is between them."""
    line = ""
    for piece in pieces:
        longer = f"{line}{gap}{piece}" if line else piece
        if line and width is not None and cell_len(longer.rstrip()) > width:
            yield line.rstrip()
            longer = piece
        line = longer
    if line:
        yield line.rstrip()


def _table(
    labels: Column, columns: Sequence[Column], width: int | None, line: str
) -> Iterator[Text]:
    above = [not _has_room(each, columns, width) for each in labels.cells]
    beside = ["" if own else each for own, each in zip(above, labels.cells, strict=True)]
    shown = [replace(labels, cells=beside), *columns]
    depth = max(len(each.head) for each in shown)
    heads = ([""] * (depth - len(each.head)) + [*each.head] for each in shown)
    for texts in zip(*heads, strict=True):
        yield Text(_row(shown, texts), style="bold")
    yield Text(INDENT + line * (_taken(shown) - len(INDENT)))
    rows = zip(*(each.cells for each in shown), strict=True)
    for own, label, texts in zip(above, labels.cells, rows, strict=True):
        if own:
            yield Text(INDENT + label)
        yield Text(_row(shown, texts))


def _row(columns: Sequence[Column], texts: Sequence[str]) -> str:
    aligned = (column.aligned(text) for column, text in zip(columns, texts, strict=True))
    return (INDENT + GAP.join(aligned)).rstrip()


def _has_room(label: str, columns: Sequence[Column], width: int | None) -> bool:
    if width is None:
        return True
    turned = any(unicodedata.bidirectional(each) in ("R", "AL") for each in label)
    return not turned and len(INDENT) + cell_len(label) + _taken(columns) <= width


def _taken(columns: Sequence[Column]) -> int:
    return sum(len(GAP) + each.width for each in columns)


def _blocks(columns: Sequence[Column], width: int) -> list[list[Column]]:
    blocks: list[list[Column]] = [[]]
    for column in columns:
        if blocks[-1] and len(INDENT) + _taken([*blocks[-1], column]) > width:
            blocks.append([])
        blocks[-1].append(column)
    return blocks
