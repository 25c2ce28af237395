"""Simulated learners hunt bugs: how hard it is, how long it takes, and what spaced draws are worth.

They play with the very game that the notebook holds, from numbers alone.
"""

import json
import time
from statistics import mean, median, quantiles

import numpy as np

from autograder.grading.bug_hunts import bank
from autograder.hunts.game import BugHunts
from autograder.hunts.schedule import Schedule
from autograder.hunts.suspects import USUAL, named
from autograder.truth.planting import KINDS
from autograder.truth.rules import is_off

HUNTS = 1000
LEVELS = (1, 2, 3, 4, 5)
MOST_TRIES = 60
BANK = json.loads(json.dumps(bank()))


class Learner:
    """Somebody who looks, and says one answer after the other until one is right."""

    name = ""

    def __init__(self, rng):
        self.rng = rng

    def answers(self, game):
        """Look at the suspect, and yield answers, the likeliest first."""
        raise NotImplementedError

    def clue(self, game, **look):
        """What a look shows."""
        game.look(**look)
        subject = game._subject
        return subject.clue(game._suspect, subject.case(**look))


class Guesser(Learner):
    """Says any place and any kind, without a look."""

    name = "guesses"

    def answers(self, game):
        pairs = [(place, kind) for place in game._subject.places for kind in KINDS]
        for at in self.rng.permutation(len(pairs)):
            yield pairs[at]
        yield "nothing", None


class OneLook(Learner):
    """Takes one look at eight examples, and judges by the words for the arrays."""

    name = "one look, and a rule of thumb"

    def answers(self, game):
        clue = self.clue(game, m=8, seed=int(self.rng.integers(100)))
        wrong = [key for key in clue.truth if is_off(key, clue)]
        if not wrong:
            yield "nothing", None
            wrong = game._subject.places
        place = wrong[0]
        if len(wrong) == len(clue.truth) > 2:
            order = ["loss", "batch", "scale", "sign", "chain", "transpose", "mask"]
        else:
            order = ["mask", "chain", "transpose", "batch", "scale", "sign", "loss"]
        found, truth = clue.found[place], clue.truth[place]
        ratio = np.vdot(found, truth) / (np.vdot(truth, truth) or 1.0)
        if np.allclose(found, ratio * truth):
            first = "sign" if np.isclose(ratio, -1) else "scale"
            order.remove(first)
            order.insert(0, first)
        for kind in order:
            yield place, kind
        yield from Guesser(self.rng).answers(game)


class Detective(Learner):
    """Takes one look after the other, and says what the rules of lesson 3 see in all of them."""

    name, count = "", len(USUAL)

    def answers(self, game):
        least = game._subject.given["least"]
        order = self.rng.permutation(len(USUAL))
        looks = [USUAL[at] for at in order if USUAL[at]["m"] >= least]
        # Several examples and one, in turn, as the notebook advises.
        several = [look for look in looks if look["m"] > 1]
        single = [look for look in looks if look["m"] == 1]
        taken = [look for pair in zip(several, single or several, strict=False) for look in pair]
        taken += [look for look in looks if look not in taken]
        clues = [self.clue(game, **look) for look in taken[: self.count]]
        yield named(clues) or ("nothing", None)
        yield from OneLook(self.rng).answers(game)


class TwoLooks(Detective):
    """The rules, after two looks: several examples, and one."""

    name, count = "the rules, after two looks", 2


class FourLooks(Detective):
    """The rules, after four looks."""

    name, count = "the rules, after four looks", 4


class AllLooks(Detective):
    """The rules, after all the usual looks."""

    name = "the rules, after all usual looks"


LEARNERS = (Guesser, OneLook, TwoLooks, FourLooks, AllLooks)


