"""If this fails, practice brings back what is mastered, or forgets what was missed."""

from collections import Counter

import numpy as np
import pytest

from autograder.hunts.schedule import AT_ONCE, MASTERED, MOST_REPEATS, PAUSES, SOON, Schedule

A, B, C = ("pass", "dW", "mask"), ("pass", "db", "sign"), ("pass", "dU", "sign")
BUGS = {A: ["a1", "a2"], B: ["b1"], C: ["c1"]}


@pytest.fixture
def schedule():
    return Schedule(BUGS)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_what_was_named_comes_back_later_each_time(schedule):
    pauses = []
    for _ in range(len(PAUSES) + 1):
        schedule.note(A, "a1", at_once=True)
        pauses.append(schedule.progress[A].due - schedule.hunts)
        schedule.hunts = schedule.progress[A].due
    assert pauses == [*PAUSES, PAUSES[-1]] and sorted(PAUSES) == [*PAUSES]


def test_what_was_missed_comes_back_soon_and_is_no_longer_mastered(schedule):
    for _ in range(MASTERED):
        assert not schedule.is_mastered(A)
        schedule.note(A, "a1", at_once=True)
    assert schedule.is_mastered(A)
    schedule.note(A, "a1", at_once=False)
    assert not schedule.is_mastered(A)
    assert schedule.progress[A].due == schedule.hunts + SOON < schedule.hunts + PAUSES[0]


def test_what_has_just_become_due_comes_before_what_is_overdue(schedule):
    """After a round through all that is overdue, nothing would be known any more."""
    schedule.note(A, "a1", at_once=False)
    schedule.note(B, "b1", at_once=False)
    assert {schedule.draw(rng(seed), BUGS) for seed in range(20)} == {"c1"}, "nothing is due yet"
    schedule.hunts += SOON
    assert schedule.draw(rng(), [A, B]) == "b1"


def test_somebody_who_misses_everything_still_meets_new_bugs():
    bugs = {("p", f"d{i}", "mask"): [f"bug{i}"] for i in range(20)}
    schedule, seen = Schedule(bugs), []
    for turn in range(40):
        name = schedule.draw(rng(turn), bugs)
        seen.append(name)
        schedule.note(("p", f"d{name[3:]}", "mask"), name, at_once=False)
    assert len({*seen[:12]}) >= AT_ONCE
    assert len({*seen}) >= AT_ONCE + (40 - 2 * AT_ONCE) // (MOST_REPEATS + 1)
    assert len({*seen}) < 20, "and old ones come back"


def test_another_bug_of_the_same_skill_comes_before_one_that_was_met(schedule):
    for expected in ("a1", "a2", "a1", "a2"):
        name = schedule.draw(rng(), [A])
        if expected == "a1" and name == "a2" and not schedule.last_met:
            schedule.last_met["a1"] = 0  # the first is drawn at random
        schedule.note(A, name, at_once=True)
    met = schedule.last_met
    assert abs(met["a1"] - met["a2"]) == 1


def test_new_ones_lean_towards_the_kinds_that_were_missed():
    bugs = {("p", f"d{i}", kind): [f"{kind}{i}"] for i in range(10) for kind in ("mask", "sign")}
    schedule = Schedule(bugs)
    schedule.note(("p", "d0", "mask"), "mask0", at_once=False)
    schedule.note(("p", "d0", "sign"), "sign0", at_once=True)
    new = [skill for skill in bugs if skill[1] != "d0"]
    drawn = Counter(schedule.draw(rng(seed), new)[:4] for seed in range(400))
    assert 3 < drawn["mask"] / drawn["sign"] < 5.5, "four to one"


def test_a_saved_state_is_the_same_again(schedule):
    schedule.note(A, "a1", at_once=True)
    schedule.note(B, "b1", at_once=False)
    other = Schedule(BUGS)
    other.restore(schedule.plain())
    assert other.plain() == schedule.plain()
    other = Schedule({A: ["a1"]})
    other.restore(schedule.plain())
    assert [*other.progress] == [A], "a skill that is no longer there"
