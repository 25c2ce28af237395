"""The finite difference for every parameter, with its error and how it was found."""

from dataclasses import dataclass

import numpy as np

from gradcheck.noise import Noise
from gradcheck.parameters import Floats, Integers

CENTRAL, ONE_SIDED, CORNER, COARSE, UNDEFINED, STATIONARY, CORNERS, UNRESOLVED, NOISY, LOST = range(
    10
)
"""How a derivative was found, or why it was not."""

HIDDEN = (COARSE, UNDEFINED, UNRESOLVED, NOISY, LOST)
"""How derivatives were not found for another reason than a corner."""

NOTHING = 1e-9
"""An error, as a share of the cost or of 1, small enough to show that a gradient is 0."""

POOR = 1e-3
"""An error larger than this share of the gradient shows nothing."""

POOR_KNOWN = 1e-2
"""The same where the caller says how far the cost may be off."""


@dataclass(frozen=True)
class Estimates:
    """Derivatives of a cost with respect to n parameters, or along n directions.

    Attributes
    ----------
    value : ndarray, shape (n,)
        nan where none was found.
    error : ndarray, shape (n,)
        A bound on the error from truncation, round-off and corners of the cost.
    step : ndarray, shape (n,)
        The epsilon of the difference.
    how : ndarray of int, shape (n,)
        CENTRAL; ONE_SIDED: next to a corner; CORNER: the slope before is another than after;
        CORNERS: several meet; COARSE: the error is too large to show anything; UNDEFINED: the cost
        is not finite nearby; STATIONARY: 0, as nearly as the parameter can be given; UNRESOLVED:
        differences over smaller and smaller steps don't settle; NOISY: the noise of the cost may be
        a shape finer than any step; LOST: in single precision, the round-off of larger gradients
        may be what is off.
    sides : ndarray, shape (2, n), optional
        The slopes before and after a corner, or the least and the greatest nearby where several
        meet; nan elsewhere.
    noise : Noise, optional
        Of the cost.
    lost : float
        The round-off of the largest gradients in single precision; 0 in double precision.
    """

    value: Floats
    error: Floats
    step: Floats
    how: Integers
    sides: Floats | None = None
    noise: Noise | None = None
    lost: float = 0.0

    def among(self, places: Integers, n: int) -> "Estimates":
        """Return these estimates at their places among n, with nothing known of the others."""
        value, error, step = np.full((3, n), np.nan)
        how, sides = np.full(n, UNDEFINED), np.full((2, n), np.nan)
        value[places], error[places], step[places] = self.value, self.error, self.step
        how[places] = self.how
        if self.sides is not None:
            sides[:, places] = self.sides
        return Estimates(value, error, step, how, sides, self.noise)

    def words(self, i: int) -> str:
        """Say how the i-th was found, or why it was not."""
        how, step, error = int(self.how[i]), self.step[i], self.error[i]
        left, right = (np.nan, np.nan) if self.sides is None else self.sides[:, i]
        what = "noise of the cost" if self.noise and self.noise.told else "round-off of the cost"
        if self.lost:
            what = "single precision"
        slopes = f"{left:.6g} before and {right:.6g} after"
        found = {
            CENTRAL: f"central difference, epsilon {step:.2g}",
            ONE_SIDED: f"one-sided difference next to a corner, epsilon {step:.2g}",
            CORNER: f"the cost has a corner here: its slope is {slopes}",
            CORNERS: f"corners of the cost meet here: slopes nearby are {left:.6g} to {right:.6g}",
            COARSE: f"{what} hides everything below {error:.1g}",
            UNDEFINED: "the cost is not finite near these parameters",
            STATIONARY: f"0 to within {error:.1g}: the cost is level here, epsilon {step:.2g}",
            LOST: (
                "in single precision the round-off of the largest gradients hides everything "
                f"below {self.lost:.1g}: check it in float64"
            ),
            UNRESOLVED: "no derivative is found: differences over smaller steps don't settle",
        }
        if how == CORNER and not np.isfinite(left):
            return "no derivative: the cost has a corner here"
        if how == NOISY and self.noise:
            return (
                f"round-off or noise hides the slope: a cost of up to {self.noise.scale:.1g} jumps "
                f"by {self.noise.spread:.1g} from place to place"
            )
        return found[how]
