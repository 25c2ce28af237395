"""Checks along random directions: what must hold for any choice of directions."""

from collections.abc import Callable
from typing import Any

from autograder.questions.gradient_checkers import Replacing
from autograder.questions.student import Answer
from autograder.questions.verdict import Wrong
from autograder.truth.cases import Case
from autograder.truth.network import Array, Arrays

MOST_SEEDS = 16
"""If directions move each parameter with probability one half, one correct answer in 65,536 misses
a bias with all of these seeds."""


def expect_factor(
    ask: Callable[..., Answer],
    case: Case,
    factor: float,
    array: str | None,
    others: Replacing,
    gradients_of: Callable[[Arrays], dict[str, Array]],
) -> None:
    """Raise Wrong unless a directional check notices gradients that are wrong by a factor.

    Parameters
    ----------
    ask : callable
        ``ask(case, gradients, replacing, directions=1, seed=...)`` returns an Answer.
    array : str or None
        The only array of the other cost's gradients that is not zero. Along directions that don't
        move it, the slope is 0; correct checks may draw such directions, for example if they move
        only about half of the parameters.
    others, gradients_of
        What :func:`other_cost` returns.
    """
    scaled = {key: factor * each for key, each in gradients_of(case.parameters).items()}
    known = abs(factor - 1) / (abs(factor) + 1)
    cost = f"a cost that depends on {array[1:]} only" if array else "another cost"
    words = f"For {factor:g} times the correct gradients of {cost}, the difference is {known:.4g}"
    for seed in range(MOST_SEEDS):
        answer = ask(case, scaled, others, directions=1, seed=seed)
        if array and (answer.failure or not answer.number() > 0):
            continue
        found = answer.number()
        if not abs(found - known) <= 1e-3:
            raise Wrong(f"{words} in any direction; yours returned {found:.4g}.")
        return
    raise Wrong(f"{words}; yours noticed nothing with any of {MOST_SEEDS} seeds.")


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
