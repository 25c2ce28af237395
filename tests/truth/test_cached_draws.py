"""If this fails, two submissions with one seed are asked about different cases."""

from typing import Any

import numpy as np
import pytest

from autograder.truth.cached_draws import MOST, cached_draw
from autograder.truth.cases import live_case


@pytest.fixture
def drawn() -> Any:
    """A draw, and the arguments with which it was really made."""
    made: list[Any] = []

    @cached_draw
    def draw(rng: np.random.Generator, *arguments: Any, **by_name: Any) -> Any:
        made.append((arguments, by_name))
        if "never" in arguments:
            raise ValueError("nothing to draw")
        return rng.integers(2, size=3, dtype=np.int32), rng.normal(size=3)

    draw.__dict__["made"] = made
    return draw


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_same_state_draws_once_and_goes_on_alike(drawn: Any, before: Any) -> None:
    """Also if half of a number is left over, as after drawing 32-bit integers."""
    first, second, plain = (np.random.default_rng(5) for _ in range(3))
    for rng in (first, second, plain):
        rng.integers(9, size=before, dtype=np.int32)
    found, again = drawn(first, 4), drawn(second, 4)
    assert found is again
    assert drawn.made == [((4,), {})]
    np.testing.assert_array_equal(found[0], plain.integers(2, size=3, dtype=np.int32))
    np.testing.assert_array_equal(found[1], plain.normal(size=3))
    assert first.bit_generator.state == second.bit_generator.state == plain.bit_generator.state


def test_other_arguments_and_other_states_are_drawn_for_themselves(drawn: Any) -> None:
    drawn(np.random.default_rng(1), 4)
    drawn(np.random.default_rng(1), 5)
    drawn(np.random.default_rng(1), m=5)
    drawn(np.random.default_rng(2), 4)
    rng = np.random.default_rng(1)
    first, second = drawn(rng, 4), drawn(rng, 4)
    assert not np.array_equal(first[1], second[1])
    assert len(drawn.made) == 5


def test_a_draw_that_fails_is_made_again(drawn: Any) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="nothing to draw"):
            drawn(np.random.default_rng(1), "never")
    assert len(drawn.made) == 2


def test_old_draws_are_forgotten(drawn: Any) -> None:
    for each in range(MOST + 1):
        drawn(np.random.default_rng(1), each)
    drawn(np.random.default_rng(1), 0)
    assert len(drawn.made) == MOST + 2


def test_so_is_a_live_case_with_all_that_is_known_of_it() -> None:
    first, second = (live_case(np.random.default_rng(7), 6) for _ in range(2))
    assert first is second
    assert first.gradients["dW1"] is second.gradients["dW1"]


def test_nobody_can_change_what_others_will_be_asked() -> None:
    case = live_case(np.random.default_rng(7), 6)
    del case.gradients["dW1"]
    assert "dW1" in case.gradients
    arrays = [case.X, case.Y, *case.parameters.values(), *case.cache, *case.gradients.values()]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
