"""Costs that do not come from a network: a checker of gradients has to evaluate them to know."""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.questions.given import Foreseen
from autograder.questions.stand_ins import (
    gradients_of_sines,
    numerical_gradient_of_sines,
    sines_of,
)
from autograder.truth.cached_draws import cached_draw
from autograder.truth.cases import Case
from autograder.truth.network import Array, Arrays, parameters_to_vector, vector_to_parameters

DECADES = 2.0
"""How many powers of ten the derivatives of another cost reach to either side of 1, where only the
whole gradient is looked at: something that spoils the large ones must show."""

QUIET = 1e-6
"""How small a derivative is, compared with the others, where there is a NaN in its place: one that
is counted as 0, or left out, then looks like agreement."""


@cached_draw
def weights_of_a_cost(rng: np.random.Generator, decades: float = 0.0) -> dict[str, Array]:
    """The 47 weights of a sum of sines: 0.5 to 1.5, up to so many powers of ten more or less."""
    sizes = rng.uniform(0.5, 1.5, 47) * 10 ** rng.uniform(-decades, decades, 47)
    return vector_to_parameters(sizes * rng.choice([-1, 1], 47))


@cached_draw
def other_cost(
    rng: np.random.Generator, case: Case, decades: float = 0.0
) -> tuple[dict[str, Callable[..., Any]], Callable[[Arrays], dict[str, Array]]]:
    """A cost that does not come from a network: sum(a sin(theta)) and a little, with random a.

    Parameters
    ----------
    rng : numpy.random.Generator
    case : Case
        With other data than its X and Y, the cost is another one.
    decades : float, optional
        See :func:`weights_of_a_cost`.

    Returns
    -------
    replacing : dict
        Stand-ins for the forward pass and the numerical gradient. The cost runs in the grader,
        because code that knew `a` would need no numerical gradient. It returns the cost and None as
        the cache, and raises ValueError for parameters whose shapes are not those of the network.
    gradients : callable
        ``gradients(parameters)`` returns dW1 … db3.
    """
    return sum_of_sines(weights_of_a_cost(rng, decades), case)


def sum_of_sines(
    weights: Arrays, case: Case
) -> tuple[dict[str, Callable[..., Any]], Callable[[Arrays], dict[str, Array]]]:
    """What :func:`other_cost` returns, for given weights."""

    def gradients(parameters: Arrays) -> dict[str, Array]:
        return gradients_of_sines(weights, parameters)

    replacing = {
        "forward_propagation_n": sines_of(weights, case.X, case.Y),
        "numerical_gradient": numerical_gradient_of_sines(weights, case.X, case.Y),
    }
    return replacing, gradients


@cached_draw
def foreseen_steps(
    rng: np.random.Generator, cost: Callable[..., Any], case: Case, epsilon: float
) -> Foreseen:
    """A cost that foresees all steps of a central difference except one, which the grader sees."""
    theta = parameters_to_vector(case.parameters)
    moved = np.repeat(theta, 2 * theta.size, axis=1)
    moved[:, ::2] += epsilon * np.eye(theta.size)
    moved[:, 1::2] -= epsilon * np.eye(theta.size)
    steps = [(case.X, case.Y, vector_to_parameters(each)) for each in moved.T]
    del steps[rng.integers(len(steps))]
    return Foreseen(cost, steps)


@cached_draw
def cost_with_quiet_places(
    rng: np.random.Generator, case: Case
) -> tuple[dict[str, Callable[..., Any]], Callable[[Arrays], dict[str, Array]], dict[str, int]]:
    """What :func:`other_cost` returns, and for each gradient array a place where it is nearly 0."""
    weights = {key: weight.copy() for key, weight in weights_of_a_cost(rng).items()}
    places = {f"d{key}": int(rng.integers(weight.size)) for key, weight in weights.items()}
    for key, weight in weights.items():
        weight.flat[places[f"d{key}"]] *= QUIET
    return *sum_of_sines(weights, case), places
