"""Checks gradients against the function that they are the gradients of, one verdict an entry.

`check_gradients(cost, gradient, theta)` gives a verdict on every parameter, and `assert_gradients`
raises one in a test. `check_directions` needs only a handful of costs, for any number of
parameters; `taylor_test` finds the order of the remainder, for costs too noisy or too large for the
others. `numerical_gradient(cost, theta)` returns numbers. All of them take any cost;
`NetworkCost(X, Y)`, the cost of a network of ReLU layers, has faster ways.

`check_vjp(f, vjp, *inputs)` checks the backward pass of a layer, and `check_adjoint(A, At)` a
linear operator. `gradcheck.adapters` takes functions of torch, jax and scipy to these.
"""

from gradcheck.asserting import assert_gradients
from gradcheck.check import check_gradients
from gradcheck.differences import numerical_gradient
from gradcheck.directions import check_directions
from gradcheck.layers import check_vjp
from gradcheck.network.cost import NetworkCost
from gradcheck.operators import check_adjoint
from gradcheck.report import Report
from gradcheck.taylor import taylor_test

__all__ = [
    "NetworkCost",
    "Report",
    "assert_gradients",
    "check_adjoint",
    "check_directions",
    "check_gradients",
    "check_vjp",
    "numerical_gradient",
    "taylor_test",
]
