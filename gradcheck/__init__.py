"""Checks gradients against the function that they are the gradients of, one verdict an entry.

`check_gradients(cost, gradient, theta)` gives a verdict on every parameter. `check_directions`
needs only a handful of costs, for any number of parameters. `numerical_gradient(cost, theta)`
returns numbers. All of them take any cost; `NetworkCost(X, Y)`, the cost of a network of ReLU
layers, has faster ways.
"""

from gradcheck.check import check_gradients
from gradcheck.differences import numerical_gradient
from gradcheck.directions import check_directions
from gradcheck.network.cost import NetworkCost
from gradcheck.report import Report

__all__ = ["NetworkCost", "Report", "check_directions", "check_gradients", "numerical_gradient"]
