"""Checks along random directions: what must hold for any choice of directions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.questions.gradient_checkers import Asked, ask_checker_each
from autograder.questions.other_costs import sum_of_sines
from autograder.questions.stand_ins import coupling, sines_of
from autograder.questions.student import Answer, Student
from autograder.questions.verdict import Wrong
from autograder.truth.cases import Case
from autograder.truth.network import (
    Array,
    Arrays,
    gradients_to_vector,
    parameters_to_vector,
    vector_to_parameters,
)

DIRECTIONS, SEED = 3, 7
MORE_DIRECTIONS = 40
"""If directions move each parameter with probability one half, a correct check leaves one of the 47
out of all these with a probability of 5e-12."""

WIDE, NARROW, USUAL = 2e-2, 5e-3, 1e-5
"""Steps so wide that a slope to one side is visibly another one, a quarter of that, and the default
epsilon."""

ONE_IS_WRONG = (0, 2.7), (-1, 1.4)
"""Along which direction gradients are wrong, and how many times the slope they give there. The
differences are 0.459459... and 0.166666..., so that rounding shows."""

SAME = 1e-6
"""How far, relative to its length, a step may be from being another one, or its opposite."""

LONGEST_STEP = 1e6


def two_of_three(
    holds: Callable[[float], bool], ask: Callable[..., Answer], *arguments: Any
) -> list[float]:
    """The results for two of three seeds if they don't hold; empty if two results hold.

    Once in a while, a random direction is nearly at right angles to the gradient. Then even correct
    gradients look bad, and wrong ones look good (for 1.3% of directions, if a tenth of the length
    is wrong by a tenth). With two directions and three seeds, that happens once in ten million
    times.
    """
    good = 0
    bad: list[float] = []
    while good < 2 and len(bad) < 2:
        found = ask(*arguments, directions=2, seed=good + len(bad)).number()
        if holds(found):
            good += 1
        else:
            bad.append(found)
    return bad if good < 2 else []


@dataclass(frozen=True, eq=False)
class Looked:
    """What a call of a directional check was seen to do.

    Attributes
    ----------
    answer : Answer
    steps : ndarray, shape (n, 47)
        From theta to one of the two points of each central difference.
    slopes : ndarray, shape (n,)
        Half the difference between the costs at the two points.
    """

    answer: Answer
    steps: Array
    slopes: Array

    @property
    def moved(self) -> Array:
        """Which of the 47 parameters were moved in any direction."""
        return np.any(self.steps != 0, axis=0)


@dataclass(frozen=True, eq=False)
class Ask:
    """What a directional check is asked."""

    gradients: Arrays
    epsilon: float = WIDE
    directions: int = DIRECTIONS


def expect_largest(student: Student, name: str, case: Case, weights: Arrays) -> None:
    """Raise Wrong unless a check returns the largest difference along different directions.

    The cost notes where it is asked, so the differences can be computed again, whatever the
    directions. As the same seed draws the same ones, gradients can be found that are nearly correct
    along all of them except the first, or except the last.

    Parameters
    ----------
    student : autograder.questions.student.Student
    name : str
        The function to ask.
    case : Case
    weights : mapping of str to ndarray
        Those of the cost, a sum of sines.
    """
    _, gradients_of = sum_of_sines(weights, case)
    right = gradients_of(case.parameters)
    turned = [
        Ask({key: c * each for key, each in right.items()}, USUAL, directions=1) for c in (-1, 3)
    ]
    asked = [Ask(right), Ask(right), Ask(right, NARROW), *turned]
    first, again, narrow, *others = _looks(student, name, case, weights, asked)
    if first.answer.number() != again.answer.number():
        raise Wrong("The same seed must give the same result, bit for bit.")
    for factor, known, look in ((-1, 1.0, others[0]), (3, 0.5, others[1])):
        found = look.answer.number()
        if not abs(found - known) <= 1e-3:
            raise Wrong(
                f"For {factor} times the correct gradients of another cost, the difference is "
                f"{known:g} in any direction; yours returned {found:.4g}."
            )
    if first.answer.calls["numerical_gradient"]:
        return  # along the axes: another part counts how many evaluations that takes
    _expect_directions(first)
    ratio = np.linalg.norm(narrow.steps) / np.linalg.norm(first.steps)
    if not abs(ratio * WIDE / NARROW - 1) <= SAME:
        raise Wrong(
            f"With epsilon = {NARROW:g} in place of {WIDE:g} and the same seed, the steps must be "
            f"{NARROW / WIDE:g} times as long; yours are {ratio:.4g} times as long. Step by "
            "epsilon times the direction."
        )
    if not first.moved.all():
        more = _looks(student, name, case, weights, [Ask(right, directions=MORE_DIRECTIONS)])
        still = ~(first.moved | more[0].moved)
        if still.any():
            keys = [key for key, each in vector_to_parameters(still).items() if each.any()]
            raise Wrong(
                f"Some entries of {', '.join(keys)} were never moved: draw directions over all 47 "
                "coordinates."
            )
    asked = [Ask(_wrong_along(first, right, *where)) for where in ONE_IS_WRONG]
    looks = _looks(student, name, case, weights, asked)
    for look, each in zip(looks, asked, strict=True):
        _expect_directions(look)
        _expect_the_largest(look, each.gradients)


def _looks(
    student: Student, name: str, case: Case, weights: Arrays, asked: Sequence[Ask]
) -> list[Looked]:
    """Look at calls, all with the same seed."""
    numerical = sum_of_sines(weights, case)[0]["numerical_gradient"]
    noted: list[list[Array]] = [[] for _ in asked]
    calls = [
        Asked(
            case,
            each.gradients,
            {
                "forward_propagation_n": sines_of(weights, case.X, case.Y, points),
                "numerical_gradient": numerical,
            },
            {"directions": each.directions, "seed": SEED, "epsilon": each.epsilon},
        )
        for each, points in zip(asked, noted, strict=True)
    ]
    theta, a = parameters_to_vector(case.parameters), parameters_to_vector(weights)
    found = []
    for answer, points in zip(ask_checker_each(student, name, calls), noted, strict=True):
        answer.number()
        steps = _steps_to_both_sides(np.hstack([theta, *points]) - theta)
        slopes = np.sum(a * (np.sin(theta + steps) - np.sin(theta - steps)), axis=0) / 2
        mean, moved = (a.T @ each / np.abs(a).sum() for each in (theta, steps))
        slopes += coupling(weights) * mean.item() * moved[0]
        found.append(Looked(answer, steps.T, slopes))
    return found


def _steps_to_both_sides(steps: Array) -> Array:
    """One step of each pair of opposite ones, as columns; raises Wrong if one has no opposite.

    No step at all, and the same step again, are only too many: another part counts the steps.
    """
    lengths = np.linalg.norm(steps, axis=0)
    if not np.all(lengths < LONGEST_STEP):
        raise Wrong("forward_propagation_n was called with parameters that are far from theta.")
    rest = steps[:, lengths > 0]
    kept = []
    while rest.size:
        step, allowed = rest[:, :1], SAME * np.linalg.norm(rest[:, 0])
        same, opposite = (np.linalg.norm(rest - each, axis=0) <= allowed for each in (step, -step))
        if not opposite.any():
            raise Wrong(
                "forward_propagation_n was called at a point theta + step, but not at theta - "
                "step: a central difference needs both, for each direction."
            )
        kept.append(step)
        rest = rest[:, ~(same | opposite)]
    return np.hstack([np.empty((len(steps), 0)), *kept])


def _expect_directions(look: Looked) -> None:
    """Raise Wrong unless as many different directions were taken as asked for."""
    directions = look.steps / np.linalg.norm(look.steps, axis=1, keepdims=True)
    alike = np.abs(directions @ directions.T) > 1 - SAME
    different = int(np.sum(~np.any(np.tril(alike, -1), axis=1)))
    if different < DIRECTIONS:
        raise Wrong(
            f"With directions={DIRECTIONS} the cost was evaluated along {different} different "
            f"direction{'s' * (different != 1)} only."
        )


def _wrong_along(look: Looked, right: Arrays, place: int, factor: float) -> dict[str, Array]:
    """Gradients that are wrong by a factor along one direction, and nearly correct along others."""
    factors = np.linspace(1.02, 1.08, len(look.slopes))
    factors[place] = factor
    theta = gradients_to_vector(right)[:, 0]
    missing = factors * look.slopes - look.steps @ theta
    moved = theta + np.linalg.lstsq(look.steps, missing, rcond=None)[0]
    return {f"d{key}": array for key, array in vector_to_parameters(moved).items()}


def _expect_the_largest(look: Looked, gradients: Arrays) -> None:
    a, b = look.steps @ gradients_to_vector(gradients)[:, 0], look.slopes
    differences = np.abs(a - b) / (np.abs(a) + np.abs(b))
    largest, found = differences.max(), look.answer.number()
    if not abs(found - largest) <= 1e-3 * largest:
        some = ", ".join(f"{each:.4f}" for each in differences[:DIRECTIONS])
        raise Wrong(
            f"Along the directions that yours took, the relative differences were {some}. The "
            f"largest is {largest:.4f}; yours returned {found:.4f}."
        )
