"""If this fails, a bug to practise on is a graded one, can't be named, or is no bug."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from autograder.grading.bug_hunts import bank
from autograder.hunts.suspects import Subject, fewest_looks, named, usual_clues
from autograder.truth.bugs import BANK, MUTANT
from autograder.truth.planting import KINDS, backward_with
from autograder.truth.practice.bank import BUGS, PASSES
from autograder.truth.practice.passes import PracticeBug
from autograder.truth.standard_form import STANDARD
from tests.truth.analogues import planted, statement

SUBJECTS = {each["name"]: Subject(each) for each in bank()["passes"]}
GRADED = [bug for bug in BANK if bug.suspect or bug == MUTANT]
EVERY = [(where, bug) for where, bugs in BUGS.items() for bug in bugs]
every = pytest.mark.parametrize(("where", "bug"), EVERY, ids=[bug.name for _, bug in EVERY])
passes = pytest.mark.parametrize("where", PASSES)
LEAST = 120
CASES = ({"m": 8, "seed": 11}, {"m": 3, "seed": 12}, {"m": 5, "seed": 13}, {"m": 12, "seed": 14})


def suspect(where: str, bug: PracticeBug) -> Any:
    return SUBJECTS[where].suspect(*bug.statements(PASSES[where]))


def returned(where: str, backward: Any) -> list[np.ndarray]:
    """What a way back returns on cases of several sizes."""
    subject = SUBJECTS[where]
    clues = (subject.clue(backward, subject.case(**case)) for case in CASES)
    return [array for clue in clues for array in clue.found.values()]


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(a.shape == b.shape and np.allclose(a, b) for a, b in zip(one, other, strict=True))


def test_there_are_bugs_enough_of_every_kind_on_every_level() -> None:
    assert len(EVERY) >= LEAST
    names = [bug.name for _, bug in EVERY]
    assert len({*names}) == len(names)
    kinds = Counter(bug.kinds[0] for _, bug in EVERY)
    assert {*kinds} == {*KINDS} and min(kinds.values()) >= 12
    levels = Counter(PASSES[where].level for where, _ in EVERY)
    assert [*levels] == [1, 2, 3, 4, 5] and min(levels.values()) >= 20


@passes
def test_the_way_back_is_the_derivative_of_the_way_forward(where: str) -> None:
    subject, described = SUBJECTS[where], PASSES[where]
    for seed in range(3):
        case = subject.case(m=4, seed=seed)
        truth = subject.clue(subject.suspect(), case).truth
        for key, array in truth.items():
            name = key.removeprefix("d")
            found = np.zeros(np.shape(case[name]))
            for place in np.ndindex(found.shape):
                ends = []
                for step in (1e-5, -1e-5):
                    moved = np.array(case[name], float)
                    moved[place] += step
                    ends.append(described.forward(**case | {name: moved})[0])
                found[place] = (ends[0] - ends[1]) / 2e-5
            assert np.allclose(found, array, rtol=1e-6, atol=1e-8), key


@passes
def test_a_correct_pass_is_called_correct(where: str) -> None:
    subject = SUBJECTS[where]
    assert named([*usual_clues(subject, subject.suspect()).values()]) is None


@every
def test_the_rules_name_place_and_an_accepted_kind(where: str, bug: PracticeBug) -> None:
    """And no other kind is accepted than the cause and what the numbers look like."""
    found = named([*usual_clues(SUBJECTS[where], suspect(where, bug)).values()])
    assert found is not None
    assert found[0] == bug.first_wrong
    assert {*bug.kinds} == {bug.kinds[0], found[1]}


@every
def test_a_few_looks_are_enough(where: str, bug: PracticeBug) -> None:
    told = {"first_wrong": bug.first_wrong, "kinds": bug.kinds}
    assert 1 <= len(fewest_looks(SUBJECTS[where], told, suspect(where, bug))) <= 3


@every
def test_hint_and_reason_are_sentences(where: str, bug: PracticeBug) -> None:
    for text in (bug.hint, bug.why):
        assert text[-1] in ".?" and len(text) > 15 and not text.startswith(" ")
    old, new = bug.statements(PASSES[where])
    assert old not in bug.hint and new not in bug.hint


def test_no_two_bugs_of_a_pass_are_the_same() -> None:
    for where, bugs in BUGS.items():
        seen = [(bug.name, returned(where, suspect(where, bug))) for bug in bugs]
        for place, (name, arrays) in enumerate(seen):
            for other, those in seen[:place]:
                assert not same(arrays, those), f"{name} and {other}"


# What is graded, and what is practised.


def cache_of(case: dict[str, Any]) -> tuple[Any, ...]:
    """The course's cache of a case."""
    _, made = PASSES["the course's network"].forward(**case)
    names = [f"{name}{layer}" for layer in (1, 2, 3) for name in ("Z", "A", "W", "b")]
    return tuple((made | case)[name] for name in names)


