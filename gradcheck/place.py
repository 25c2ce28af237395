"""One parameter, or one direction, and what is found of the derivative there."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from gradcheck.noise import Noise

Look = Callable[[float], float]
"""Returns the cost a step away from the parameters, along some direction."""


class Row(NamedTuple):
    """One derivative: see `Estimates`."""

    value: float
    error: float
    step: float
    how: int
    left: float = math.nan
    right: float = math.nan


@dataclass(frozen=True)
class Place:
    """One parameter, or one direction.

    Attributes
    ----------
    look : callable
        Returns the cost a step away.
    base : float
        The cost there.
    noise : Noise
    claim : float
        The derivative that is claimed.
    size : float
        Of the parameter.
    agree : float
        How far apart, as a share of the larger, claim and derivative may be.
    """

    look: Look
    base: float
    noise: Noise
    claim: float
    size: float
    agree: float
