"""Small pictures of what was found beside what is correct, as SVG inside a page.

The page's policy allows no styles inside of it, so colours are attributes. They are those of the
notebooks: purple is negative or too small, orange is positive or too large.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup, escape

from autograder.questions.picture import Picture

WRONG = 1e-6
"""Of the largest correct entry: what differs by less is not shown as wrong."""
SIDE, HEAD, TITLE = 22, 20, 66
"""Pixels: of an entry, and of the title above an array."""
WIDEST = 300
"""Pixels of an array; longer rows have smaller entries."""
MOST_OVER = 10
"""Larger entries than so many times the largest correct one don't pale the others."""
PURPLES = ("#f7f7f7", "#d8daeb", "#b2abd2", "#8073ac", "#542788")
ORANGES = ("#f7f7f7", "#fee0b6", "#fdb863", "#e08214", "#b35806")
NOT_A_NUMBER = "#444444"
FOUND, CORRECT, AXES = "#d95f02", "#5e4fa2", "#888888"
WIDE, HIGH, EDGE = 330, 170, 34
"""Pixels of a plot, and of the margin around it."""
COLOURS = "Purple is negative, orange positive; darker is larger."
CROSSES = "A cross is NaN or infinite."
CURVES = "yours, and what it should be, on logarithmic axes."
FIGURE = Markup('<figure><div class="maps">{}</div><figcaption>{}</figcaption></figure>')


def drawn(picture: Picture) -> Markup:
    """Draw a picture: curves on logarithmic axes, or heat maps of arrays.

    Parameters
    ----------
    picture : Picture

    Returns
    -------
    Markup
        A figure with a caption; "" if there is nothing to draw.
    """
    if not picture.found or not picture.found[0]:
        return Markup("")
    if picture.at:
        svg = _curves(picture)
        return svg and FIGURE.format(svg, f"{picture.what}: {CURVES}")
    return FIGURE.format(_heat_maps(picture), _in_words(picture))


def _heat_maps(picture: Picture) -> Markup:
    """Yours, the correct one and the difference, side by side: numbers by colour and sign."""
    columns, rows = len(picture.found[0]), len(picture.found)
    side = min(SIDE, WIDEST / columns)
    difference = tuple(
        tuple(a - b for a, b in zip(*both, strict=True))
        for both in zip(picture.found, picture.correct, strict=True)
    )
    correct, found = (
        max(map(abs, _finite(each)), default=0.0) for each in (picture.correct, picture.found)
    )
    largest = max(correct, min(found, MOST_OVER * correct)) or found or 1.0
    arrays = {"yours": picture.found, "correct": picture.correct, "difference": difference}
    maps = []
    for title, numbers in arrays.items():
        parts = [f'<text x="0" y="14">{title}</text>', *_entries(numbers, largest, HEAD, side)]
        says = f"{picture.what}, {title}, {rows} by {columns}"
        maps.append(_svg(max(columns * side, TITLE), rows * side + HEAD, says, parts))
    return Markup("").join(maps)


def _in_words(picture: Picture) -> str:
    """How many entries are wrong, and the two numbers of the one that is most wrong."""
    entries = [
        (i, j, a, b)
        for i, both in enumerate(zip(picture.found, picture.correct, strict=True), 1)
        for j, (a, b) in enumerate(zip(*both, strict=True), 1)
    ]
    largest = max((abs(b) for *_, b in entries), default=0.0)
    wrong = [each for each in entries if not abs(each[2] - each[3]) <= WRONG * largest]
    said = f"{picture.what}: {len(wrong)} of {len(entries)} entries are wrong."
    if wrong:
        # NaN compares as larger than nothing, so it is looked for first.
        i, j, a, b = max(wrong, key=lambda each: (math.isnan(each[2]), abs(each[2] - each[3])))
        said += f" The worst, in row {i} and column {j}, is {a:.4g} and should be {b:.4g}."
    crosses = any(not math.isfinite(a) for _, _, a, _ in entries)
    return " ".join([said, COLOURS, *([CROSSES] if crosses else [])])


