"""If this fails, a suspect has another bug than its key says, or its style gives the bug away."""
# mypy: allow-untyped-calls

import numpy as np
import pytest

from autograder.truth.bugs import BANK
from autograder.truth.cases import live_case
from autograder.truth.gradcheck import deviation
from autograder.truth.hands import HANDS
from autograder.truth.planting import Bug, backward_with, compile_backward, plant
from autograder.truth.standard_form import STANDARD, backward


@pytest.mark.parametrize("name", HANDS)
@pytest.mark.parametrize("bug", BANK, ids=lambda bug: bug.name)
def test_every_hand_writes_the_same_bug(bug: Bug, name: str) -> None:
    written = compile_backward(HANDS[name](plant(bug)))
    for m in (1, 3, 8):
        case = live_case(np.random.default_rng(2), m)
        found = written(case.X, case.Y, case.cache)
        for key, wrong in backward_with(bug)(case.X, case.Y, case.cache).items():
            assert deviation(found[key], wrong) < 1e-13


@pytest.mark.parametrize("name", HANDS)
def test_every_hand_writes_the_correct_pass(name: str) -> None:
    case = live_case(np.random.default_rng(3))
    found = compile_backward(HANDS[name](STANDARD), "backward")(case.X, case.Y, case.cache)
    for key, right in backward(case.X, case.Y, case.cache).items():
        assert found[key].shape == right.shape
        assert deviation(found[key], right) < 1e-13


@pytest.mark.parametrize(("name", "never"), [
    ("suspect_a", ["matmul", "@", "'"]),
    ("suspect_b", ["np.dot", ".dot(", "@", "gradients[", "'"]),
    ("suspect_c", ["np.dot", "np.sum", "np.mean", "np.max(", "matmul", "@", "gradients[", "'"]),
])  # fmt: skip
@pytest.mark.parametrize("bug", BANK, ids=lambda bug: bug.name)
def test_a_hand_writes_in_one_style(bug: Bug, name: str, never: list[str]) -> None:
    """Apart from the statement with the bug, which may have what no other one has."""
    text = HANDS[name](plant(bug))
    assert not [each for each in never if each in text]
