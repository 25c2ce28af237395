"""Charts as SVG in a page: they have a text alternative, and classes in place of colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 400, 170, 12, 16, 34
"""Of a histogram; what is left beside the columns has the numbers."""
BAR = 64
"""The width of a bar in a table."""
NICE = (1, 2, 2.5, 5, 10)
"""Widths of bins that people can add up, times a power of ten."""


@dataclass(frozen=True)
class Bins:
    """How many values there are between edges; the last bin has its upper edge in it.

    Attributes
    ----------
    edges : tuple of float
    counts : tuple of int
        One less than edges.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    def __str__(self) -> str:
        return "; ".join(
            f"{low:g} to {high:g}: {count}"
            for low, high, count in zip(self.edges, self.edges[1:], self.counts, strict=False)
        )


def bins(values: Sequence[float], most: float, at_most: int = 10) -> Bins:
    """Count values from 0 to `most`, in bins of a width that people can add up.

    Parameters
    ----------
    values : sequence of float
        What is below 0 is counted in the first bin, what is above `most` in the last one.
    most : float
    at_most : int
        How many bins.
    """
    wanted = max(most, 1e-9) / at_most
    power = 10.0 ** floor(log10(wanted))
    width = next(each * power for each in NICE if each * power >= wanted * (1 - 1e-9))
    number = max(1, ceil(most / width - 1e-9))
    counts = [0] * number
    for value in values:
        counts[min(max(floor(value / width + 1e-9), 0), number - 1)] += 1
    return Bins(tuple(width * each for each in range(number + 1)), tuple(counts))


def histogram(counted: Bins, title: str, axis: str) -> Markup:
    """Columns over an axis, with the numbers on them.

    Parameters
    ----------
    counted : Bins
    title : str
        What it shows. The numbers follow in the description.
    axis : str
        What the axis measures.
    """
    wide = (WIDTH - 2 * LEFT) / len(counted.counts)
    high = HEIGHT - TOP - BOTTOM
    base, tallest = TOP + high, max(*counted.counts, 1)
    columns = Markup("").join(
        _column(LEFT + place * wide, wide, base, high * count / tallest, count)
        for place, count in enumerate(counted.counts)
    )
    every = 2 if len(counted.counts) > 12 else 1
    ticks = Markup("").join(
        Markup('<text class="tick" x="{:.1f}" y="{}">{:g}</text>').format(
            LEFT + place * wide, base + 14, edge
        )
        for place, edge in enumerate(counted.edges)
        if place % every == 0
    )
    return Markup(
        '<svg class="histogram" role="img" viewBox="0 0 {width} {height}" width="{width}" '
        'height="{height}"><title>{title}</title><desc>{said}</desc>{columns}'
        '<line class="axis" x1="0" x2="{width}" y1="{base}" y2="{base}"/>{ticks}'
        '<text class="axis-title" x="{middle}" y="{below}">{axis}</text></svg>'
    ).format(
        width=WIDTH, height=HEIGHT, title=title, said=str(counted), columns=columns, base=base,
        ticks=ticks, middle=WIDTH // 2, below=HEIGHT - 4, axis=axis,
    )  # fmt: skip


def bar(share: float) -> Markup:
    """A bar beside a number that says the same, so it is hidden from screen readers."""
    return Markup(
        '<svg class="bar" aria-hidden="true" viewBox="0 0 {width} 8" width="{width}" height="8">'
        '<rect class="whole" width="{width}" height="8"/>'
        '<rect class="share" width="{part:.1f}" height="8"/></svg>'
    ).format(width=BAR, part=BAR * min(max(share, 0), 1))


def _column(left: float, wide: float, base: float, tall: float, count: int) -> Markup:
    if not count:
        return Markup("")
    return Markup(
        '<rect class="share" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
        '<text class="count" x="{:.1f}" y="{:.1f}">{}</text>'
    ).format(left + 1, base - tall, wide - 2, tall, left + wide / 2, base - tall - 4, count)
