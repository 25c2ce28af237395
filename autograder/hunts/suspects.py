"""A pass with or without a bug in it, and what it returns on cases of the learner's choosing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from autograder.truth.rules import Clue, first_off, kind_of

USUAL: tuple[dict[str, Any], ...] = (
    {"m": 1, "seed": 1}, {"m": 1, "seed": 8}, {"m": 1, "seed": 22}, {"m": 1, "seed": 24},
    {"m": 3, "seed": 1}, {"m": 8, "seed": 1}, {"m": 8, "seed": 2},
    {"m": 8, "seed": 1, "square": True},
)  # fmt: skip
"""Looks that tell nearly every bug, if they are taken together."""
MOST_TOGETHER = 3
"""How many of them are tried together, to say how few would have been enough."""
FAR_OFF = 100.0
"""How much the bias of a unit is lowered, so that it is off in every example."""


@dataclass
class Subject:
    """A pass of the bank: what is under suspicion.

    Attributes
    ----------
    given : mapping
        As `autograder.desk.bug_hunts.bank` packs it.
    """

    given: Mapping[str, Any]
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._made = self._compiled(self.given["text"])

    @property
    def places(self) -> list[str]:
        """Its arrays, in the order of the way back."""
        return [*self.clue(self._made["backward"], self.case(seed=0)).truth]

    def case(
        self, m: int = 8, seed: int = 0, square: bool = False, equal_labels: bool = False,
        dead: bool = False, scale: float = 1.0, ones: bool = False, salt: int = 0,
    ) -> dict[str, Any]:  # fmt: skip
        """Draw a case.

        Parameters
        ----------
        m : int
            The number of examples.
        seed : int
        square : bool
            Whether the matrix of the first layer is square.
        equal_labels : bool
            Whether all examples have the labels of the first one.
        dead : bool
            Whether the first unit is off in every example.
        scale : float
            What the inputs are multiplied with.
        ones : bool
            Whether the upstream gradient is 1 everywhere.
        salt : int
            Gives every suspect cases of its own.

        Raises
        ------
        ValueError
            In a sentence: this pass has no such thing.
        """
        least = self.given["least"]
        for name, number, lowest in (("m", m, least), ("seed", seed, 0)):
            if not isinstance(number, int | np.integer) or number < lowest:
                raise ValueError(f"{name} is a whole number from {lowest}")
        if not isinstance(scale, int | float):
            raise ValueError("scale is a number")
        rng = np.random.default_rng([seed, m, salt])
        case: dict[str, Any] = self._made["draw"](rng, int(m), square)
        if equal_labels:
            name = self._name("labels", "labels")
            case[name] = np.ones_like(case[name]) * case[name][..., :1]
        if dead:
            case[self._name("bias", "ReLU")][0] -= FAR_OFF
        if scale != 1:
            name = self._name("inputs", "single input to scale")
            case[name] = scale * case[name]
        if ones:
            name = self._name("upstream", "upstream gradient")
            case[name] = np.ones_like(case[name])
        return case

    def suspect(self, old: str = "", new: str = "") -> Callable[..., Any]:
        """The way back with one statement changed."""
        if not old:
            return self._made["backward"]
        before, after = self.given["text"].rsplit(old, 1)
        backward: Callable[..., Any] = self._compiled(before + new + after)["backward"]
        return backward

    def clue(self, suspect: Callable[..., Any], case: Mapping[str, Any]) -> Clue:
        """What a suspect returns on a case, beside what is correct."""
        _, cache = self._made["forward"](**case)
        with np.errstate(all="ignore"):
            found, truth = (
                {key: np.asarray(array, float) for key, array in each(**case, **cache).items()}
                for each in (suspect, self._made["backward"])
            )
        on = {key: cache[of] > 0 for key, of in self.given["on"].items()}
        return Clue(_examples(case), found, truth, tuple(self.given["begins"]), on)

    def _name(self, kind: str, called: str) -> str:
        if not self.given[kind]:
            raise ValueError(f"this one has no {called}")
        return str(self.given[kind])

    def _compiled(self, text: str) -> dict[str, Any]:
        made: dict[str, Any] = {"np": np}
        exec(compile(text, f"<{self.given['name']}>", "exec"), made)
        return made


def _examples(case: Mapping[str, Any]) -> int:
    """Examples are columns of X in networks, and else the rows of what comes first."""
    if "X" in case and "u" not in case:
        return int(case["X"].shape[1])
    return len(next(case[name] for name in ("u", "x") if name in case))


def usual_clues(
    subject: Subject, suspect: Callable[..., Any], salt: int = 0
) -> dict[int, Clue]:  # fmt: skip
    """The clues of the looks of `USUAL` that this subject takes, by their place."""
    looks = enumerate(USUAL)
    return {
        place: subject.clue(suspect, subject.case(**look, salt=salt))
        for place, look in looks
        if look["m"] >= subject.given["least"]
    }


def named(clues: Sequence[Clue]) -> tuple[str, str] | None:
    """The place and the kind that the rules see; None if all is correct."""
    key = first_off(clues)
    return None if key is None else (key, kind_of(key, clues))


def fewest_looks(
    subject: Subject, bug: Mapping[str, Any], suspect: Callable[..., Any], salt: int = 0
) -> list[dict[str, Any]]:
    """The fewest looks of `USUAL` from which the rules name a bug; [] if more are needed."""
    clues = usual_clues(subject, suspect, salt)
    for places in _together([*clues]):
        found = named([clues[place] for place in places])
        if bug["kinds"][0] == "scale" and len({clues[place].m for place in places}) < 2:
            continue  # the ratio may depend on m
        if found and found[0] == bug["first_wrong"] and found[1] in bug["kinds"]:
            return [USUAL[place] for place in places]
    return []


def _together(places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for count in range(1, MOST_TOGETHER + 1):
        yield from combinations(places, count)
