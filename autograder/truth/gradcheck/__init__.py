"""Numerical gradients and gradient checks: the whole family, behind a few functions.

`numerical_gradient(cost, theta, method)` is for whoever wants numbers, and `check_gradients(cost,
gradient, theta)` for whoever wants a verdict on every parameter; `check_directions` spends a
handful of costs on however many parameters. All take anybody's cost; that of the reference network,
`NetworkCost(X, Y)`, knows faster ways.
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
