"""The notebook that never ran: a backward pass and a gradient check with the seed's faults.

Both start from correct code (`standard_form.backward` and `repaired_check`), to which the faults
are added one by one. A student first has to make them run, and then to make them correct: the last
fault of each is silent.
"""
# Students read the text of `repaired_check`, so it has no annotations.
# mypy: allow-untyped-defs

import inspect
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from autograder.truth.notebook_helpers import (
    dictionary_to_vector,
    forward_propagation_n,
    gradients_to_vector,
    vector_to_dictionary,
)
from autograder.truth.planting import rename
from autograder.truth.standard_form import STANDARD


@dataclass(frozen=True)
class Fault:
    """A piece of code as it should be and as it is in the notebook.

    Attributes
    ----------
    right, wrong : str
        `right` occurs once in the correct source; an empty `wrong` means that the code is missing.
    symptom : type or None
        The exception that it raises; None if it only makes the result wrong.
    """

    right: str
    wrong: str
    symptom: type[Exception] | None


BACKWARD_FAULTS = (
    Fault("dZ3 = A3", "dZ2 = A3", NameError),
    Fault("dA1 * (Z1 > 0)", "dA1 * (A2 > 0)", ValueError),
    Fault("np.dot(dZ1, X.T)", "np.dot(dZ1, X1.T)", NameError),
    Fault("dW1 = np.dot", "dW2 = np.dot", NameError),
    Fault(
        "db1 = np.sum(dZ1, axis=1, keepdims=True) / m",
        "db1 = 4. / m * np.sum(dZ1, axis=1, keepdims=True)",
        None,
    ),
)
"""The faults of the seed's backward pass, in the order in which they show when it is run."""

CHECK_FAULTS = (
    Fault("thetaminus = ", "thetaminus - ", NameError),
    Fault("thetaminus[i, 0] -= epsilon", "thetaminus[i, 0] -= epslion", NameError),
    Fault("    gradapprox = np.zeros_like(theta)\n", "", NameError),
    Fault("np.isnan(difference) or difference > 1e-6", "difference > 1e-6", None),
)
"""The faults of the seed's check, in the same order. With the last one, NaN passes as agreement."""


def never_ran_backward(name: str = "repaired_backward") -> str:
    """Return the start code of the backward pass that a student has to repair."""
    return rename(plant_faults(STANDARD, BACKWARD_FAULTS), name)


def never_ran_check(name: str = "repaired_check") -> str:
    """Return the start code of the gradient check that a student has to repair."""
    return rename(plant_faults(inspect.getsource(repaired_check), CHECK_FAULTS), name)


def plant_faults(source: str, faults: Iterable[Fault]) -> str:
    """Return the source with every fault in it; ValueError unless each fits in one place."""
    for fault in faults:
        if source.count(fault.right) != 1:
            raise ValueError(f"{fault.right!r} occurs {source.count(fault.right)} times, not once")
        source = source.replace(fault.right, fault.wrong)
    return source


def repaired_check(parameters, gradients, X, Y, epsilon=1e-7):
    """Compare gradients with central differences of the cost.

    Say whether they agree, and return |grad - gradapprox| / (|grad| + |gradapprox|).
    """
    theta, _ = dictionary_to_vector(parameters)
    grad = gradients_to_vector(gradients)
    gradapprox = np.zeros_like(theta)

    for i in range(theta.shape[0]):
        thetaplus = np.copy(theta)
        thetaplus[i, 0] += epsilon
        J_plus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaplus))

        thetaminus = np.copy(theta)
        thetaminus[i, 0] -= epsilon
        J_minus, _ = forward_propagation_n(X, Y, vector_to_dictionary(thetaminus))

        gradapprox[i, 0] = (J_plus - J_minus) / (2 * epsilon)

    numerator = np.linalg.norm(grad - gradapprox)
    denominator = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    difference = 0.0 if denominator == 0 else numerator / denominator

    if np.isnan(difference) or difference > 1e-6:
        print("There is a mistake in the gradients. Difference:", difference)
    else:
        print("The gradients agree with the cost. Difference:", difference)
    return difference
