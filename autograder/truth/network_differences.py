"""Central differences of the network's cost, as students take them, in one pass."""

from typing import Any

import numpy as np

from autograder.truth.network import (
    Array,
    Arrays,
    cost_from_logits,
    layer_sizes,
    parameters_to_vector,
    pre_activations,
    vectors_to_parameters,
)

LARGEST_BATCH = 2**13
"""How many numbers of one layer, for all networks and examples, a forward pass computes at once:
more would not fit into the processor's cache."""


def network_gradient(
    parameters: Arrays, X: Array, Y: Array, epsilon: float | np.floating[Any] = 1e-5
) -> Array:
    """Return the central differences of the network's cost, shape (n, 1), in vector order.

    They are taken with exactly this epsilon, even across corners, by one forward pass of many
    networks, and in the dtype of the parameters, so longdouble gives more digits.

    Parameters
    ----------
    parameters : dict
        W1, b1, W2, b2, ...
    X : ndarray, shape (n_0, m)
    Y : ndarray, shape (m,) or (1, m)
    epsilon : float
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
        logits = pre_activations(X, networks)[0][-1]
        costs[:, moved] = cost_from_logits(logits, Y).reshape(2, -1)
    gradient: Array = (costs[0] - costs[1]) / (2 * epsilon)
    return gradient.reshape(-1, 1)
