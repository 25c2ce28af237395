"""Gradient checkers: asked about right gradients, about wrong ones, and about other costs."""

from dataclasses import replace
from itertools import zip_longest

import numpy as np

from autograder.questions.gradients import ARRAYS
from autograder.questions.student import describe, plain, real_array
from autograder.questions.verdict import Wrong
from autograder.truth import bugs
from autograder.truth.cases import live_case
from autograder.truth.gradcheck import relative_difference
from autograder.truth.liveness import ATTEMPTS, NoLiveCase
from autograder.truth.network import (
    forward_propagation,
    gradients_to_vector,
    parameters_to_vector,
    vector_to_parameters,
)
from autograder.truth.planting import compile_backward, plant

RIGHT_BELOW = 1e-6
VALUE_FROM = 1e-4
LEAST_TINY = 5e-5
"""The least norm of a tiny gradient array. The round-off of a central difference with epsilon 1e-5
is below 1e-11 an entry, so a right report stays below 5e-7."""

SHAPES = {key: array.shape for key, array in vector_to_parameters(np.zeros(47)).items()}


def right_numerical_gradient(parameters, X, Y, epsilon=1e-5, cost=forward_propagation):
    """Central differences of any cost of (X, Y, parameters): stands in for the student's."""
    theta = parameters_to_vector(parameters)
    approximation = np.zeros(theta.shape)
    for i in range(theta.size):
        step = np.zeros(theta.shape)
        step[i] = epsilon
        plus, minus = (cost(X, Y, vector_to_parameters(theta + s))[0] for s in (step, -step))
        approximation[i] = (plus - minus) / (2 * epsilon)
    return approximation


def other_cost(rng):
    """A cost that is no network's, and its gradient.

    Returns
    -------
    cost : callable
        ``cost(X, Y, parameters)`` returns the number sum(a sin(theta)) and None for a cache. It
        raises ValueError for parameters of other shapes than the network's.
    gradients : callable
        ``gradients(parameters)`` returns dW1 … db3.
    """
    weights = vector_to_parameters(rng.uniform(0.5, 1.5, 47) * rng.choice([-1, 1], 47))

    def cost(X, Y, parameters):
        for key, shape in SHAPES.items():
            if np.shape(parameters[key]) != shape:
                raise ValueError(f"{key} has shape {np.shape(parameters[key])}, not {shape}")
        return sum(float(np.sum(weights[key] * np.sin(parameters[key]))) for key in SHAPES), None

    def gradients(parameters):
        return {f"d{key}": weights[key] * np.cos(parameters[key]) for key in SHAPES}

    return cost, gradients


def stand_ins(cost=forward_propagation):
    """What replaces the student's own forward pass and numerical gradient."""
    return {
        "forward_propagation_n": cost,
        "numerical_gradient": lambda parameters, X, Y, epsilon=1e-5: right_numerical_gradient(
            parameters, X, Y, epsilon, cost
        ),
    }


def ask_checker(student, name, case, gradients, replacing, **by_name):
    """One call of a checker, which must look at the cost at least once."""
    arguments = case.parameters, gradients, case.X, case.Y
    answer = student.call(name, *arguments, replacing=replacing, **by_name)
    if not answer.failure and not any(answer.calls.values()):
        raise Wrong(f"{name} never called forward_propagation_n: call it by its name.")
    return answer


def wrong_gradients(rng, count):
    """Live cases with the gradients of bugs of different kinds.

    Returns
    -------
    list of (str, Case, dict)
        The kind of the bug, the case, and gradients that a right check calls wrong.
    """
    found = []
    for bug in _kind_after_kind(rng):
        case = live_case(rng)
        gradients = compile_backward(plant(bug))(case.X, case.Y, case.cache)
        if true_difference(case, gradients) >= 10 * VALUE_FROM:
            found.append((bug.kinds[0], case, plain(gradients)))
        if len(found) == count:
            break
    return found


def _kind_after_kind(rng):
    """Every bug of the bank in random order, but one of each kind before a second of any."""
    by_kind = {}
    for i in rng.permutation(len(bugs.BANK)):
        by_kind.setdefault(bugs.BANK[i].kinds[0], []).append(bugs.BANK[i])
    for round_ in zip_longest(*by_kind.values()):
        yield from filter(None, round_)


