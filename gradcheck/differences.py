"""The formulas of numerical differentiation, for any cost."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcheck.asked_cost import AskedCost
from gradcheck.parameters import Floats, Form, Parameters

FORMULAS = {
    "one-sided": ((1, 0), (1, -1), 2.0**-26),
    "central": ((1, -1), (1 / 2, -1 / 2), 1e-5),
    "richardson": ((1, -1, 2, -2), (2 / 3, -2 / 3, -1 / 12, 1 / 12), 1e-3),
}
"""Where the cost is evaluated, in epsilons; the weights of these values; and the epsilon at which
truncation and round-off of a typical cost are about equal."""


def numerical_gradient(
    cost: Callable[[Any], Any], theta: Form, method: str = "central", epsilon: float | None = None
) -> Any:
    """Return the gradient of a cost, computed from its values only.

    =============  ===================================  ====================  ============
    method         formula, by parameter                truncation            round-off
    =============  ===================================  ====================  ============
    one-sided      (J(t + e) - J(t)) / e                e J'' / 2             u abs(J) / e
    central        D(e) = (J(t + e) - J(t - e)) / 2e    e^2 J''' / 6          u abs(J) / e
    richardson     (4 D(e) - D(2e)) / 3                 -e^4 J''''' / 30      u abs(J) / e
    complex        Im J(t + i e) / e                    -e^2 J''' / 6         u abs(J')
    =============  ===================================  ====================  ============

    Parameters
    ----------
    cost : callable
        ``cost(theta)`` is a number. For "complex" it must take complex parameters, and be made of
        analytic functions (Squire and Trapp, 1998, doi:10.1137/S003614459631241X). If it has a
        method ``many``, which takes parameters with one more axis in front and returns as many
        costs, it is used to evaluate many places at once.
    theta : float, ndarray of any shape, or dict of these
        It is not changed.
    method : str
    epsilon : float, optional
        By default a step that suits the method. The central differences of a `NetworkCost` then use
        the steps that it chooses itself, free of round-off.

    Returns
    -------
    float, ndarray or dict
        With the shape of theta; in a dict, the gradient of W1 is called dW1.

    Raises
    ------
    ValueError
        If parameters or cost can't be used (see `check_gradients`), if the method is unknown, or if
        epsilon is not greater than 0 or too small to move a parameter.
    """
    parameters = Parameters.of(theta)
    if method not in (*FORMULAS, "complex"):
        known = ", ".join((*FORMULAS, "complex"))
        raise ValueError(f"no method is called {method!r}; choose from {known}")
    if epsilon is not None and not (
        isinstance(epsilon, int | float | np.number) and 0 < epsilon < np.inf
    ):
        raise ValueError(f"epsilon is {epsilon}; it must be a number greater than 0")
    if method == "complex":
        vector = _complex_step(cost, parameters, 1e-30 if epsilon is None else epsilon)
    elif method == "central" and epsilon is None and hasattr(cost, "derivatives"):
        vector = cost.derivatives(parameters).value
    else:
        offsets, weights, usual = FORMULAS[method]
        step = usual if epsilon is None else epsilon
        stuck = parameters.vector + step == parameters.vector
        if stuck.any():
            large = parameters.vector[stuck][0]
            raise ValueError(
                f"a step of {step:.2g} doesn't move {large:.2g}, because it is below its "
                "precision: scale the parameters, or increase epsilon"
            )
        costs = AskedCost(cost, parameters).around(step * np.array(offsets))
        with np.errstate(invalid="ignore", over="ignore"):
            vector = costs @ np.array(weights) / step
    if parameters.form == "dict":
        return {f"d{name}": array for name, array in parameters.cut(vector).items()}
    found = parameters.restored(vector)
    return float(found) if parameters.form == "number" else found


def _complex_step(function: Callable[[Any], Any], parameters: Parameters, step: float) -> Floats:
    found = np.empty(parameters.vector.size)
    for i in range(found.size):
        moved = parameters.vector.astype(complex)
        moved[i] += 1j * step
        value = parameters.ask(function, moved, "the cost")
        if not np.iscomplexobj(value) or np.ndim(value):
            raise ValueError(
                "the cost has lost the imaginary part: the complex step needs a cost "
                "that takes complex parameters and returns a complex number"
            )
        found[i] = value.imag / step
    return found
