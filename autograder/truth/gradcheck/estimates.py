"""What a finite difference has found for every parameter, how surely, and in which way."""

from dataclasses import dataclass

import numpy as np

from autograder.truth.gradcheck.parameters import Floats, Integers

CENTRAL, ONE_SIDED, CORNER, COARSE, UNDEFINED = range(5)
"""How a derivative was found, or why it was not."""

NOTHING = 1e-9
"""An error, as a share of the cost or of 1, with which a gradient is shown to be 0."""

POOR = 1e-3
"""An error, as a share of the gradient, with which nothing has been shown."""


@dataclass(frozen=True)
class Estimates:
    """Derivatives of a cost by n parameters, or along n directions.

    Attributes
    ----------
    value : ndarray, shape (n,)
        nan where there is none.
    error : ndarray, shape (n,)
        A bound on what truncation, round-off and corners of the cost leave in the value.
    step : ndarray, shape (n,)
        The epsilon that it was found with.
    how : ndarray of int, shape (n,)
        CENTRAL; ONE_SIDED, beside a corner; CORNER, the cost has no derivative here, or none that
        a step could find; COARSE, the error is too large to show anything; UNDEFINED, the cost is
        not finite nearby.
    sides : ndarray, shape (2, n), optional
        The slopes before and behind a corner; nan elsewhere.
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
            return f"the cost has a corner here: its slope is {left:.6g} before, {right:.6g} behind"
        return {
            CENTRAL: f"central difference, epsilon {self.step[i]:.2g}",
            ONE_SIDED: f"one-sided difference beside a corner, epsilon {self.step[i]:.2g}",
            CORNER: "the cost has a corner here, or a shape finer than any step, and no derivative",
            COARSE: f"round-off of the cost hides what is below {self.error[i]:.1g}",
            UNDEFINED: "the cost isn't finite beside these parameters",
        }[int(self.how[i])]
