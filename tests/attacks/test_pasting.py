"""If this fails, points of `planted_bugs` can be had without a hunt, whatever bugs were drawn."""

from itertools import pairwise, permutations, product
from statistics import mean

import pytest

from autograder.questions import judge, questions_of
from autograder.truth.bugs import BANK, OPEN, SEALED, by_name
from autograder.truth.draws import draw
from autograder.truth.evidence import returned
from autograder.truth.hands import hand
from autograder.truth.planting import KINDS, ORDER, plant
from autograder.truth.standard_form import STANDARD
from autograder.truth.starting_code import personal
from tests.attacks.pasting import PASTED, compared, pasted, repairs_of
from tests.questions.notebook import Notebook

MOST_FOR_PASTING, MOST_WITH_A_COMPARISON = 6, 15
MOST_FOR_A_CLASSMATES = 0.5
CLASS = [draw(b"a class that pastes", f"student{number}") for number in range(40)]
SUSPECTS = [bug for bug in BANK if bug.suspect]


def points(key, answers):
    """What these answers earn, by question, for whoever was given these bugs."""
    student = Notebook("planted_bugs", answers).student
    return {
        name: judge(name, student, 0, key=key).points for name in questions_of("planted_bugs")
        if name in answers
    }  # fmt: skip


@pytest.mark.parametrize("key", CLASS[:10], ids=lambda key: "-".join(key.values()))
def test_pasted_answers_earn_what_is_asked_again_and_no_more(key):
    earned = points(key, pasted())
    assert {name: score for name, score in earned.items() if score} == PASTED
    assert sum(earned.values()) <= MOST_FOR_PASTING


@pytest.mark.parametrize("bug", SUSPECTS, ids=lambda bug: bug.name)
def test_a_comparison_of_texts_earns_the_repairs_and_no_more(bug):
    """All of them, as it is bound to: the code is open. But the sealed ones show none."""
    for name in OPEN:
        key = {name: bug.name}
        answers = pasted() | {name: compared(personal({**CLASS[0], **key})[name])}
        assert points(key, {name: answers[name]}) == {name: 3}
    assert sum(PASTED.values()) + 3 * len(OPEN) <= MOST_WITH_A_COMPARISON


@pytest.mark.parametrize("key", CLASS, ids=lambda key: "-".join(key.values()))
def test_the_code_of_a_sealed_suspect_is_nowhere_in_the_copy(key):
    copy = lines("\n".join(personal(key).values()))
    own = [hand(name, key[name]) for name in OPEN]
    for each, name in product(own, SEALED):
        bug = by_name(key[name])
        assert not copy & (lines(each.write(plant(bug))) - lines(each.write(STANDARD)))


def lines(text):
    return {line.strip() for line in text.splitlines()}


@pytest.mark.parametrize(("key", "other"), [*pairwise(CLASS[:15])])
def test_a_classmates_repairs_earn_nothing_unless_they_are_in_the_same_hand(key, other):
    same = {name: hand(name, key[name]) == hand(name, other[name]) for name in OPEN}
    assert points(key, repairs_of(other)) == {name: 3 * same[name] for name in OPEN}


def test_a_random_classmates_repairs_are_worth_a_third_of_a_point():
    """Of nine: one repair in thirty is in the same hand, with the same bug in half of these."""
    pairs = [*permutations(CLASS, 2)]
    gains = [
        3 * mean(hand(name, key[name]) == hand(name, other[name]) for key, other in pairs)
        for name in OPEN
    ]
    assert max(gains) < 3 / 12
    assert sum(gains) < MOST_FOR_A_CLASSMATES


def test_one_guess_for_all_earns_little():
    """The best pair of words for everybody: three of nine points on average."""
    said = [by_name(key[name]) for key in CLASS for name in SEALED]
    place = max(mean(bug.first_wrong == each for bug in said) for each in ORDER)
    kind = max(mean(each in bug.kinds for bug in said) for each in KINDS)
    assert 3 * (place + 2 * kind) < 3.5


def test_numbers_of_one_sealed_suspect_are_not_those_of_another():
    """What a classmate has found out helps only where the bug is the same."""
    for one, other in pairwise(CLASS):
        for name in SEALED:
            if one[name] != other[name]:
                pairs = zip(returned(one[name]), returned(other[name]), strict=True)
                assert any((a.found[key] != b.found[key]).any() for a, b in pairs for key in ORDER)
