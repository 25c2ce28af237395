"""If this fails, students are tested on inputs that hide mistakes or that can't be judged."""

import contextlib
import inspect
from typing import Any

import numpy as np
import pytest

from autograder.truth import cases, liveness
from autograder.truth.cases import (
    live_case,
    logit_case,
    synthetic_cache,
)
from autograder.truth.distances import deviation
from autograder.truth.network import (
    LAYERS,
    Array,
    Arrays,
    backward_propagation,
    forward_propagation,
    gradients_to_vector,
)
from tests.truth.made_cases import kink_case, textbook_case

DEEPER = (6, 8, 5, 4, 1)


def assert_live(X: Array, Y: Array, cache: Any, gradients: Arrays) -> None:
    """The design's list of conditions, written independently of `liveness.fault`."""
    *hidden, output = cache[::4]
    assert np.abs(output).max() <= 3
    assert all(np.abs(Z).min() >= 1e-2 for Z in hidden)
    assert all(np.abs(gradient).max() >= 1e-3 for gradient in gradients.values())
    if X.shape[1] > 1:
        assert set(np.ravel(Y)) == {0, 1}
        assert all((Z > 0).any(axis=1).all() and (Z < 0).any(axis=1).all() for Z in hidden)


@pytest.mark.parametrize("layers", [LAYERS, (7, 6, 4, 1), DEEPER])
@pytest.mark.parametrize("m", [None, 1, 2, 3, 50])
def test_cases_and_caches_are_live(m: int, layers: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    for _ in range(10):
        case = live_case(rng, m, layers)
        assert case.layers == layers
        assert case.Y.shape == (1, case.m)
        assert case.m == m or (m is None and 5 <= case.m <= 20)
        assert_live(case.X, case.Y, case.cache, case.gradients)

        X, Y, cache = synthetic_cache(rng, m, layers)
        assert_live(X, Y, cache, backward_propagation(X, Y, cache))


class TestLimits:
    """Of liveness: what is just inside is live, what is just outside is not, and says why."""

    RIGHT = live_case(np.random.default_rng(9), 12)

    def said(self, **changed):
        """What `fault` says of a live case in which some arrays of the cache are others."""
        names = ("Z1", "A1", "W1", "b1", "Z2", "A2", "W2", "b2", "Z3", "A3", "W3", "b3")
        cache = dict(zip(names, self.RIGHT.cache, strict=True)) | changed
        return liveness.fault(self.RIGHT.X, changed.pop("Y", self.RIGHT.Y), (*cache.values(),))

    @pytest.mark.parametrize(("logit", "live"), [(2.9, True), (3.1, False), (-3.1, False)])
    def test_logits_up_to_3(self, logit, live):
        Z3 = self.RIGHT.cache[8] * 0 + 1.0
        Z3[0, 0] = logit
        assert (self.said(Z3=Z3) != "a logit above 3") is live

    @pytest.mark.parametrize(("size", "live"), [(1.1e-2, True), (0.9e-2, False)])
    def test_hidden_units_a_hundredth_from_their_kink(self, size, live):
        for place, name in ((0, "Z1"), (4, "Z2")):
            Z = self.RIGHT.cache[place].copy()
            Z[1, 2] = np.copysign(size, Z[1, 2])
            said = self.said(**{name: Z})
            assert (said != "a hidden unit within 0.01 of its kink") is live

    @pytest.mark.parametrize(("size", "live"), [(1.1e-3, True), (0.9e-3, False)])
    def test_gradient_arrays_of_a_thousandth(self, monkeypatch, size, live):
        shares = [12 * size] * 6
        monkeypatch.setattr(liveness, "gradients_and_shares", lambda *_: (shares, shares))
        assert (self.said() is None) is live

    @pytest.mark.parametrize(("times", "live"), [(3.9, True), (4.1, False)])
    def test_gradient_arrays_of_a_quarter_of_their_examples(self, monkeypatch, times, live):
        sizes = [1.0] * 6, [1.0] * 5 + [times]
        monkeypatch.setattr(liveness, "gradients_and_shares", lambda *_: sizes)
        assert (self.said() is None) is live

    def test_drawn_pre_activations_keep_clear_of_the_kink(self):
        Z = liveness.pre_activations(np.random.default_rng(1), 500, 20)
        assert 0.01 <= np.abs(Z).min() < 0.011

    @pytest.mark.parametrize(("off", "drawn"), [(0.105, True), (0.095, False)])
    def test_a_rerun_is_off_by_a_tenth(self, monkeypatch, off, drawn):
        monkeypatch.setattr(cases, "deviation", lambda *_: off)
        if drawn:
            synthetic_cache(np.random.default_rng(1))
        else:
            with pytest.raises(liveness.NoLiveCase):
                synthetic_cache(np.random.default_rng(1))


def test_weights_are_normal_with_variance_2_by_inputs():
    """Below the output layer, where nothing shrinks them; being live skews it a little."""
    rng = np.random.default_rng(10)
    drawn = [live_case(rng).parameters["W1"] for _ in range(150)]
    assert np.mean(np.square(drawn)) == pytest.approx(2 / 4, rel=0.15)


@pytest.mark.parametrize("m", [1, 2, 3, 10, 50])
def test_a_third_of_the_draws_or_more_is_live(monkeypatch: pytest.MonkeyPatch, m: int) -> None:
    monkeypatch.setattr(liveness, "MOST_DRAWS", 1)
    rng, accepted = np.random.default_rng(2), 0
    for _ in range(100):
        with contextlib.suppress(liveness.NoLiveCase):
            inspect.unwrap(live_case)(rng, m)  # without the cache
            accepted += 1
    assert accepted >= 33


@pytest.mark.parametrize("m", [None, 1, 3, 50])
def test_an_honest_guard_stays_within_the_tolerance(m: int) -> None:
    rng = np.random.default_rng(6)
    for _ in range(50):
        case = live_case(rng, m)
        drawn = [(case.X, case.Y, case.cache), synthetic_cache(rng, m)]
        for X, Y, cache in drawn:
            A3 = cache[9]
            guarded = (1 - Y) / (1 - A3 + 1e-8) - Y / (A3 + 1e-8)
            # Y - A3 is what the backward pass starts from, so labels can carry the guarded error.
            labels = A3 - guarded * A3 * (1 - A3)
            truth, found = (backward_propagation(X, each, cache) for each in (Y, labels))
            assert max(deviation(found[key], truth[key]) for key in truth) <= 9e-7


def test_seed_replays_the_case() -> None:
    one, other = (live_case(np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.X, other.X)
    np.testing.assert_array_equal(one.parameters["W3"], other.parameters["W3"])


def test_a_hopeless_draw_says_what_was_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "LEAST_GRADIENT", 1e6)
    with pytest.raises(liveness.NoLiveCase, match=r"m=4.*500 draws: \d+ with a gradient array"):
        live_case(np.random.default_rng(4), 4)


def test_running_the_forward_pass_again_misses_a_synthetic_cache() -> None:
    rng = np.random.default_rng(5)
    for m in [None, 1, 3] * 30:
        X, Y, cache = synthetic_cache(rng, m)
        truth = backward_propagation(X, Y, cache)
        parameters = dict(
            zip(
                ["W1", "b1", "W2", "b2", "W3", "b3"],
                [array for start in (2, 6, 10) for array in cache[start : start + 2]],
                strict=True,
            )
        )
        rerun = backward_propagation(X, Y, forward_propagation(X, Y, parameters)[1])
        assert min(deviation(rerun[key], truth[key]) for key in ("dW1", "dW2", "dW3")) >= 0.1


def test_activations_of_a_synthetic_cache_belong_to_its_z() -> None:
    _, _, (Z1, A1, _, _, Z2, A2, _, _, Z3, A3, _, _) = synthetic_cache(np.random.default_rng(6))
    np.testing.assert_array_equal(A1, np.maximum(Z1, 0))
    np.testing.assert_array_equal(A2 > 0, Z2 > 0)
    np.testing.assert_allclose(A3, 1 / (1 + np.exp(-Z3)))


@pytest.mark.parametrize("straddled", [False, True])
def test_kink_case_is_near_in_one_unit_only(straddled: bool) -> None:
    rng = np.random.default_rng(7)
    for m in (2, None, 50):
        case = kink_case(rng, m, distance=1e-7, straddled=straddled)
        Z = np.concatenate([case.cache[0].ravel(), case.cache[4].ravel()])
        near = Z[np.abs(Z) < 1e-2]
        np.testing.assert_allclose(np.abs(near), 1e-7, atol=1e-14)
        assert near.size == 1 + straddled
        assert not straddled or near.sum() == pytest.approx(0, abs=1e-14)


def test_large_logits_break_the_logarithms_and_not_the_cost() -> None:
    case = logit_case(np.random.default_rng(8))
    Z, A = case.cache[-4:-2]
    for logit in (800, -800):
        assert set(case.Y[np.isclose(Z, logit)]) == {0, 1}
    with np.errstate(all="ignore"):
        naive = np.mean(-np.log(A) * case.Y - np.log(1 - A) * (1 - case.Y))
    assert not np.isfinite(naive)
    exact = np.where(case.Y == 1, np.logaddexp(0, -Z), np.logaddexp(0, Z)).mean()
    assert case.cost == pytest.approx(exact, rel=1e-14)


class TestTextbookCase:
    def test_twenty_of_its_gradients_are_zero(self) -> None:
        assert np.sum(gradients_to_vector(textbook_case().gradients) == 0) == 20

    def test_its_second_layer_never_switches(self) -> None:
        Z2 = textbook_case().cache[4]
        assert ((Z2 > 0).all(axis=1) | (Z2 < 0).all(axis=1)).all()

    def test_the_global_generator_is_left_alone(self) -> None:
        state: Any = np.random.get_state
        before = state()[1].copy()
        case = textbook_case()
        np.testing.assert_array_equal(state()[1], before)
        assert case.X[0, 0] == pytest.approx(1.62434536366)
