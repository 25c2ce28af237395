"""If this fails, the per-parameter check accuses right gradients or overlooks wrong ones."""

import numpy as np
import pytest

from autograder.truth.bugs import BANK
from autograder.truth.cases import (
    Case,
    kink_case,
    live_case,
    logit_case,
    random_parameters,
    textbook_case,
)
from autograder.truth.gradcheck import NetworkCost, check_gradients, relative_difference
from autograder.truth.network import forward_propagation, gradients_to_vector
from autograder.truth.planting import compile_backward, plant


def plain(case):
    """The cost as anybody would hand it in."""
    return lambda parameters: forward_propagation(case.X, case.Y, parameters)[0]


def quick(case):
    return NetworkCost(case.X, case.Y)


both = pytest.mark.parametrize("cost_of", [plain, quick])


def check(case, cost_of=quick, **changed):
    return check_gradients(cost_of(case), case.gradients | changed, case.parameters)


def random_case(rng):
    m = int(rng.integers(1, 21))
    return Case(rng.standard_normal((4, m)), rng.integers(0, 2, (1, m)), random_parameters(rng))


class TestNoFalseAlarm:
    def test_on_random_networks(self):
        # 40,000 others, of other depths and scales, gave none either.
        rng = np.random.default_rng(1)
        for _ in range(2000):
            assert check(random_case(rng)).count() == (47, 0, 0)

    @pytest.mark.parametrize("straddled", [False, True])
    def test_beside_a_kink(self, straddled):
        rng, inconclusive = np.random.default_rng(2), 0
        for _ in range(500):
            case = kink_case(rng, distance=10 ** rng.uniform(-14, -5), straddled=straddled)
            passed, failed, unsure = check(case).count()
            assert failed == 0 and passed > 30
            inconclusive += unsure
        assert inconclusive < 0.01 * 500 * 47

    def test_when_nothing_is_known_of_the_cost(self):
        rng = np.random.default_rng(3)
        for turn in range(60):
            kink = turn % 2
            case = kink_case(rng, distance=10 ** rng.uniform(-9, -5), straddled=turn % 4 == 1) \
                if kink else random_case(rng)
            _, failed, unsure = check(case, plain).count()
            assert failed == 0
            assert unsure <= (8 if kink else 2), "a tenth near a kink, hardly any elsewhere"

    @both
    @pytest.mark.parametrize("make", [live_case, textbook_case, logit_case])
    def test_on_other_cases(self, make, cost_of):
        case = make() if make is textbook_case else make(np.random.default_rng(5))
        assert check(case, cost_of).passed

    def test_for_a_cost_that_trembles(self):
        """The textbook's cost, with log(1 - A3), for which 1e-7 calls right gradients wrong."""
        def naive(parameters):
            A3 = forward_propagation(case.X, case.Y, parameters)[1][9]
            return float(-np.mean(case.Y * np.log(A3) + (1 - case.Y) * np.log(1 - A3)))

        case = textbook_case()
        assert check_gradients(naive, case.gradients, case.parameters).count()[1] == 0

    def test_for_a_cost_that_is_mostly_round_off(self):
        theta = np.array([0.3, 0.7])
        report = check_gradients(lambda t: (1e7 + np.sin(t).sum()) - 1e7, np.cos(theta), theta)
        assert report.count()[1] == 0
        assert report.errors["gradient"].min() > 1e-9

    def test_at_large_and_small_parameters(self):
        theta = np.array([1e8, 3e-9, -1e-5, 0.0])
        scale = np.array([1e8, 1e-9, 1e-5, 1.0])
        report = check_gradients(lambda t: float(np.sum((t / scale) ** 2 + t / scale)),
                                 2 * theta / scale**2 + 1 / scale, theta)
        assert report.count() == (4, 0, 0)

    def test_where_the_cost_ends(self):
        report = check_gradients(lambda t: float(np.log(t).sum()), lambda t: 1 / t,
                                 np.array([1e-7, 2.0, 1e-3]))
        assert report.count() == (3, 0, 0)


