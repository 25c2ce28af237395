"""Numerical gradients and gradient checks.

`numerical_gradient(cost, theta, method)` returns numbers. `check_gradients(cost, gradient, theta)`
gives a verdict on every parameter. `check_directions` needs only a handful of costs, for any number
of parameters. All of them take any cost; the cost of the reference network, `NetworkCost(X, Y)`,
has faster ways.
"""

from autograder.truth.gradcheck.check import check_gradients
from autograder.truth.gradcheck.differences import numerical_gradient
from autograder.truth.gradcheck.directions import check_directions
from autograder.truth.gradcheck.distances import (
    TOLERANCE,
    UNTOUCHED,
    deviation,
    relative_difference,
)
from autograder.truth.gradcheck.network_cost import NetworkCost, network_gradient
from autograder.truth.gradcheck.report import Report

__all__ = [
    "TOLERANCE",
    "UNTOUCHED",
    "NetworkCost",
    "Report",
    "check_directions",
    "check_gradients",
    "deviation",
    "network_gradient",
    "numerical_gradient",
    "relative_difference",
]
