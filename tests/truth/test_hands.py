"""If this fails, a suspect has another bug than its key says, or its style gives the bug away."""
# mypy: allow-untyped-calls

import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from autograder.truth import statements
from autograder.truth.bugs import BANK, OPEN, suspect_source
from autograder.truth.cases import live_case
from autograder.truth.distances import deviation
from autograder.truth.hands import Hand, hand, hands
from autograder.truth.planting import Bug, backward_with, compile_backward, plant, rename
from autograder.truth.standard_form import STANDARD, backward
from tests.questions.notebook import cells

LEAST = 3
"""In how many statements two hands differ at least. One is changed by a repair."""
SUSPECTS = [bug for bug in BANK if bug.suspect]
HANDS = {"suspect_a": 32, "suspect_b": 64, "suspect_c": 64}
"""How many there are."""


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("bug", BANK, ids=lambda bug: bug.name)
def test_a_suspect_has_its_bug(bug: Bug, name: str) -> None:
    written = compile_backward(suspect_source(name, bug), name)
    for m in (1, 3, 8):
        case = live_case(np.random.default_rng(2), m)
        found = written(case.X, case.Y, case.cache)
        for key, wrong in backward_with(bug)(case.X, case.Y, case.cache).items():
            assert deviation(found[key], wrong) < 1e-13


@pytest.mark.parametrize("name", OPEN)
def test_every_hand_writes_the_correct_pass(name: str) -> None:
    case = live_case(np.random.default_rng(3))
    for each in hands(name):
        found = compile_backward(each.write(STANDARD), "backward")(case.X, case.Y, case.cache)
        for key, right in backward(case.X, case.Y, case.cache).items():
            assert found[key].shape == right.shape
            assert deviation(found[key], right) < 1e-13


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("bug", BANK, ids=lambda bug: bug.name)
def test_a_bug_shows_in_one_line_whatever_the_hand(bug: Bug, name: str) -> None:
    """With no habit, with each of them alone, and with all."""
    none, *_, every = hands(name)
    some = [each for each in hands(name) if len(each.habits) == len(none.habits) + 1]
    for each in (none, *some, every):
        right, wrong = (each.write(text).splitlines() for text in (STANDARD, plant(bug)))
        differ = [old for old, new in zip(right, wrong, strict=True) if old != new]
        assert differ[0] == right[0], "the name"
        assert len(differ) == 2


def test_a_hand_without_habits_is_the_standard_form() -> None:
    assert Hand(()).write(STANDARD) == STANDARD


def test_two_hands_differ_in_three_statements() -> None:
    """Of the correct pass, so that a repair of one is no repair of the other.

    And so does each of them from the pass of part 1, and from the solution of n_dimensions.
    """
    solution = cells("n_dimensions")["backward_propagation_n"].source
    texts = [each.write(STANDARD) for name in OPEN for each in hands(name)]
    texts += [STANDARD, rename(solution, "backward")]
    for one, other in combinations([lines(text) for text in texts], 2):
        # The distance is at least what one of them has and the other hasn't, which is faster.
        few = (Counter(one) - Counter(other)).total() < LEAST
        assert not few or statements.changes(one, other)[0] >= LEAST


def lines(text: str) -> list[str]:
    """The statements of a backward pass, as they are counted."""
    found: list[str] = statements.definition(text, "backward")[1]
    return found


@pytest.mark.parametrize("name", OPEN)
def test_a_bug_has_one_of_many_hands(name: str) -> None:
    """And few others have the same, so that few classmates' repairs can be pasted."""
    texts = [each.write(STANDARD) for each in hands(name)]
    assert len({*texts}) == len(texts) == HANDS[name]
    used = Counter(hand(name, bug.name).write(STANDARD) for bug in SUSPECTS)
    assert {*used} <= {*texts}
    assert max(used.values()) <= len(SUSPECTS) / 10


def test_the_hand_of_a_bug_is_the_same_everywhere_and_always() -> None:
    """Otherwise a copy could not be graded."""
    found = [each.__name__ for each in hand("suspect_a", "dZ1_unmasked").habits]
    assert found == [
        "axis_without_its_name", "sums_as_methods", "factors_in_front", "with_operator",
        "into_a_dictionary",
    ]  # fmt: skip


EITHER = (
    (r"np\.(sum|mean|max)\(", r"(?<!np)\.(sum|mean|max)\("),
    (r"axis=1, keepdims", r"(?<!axis=)1, keepdims"),
    (r" / m$", r" 1 / m \*"),
    (r"^    dZ[12] = dA\d \*", r"\* dA\d$"),
    (r"^    d[Wb]\d = ", r"^    gradients\["),
    (r"^    m = .*\n    Z1", r"\* dA\d$"),
    (r"^    dW2.*\n    db2", r"^    db1.*\n    dW1"),
)
"""What is not found in one text, because it tells of two habits."""
PRODUCT_FORMS = {"suspect_a": r" @ ", "suspect_b": r"np\.matmul\(", "suspect_c": r"(?<!np)\.dot\("}


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("bug", SUSPECTS, ids=lambda bug: bug.name)
def test_a_suspect_is_written_in_one_style(bug: Bug, name: str) -> None:
    """Or else the statement with the bug would stand out."""
    text = suspect_source(name, bug)
    for one, other in EITHER:
        assert not (re.search(one, text, re.M) and re.search(other, text, re.M))
    for each, form in PRODUCT_FORMS.items():
        assert bool(re.search(form, text)) is (each == name)
    assert "np.dot" not in text
    assert "'" not in text
    assert max(map(len, text.splitlines())) <= 96  # it is indented once more in `originals`