def graded_in_the_course(bug: Any) -> list[np.ndarray]:
    subject = SUBJECTS["the course's network"]
    found = []
    for each in CASES:
        case = subject.case(**each)
        arrays = backward_with(bug)(case["X"], case["Y"], cache_of(case))
        found += [np.asarray(arrays[key], float) for key in subject.places]
    return found


NAMES = {"Z": "Z", "A": "H", "W": "W", "b": "b"} | {
    "dA": "(m * dH)", "dZ": "(m * dZ)", "dW": "dW", "db": "db",
}  # fmt: skip


def graded_elsewhere(where: str, bug: Any) -> list[list[np.ndarray]]:
    """What a graded bug makes of a network with one hidden layer, wherever it makes sense there."""
    described = PASSES[where]
    output = {"two layers": "S", "the softmax network": "P"}[where]
    last = {"Z": "(U @ H + c)", "A": output, "W": "U", "b": "c", "dZ": "(m * dS)",
            "dW": "dU", "db": "dc"}  # fmt: skip
    found = []
    for layer in range(4):
        try:
            line = statement(bug, layer, NAMES, last, described.inputs, described.labels)
            arrays = returned(where, planted(described.way_back, *line))
        except (KeyError, ValueError, NameError, AttributeError):  # other layers, other shapes
            continue
        found.append(arrays)
    return found


def practised(where: str) -> dict[str, list[np.ndarray]]:
    return {bug.name: returned(where, suspect(where, bug)) for bug in BUGS[where]}


def test_the_networks_way_back_is_that_of_the_course() -> None:
    ours, theirs = (
        [line.strip() for line in text.splitlines() if " = " in line and "cache" not in line]
        for text in (PASSES["the course's network"].way_back, STANDARD)
    )
    assert ours == theirs


def test_nothing_that_is_graded_can_be_met_in_the_network_of_the_course() -> None:
    """Sealed or open, generic or personal: all of them are drawn from these. Nor an edit that
    gives the same gradients."""
    seen = practised("the course's network")
    for bug in GRADED:
        graded = graded_in_the_course(bug)
        assert not [name for name, arrays in seen.items() if same(arrays, graded)], bug.name


@pytest.mark.parametrize("where", ["two layers", "the softmax network"])
def test_nothing_that_is_graded_can_be_met_in_another_network(where: str) -> None:
    """Whichever layer of the course's network this one stands for."""
    seen, tried = practised(where), 0
    for bug in GRADED:
        for graded in graded_elsewhere(where, bug):
            tried += 1
            assert not [name for name, arrays in seen.items() if same(arrays, graded)], bug.name
    assert tried > len(GRADED)
    # And it would be noticed.
    again = returned(where, planted(PASSES[where].way_back, "dW", "2 * dZ @ X.T"))
    assert any(same(again, each) for bug in GRADED for each in graded_elsewhere(where, bug))
