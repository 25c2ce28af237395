"""Cases that no question asks about: one near a kink, the textbook's, and other precisions."""

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.truth.cases import Case, live_case
from autograder.truth.liveness import MARGIN, first_without_fault
from autograder.truth.network import LAYERS, Array, Arrays


def kink_case(
    rng: np.random.Generator,
    m: int | None = None,
    layers: tuple[int, ...] = LAYERS,
    distance: float = 1e-6,
    straddled: bool = False,
) -> Case:
    """Draw a case with one first-layer unit this near to its kink, and every other Z far from it.

    Parameters
    ----------
    rng : numpy.random.Generator
    m, layers
        As for `live_case`.
    distance : float
        |Z| of the unit for one example, on either side.
    straddled : bool
        Put a second example at the same distance on the other side. Then the unit's bias can't be
        moved either way without crossing a kink, and a finite difference wider than the distance
        is worth nothing. Needs m of at least 2.

    Returns
    -------
    Case

    Raises
    ------
    NoLiveCase
        After 500 draws without success.
    """

    def draw() -> tuple[Case, str | None]:
        case = live_case(rng, m, layers)
        X = case.X.copy()
        W, b = case.parameters["W1"], case.parameters["b1"]
        unit, side = rng.integers(len(W)), rng.choice([-1, 1])
        moved = rng.choice(case.m, 2 if straddled else 1, replace=False)
        for example, target in zip(moved, (side * distance, -side * distance), strict=False):
            # The smallest change of the example's inputs that gives this unit the wanted Z.
            missing = target - (W[unit] @ X[:, example] + b[unit, 0])
            X[:, example] += missing * W[unit] / (W[unit] @ W[unit])
        case = replace(case, X=X)
        near = sum(np.sum(np.abs(Z) < MARGIN) for Z in case.cache[:-4:4])
        return case, None if near == len(moved) else "another hidden unit near its kink"

    return first_without_fault(draw, f"case near a kink with m={m}, layers={layers}")


def textbook_case() -> Case:
    """Return the three examples that the best-known exercise on gradient checking uses.

    It draws them with numpy.random.seed(1). Its second layer is on, or off, as a whole, and 20 of
    its 47 gradients are exactly 0.

    Returns
    -------
    Case
    """
    # The textbook's case needs the legacy generator; an own RandomState does not change the global
    # one.
    rng = np.random.RandomState(1)
    X = rng.randn(4, 3)
    shapes = {"W1": (5, 4), "b1": (5, 1), "W2": (3, 5), "b2": (3, 1), "W3": (1, 3), "b3": (1, 1)}
    return Case(X, np.array([[1, 1, 0]]), {key: rng.randn(*shape) for key, shape in shapes.items()})


def to_precision(parameters: Arrays, dtype: type[np.floating[Any]]) -> dict[str, Array]:
    """Return a copy of the parameters in another dtype, such as numpy.longdouble."""
    return {key: array.astype(dtype) for key, array in parameters.items()}
