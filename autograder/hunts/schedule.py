"""Which bug comes next: spaced repetition, which leans towards what was missed.

The boxes are Leitner's (So lernt man lernen, 1972): what was named at once comes back after a
longer while each time, and what was missed comes back soon. That practice which is spread out lasts
longer is among the best-established facts about learning (Cepeda et al., Psychological Bulletin,
2006).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

SOON = 3
"""After how many hunts a skill comes back that was missed."""
PAUSES = (6, 14, 30, 75)
"""After how many hunts a skill comes back that was named at once, by its box."""
AT_ONCE = 5
"""How many skills are learned at the same time before new ones become rare."""
MOST_REPEATS = 3
"""How many repeats may then follow each other."""
MASTERED = 2
"""The box from which a skill counts as mastered: it was named at once twice, with a pause."""
INNOCENT = 8
"""One in so many suspects has no bug."""

Skill = tuple[str, str, str]
"""A pass, a place and a kind."""


@dataclass
class Progress:
    """How far somebody has come with one skill.

    Attributes
    ----------
    box : int
        How often in a row it was named at once.
    due : int
        The hunt at which it comes back.
    met, missed : int
        How often it was hunted, and how often not named at once.
    """

    box: int = 0
    due: int = 0
    met: int = 0
    missed: int = 0


class Schedule:
    """Remembers what was met, and draws.

    Parameters
    ----------
    bugs : mapping of Skill to sequence of str
        The names of the bugs by what it takes to name them.
    """

    def __init__(self, bugs: Mapping[Skill, Sequence[str]]) -> None:
        self.bugs = bugs
        self.hunts = 0
        self.progress: dict[Skill, Progress] = {}
        self.last_met: dict[str, int] = {}
        self._repeats = 0

    def draw(self, rng: np.random.Generator, skills: Iterable[Skill]) -> str:
        """The name of the next bug.

        At least every second hunt brings what was never met, the more likely the more often its
        kind was missed; every fourth, while as many skills as `AT_ONCE` are being learned. The
        others bring what has just become due before what is overdue; or what is due next.

        Parameters
        ----------
        rng
        skills
            Among which to draw.
        """
        skills = [*skills]
        met = [each for each in skills if each in self.progress]
        due = [each for each in met if self.progress[each].due <= self.hunts]
        new = [each for each in skills if each not in self.progress]
        learning = sum(self.progress[each].box == 0 for each in met)
        pause = MOST_REPEATS if learning >= AT_ONCE else 1
        repeats = not new or (bool(due) and self._repeats < pause)
        self._repeats = self._repeats + 1 if repeats else 0
        if repeats and due:
            # What has just become due is still nearly known: after a round through all that is
            # overdue, nothing would be.
            latest = max(self.progress[each].due for each in due)
            skill = self._any(rng, [each for each in due if self.progress[each].due == latest])
        elif repeats:
            earliest = min(self.progress[each].due for each in met)
            skill = self._any(rng, [each for each in met if self.progress[each].due == earliest])
        else:
            weights = np.array([1 + 3 * self._share_missed(kind) for _, _, kind in new])
            skill = new[int(rng.choice(len(new), p=weights / weights.sum()))]
        order = [self.bugs[skill][at] for at in rng.permutation(len(self.bugs[skill]))]
        return min(order, key=lambda name: self.last_met.get(name, -1))

    def note(self, skill: Skill, bug: str, at_once: bool) -> None:
        """Remember how the hunt for a bug ended."""
        self.hunts += 1
        self.last_met[bug] = self.hunts
        known = self.progress.setdefault(skill, Progress())
        known.met += 1
        known.missed += not at_once
        pause = PAUSES[min(known.box, len(PAUSES) - 1)] if at_once else SOON
        known.due = self.hunts + pause
        known.box = known.box + 1 if at_once else 0

    def is_mastered(self, skill: Skill) -> bool:
        """Whether it was named at once twice in a row."""
        return skill in self.progress and self.progress[skill].box >= MASTERED

    def plain(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        progress = [[*skill, asdict(each)] for skill, each in self.progress.items()]
        return {"hunts": self.hunts, "progress": progress, "last_met": self.last_met}

    def restore(self, plain: Mapping[str, Any]) -> None:
        """Read what :meth:`plain` has returned; skills that are no longer there are left out."""
        self.hunts = int(plain["hunts"])
        known = {(where, place, kind): Progress(**each)
                 for where, place, kind, each in plain["progress"]}  # fmt: skip
        self.progress = {skill: each for skill, each in known.items() if skill in self.bugs}
        self.last_met = dict(plain["last_met"])

    def _any(self, rng: np.random.Generator, skills: Sequence[Skill]) -> Skill:
        return skills[int(rng.integers(len(skills)))]

    def _share_missed(self, kind: str) -> float:
        """How often a kind was missed, of all times that it was met."""
        theirs = [each for (_, _, of), each in self.progress.items() if of == kind]
        met = sum(each.met for each in theirs)
        return sum(each.missed for each in theirs) / met if met else 0.0