class TestNoBlindSpot:
    @both
    def test_one_wrong_entry_fails_alone_and_is_named(self, cost_of):
        case = live_case(np.random.default_rng(6))
        for key, gradient in case.gradients.items():
            wrong = gradient.copy()
            place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
            wrong[place] *= 1 + 1e-5
            report = check(case, cost_of, **{key: wrong})
            assert report.verdict == "fail"
            assert [*np.argwhere(report.verdicts[key] == "fail").ravel()] == [*place]
            assert report.count()[1] == 1
            assert f"{key}[{place[0]}, {place[1]}]" in str(report)

    @both
    def test_a_tiny_gradient_is_seen_that_a_norm_hides(self, cost_of):
        live = live_case(np.random.default_rng(8))
        faint = np.array([[1e-7], [1], [1], [1]])
        case = Case(live.X * faint, live.Y, live.parameters)
        wrong = case.gradients["dW1"].copy()
        wrong[:, 0] *= 1.1
        whole = gradients_to_vector(case.gradients)
        changed = gradients_to_vector(case.gradients | {"dW1": wrong})
        assert relative_difference(changed, whole) < 1e-7
        report = check(case, cost_of, dW1=wrong)
        assert (report.verdicts["dW1"][:, 0] == "fail").all()
        assert (report.verdicts["dW1"][:, 1:] == "pass").all()

    @pytest.mark.parametrize("bug", BANK, ids=lambda bug: bug.name)
    def test_every_bug_of_the_bank_is_seen(self, bug):
        rng, backward = np.random.default_rng(9), compile_backward(plant(bug))
        seen = 0
        for _ in range(200):
            case = live_case(rng)
            found = backward(case.X, case.Y, case.cache)
            seen += not check_gradients(quick(case), found, case.parameters).passed
        assert seen >= 198

    @both
    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_what_is_not_finite_fails(self, bad, cost_of):
        report = check(live_case(np.random.default_rng(8)), cost_of, db3=np.array([[bad]]))
        assert report.verdicts["db3"][0, 0] == "fail"
        assert "not a finite number" in report.reason("db3", 0, 0)
        assert not report.passed

    def test_a_gradient_below_the_round_off_of_its_cost_is_not_passed(self):
        report = check_gradients(lambda t: 1 + 1e-18 * float(t), 5e-18, 0.5)
        assert report.verdict == "inconclusive"
        assert "round-off" in str(report)


class TestCorners:
    def test_a_corner_is_inconclusive_whatever_is_claimed(self):
        for claimed in (-1.0, 0.0, 1.0, 0.3):
            report = check_gradients(abs, claimed, 0.0)
            assert report.verdict == "inconclusive"
            assert "slope is -1 before, 1 behind" in str(report)

    @pytest.mark.parametrize("distance", [1e-3, 1e-5, 1e-6, 1e-7])
    def test_beside_it_the_slope_is_found(self, distance):
        assert check_gradients(abs, 1.0, distance).verdict == "pass"
        assert check_gradients(abs, -1.0, distance).verdict == "fail"

    def test_a_unit_exactly_on_its_kink_is_inconclusive_whatever_it_is_given(self):
        live = live_case(np.random.default_rng(4))
        on = np.array([[0], [1], [1], [1], [1]])
        flattened = {"W1": live.parameters["W1"] * on, "b1": live.parameters["b1"] * on}
        case = Case(live.X, live.Y, live.parameters | flattened)
        for given in (case.gradients["db1"], case.gradients["db1"] + 1.0):
            report = check(case, db1=given)
            assert report.verdicts["db1"][0, 0] == "inconclusive"
            assert "corner" in report.reason("db1", 0, 0)


class TestForms:
    def test_numbers_arrays_and_dicts(self):
        assert check_gradients(np.sin, np.cos, 0.3).passed
        theta = np.linspace(-1, 1, 6).reshape(2, 3)
        assert check_gradients(lambda t: np.exp(t).sum(), np.exp, theta).passed
        parts = {"W": theta, "b": 0.5}
        found = check_gradients(lambda p: np.sum(p["W"] ** 2) * p["b"],
                                lambda p: {"W": 2 * p["W"] * p["b"], "db": np.sum(p["W"] ** 2)},
                                parts)
        assert found.passed and list(found.verdicts) == ["dW", "db"]

    def test_theta_is_left_as_it_is(self):
        theta = np.array([0.1, 0.2])
        before = theta.tobytes()
        check_gradients(lambda t: (t**3).sum(), 3 * theta**2, theta)
        assert theta.tobytes() == before

    def test_a_fixed_array_may_be_passed_locked(self):
        theta = np.array([0.1, 0.2])
        theta.setflags(write=False)
        assert check_gradients(lambda t: (t**3).sum(), 3 * theta**2, theta).passed

    def test_intermediate_derivatives_are_left_out(self):
        assert check(live_case(np.random.default_rng(10)), dZ3=np.ones(3), dA1=None).passed


class TestSinglePrecision:
    def test_it_is_checked_with_a_warning(self):
        case = live_case(np.random.default_rng(11))
        single = {key: array.astype(np.float32) for key, array in case.parameters.items()}
        exact = Case(case.X, case.Y, {key: array.astype(float) for key, array in single.items()})
        gradients = {key: array.astype(np.float32) for key, array in exact.gradients.items()}
        for cost_of in (plain, quick):
            with pytest.warns(UserWarning, match="single precision"):
                assert check_gradients(cost_of(exact), gradients, single).count()[1] == 0
            gradients["dW2"] = gradients["dW2"] * np.float32(1.01)
            with pytest.warns(UserWarning, match="single precision"):
                assert not check_gradients(cost_of(exact), gradients, single).passed
            gradients["dW2"] = exact.gradients["dW2"].astype(np.float32)

    def test_a_cost_in_single_precision_shows_it(self):
        theta = np.array([0.3, 1.2])
        for claimed, verdict in ((np.cos(theta), "pass"), (1.05 * np.cos(theta), "fail")):
            with pytest.warns(UserWarning, match="single precision"):
                report = check_gradients(lambda t: np.float32(np.sin(t).sum()), claimed, theta)
            assert report.verdict == verdict

    def test_a_cost_that_hides_it_is_not_believed_more(self):
        theta = np.array([0.3, 1.2])
        report = check_gradients(lambda t: float(np.sin(t.astype(np.float32)).sum()),
                                 np.cos(theta), theta)
        assert report.count()[1] == 0


