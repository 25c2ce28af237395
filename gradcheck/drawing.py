"""The generator from which random directions and upstream gradients are drawn."""

import numpy as np

SEED = 602_214_076
"""Not 0 or 1: who draws inputs with that seed would be given the same numbers again as an upstream
gradient, and u (x > 0) (u > 0) is correct where u is x."""


def generator(rng: np.random.Generator | None) -> np.random.Generator:
    """Return the caller's generator, or one that is the same every time.

    Raises
    ------
    ValueError
        If it is something else, such as a seed.
    """
    if rng is None:
        return np.random.default_rng(SEED)
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng is a {type(rng).__name__}, not a numpy.random.Generator")
    return rng
