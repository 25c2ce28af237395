"""Gradient checkers: asked about right gradients, about wrong ones, and about other costs."""

from dataclasses import replace
from itertools import zip_longest

import numpy as np

from autograder.questions.given import Foreseen
from autograder.questions.gradients import ARRAYS
from autograder.questions.stand_ins import (
    forward_propagation_n,
    numerical_gradient,
    numerical_gradient_of_sines,
    sines_of,
)
from autograder.questions.student import describe, real_array
from autograder.questions.verdict import Wrong
from autograder.truth import bugs
from autograder.truth.cases import live_case
from autograder.truth.gradcheck import relative_difference
from autograder.truth.liveness import ATTEMPTS, NoLiveCase
from autograder.truth.network import (
    gradients_to_vector,
    parameters_to_vector,
    vector_to_parameters,
)
from autograder.truth.planting import backward_with
from autograder.truth.remembered import remembered

RIGHT_BELOW = 1e-6
VALUE_FROM = 1e-4
LEAST_TINY = 5e-5
"""The least norm of a tiny gradient array. The round-off of a central difference with epsilon 1e-5
is below 1e-11 an entry, so a right report stays below 5e-7."""

BUGS_OF_A_CASE = 4

MOST_SEEDS = 16
"""Of directions that move every parameter with a chance of one half, one answer in 65,536 misses a
bias as often."""

NETWORK = {
    "forward_propagation_n": forward_propagation_n,
    "numerical_gradient": numerical_gradient,
}
"""What replaces the student's own forward pass and numerical gradient."""


@remembered
def other_cost(rng, array=None):
    """A cost that is no network's: sum(a sin(theta)), with random a.

    Parameters
    ----------
    rng : numpy.random.Generator
    array : str, optional
        The only one of dW1 … db3 that is not zero.

    Returns
    -------
    replacing : dict
        What stands in for the forward pass and the numerical gradient. The cost stays on this
        side, because who knew `a` would need no numerical gradient. It returns the number and
        None for a cache, and raises ValueError for parameters of other shapes than the network's.
    gradients : callable
        ``gradients(parameters)`` returns dW1 … db3.
    """
    weights = vector_to_parameters(rng.uniform(0.5, 1.5, 47) * rng.choice([-1, 1], 47))
    if array:
        weights = {key: weight * (f"d{key}" == array) for key, weight in weights.items()}

    def gradients(parameters):
        return {f"d{key}": weight * np.cos(parameters[key]) for key, weight in weights.items()}

    replacing = {
        "forward_propagation_n": sines_of(weights),
        "numerical_gradient": numerical_gradient_of_sines(weights),
    }
    return replacing, gradients


@remembered
def foreseen_steps(rng, cost, case, epsilon):
    """A cost that foresees the steps of a central difference, but for one that the grader sees."""
    theta = parameters_to_vector(case.parameters)
    moved = np.repeat(theta, 2 * theta.size, axis=1)
    moved[:, ::2] += epsilon * np.eye(theta.size)
    moved[:, 1::2] -= epsilon * np.eye(theta.size)
    steps = [(case.X, case.Y, vector_to_parameters(each)) for each in moved.T]
    del steps[rng.integers(len(steps))]
    return Foreseen(cost, steps)


def ask_checker(student, name, case, gradients, replacing=NETWORK, **by_name):
    """One call of a checker, which must look at the cost at least once.

    Of a cost that is given away the count is the other side's claim; one that is not tells.
    """
    arguments = case.parameters, gradients, case.X, case.Y
    answer = student.call(name, *arguments, replacing=replacing, **by_name)
    if not answer.failure and not any(answer.calls.values()):
        raise Wrong(f"{name} never called forward_propagation_n: call it by its name.")
    return answer


@remembered
def wrong_gradients(rng, count):
    """Live cases with the gradients of bugs of different kinds.

    Returns
    -------
    list of (str, Case, dict)
        The kind of the bug, the case, and gradients that a right check calls wrong.
    """
    found, cases = [], []
    for bug in _kind_after_kind(rng):
        if len(found) >= BUGS_OF_A_CASE * len(cases):
            cases.append(live_case(rng))
        case = cases[-1]
        gradients = backward_with(bug)(case.X, case.Y, case.cache)
        if true_difference(case, gradients) >= 10 * VALUE_FROM:
            found.append((bug.kinds[0], case, gradients))
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