REFUSED = {
    "integers": (lambda t: 1.0, 0.0, np.arange(3), "integers"),
    "one integer": (lambda t: 1.0, 0.0, 3, "integers"),
    "objects": (lambda t: 1.0, 0.0, np.array([1.0, None]), "object"),
    "text": (lambda t: 1.0, 0.0, "theta", "not real numbers"),
    "complex parameters": (lambda t: 1.0, 0.0, 1j, "complex128"),
    "half precision": (lambda t: 1.0, 0.0, np.ones(2, np.float16), "half"),
    "an empty array": (lambda t: 1.0, np.ones(0), np.ones(0), "empty"),
    "an empty dict": (lambda t: 1.0, {}, {}, "empty"),
    "an empty array among others": (
        lambda t: 1.0, {"W": 1.0, "b": np.ones(0)}, {"W": 1.0, "b": np.ones(0)}, "b is empty"),
    "NaN parameters": (lambda t: 1.0, np.ones(2), np.array([1, np.nan]), "holds NaN"),
    "a NaN cost": (lambda t: np.nan, 1.0, 1.0, "cost is nan"),
    "an infinite cost": (lambda t: np.inf, 1.0, 1.0, "cost is inf"),
    "a cost of one entry": (lambda t: t**2, np.ones(1), np.ones(1), r"array of shape \(1,\)"),
    "a cost of many": (lambda t: t**2, np.ones(3), np.ones(3), r"array of shape \(3,\)"),
    "a cost and a cache": (lambda t: (1.0, t), 1.0, 1.0, "returned a tuple"),
    "no cost": (lambda t: None, 1.0, 1.0, "returned a NoneType"),
    "a complex cost": (lambda t: 1j * t, 1.0, 1.0, "complex"),
    "a gradient of another shape": (
        lambda t: t.sum(), np.ones((3, 1)), np.ones(3), r"\(3, 1\), its parameter has \(3,\)"),
    "a number for an array": (lambda t: t.sum(), 1.0, np.ones(3), r"shape \(\)"),
    "a missing array": (
        lambda p: p["W"], {"dW": 1.0}, {"W": 1.0, "b": 1.0}, "db is missing"),
    "an extra array": (lambda p: p["W"], {"dW": 1.0, "dV": 1.0}, {"W": 1.0}, "dV is among"),
    "no dict": (lambda p: p["W"], np.ones(1), {"W": 1.0}, "of type ndarray"),
    "a complex gradient": (lambda t: t.sum(), np.ones(3) * 1j, np.ones(3), "complex128"),
    "objects for gradients": (lambda t: t.sum(), [None] * 3, np.ones(3), "object"),
}


class TestRefusals:
    """Each is a ValueError of one line, and nothing passes in silence."""

    @pytest.mark.parametrize("name", REFUSED)
    def test_what_cannot_be_checked(self, name):
        cost, gradient, theta, message = REFUSED[name]
        with pytest.raises(ValueError, match=message) as raised:
            check_gradients(cost, gradient, theta)
        assert "\n" not in str(raised.value)

    def test_a_cost_that_changes_its_input(self):
        def shifts(t):
            t += 1.0
            return t.sum()

        with pytest.raises(ValueError, match="changes its input"):
            check_gradients(shifts, np.ones(2), np.ones(2))

    def test_a_cost_that_changes_its_input_now_and_then(self):
        def sometimes(t):
            if t[0] > 1:
                t[1] = 7.0
            return float(t.sum())

        with pytest.raises(ValueError, match="changes its input"):
            check_gradients(sometimes, np.ones(2), np.ones(2))

    def test_a_cost_that_changes_its_dict(self):
        def replaces(p):
            p["W"] = p["W"] * 0.5
            return float(np.sum(p["W"]))

        with pytest.raises(ValueError, match="changes its input"):
            check_gradients(replaces, {"dW": np.ones(2)}, {"W": np.ones(2)})

    def test_a_cost_that_is_random(self):
        rng = np.random.default_rng(1)
        with pytest.raises(ValueError, match=r"random: .* draw its mask"):
            check_gradients(lambda t: float(t.sum() + rng.random()), np.ones(2), np.ones(2))

    def test_a_cost_that_is_defined_nowhere_else(self):
        report = check_gradients(lambda t: 1.0 if t == 0.5 else np.nan, 0.0, 0.5)
        assert report.verdict == "inconclusive"
        assert "isn't finite beside" in str(report)