def true_difference(case, gradients):
    """What a right checker returns, up to the round-off of its numerical gradient."""
    return relative_difference(*map(gradients_to_vector, (gradients, case.gradients)))


def expect_right(student, name, rng, other_costs=True):
    """Raise Wrong unless a checker passes right gradients, of the network and of another cost."""
    for m in (None, 3, None):
        case = live_case(rng, m)
        found = ask_checker(student, name, case, case.gradients, stand_ins()).number()
        _expect_small(found, f"The right gradients of a network with {case.m} examples")
    if other_costs:
        cost, gradients = other_cost(rng)
        right = gradients(case.parameters)
        found = ask_checker(student, name, case, right, stand_ins(cost)).number()
        _expect_small(
            found, "Another cost with its right gradients in place of forward_propagation_n"
        )


def _expect_small(found, what):
    if not 0 <= found < RIGHT_BELOW:
        raise Wrong(f"{what} gave a difference of {found:.3e}; right ones stay below 1e-6.")


def expect_values(student, name, rng, count):
    """Raise Wrong unless a checker gives wrong gradients the difference that they have."""
    for kind, case, gradients in wrong_gradients(rng, count):
        truth = true_difference(case, gradients)
        found = ask_checker(student, name, case, gradients, stand_ins()).number()
        if not abs(found - truth) <= 1e-3 * truth:
            raise Wrong(
                f"Gradients with a bug of the kind {kind!r} differ by {truth:.4e}; yours said "
                f"{found:.4e}. It is |a - b| / (|a| + |b|) over all 47 numbers."
            )


def expect_sign_and_nan(student, name, rng):
    """Raise Wrong unless opposite gradients give 1, and NaN never looks small."""
    case = live_case(rng)
    opposite = {key: -array for key, array in case.gradients.items()}
    found = ask_checker(student, name, case, opposite, stand_ins()).number()
    if not abs(found - 1) <= 1e-3:
        raise Wrong(f"Gradients with the opposite sign differ by 1; yours said {found:.4g}.")
    expect_nan_fails(student, name, case)


def expect_nan_fails(student, name, case):
    """Raise Wrong when one NaN among the gradients gives a small difference."""
    for key in ("dW2", "db3"):
        spoilt = plain(case.gradients)
        spoilt[key].flat[0] = np.nan
        answer = student.call(name, case.parameters, spoilt, case.X, case.Y, replacing=stand_ins())
        if answer.raised != "ValueError" and answer.number() < 1e-2:
            raise Wrong(f"A NaN in {key} must never look like agreement.")


def read_report(answer):
    """The six numbers of a report."""
    report = answer.dictionary()
    missing = [array for array in ARRAYS if array not in report]
    if missing:
        raise Wrong(f"The report lacks {', '.join(missing)}.")
    numbers = {array: real_array(report[array], f"{array} is") for array in ARRAYS}
    for array, number in numbers.items():
        if number.size != 1:
            raise Wrong(f"{array} of the report is {describe(number)}, not one number.")
    return {array: float(number.reshape(())) for array, number in numbers.items()}


def expect_report(answer, wrong):
    """Raise Wrong unless the arrays in `wrong` stand out and all others are clean."""
    for array, found in read_report(answer).items():
        if array in wrong and not found > 1e-4:
            raise Wrong(f"{array} was wrong ({wrong[array]}); the report gives it {found:.3e}.")
        if array not in wrong and not 0 <= found < 1e-6:
            raise Wrong(f"{array} was right; the report gives it {found:.3e}.")


def with_tiny_gradients(rng):
    """A case with so small a W3 that the gradients below it are tiny, but clear of round-off."""
    for _ in range(ATTEMPTS):
        case = live_case(rng)
        case = replace(case, parameters=case.parameters | {"W3": case.parameters["W3"] * 0.01})
        if min(np.linalg.norm(array) for array in case.gradients.values()) >= LEAST_TINY:
            return case
    raise NoLiveCase(f"no case with gradients of at least {LEAST_TINY:g} in {ATTEMPTS} draws")


def loud_arrays(case):
    """The arrays that hold at least a tenth of the gradient's length."""
    length = np.linalg.norm(gradients_to_vector(case.gradients))
    return [array for array in ARRAYS if np.linalg.norm(case.gradients[array]) > 0.1 * length]
