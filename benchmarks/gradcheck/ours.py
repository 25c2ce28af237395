"""The loop that the course began with, and what has become of it."""

import numpy as np

from autograder.truth.distances import relative_difference
from autograder.truth.network import backward_propagation, forward_propagation
from autograder.truth.network_differences import network_gradient
from benchmarks.gradcheck.problem import flat
from gradcheck import check_directions, check_gradients, numerical_gradient
from tests.truth.made_cases import to_precision

THRESHOLD = 1e-7
"""What the seed, and most courses, compare the relative difference of two whole gradients with."""


class Checker:
    """Somebody who says whether a gradient is right.

    Attributes
    ----------
    name : str
    full : bool
        Whether every parameter is looked at.
    passes : callable
        How many times it runs the network for n parameters, to know what can be waited for.
    """

    name = ""
    full = True
    installed = True

    def passes(self, n):
        """Return how many forward passes a check of n parameters takes."""
        return 2 * n

    def gradient(self, problem):
        """Return the numerical gradient, shape (n,), or None from a checker that has none."""
        return None

    def check(self, problem, gradients):
        """Return whether it takes these gradients for right."""
        approximation = self.gradient(problem)
        return bool(relative_difference(flat(gradients), approximation) < THRESHOLD)


class Seed(Checker):
    """The loop of the notebook that it all started from, its slips repaired, nothing else changed.

    It cuts a vector into a dictionary for every cost, and takes log(A3) and log(1 - A3).
    """

    name = "the seed's loop"

    def gradient(self, problem, only=None):
        """Return the first `only` entries of the gradient, or all."""
        X, Y, epsilon = problem.X, problem.Y, 1e-7
        shapes = {key: array.shape for key, array in problem.parameters.items()}
        values = problem.theta.reshape(-1, 1)
        count = values.shape[0] if only is None else only
        J_plus, J_minus = np.zeros((count, 1)), np.zeros((count, 1))
        gradapprox = np.zeros((count, 1))
        for i in range(count):
            thetaplus = np.copy(values)
            thetaplus[i][0] += epsilon
            J_plus[i] = _seed_cost(X, Y, _to_dictionary(thetaplus, shapes))
            thetaminus = np.copy(values)
            thetaminus[i][0] -= epsilon
            J_minus[i] = _seed_cost(X, Y, _to_dictionary(thetaminus, shapes))
            gradapprox[i] = (J_plus[i] - J_minus[i]) / (2 * epsilon)
        return gradapprox[:, 0]


def _to_dictionary(theta, shapes):
    parameters, start = {}, 0
    for key, shape in shapes.items():
        end = start + shape[0] * shape[1]
        parameters[key] = theta[start:end].reshape(shape)
        start = end
    return parameters


def _seed_cost(X, Y, parameters):
    A, depth = X, len(parameters) // 2
    for layer in range(1, depth):
        A = np.maximum(0, np.dot(parameters[f"W{layer}"], A) + parameters[f"b{layer}"])
    A = 1 / (1 + np.exp(-(np.dot(parameters[f"W{depth}"], A) + parameters[f"b{depth}"])))
    losses = np.multiply(-np.log(A), Y) + np.multiply(-np.log(1 - A), 1 - Y)
    return (1.0 / X.shape[1]) * np.sum(losses)


class InPlace(Checker):
    """One vector in which an entry goes up and down; the stable cost; epsilon 1e-5."""

    name = "loop in place"

    def gradient(self, problem):
        cost = problem.network_cost
        return flat(numerical_gradient(lambda p: cost(p), problem.parameters, "central", 1e-5))


class Batched(Checker):
    """All moved networks in one forward pass, in portions."""

    name = "batched"

    def gradient(self, problem):
        return network_gradient(problem.parameters, problem.X, problem.Y, 1e-5)[:, 0]


class ComplexStep(Checker):
    """Imaginary steps, without any subtraction."""

    name = "complex step"

    def passes(self, n):
        return 4 * n  # complex numbers take at least twice as long

    def gradient(self, problem):
        return flat(numerical_gradient(problem.network_cost, problem.parameters, "complex"))


class Structured(Checker):
    """Passes over units instead of parameters; the numbers alone, compared as the seed does."""

    name = "structured"

    def passes(self, n):
        return 10

    def gradient(self, problem):
        return flat(numerical_gradient(problem.network_cost, problem.parameters))


class Robust(Structured):
    """`check_gradients`: the structured derivatives with a verdict on every parameter."""

    name = "check_gradients"

    def check(self, problem, gradients):
        return self.report(problem, gradients).passed

    def report(self, problem, gradients):
        """Return the Report."""
        return check_gradients(problem.network_cost, gradients, problem.parameters)


class RobustOfAny(Checker):
    """`check_gradients` of a cost of which it knows nothing."""

    name = "check_gradients, any cost"

    def passes(self, n):
        return 2 * n + 100

    def check(self, problem, gradients):
        return self.report(problem, gradients).passed

    def report(self, problem, gradients):
        """Return the Report."""
        cost = problem.network_cost
        return check_gradients(lambda p: cost(p), gradients, problem.parameters)


class Directions(Checker):
    """`check_directions`: five random directions."""

    name = "check_directions"
    full = False

    def passes(self, n):
        return 60

    def check(self, problem, gradients):
        found = check_directions(problem.network_cost, gradients, problem.parameters)
        return found.verdict != "fail"


OURS = (
    Seed(),
    InPlace(),
    Batched(),
    ComplexStep(),
    Structured(),
    Robust(),
    RobustOfAny(),
    Directions(),
)


def exact(problem):
    """The gradient in long double: what accuracy is measured against, shape (n,)."""
    fine = to_precision(problem.parameters, np.longdouble)
    X = problem.X.astype(np.longdouble)
    found = backward_propagation(X, problem.Y, forward_propagation(X, problem.Y, fine)[1])
    return flat({f"d{key}": found[f"d{key}"] for key in problem.parameters})