def expect_right(student, name, rng, network=NETWORK, epsilon=None):
    """Raise Wrong unless a checker passes right gradients, of the network and of another cost.

    Parameters
    ----------
    epsilon : float, optional
        The step of a checker that takes the differences itself.

    Returns
    -------
    Answer
        What it said of a network.
    """
    for m in (3, None):
        case = live_case(rng, m)
        answer = ask_checker(student, name, case, case.gradients, network)
        words = f"The right gradients of a network with {case.m} examples"
        _expect_small(answer.number(), words)
    others, gradients = other_cost(rng)
    if epsilon:
        cost = foreseen_steps(rng, others["forward_propagation_n"], case, epsilon)
        others = others | {"forward_propagation_n": cost}
    found = ask_checker(student, name, case, gradients(case.parameters), others).number()
    words = "Another cost with its right gradients in place of forward_propagation_n"
    _expect_small(found, words)
    return answer


def _expect_small(found, what):
    if not 0 <= found < RIGHT_BELOW:
        raise Wrong(f"{what} gave a difference of {found:.3e}; right ones stay below 1e-6.")


def expect_values(student, name, rng, count, network=NETWORK):
    """Raise Wrong unless a checker gives wrong gradients the difference that they have."""
    for kind, case, gradients in wrong_gradients(rng, count):
        truth = true_difference(case, gradients)
        found = ask_checker(student, name, case, gradients, network).number()
        if not abs(found - truth) <= 1e-3 * truth:
            raise Wrong(
                f"Gradients with a bug of the kind {kind!r} differ by {truth:.4e}; yours said "
                f"{found:.4e}. It is |a - b| / (|a| + |b|) over all 47 numbers."
            )


def expect_sign(student, name, case):
    """Raise Wrong unless opposite gradients give 1."""
    opposite = {key: -array for key, array in case.gradients.items()}
    found = ask_checker(student, name, case, opposite).number()
    if not abs(found - 1) <= 1e-3:
        raise Wrong(f"Gradients with the opposite sign differ by 1; yours said {found:.4g}.")


def expect_nan_fails(student, name, case, array, network=NETWORK):
    """Raise Wrong when one NaN in an array gives a small difference; return the answer."""
    spoilt = case.gradients | {array: case.gradients[array].copy()}
    spoilt[array].flat[0] = np.nan
    answer = student.call(name, case.parameters, spoilt, case.X, case.Y, replacing=network)
    if answer.raised != "ValueError" and answer.number() < 1e-2:
        raise Wrong(f"A NaN in {array} must never look like agreement.")
    return answer


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


@remembered
def with_tiny_gradients(rng):
    """A case with so small a W3 that the gradients below it are tiny, but clear of round-off."""
    for _ in range(ATTEMPTS):
        case = live_case(rng)
        case = replace(case, parameters=case.parameters | {"W3": case.parameters["W3"] * 0.01})
        if min(np.linalg.norm(array) for array in case.gradients.values()) >= LEAST_TINY:
            return case
    raise NoLiveCase(f"no case with gradients of at least {LEAST_TINY:g} in {ATTEMPTS} draws")


def expect_factor(ask, case, factor, array, others, gradients_of):
    """Raise Wrong unless a directional check sees gradients that are wrong by a factor.

    Parameters
    ----------
    ask : callable
        ``ask(case, gradients, replacing, directions=1, seed=...)`` returns an Answer.
    array : str or None
        The only array of the other cost's gradients that is not zero. Directions that leave it
        alone, as honest ones may that move about half of the parameters, see no slope at all.
    others, gradients_of
        Of :func:`other_cost`.
    """
    scaled = {key: factor * each for key, each in gradients_of(case.parameters).items()}
    known = abs(factor - 1) / (abs(factor) + 1)
    cost = f"a cost of {array[1:]} alone" if array else "another cost"
    words = f"{factor:g} times the right gradients of {cost} differ by {known:.4g}"
    for seed in range(MOST_SEEDS):
        answer = ask(case, scaled, others, directions=1, seed=seed)
        if array and (answer.failure or not answer.number() > 0):
            continue
        found = answer.number()
        if not abs(found - known) <= 1e-3:
            raise Wrong(f"{words} in any direction; yours said {found:.4g}.")
        return
    raise Wrong(f"{words}; {MOST_SEEDS} seeds of yours saw nothing.")


def two_of_three(holds, ask, *arguments):
    """What was said with two seeds of three when it doesn't hold; nothing when it holds for two.

    A random direction is nearly at right angles to the gradient once in a long while. Then even
    right gradients look bad, and wrong ones good (1.3% of directions, where a tenth of the length
    is wrong by a tenth). Two directions, and three seeds, are fooled once in ten million times.
    """
    good, bad = 0, []
    for seed in range(3):
        found = ask(*arguments, directions=2, seed=seed).number()
        if holds(found):
            good += 1
        else:
            bad.append(found)
        if good == 2:
            return []
        if len(bad) == 2:
            return bad
