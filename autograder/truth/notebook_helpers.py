"""The functions that the notebooks give or ask for, under the same names.

Code that is shown to students (the broken checkers, the notebook that never ran) calls them by
these names. Here they are the reference, so the same code can run on the trusted side.
"""

from typing import Any

import numpy as np

from autograder.truth.network import (
    Array,
    Arrays,
    Cache,
    forward_propagation,
    gradients_to_vector,
    parameter_keys,
    parameters_to_vector,
    vector_to_parameters,
)

__all__ = [
    "dictionary_to_vector",
    "draw_case",
    "forward_propagation_n",
    "gradients_to_vector",
    "vector_to_dictionary",
]


def dictionary_to_vector(parameters: Arrays) -> tuple[Array, list[str]]:
    """Return the parameters as a column of shape (n, 1), and the key of each entry."""
    keys = [key for key in parameter_keys(parameters) for _ in range(parameters[key].size)]
    return parameters_to_vector(parameters), keys


def vector_to_dictionary(theta: Array) -> dict[str, Array]:
    """Return the 47 parameters of the course's network as W1, b1, W2, b2, W3 and b3."""
    return vector_to_parameters(theta)


def forward_propagation_n(X: Array, Y: Array, parameters: Arrays) -> tuple[Any, Cache]:
    """Return the cost and the cache of 12."""
    return forward_propagation(X, Y, parameters)


def draw_case(m: int, seed: int) -> tuple[Array, Array, dict[str, Array]]:
    """Return random X, Y and parameters, the same for the same m and seed."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(4, m)), rng.integers(0, 2, size=(1, m))
    usual = vector_to_parameters(np.zeros(47))
    return X, Y, {key: rng.normal(size=each.shape) for key, each in usual.items()}
