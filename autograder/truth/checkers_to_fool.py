"""Three broken gradient checkers that students are asked to fool, and a correct one to decide.

Students read the source of the broken ones exactly as it is here, so nothing in it says what is
wrong. checker_a keeps only the comparison of the last parameter. checker_b compares two lengths, so
it ignores the directions of the vectors. checker_c compares the slope along one direction; the
direction is random but always the same, so an error that is orthogonal to it passes.
"""
# Students read the text of the three, so it has no annotations.
# mypy: allow-untyped-defs

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.truth.distances import relative_difference
from autograder.truth.network import Array, Arrays
from autograder.truth.network_differences import network_gradient
from autograder.truth.notebook_helpers import (
    dictionary_to_vector,
    forward_propagation_n,
    gradients_to_vector,
    vector_to_dictionary,
)

PASSES_BELOW = 1e-5
"""A broken checker passes gradients if it returns less than this."""

WRONG_ABOVE = 1e-2
"""Gradients are certainly wrong if `right_check` returns more than this."""


def checker_a(parameters, gradients, X, Y, epsilon=1e-7):
    """Check the gradients one parameter at a time."""
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)

    for i in range(theta.shape[0]):
        thetaplus, thetaminus = np.copy(theta), np.copy(theta)
        thetaplus[i, 0] += epsilon
        thetaminus[i, 0] -= epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaplus))
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaminus))
        gradapprox = (J_plus - J_minus) / (2 * epsilon)

    return abs(grad[i, 0] - gradapprox) / (abs(grad[i, 0]) + abs(gradapprox))


def checker_b(parameters, gradients, X, Y, epsilon=1e-7):
    """Check the gradients all at once, by their norms."""
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    gradapprox = np.zeros_like(theta)

    for i in range(theta.shape[0]):
        thetaplus, thetaminus = np.copy(theta), np.copy(theta)
        thetaplus[i, 0] += epsilon
        thetaminus[i, 0] -= epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaplus))
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaminus))
        gradapprox[i, 0] = (J_plus - J_minus) / (2 * epsilon)

    numerator = abs(np.linalg.norm(grad) - np.linalg.norm(gradapprox))
    denominator = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    return numerator / denominator


def checker_c(parameters, gradients, X, Y, epsilon=1e-7):
    """Check the gradients along a random direction, with two runs of the network."""
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)

    rng = np.random.default_rng(0)
    direction = rng.standard_normal(theta.shape)
    direction = direction / np.linalg.norm(direction)

    J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta + epsilon * direction))
    J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(theta - epsilon * direction))
    slope = (J_plus - J_minus) / (2 * epsilon)
    expected = np.sum(grad * direction)

    return abs(expected - slope) / (abs(expected) + abs(slope))


CHECKERS: Mapping[str, Callable[..., Any]] = {
    "checker_a": checker_a,
    "checker_b": checker_b,
    "checker_c": checker_c,
}


def run_checker(
    name: str, parameters: Arrays, gradients: Arrays, X: Array, Y: Array, epsilon: float = 1e-7
) -> float:
    """Return what a broken checker returns for the gradients, with the reference's functions.

    The result is that of the source above, up to round-off: where the source moves one parameter
    after the other, all are moved at once here.

    Parameters
    ----------
    name : str
        checker_a, checker_b or checker_c.
    parameters, gradients : dict
        Those of the course's network with 47 parameters.
    X : ndarray, shape (4, m)
    Y : ndarray, shape (m,) or (1, m)
    epsilon : float

    Returns
    -------
    float
        It may be nan or infinite, without a warning, if the gradients are absurd.

    Raises
    ------
    KeyError
        If the name is a different one.
    """
    with np.errstate(all="ignore"):
        if name not in _COMPARED:
            return float(CHECKERS[name](parameters, gradients, X, Y, epsilon))
        gradapprox = network_gradient(parameters, X, Y, epsilon)
        a, b = map(_COMPARED[name], (gradients_to_vector(gradients), gradapprox))
        return float(abs(a - b) / (abs(a) + abs(b)))


_COMPARED: Mapping[str, Callable[[Array], Any]] = {
    "checker_a": lambda vector: vector[-1, 0],
    "checker_b": np.linalg.norm,
}
"""What checker_a and checker_b compare of the two vectors."""


def right_check(parameters: Arrays, gradients: Arrays, X: Array, Y: Array) -> float:
    """Return the relative difference between all the gradients and the numerical ones.

    Infinite if the gradients are not finite, so that they never count as correct.
    """
    difference = relative_difference(
        gradients_to_vector(gradients), network_gradient(parameters, X, Y)
    )
    return float("inf") if np.isnan(difference) else difference
