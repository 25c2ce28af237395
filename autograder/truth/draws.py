"""Which bugs each student is asked to find: a draw from the bank.

Everybody gets three open suspects and three sealed ones, of comparable difficulty. Each three are
of different kinds: one bug that makes arrays wrong only by a factor, one that makes a single array
wrong in another way, and one that affects several arrays. Which ones depends only on the course's
secret and on the student's id.
"""

import hmac
from functools import cache

import numpy as np

from autograder.truth.bugs import BANK, OPEN, SEALED
from autograder.truth.cases import live_case
from autograder.truth.distances import UNTOUCHED, deviation
from autograder.truth.planting import Bug, backward_with

EFFECTS = ("factor", "single", "spread")
CASES = 5
CLEARLY = 1e-9


@cache
def effect(bug: Bug) -> str:
    """What a bug does to the gradients: one of `EFFECTS`, measured.

    "factor": each array is a multiple of the correct one. "single": one array is wrong, and it is
    not a multiple. "spread": several arrays are wrong, and not all are multiples.
    """
    rng, multiples = np.random.default_rng(0), True
    wrong: set[str] = set()
    for case in (live_case(rng) for _ in range(CASES)):
        found = backward_with(bug)(case.X, case.Y, case.cache)
        for key, truth in case.gradients.items():
            if deviation(found[key], truth) > UNTOUCHED:
                wrong.add(key)
                factor = np.vdot(found[key], truth) / np.vdot(truth, truth)
                multiples &= deviation(found[key], factor * truth) < CLEARLY
    if multiples:
        return "factor"
    return "single" if len(wrong) == 1 else "spread"


def draw(secret: bytes, student: str) -> dict[str, str]:
    """Draw the suspects of one student.

    A keyed hash puts all suspects of the bank into an order of the student's own. The first one is
    taken, then the first of another kind and another effect, then the first of a third kind and
    effect. The sealed ones are taken in the same way from those that are left. So adding a bug to
    the bank changes few draws, and a late enrolment changes none.

    Parameters
    ----------
    secret : bytes
        The course's secret.
    student : str
        The student's id.

    Returns
    -------
    dict of str to str
        suspect_a to suspect_c and sealed_a to sealed_c, with the name of the bug in each: six
        different bugs.
    """
    order = sorted(
        (bug for bug in BANK if bug.suspect), key=lambda bug: keyed(secret, student, bug.name)
    )
    drawn: dict[str, str] = {}
    for names in (OPEN, SEALED):
        three = _three_unlike(order)
        order = [bug for bug in order if bug not in three]
        drawn |= {name: bug.name for name, bug in zip(names, three, strict=True)}
    return drawn


def _three_unlike(order: list[Bug]) -> list[Bug]:
    """The first three bugs whose kinds and effects are all different."""
    drawn: list[Bug] = []
    while len(drawn) < 3:
        effects, kinds = {effect(bug) for bug in drawn}, {bug.kinds[0] for bug in drawn}
        drawn.append(
            next(bug for bug in order if effect(bug) not in effects and bug.kinds[0] not in kinds)
        )
    return drawn


def keyed(secret: bytes, *words: str) -> bytes:
    """A hash of words that needs the secret to compute: 32 bytes (HMAC-SHA256)."""
    message = b"".join(len(each.encode()).to_bytes(4, "big") + each.encode() for each in words)
    return hmac.digest(secret, message, "sha256")
