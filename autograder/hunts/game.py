"""Bug hunts: `hunt` draws a suspect, `look` asks it, `say` names its bug."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder.hunts.schedule import INNOCENT, MASTERED, Schedule, Skill
from autograder.hunts.shown import Shown, heat_maps, map_of_mastery, numbers_of
from autograder.hunts.suspects import Subject, fewest_looks, named, usual_clues
from autograder.truth.rules import Clue, is_off

NOTHING = "nothing"
"""What is said where nothing is wrong."""
NO_HUNT = "There is no suspect yet: call `hunt()`."
ANSWERED = "This one is answered. You can still look; `hunt()` draws the next."
ASKED = ("m", "seed", "square", "equal_labels", "dead", "scale", "ones")
"""What `look` takes besides the name of an array."""
FORM = 1
"""Of the file that is saved."""


class BugHunts:
    """A learner's hunts.

    Parameters
    ----------
    bank : mapping
        ``kinds``, what each kind is, and ``passes``: see `autograder.desk.bug_hunts.bank`.
    seed : int, optional
        Draws the same suspects again.
    """

    def __init__(self, bank: Mapping[str, Any], seed: int | None = None) -> None:
        self._rng = np.random.default_rng(seed)
        self._kinds: Mapping[str, str] = bank["kinds"]
        self._subjects = {each["name"]: Subject(each) for each in bank["passes"]}
        self._bugs: dict[str, tuple[Subject, Mapping[str, Any]]] = {}
        skills: dict[Skill, list[str]] = {}
        for subject in self._subjects.values():
            for bug in subject.given["bugs"]:
                self._bugs[bug["name"]] = subject, bug
                skills.setdefault(_skill(subject, bug), []).append(bug["name"])
        self._schedule = Schedule(skills)
        self._level, self._streak = 1, 0
        self._subject = next(iter(self._subjects.values()))
        self._begin("")
        self._open = self._drawn = False

    def hunt(self, level: int | None = None) -> Shown:
        """Draw the next suspect. One that you have asked, and not named, counts as missed.

        Parameters
        ----------
        level : int, optional
            1 a curve, 2 two layers, 3 the network of the course, 4 the softmax network, 5 layers.
            By default, the level of the hunt before.
        """
        levels = sorted({each.given["level"] for each in self._subjects.values()})
        if level is not None and level not in levels:
            return Shown(f"Levels are {', '.join(map(str, levels))}.")
        left = self._left()
        self._level = level or self._level
        skills = [skill for skill in self._schedule.bugs if self._level_of(skill) == self._level]
        name = self._schedule.draw(self._rng, skills)
        self._subject = self._bugs[name][0]
        innocent = self._rng.integers(INNOCENT) == 0
        self._begin("" if innocent else name)
        given = self._subject.given
        lines = [
            *left,
            f"Suspect {self._schedule.hunts + 1}, level {given['level']}: {given['title']}.",
            *(f"    `{line}`" for line in given["formula"]),
            f"Way back: {', '.join(self._subject.places)}. One statement may be wrong, or none.",
            'Take a few looks: `look(m=8, seed=1)`. Then say place and kind: `say("'
            f'{self._subject.places[0]}", "scale")`, or `say("nothing")`.',
        ]
        return Shown("\n".join(lines))

    def look(self, array: str | None = None, **case: Any) -> Shown:
        """Ask the suspect for its gradients on a case, and compare them with the correct ones.

        Parameters
        ----------
        array : str, optional
            Show the numbers of this array, instead of a heat map of all.
        **case
            ``m``, ``seed``, ``square``, ``equal_labels``, ``dead``, ``scale``, ``ones``: see
            :meth:`autograder.hunts.suspects.Subject.case`.
        """
        if not self._drawn:
            return Shown(NO_HUNT)
        if unknown := [name for name in case if name not in ASKED]:
            return Shown(f"There is no {', '.join(unknown)}: you can ask for {', '.join(ASKED)}.")
        try:
            clue = self._clue(case)
        except ValueError as error:
            return Shown(f"This case can't be drawn: {error}.")
        if array is not None and array not in clue.truth:
            return Shown(f"There is no {array}: it is one of {', '.join(clue.truth)}.")
        asked = _call("look", case)
        if case not in self._looks:
            self._looks.append(case)
        title = f"Look {self._looks.index(case) + 1}: `{asked}`"
        return numbers_of(title, array, clue) if array else heat_maps(title, clue)

    def say(self, place: str = "", kind: str | None = None) -> Shown:
        """Name the first wrong array on the way back and the kind of the bug; or "nothing"."""
        if not self._open:
            return Shown(ANSWERED if self._drawn else NO_HUNT)
        known = self._subject.places
        places = {each.removeprefix("d").casefold(): each for each in known}
        places |= {each.casefold(): each for each in (*known, NOTHING)}
        place = places.get(str(place).strip().casefold(), str(place))
        kind = None if kind is None else str(kind).strip().casefold()
        if why := self._no_answer(place, kind):
            return Shown(why)
        self._tries += 1
        if not self._bug:
            return self._found() if place == NOTHING else self._missed(self._of_innocent(place))
        bug = self._bugs[self._bug][1]
        if place == bug["first_wrong"] and kind in bug["kinds"]:
            return self._found()
        return self._missed(self._narrowed(bug, place, str(kind)))

    def give_up(self) -> Shown:
        """Show what it was."""
        if not self._open:
            return Shown(ANSWERED if self._drawn else NO_HUNT)
        self._tries += 2  # so that it is not "at once"
        return self._found(given_up=True)

    def progress(self, level: int | None = None) -> Shown:
        """A map of kinds by places: what has been mastered, met and missed."""
        level = level or self._level
        known = self._schedule.progress
        skills = [skill for skill in self._schedule.bugs if self._level_of(skill) == level]
        if not skills:
            return Shown(f"There is no level {level}.")
        subjects = [each for each in self._subjects.values() if each.given["level"] == level]
        # Where a level has several passes, a column is a pass; else, a place.
        one = subjects[0] if len(subjects) == 1 else None
        columns = one.places if one else [each.given["name"] for each in subjects]

        def mark(column: str, kind: str) -> str:
            here = [each for each in skills if each[2] == kind and each[1 if one else 0] == column]
            if here and all(map(self._schedule.is_mastered, here)):
                return "●"
            boxes = [known[skill].box for skill in here if skill in known]
            return "·" if not boxes else "◐" if max(boxes) else "○"

        done = sum(map(self._schedule.is_mastered, skills))
        title = (
            f"Level {level}: {done} of {len(skills)} mastered. Hunts so far: "
            f"{self._schedule.hunts}. Named at once in a row: {self._streak}."
        )
        words = {"●": f"mastered (named at once {MASTERED} times, with a pause)",
                 "◐": "named at once", "○": "missed the last time",
                 "·": "not met yet, or not among the suspects"}  # fmt: skip
        return map_of_mastery(columns, self._kinds, mark, title, words)

    def save(self, path: str) -> Shown:
        """Write how far you have come into a file."""
        state = self._schedule.plain() | {"level": self._level, "streak": self._streak}
        try:
            Path(path).write_text(json.dumps({"bug hunts": FORM} | state), encoding="utf-8")
        except OSError as error:
            return Shown(f"`{path}` can't be written ({error.strerror}): choose another place.")
        return Shown(f"Saved in `{path}`: `load({path!r})` reads it.")

    def load(self, path: str) -> Shown:
        """Read what `save` has written."""
        try:
            state = json.loads(Path(path).read_text(encoding="utf-8"))
            if state["bug hunts"] != FORM:
                raise ValueError("another form")
            level, streak = int(state["level"]), int(state["streak"])
            self._schedule.restore(state)
        except (OSError, ValueError, KeyError, TypeError) as error:
            why = type(error).__name__
            return Shown(f"`{path}` can't be read ({why}): is it a file that `save` wrote?")
        self._level, self._streak = level, streak
        self._open = self._drawn = False
        return Shown(f"Hunts so far: {self._schedule.hunts}. Continue with `hunt()`.")

    def _begin(self, name: str) -> None:
        """A suspect with this bug; "" is the correct pass."""
        self._bug, self._tries, self._open, self._drawn = name, 0, True, True
        self._salt = self._schedule.hunts  # each suspect has cases of its own
        self._looks: list[dict[str, Any]] = []
        bug = self._bugs[name][1] if name else {"old": "", "new": ""}
        self._suspect = self._subject.suspect(bug["old"], bug["new"])

    def _level_of(self, skill: Skill) -> int:
        return int(self._subjects[skill[0]].given["level"])

    def _clue(self, case: Mapping[str, Any]) -> Clue:
        return self._subject.clue(self._suspect, self._subject.case(**case, salt=self._salt))

    def _left(self) -> list[str]:
        """What is said of a suspect that is left without an answer."""
        if not self._open or not (self._looks or self._tries):
            return []
        number = self._schedule.hunts + 1
        return [f"Suspect {number} was left open. {self.give_up().text.partition(chr(10))[0]}", ""]

    def _no_answer(self, place: str, kind: str | None) -> str:
        """Why what was said is not an answer; "" if it is."""
        if place == NOTHING:
            return "" if kind is None else f"Say {NOTHING!r} alone, without a kind."
        places = self._subject.places
        if place not in places:
            return f"The place is one of {', '.join(places)}, or {NOTHING!r}."
        if kind not in self._kinds:
            return f"The kind is one of {', '.join(self._kinds)}."
        return ""

    def _found(self, given_up: bool = False) -> Shown:
        """What the bug is, and how few looks would have been enough."""
        at_once = self._tries == 1
        self._streak = self._streak + 1 if at_once else 0
        self._open = False
        if not self._bug:
            self._schedule.hunts += 1
            said = "Nothing was wrong." if given_up else "Yes: nothing is wrong."
            return Shown(f"{said}{self._would_have_shown()}")
        subject, bug = self._bugs[self._bug]
        self._schedule.note(_skill(subject, bug), self._bug, at_once)
        kinds = " or ".join(bug["kinds"])
        fewest = fewest_looks(subject, bug, self._suspect, self._salt)
        enough = [_call("look", look) for look in fewest]
        lines = [
            f"{'It was' if given_up else 'Yes:'} {bug['first_wrong']}, {kinds}.",
            f"It says `{bug['new']}`, and should say `{bug['old']}`.",
            bug["why"],
        ]
        if enough:
            looks = "1 look" if len(self._looks) == 1 else f"{len(self._looks)} looks"
            few = "One is enough" if len(enough) == 1 else f"{len(enough)} are enough"
            lines.append(f"You took {looks}. {few}: `{'`, `'.join(enough)}`.")
        lines.append(f"Named at once in a row: {self._streak}.")
        return Shown("\n".join(lines))

    def _would_have_shown(self) -> str:
        """How many bugs of this pass the looks would have shown that were taken."""
        bugs = self._subject.given["bugs"]
        cases = [self._subject.case(**each, salt=self._salt) for each in self._looks]
        shown = 0
        for bug in bugs:
            suspect = self._subject.suspect(bug["old"], bug["new"])
            clues = (self._subject.clue(suspect, case) for case in cases)
            shown += any(is_off(key, clue) for clue in clues for key in clue.truth)
        looks = "look" if len(cases) == 1 else "looks"
        return (
            f" Your {len(cases)} {looks} would have shown {shown} of the {len(bugs)} bugs of this "
            "pass." if cases else ""
        )  # fmt: skip

    def _missed(self, hint: str) -> Shown:
        self._streak = 0
        more = " `give_up()` shows what it is." if self._tries > 2 else ""
        return Shown(f"Not yet. {hint}{more}")

    def _of_innocent(self, place: str) -> str:
        return (
            f"Take {place} in any case that you like: is there a number that is wrong, further "
            "than round-off?"
        )

    def _narrowed(self, bug: Mapping[str, Any], place: str, kind: str) -> str:
        """A hint that narrows down where the bug is, and does not tell what it is."""
        if place == NOTHING:
            return "Something is wrong. Look at one example, and at several."
        places = self._subject.places
        first = bug["first_wrong"]
        if place != first:
            earlier = places.index(first) < places.index(place)
            where = "comes earlier on the way back" if earlier else "comes later on the way back"
            said = f"The first wrong array {where} than {place}."
        else:
            said = f"{place} is the place. {self._about(bug, kind)}"
        return f"{said} {bug['hint']}" if self._tries > 1 else said

    def _about(self, bug: Mapping[str, Any], kind: str) -> str:
        """Whether the kind that fits stands above or below what was said, in the table."""
        order = [*self._kinds]
        clues = [*usual_clues(self._subject, self._suspect, self._salt).values()]
        seen = named(clues)
        fits = seen[1] if seen else bug["kinds"][0]
        if order.index(fits) < order.index(kind):
            return f"An earlier line of the table than `{kind}` fits already."
        return f"The line `{kind}` does not fit in every case: read on."


def _skill(subject: Subject, bug: Mapping[str, Any]) -> Skill:
    return subject.given["name"], bug["first_wrong"], bug["kinds"][0]


def _call(name: str, arguments: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
