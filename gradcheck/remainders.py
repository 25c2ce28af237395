"""The remainders of a Taylor test, and what they say."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.hints import LITTLE, solver_hint
from gradcheck.parameters import Floats
from gradcheck.result import Result

BETWEEN = 1.5
"""Between the order of a wrong gradient and that of a correct one."""

CORNER = "corner"

MOST_ROWS = 10
"""How many remainders are shown."""

TURNED = 3
"""For so many steps a remainder has order 2, if it is said to turn from that to order 1."""


@dataclass(frozen=True, eq=False)
class Remainders:
    """The remainders along one direction.

    Attributes
    ----------
    steps, remainders : ndarray, shape (k,)
        From the widest step to the smallest.
    counted : ndarray of bool, shape (k,)
        Whether a remainder is far enough above the noise.
    order, error : float
        How the remainder falls at the smallest steps that count, and how far that may be off; nan
        if too few count.
    unseen : float
        A gradient that is wrong by less, along this direction, would look the same.
    verdict : str
    """

    steps: Floats
    remainders: Floats
    counted: np.ndarray[Any, np.dtype[np.bool_]]
    order: float
    error: float
    unseen: float
    verdict: str


@dataclass(frozen=True, eq=False, repr=False)
class TaylorTest(Result):
    """The result of a Taylor test.

    Attributes
    ----------
    verdict : str
        "pass", "fail" or "inconclusive".
    order, error : float
        The order of the remainder along the direction that decided, and its error bar. Infinite if
        no remainder is above the noise ("exact": the cost is linear), nan if nothing was decided.
    unseen : float
        If it passed: along the directions, what is wrong by less may have been overlooked.
    directions : tuple of Remainders
    """

    verdict: str
    order: float
    error: float
    unseen: float
    directions: tuple[Remainders, ...]

    @property
    def passed(self) -> bool:
        """Whether the remainder has at least order 2."""
        return self.verdict == "pass"

    @property
    def decisive(self) -> Remainders:
        """The direction that decided: the first with the verdict of all."""
        return next(each for each in self.directions if each.verdict == self.verdict)

    def __str__(self) -> str:
        at = f"{self.order:.2f} +- {self.error:.1g}"
        if self.verdict == "inconclusive":
            line = "Taylor test: inconclusive, too few remainders are above the noise of the cost"
            if any(each.verdict == CORNER for each in self.directions):
                line = "Taylor test: inconclusive, the cost has a corner here"
        elif self.verdict == "fail":
            line = f"Taylor test: the gradient is WRONG, its remainder has order {at} instead of 2"
        elif math.isinf(self.order):
            line = "Taylor test: the gradient is correct, and exact: the remainder is round-off"
        else:
            line = f"Taylor test: the gradient is correct, its remainder has order {at}"
        if self.passed:
            line += f" (unless it is off by less than {self.unseen:.1g} along a direction)"
        shown = self.directions[0] if self.verdict == "inconclusive" else self.decisive
        rows = [
            f"{shown.steps[i]:>12.3g}{shown.remainders[i]:>14.3g}"
            f"{'' if shown.counted[i] else '  below the noise'}"
            for i in _some_of(shown)
        ]
        return "\n".join([line, f"{'step':>12}{'remainder':>14}", *rows, *self._hints()])

    def _hints(self) -> list[str]:
        """Where the remainder turns from order 2 to order 1, if it does so where a gradient fails.

        With the noise that is suggested, only what is well above the turn counts.
        """
        failed = [each for each in self.directions if each.verdict == "fail"]
        turns = [(each, place) for each in failed if (place := _turn(each)) is not None]
        if not failed or len(turns) < len(failed):
            return []
        noise = max(float(each.remainders[place]) for each, place in turns) / 10
        step = max(float(each.steps[place]) for each, place in turns)
        what = f"Down to a step of {step:.1g} it has order 2: the gradient is off by little."
        return [solver_hint(what, noise)]


def _some_of(shown: Remainders) -> list[int]:
    """The places of at most ten remainders: those that count, and the first one that doesn't."""
    counted = np.flatnonzero(shown.counted)
    if not counted.size:
        return [*range(len(shown.steps))][:MOST_ROWS]
    last = int(counted[-1])
    after = [last + 1] if last + 1 < len(shown.steps) else []
    spread = np.linspace(0, last, min(last + 1, MOST_ROWS - len(after)))
    return [*spread.round().astype(int).tolist(), *after]


def _turn(each: Remainders) -> int | None:
    """The place of the widest step below which a remainder has order 1, if it had 2 before."""
    h, r = each.steps[each.counted], each.remainders[each.counted]
    steep = [place for place in range(1, len(h)) if order_between(h, r, place) >= BETWEEN]
    if len(steep) < TURNED or r[-1] / h[-1] > LITTLE * r[0] / h[0]:
        return None
    return int(np.flatnonzero(each.counted)[min(steep[-1] + 1, len(h) - 1)])


def order_between(h: Floats, r: Floats, place: int) -> float:
    """Return the order between a step and the next wider one."""
    rise = math.log2(r[place - 1] / r[place])
    return rise / math.log2(h[place - 1] / h[place])
