"""What makes a case live, and how such cases are drawn.

A gradient check on a careless random case tests little: with dead units whole arrays are zero, with
saturated outputs there is nothing to compare, and near the kink of a unit the derivative is not
reliable. A live case has none of these problems.
"""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from autograder.truth.network import Array, Cache, layer_errors

T = TypeVar("T")

MARGIN = 1e-2
"""The least |Z| of a hidden unit: 500 times as far as a check with epsilon 1e-5 moves it."""

LARGEST_LOGIT = 3.0
"""Above it the sigmoid saturates: wrong factors in dZ of the output don't show, and a guard such as
A3 + 1e-8 changes an example's share in a gradient by more than 2.2e-7."""

LEAST_GRADIENT = 1e-3
"""The least maximum of a gradient array: below it, round-off would dominate."""

CANCELLATION = 4.0
"""How much larger than a gradient array the shares of the examples in it may be. If they cancel,
the rounding of correct answers grows by this factor: the effect of a guard stays below 9e-7."""

MOST_DRAWS = 500


class NoLiveCase(ValueError):
    """No draw was live; the message counts what was wrong with them."""


def fault(X: Array, Y: Array, cache: Cache) -> str | None:
    """Say why data and a cache are not live, or return None if they are.

    Live means: |Z| of the output is at most 3 and |Z| of hidden units at least 1e-2; every gradient
    array has an entry that is at least 1e-3 and at least a quarter of the sum of the absolute
    contributions of the examples; and with two examples or more, both labels occur and every hidden
    unit is on for one example and off for another.
    """
    *hidden, output = cache[::4]
    if np.abs(output).max() > LARGEST_LOGIT:
        return f"a logit above {LARGEST_LOGIT:g}"
    if any(np.abs(Z).min() < MARGIN for Z in hidden):
        return f"a hidden unit within {MARGIN:g} of its kink"
    m = X.shape[1]
    if m > 1:
        if any((np.abs(np.sign(Z).sum(axis=1)) == m).any() for Z in hidden):
            return "a hidden unit that is on, or off, for every example"
        if Y.min() == Y.max():
            return "a single label"
    largest, shares = gradients_and_shares(X, Y, cache)
    if min(largest) < LEAST_GRADIENT * m:
        return f"a gradient array below {LEAST_GRADIENT:g}"
    if any(share > CANCELLATION * size for share, size in zip(shares, largest, strict=True)):
        return "examples that cancel each other in a gradient array"
    return None


def gradients_and_shares(X: Array, Y: Array, cache: Cache) -> tuple[list[float], list[float]]:
    """Return m max |gradient| of every array, and max sum_i |share of example i| of every array.

    Both as lists, for dW and db of each layer, from the last to the first.
    """
    inputs = [X, *cache[1::4]]
    largest: list[float] = []
    shares: list[float] = []
    for layer, dZ in layer_errors(Y, cache):
        A, size = inputs[layer - 1].T, np.abs(dZ)
        largest += [np.abs(dZ @ A).max(), np.abs(dZ.sum(axis=1)).max()]
        shares += [(size @ np.abs(A)).max(), size.sum(axis=1).max()]
    return largest, shares


def first_without_fault(draw: Callable[[], tuple[T, str | None]], wanted: str) -> T:
    """Call draw() -> (drawn, fault or None) until it has no fault, and return what was drawn.

    Raises
    ------
    NoLiveCase
        After 500 draws; the message says what was wanted, which faults occurred, and how often.
    """
    faults: Counter[str] = Counter()
    for _ in range(MOST_DRAWS):
        drawn, found = draw()
        if found is None:
            return drawn
        faults[found] += 1
    counts = ", ".join(f"{count} with {found}" for found, count in faults.most_common())
    raise NoLiveCase(f"no {wanted} in {MOST_DRAWS} draws: {counts}")


def labels(rng: np.random.Generator, m: int) -> Array:
    """Draw labels of shape (1, m); both values occur if m is at least 2."""
    ones = rng.integers(1, m) if m > 1 else rng.integers(0, 2)
    return (rng.permutation(m) < ones).astype(int).reshape(1, m)


def straddling_biases(rng: np.random.Generator, products: Array) -> Array:
    """Draw one bias per row of W A, such that the unit switches between two of the examples."""
    biases = rng.standard_normal((len(products), 1))
    if products.shape[1] == 1:
        return biases
    room = 1.5 * MARGIN  # a little more than the margin, so that round-off can't undo it
    values = np.sort(products, axis=1)
    wide = values[:, 1:] - values[:, :-1] > 2 * room
    units = np.flatnonzero(wide.any(axis=1))
    # The largest of the random numbers at the gaps picks each gap with the same probability.
    gaps = (wide * (1 + rng.random(wide.shape))).argmax(axis=1)[units]
    lower, upper = values[units, gaps] + room, values[units, gaps + 1] - room
    biases[units, 0] = -(lower + rng.random(units.size) * (upper - lower))
    return biases


def pre_activations(rng: np.random.Generator, units: int, m: int) -> Array:
    """Draw hidden Z away from zero, each unit on for one example and off for another."""
    size = MARGIN + np.abs(rng.standard_normal((units, m)))
    signs = rng.choice([-1.0, 1.0], (units, m))
    if m > 1:
        order = rng.permuted(np.tile(np.arange(m), (units, 1)), axis=1)
        np.put_along_axis(signs, order[:, :1], 1.0, axis=1)
        np.put_along_axis(signs, order[:, 1:2], -1.0, axis=1)
    return signs * size
