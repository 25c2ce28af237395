"""What every checker is given: a network, its data, and a gradient that somebody wrote by hand."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from autograder.truth.network import (
    backward_propagation,
    forward_propagation,
    gradients_to_vector,
    layer_sizes,
    parameters_to_vector,
    vector_to_parameters,
)
from gradcheck import NetworkCost


@dataclass(frozen=True, eq=False)
class Problem:
    """A network and data.

    Attributes
    ----------
    X : ndarray, shape (n_0, m)
    Y : ndarray, shape (1, m)
    parameters : dict
    """

    X: np.ndarray
    Y: np.ndarray
    parameters: dict

    @classmethod
    def random(cls, rng, layers, m):
        """Draw normal data and weights; biases are small, as at the start of a training."""
        parameters = {}
        for layer, (n, k) in enumerate(zip(layers[1:], layers, strict=False), start=1):
            parameters[f"W{layer}"] = rng.standard_normal((n, k)) * np.sqrt(2 / k)
            parameters[f"b{layer}"] = 0.1 * rng.standard_normal((n, 1))
        return cls(rng.standard_normal((layers[0], m)), rng.integers(0, 2, (1, m)), parameters)

    @property
    def layers(self):
        """Inputs, units of each hidden layer, outputs."""
        return layer_sizes(self.parameters)

    @cached_property
    def theta(self):
        """All parameters, shape (n,)."""
        return parameters_to_vector(self.parameters)[:, 0]

    @cached_property
    def gradients(self):
        """The right gradients: dW1, db1, ..."""
        cache = forward_propagation(self.X, self.Y, self.parameters)[1]
        found = backward_propagation(self.X, self.Y, cache)
        return {f"d{key}": found[f"d{key}"] for key in self.parameters}

    @cached_property
    def network_cost(self):
        """The cost as the course's own checks take it."""
        return NetworkCost(self.X, self.Y)

    def cost(self, theta):
        """Return the cost of a vector of parameters, as one would write it with numpy."""
        return forward_propagation(self.X, self.Y, vector_to_parameters(theta, self.layers))[0]


def flat(gradients):
    """Gradients as one vector, shape (n,)."""
    return gradients_to_vector(gradients)[:, 0]
