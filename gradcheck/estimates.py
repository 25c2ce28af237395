"""The finite difference for every parameter, with its error and how it was found."""

from dataclasses import dataclass

import numpy as np

from gradcheck.parameters import Floats, Integers

CENTRAL, ONE_SIDED, CORNER, COARSE, UNDEFINED = range(5)
"""How a derivative was found, or why it was not."""

NOTHING = 1e-9
"""An error, as a share of the cost or of 1, small enough to show that a gradient is 0."""

POOR = 1e-3
"""An error larger than this share of the gradient shows nothing."""


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
        CENTRAL; ONE_SIDED: next to a corner; CORNER: the cost has no derivative here, or no step
        finds it; COARSE: the error is too large to show anything; UNDEFINED: the cost is not finite
        nearby.
    sides : ndarray, shape (2, n), optional
        The slopes before and after a corner; nan elsewhere.
    """

    value: Floats
    error: Floats
    step: Floats
    how: Integers
    sides: Floats | None = None

    def words(self, i: int) -> str:
        """Say how the i-th was found, or why it was not."""
        left, right = (np.nan, np.nan) if self.sides is None else self.sides[:, i]
        if np.isfinite(left):
            return (
                f"the cost has a corner here: its slope is {left:.6g} before and {right:.6g} after"
            )
        return {
            CENTRAL: f"central difference, epsilon {self.step[i]:.2g}",
            ONE_SIDED: f"one-sided difference next to a corner, epsilon {self.step[i]:.2g}",
            CORNER: "no derivative: the cost has a corner here, or a shape finer than any step",
            COARSE: f"round-off of the cost hides everything below {self.error[i]:.1g}",
            UNDEFINED: "the cost is not finite near these parameters",
        }[int(self.how[i])]
