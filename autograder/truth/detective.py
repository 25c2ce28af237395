"""Finds a bug of the course's network from numbers alone: `rules`, which lesson 3 teaches.

A bug may be sealed only if these rules name its place and one of its kinds.
"""

from collections.abc import Sequence

from autograder.truth.fingerprints import Seen
from autograder.truth.planting import ORDER
from autograder.truth.rules import RULES, Clue, first_off, kind_of

Evidence = Sequence[Seen]


def first_wrong(evidence: Evidence) -> str | None:
    """The first array on the way back that is wrong in some case; None if all are correct."""
    return first_off(_clues(evidence))


def kind(evidence: Evidence) -> str:
    """The first kind of `RULES` that fits the first wrong array; ValueError if nothing is wrong."""
    clues = _clues(evidence)
    key = first_off(clues)
    if key is None:
        raise ValueError("all gradients are correct: there is no bug to name")
    return kind_of(key, clues)


def rule(name: str) -> str:
    """What a rule says, as one sentence."""
    return " ".join((RULES[name].__doc__ or "").split())


def _clues(evidence: Evidence) -> list[Clue]:
    return [
        Clue(
            seen.m,
            seen.found,
            {key: seen.truth[key] for key in ORDER},
            ORDER[:2],
            {f"d{kind}{layer}": seen.cache[4 * (layer - 1)] > 0
             for layer in (1, 2) for kind in ("W", "b")},
        )
        for seen in evidence
    ]  # fmt: skip