def _entries(
    numbers: Iterable[Sequence[float]], largest: float, top: float, side: float
) -> Iterator[str]:
    for i, row in enumerate(numbers):
        for j, number in enumerate(row):
            yield (
                f'<rect x="{j * side:.1f}" y="{top + i * side:.1f}" width="{side - 1:.1f}" '
                f'height="{side - 1:.1f}" fill="{_colour(number, largest)}">'
                f"<title>{number:.4g}</title></rect>"
            )
            sign = _sign(number)
            if abs(number) > WRONG * largest or not math.isfinite(number):
                x, y = (j + 0.46) * side, top + (i + 0.66) * side
                dark = not math.isfinite(number) or abs(number) > 0.55 * largest
                ink = "#ffffff" if dark else "#222222"
                size = min(13.0, side * 0.7)
                yield (
                    f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" text-anchor="middle" '
                    f'fill="{ink}">{sign}</text>'
                )


def _sign(number: float) -> str:
    if not math.isfinite(number):
        return "\N{MULTIPLICATION SIGN}"
    return "\N{MINUS SIGN}" if number < 0 else "+"


def _colour(number: float, largest: float) -> str:
    if not math.isfinite(number):
        return NOT_A_NUMBER
    colours = PURPLES if number < 0 else ORANGES
    # The square root makes small entries visible.
    share = math.sqrt(min(1.0, abs(number) / largest))
    return colours[round(share * (len(colours) - 1))]


def _curves(picture: Picture) -> Markup:
    """Yours and the expected one over the same places, both axes logarithmic."""
    (found,), (correct,) = picture.found, picture.correct
    values = [each for each in (*found, *correct) if math.isfinite(each) and each > 0]
    if not values:
        return Markup("")
    x_from, x_to = math.log10(min(picture.at)), math.log10(max(picture.at))
    y_from, y_to = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    y_to += y_to == y_from

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_from) / (x_to - x_from or 1)
        up = (math.log10(y) - y_from) / (y_to - y_from)
        return EDGE + across * (WIDE - 2 * EDGE), HIGH - EDGE - up * (HIGH - 2 * EDGE)

    left, right, top, bottom = EDGE, WIDE - EDGE, EDGE, HIGH - EDGE
    parts = [
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="{AXES}"/>',
        *(f'<text x="{left - 4}" y="{y + 4}" text-anchor="end" font-size="11">1e{at}</text>'
          for at, y in ((y_from, bottom), (y_to, top))),
        *(f'<text x="{x}" y="{bottom + 15}" text-anchor="middle" font-size="11">{at:.0e}</text>'
          for at, x in ((min(picture.at), left), (max(picture.at), right))),
        f'<text x="{(left + right) / 2}" y="{HIGH - 3}" text-anchor="middle" font-size="12">'
        "epsilon</text>",
    ]  # fmt: skip
    for title, colour, dashes, at, curve in (
        ("expected", CORRECT, "5 4", left, correct), ("yours", FOUND, "", left + 90, found),
    ):  # fmt: skip
        points = [
            place(x, y)
            for x, y in zip(picture.at, curve, strict=True)
            if math.isfinite(y) and y > 0
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts += [
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>',
            f'<path d="M{at} 14h18" stroke="{colour}" stroke-width="2"{dashed}/>',
            f'<text x="{at + 23}" y="18">{title}</text>',
        ]
    says = f"{picture.what}: {CURVES}"
    return _svg(WIDE, HIGH, says, parts)


def _finite(rows: Iterable[Iterable[float]]) -> Iterator[float]:
    return (each for row in rows for each in row if math.isfinite(each))


def _svg(width: float, height: float, says: str, parts: Iterable[str]) -> Markup:
    return Markup(
        f'<svg class="picture" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-size="13" fill="currentColor" '
        f'aria-label="{escape(says)}">{"".join(parts)}</svg>'
    )
