"""What a sealed suspect leaves behind: the gradients that it returned on a few cases.

The code of a sealed suspect is nowhere in the notebook; students find its bug from these numbers.
"""

import base64
from collections.abc import Mapping, Sequence
from functools import cache
from textwrap import wrap

import numpy as np

from autograder.truth.bugs import by_name
from autograder.truth.fingerprints import Seen
from autograder.truth.network import backward_propagation, gradients_to_vector, vector_to_parameters
from autograder.truth.notebook_helpers import draw_case, forward_propagation_n
from autograder.truth.planting import backward_with

CASES = ((8, 14), (8, 1), (5, 410), (3, 388), (1, 2), (1, 68), (1, 149))
"""The number of examples and the seed of each case, as in the notebook's `draw_case`.

Twice eight examples, whose gradients are off by one and the same factor if that depends on m alone;
five with the same label; three with a dead unit in each hidden layer; and three single examples,
whose db is dZ itself: in each, a unit of both layers is off and others are on; the network is wrong
about two of them."""

NUMBERS = np.dtype("<f4")
"""Rounded to 24 bits: a correct array is off by 6e-8, a hundredth of what the notebook calls wrong.
"""

LINE = 96


@cache
def returned(bug: str) -> tuple[Seen, ...]:
    """What the backward pass with that bug returned on each of `CASES`, rounded as students get it.

    Parameters
    ----------
    bug : str
        The name of a bug of the bank; KeyError if there is none.
    """
    return tuple(_seen(m, seed, bug) for m, seed in CASES)


def _seen(m: int, seed: int, bug: str) -> Seen:
    X, Y, parameters = draw_case(m, seed)
    _, cache = forward_propagation_n(X, Y, parameters)
    found = gradients_to_vector(backward_with(by_name(bug))(X, Y, cache)).astype(NUMBERS)
    arrays = vector_to_parameters(found.astype(float))
    truth = backward_propagation(X, Y, cache)
    return Seen(X, Y, cache, truth, {f"d{key}": array for key, array in arrays.items()})


def cost(m: int, seed: int) -> float:
    """The cost of a case. Where numpy draws other numbers, the notebook finds another one."""
    return float(forward_propagation_n(*draw_case(m, seed))[0])


def packed(key: Mapping[str, str], sealed: Sequence[str]) -> str:
    """The evidence of some suspects as lines of text: 47 numbers for each case and suspect.

    Parameters
    ----------
    key : mapping of str to str
        The names of a student's bugs, by suspect.
    sealed : sequence of str
        The suspects, in this order.

    Returns
    -------
    str
        Base64 of little-endian float32 numbers; for each suspect the cases in order, and for each
        case the gradients dW1, db1, ..., db3, entry by entry.
    """
    columns = [gradients_to_vector(seen.found) for name in sealed for seen in returned(key[name])]
    numbers = np.concatenate(columns).astype(NUMBERS)
    return "\n".join(wrap(base64.b64encode(numbers.tobytes()).decode(), LINE))
