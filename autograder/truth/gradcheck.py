"""Numerical gradients, and how near two answers are to each other.

The robust verdict per parameter, which looks out for kinks and round-off, is in `robust_check`.
"""

import numpy as np

from autograder.truth.network import (
    forward_propagation,
    layer_sizes,
    parameters_to_vector,
    to_precision,
    vector_to_parameters,
    vectors_to_parameters,
)

TOLERANCE = 1e-6
"""The largest `deviation` of a right answer. Honest ways to write the backward pass agree to 5e-14
and an honest guard such as A3 + 1e-8 costs 5.5e-7; every drawn bug is far above."""

UNTOUCHED = 1e-12
"""The largest difference that round-off makes in an array which a bug has not touched."""

LARGEST_BATCH = 2**13
"""How many numbers of one layer, for all networks and examples, a batched forward pass takes to
either side at once: more would leave the processor's cache."""


def central_difference(cost, theta, epsilon):
    """Return (J(theta + epsilon e_i) - J(theta - epsilon e_i)) / (2 epsilon) for every i.

    Parameters
    ----------
    cost : callable
        Takes a vector of the shape of theta and returns a number.
    theta : ndarray, shape (n, 1)
        Left as it is.
    epsilon : float

    Returns
    -------
    ndarray, shape (n, 1)
        Wrong by epsilon^2 J''' / 6 (truncation) and about u |J| / epsilon (round-off), where u is
        the unit round-off.
    """
    approximation = np.zeros_like(theta)
    for i in range(theta.size):
        plus, minus = theta.copy(), theta.copy()
        plus.flat[i] += epsilon
        minus.flat[i] -= epsilon
        approximation.flat[i] = (cost(plus) - cost(minus)) / (2 * epsilon)
    return approximation


def numerical_gradient(parameters, X, Y, epsilon=1e-5):
    """Return the central differences of the network's cost, shape (n, 1), in vector order.

    What `central_difference` does in a loop, with one forward pass of many networks at once.
    """
    layers, theta = layer_sizes(parameters), parameters_to_vector(parameters)[:, 0]
    costs = np.empty((2, theta.size), np.result_type(theta, float))
    at_once = max(1, LARGEST_BATCH // (max(layers) * X.shape[1]))
    for start in range(0, theta.size, at_once):
        moved = np.arange(start, min(start + at_once, theta.size))
        vectors = np.empty((2, moved.size, theta.size), costs.dtype)
        vectors[:] = theta
        vectors[0, moved - start, moved] += epsilon
        vectors[1, moved - start, moved] -= epsilon
        networks = vectors_to_parameters(vectors.reshape(-1, theta.size), layers)
        costs[:, moved] = forward_propagation(X, Y, networks)[0].reshape(2, -1)
    return ((costs[0] - costs[1]) / (2 * epsilon)).reshape(-1, 1)


def complex_step(parameters, X, Y, step=1e-30):
    """Return the gradient of the network's cost from imaginary steps, without any subtraction.

    J'(theta) = Im J(theta + i h) / h up to h^2 J''' / 6 (Squire and Trapp, 1998,
    doi:10.1137/S003614459631241X). Nothing cancels, so h can be so small that the result is right
    to round-off.

    Parameters
    ----------
    parameters : dict
        W1, b1, W2, b2, ... in float64.
    X : ndarray, shape (n_0, m)
    Y : ndarray, shape (m,) or (1, m)
    step : float

    Returns
    -------
    ndarray, shape (n, 1)
        In vector order: dW1, db1, dW2, db2, ...
    """
    cost = _cost_of_vector(parameters, X, Y)
    theta = parameters_to_vector(to_precision(parameters, complex))
    gradient = np.zeros(theta.shape)
    for i in range(theta.size):
        moved = theta.copy()
        moved[i] += 1j * step
        gradient[i] = cost(moved).imag / step
    return gradient


def relative_difference(a, b):
    """Return |a - b| / (|a| + |b|) in the Euclidean norm: 0 for equals, 1 for opposites.

    Parameters
    ----------
    a, b : array_like of one shape

    Returns
    -------
    float
        0.0 when both are zero; nan when anything in them is NaN or infinite.

    Raises
    ------
    ValueError
        If the shapes differ: (n,) and (n, 1) would broadcast to (n, n).
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape} can't be compared")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("nan")
    scale = max(np.abs(a).max(initial=0.0), np.abs(b).max(initial=0.0))
    if scale == 0:
        return 0.0
    # A power of two changes no digit; without it the squares of very small and very large entries
    # get lost.
    exponent = -np.frexp(scale)[1]
    a, b = np.ldexp(a, exponent), np.ldexp(b, exponent)
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


def deviation(found, truth):
    """Return max|found - truth| / max|truth|, the measure by which gradients are graded.

    One number per array, because small entries of an array carry the round-off of its large ones:
    element by element, right answers would fail.

    Parameters
    ----------
    found : array_like
    truth : ndarray

    Returns
    -------
    float
        inf when the shapes differ, when found holds anything but finite real numbers, or when truth
        is all zero and found isn't.
    """
    found = np.asarray(found)
    if found.shape != truth.shape or found.dtype.kind not in "biuf":
        return float("inf")
    if not np.isfinite(found).all():
        return float("inf")
    with np.errstate(over="ignore"):
        largest = np.abs(found - truth.astype(float)).max(initial=0.0)
    scale = np.abs(truth).max(initial=0.0)
    if scale == 0:
        return 0.0 if largest == 0 else float("inf")
    return float(largest / scale)


def _cost_of_vector(parameters, X, Y):
    layers = layer_sizes(parameters)
    return lambda theta: forward_propagation(X, Y, vector_to_parameters(theta, layers))[0]