def play(kind_of_learner, level, hunts, seed):
    """Play, and return (share named at once, median of tries, hunts until mastery or None)."""
    game = BugHunts(BANK, seed=seed)
    learner = kind_of_learner(np.random.default_rng([seed, level]))
    at_once, tries, mastery = 0, [], None
    skills = [skill for skill in game._schedule.bugs if game._level_of(skill) == level]
    for hunt in range(1, hunts + 1):
        game.hunt(level)
        count = 0
        for place, kind in learner.answers(game):
            count += 1
            game.say(place, kind)
            if not game._open:
                break
            if count == MOST_TRIES:
                game.give_up()
                break
        at_once += count == 1
        tries.append(count)
        if mastery is None and all(map(game._schedule.is_mastered, skills)):
            mastery = hunt
    return at_once / hunts, median(tries), mastery


# What spaced draws are worth, for somebody who forgets.


def retention(draw_spaced, hunts, pause, seed, skills=20):
    """How much a learner who forgets knows after a pause, of all skills.

    The memory is that of half-life regression (Settles and Meeder, ACL 2016) with fixed numbers: a
    skill is recalled with probability 2^(-gap / half-life); naming it doubles the half-life, and
    seeing the answer after a miss halves it, down to the first, four hunts.
    """
    rng = np.random.default_rng(seed)
    names = [("p", f"d{at}", kind) for at, kind in zip(range(skills), [*KINDS] * 3, strict=False)]
    schedule = Schedule({skill: [str(at)] for at, skill in enumerate(names)})
    by_name = {str(at): skill for at, skill in enumerate(names)}
    half_life, last = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0)

    def recall(skill, now):
        return 2 ** (-(now - last[skill]) / half_life[skill]) if half_life[skill] else 0.0

    for now in range(1, hunts + 1):
        name = schedule.draw(rng, names) if draw_spaced else str(rng.integers(skills))
        skill = by_name[name]
        known = rng.random() < recall(skill, now)
        half_life[skill] = max(half_life[skill] * (2 if known else 0.5), 4.0)
        last[skill] = now
        schedule.note(skill, name, known)
    return mean(recall(skill, hunts + pause) for skill in names)


def seconds():
    """How long `hunt`, `look` and `say` take, in ms: median and the slowest of all bugs."""
    took = {"hunt": [], "look": [], "say": []}
    game = BugHunts(BANK, seed=0)
    for name, (subject, bug) in game._bugs.items():
        for verb in took:
            if verb == "look":
                game._subject = subject
                game._begin(name)
            began = time.perf_counter()
            if verb == "hunt":
                game.hunt(subject.given["level"])
            elif verb == "look":
                game.look(m=8, seed=1)._repr_html_()
            else:
                game.say(bug["first_wrong"], bug["kinds"][0])
            took[verb].append(1e3 * (time.perf_counter() - began))
    return {verb: (median(each), max(each)) for verb, each in took.items()}


def main():
    """Print the tables."""
    heads = "level 1 | level 2 | level 3 | level 4 | level 5"
    print(f"| named at once | {heads} | tries, level 4 | hunts until all of level 4 is mastered |")
    print("|---|---|---|---|---|---|---|---|")
    for each in LEARNERS:
        found = {level: play(each, level, HUNTS, seed=1) for level in LEVELS}
        shares = " | ".join(f"{found[level][0]:.0%}" for level in LEVELS)
        mastery = found[4][2]
        print(f"| {each.name} | {shares} | {found[4][1]:g} | {mastery or f'more than {HUNTS}'} |")
    print("\n| hunts | pause | spaced draws | uniform draws |\n|---|---|---|---|")
    for hunts in (60, 120, 240):
        for pause in (20, 100):
            cells = []
            for spaced in (True, False):
                known = [retention(spaced, hunts, pause, seed) for seed in range(300)]
                low, *_, high = quantiles(known, n=20)
                cells.append(f"{mean(known):.0%} ({low:.0%} to {high:.0%})")
            print(f"| {hunts} | {pause} | {' | '.join(cells)} |")
    print()
    for verb, (middle, slowest) in seconds().items():
        print(f"{verb}: {middle:.1f} ms, at most {slowest:.1f} ms")


if __name__ == "__main__":
    main()
