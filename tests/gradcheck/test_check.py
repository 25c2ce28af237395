"""If this fails, the per-parameter check fails correct gradients or passes wrong ones."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from autograder.truth.bugs import BANK
from autograder.truth.cases import (
    Case,
    live_case,
    logit_case,
    random_parameters,
)
from autograder.truth.distances import relative_difference
from autograder.truth.network import (
    Array,
    Arrays,
    backward_propagation,
    forward_propagation,
    gradients_to_vector,
)
from autograder.truth.planting import Bug, compile_backward, plant
from gradcheck import (
    NetworkCost,
    Report,
    any_cost,
    check_directions,
    check_gradients,
    numerical_gradient,
)
from gradcheck.estimates import CENTRAL, COARSE, Estimates
from gradcheck.noise import Noise
from gradcheck.verdicts import PASS
from tests.thorough import THOROUGH
from tests.truth.made_cases import kink_case, textbook_case


def plain(case: Case) -> Callable[[Arrays], Any]:
    """The cost as most people would write it."""
    return lambda parameters: forward_propagation(case.X, case.Y, parameters)[0]


def quick(case: Case) -> NetworkCost:
    return NetworkCost(case.X, case.Y)


both = pytest.mark.parametrize("cost_of", [plain, quick])


@cache
def live_cases() -> list[Case]:
    rng = np.random.default_rng(9)
    return [live_case(rng) for _ in range(200)]


def check(
    case: Case, cost_of: Callable[[Case], Callable[[Any], Any]] = quick, **changed: Any
) -> Report:
    return check_gradients(cost_of(case), case.gradients | changed, case.parameters)


def random_case(rng: np.random.Generator) -> Case:
    m = int(rng.integers(1, 21))
    return Case(rng.standard_normal((4, m)), rng.integers(0, 2, (1, m)), random_parameters(rng))


class TestNoFalseAlarm:
    def test_on_random_networks(self) -> None:
        # 40,000 others, of other depths and scales, gave none either.
        rng, inconclusive = np.random.default_rng(1), 0
        networks = 200 * THOROUGH
        for _ in range(networks):
            _, failed, unsure = check(random_case(rng)).count()
            assert failed == 0
            inconclusive += unsure
        assert inconclusive < 1e-3 * networks * 47, "a saturated output now and then"

    @pytest.mark.parametrize("straddled", [False, True])
    def test_beside_a_kink(self, straddled: bool) -> None:
        rng, inconclusive = np.random.default_rng(2), 0
        networks = 50 * THOROUGH
        for _ in range(networks):
            case = kink_case(rng, distance=10 ** rng.uniform(-14, -5), straddled=straddled)
            passed, failed, unsure = check(case).count()
            assert failed == 0 and passed > 30
            inconclusive += unsure
        assert inconclusive < 0.01 * networks * 47

    def test_when_nothing_is_known_of_the_cost(self) -> None:
        rng = np.random.default_rng(3)
        for turn in range(8 * THOROUGH):
            kink = turn % 2
            case = (
                kink_case(rng, distance=10 ** rng.uniform(-9, -5), straddled=turn % 4 == 1)
                if kink
                else random_case(rng)
            )
            _, failed, unsure = check(case, plain).count()
            assert failed == 0
            assert unsure <= (8 if kink else 2), "a tenth near a kink, hardly any elsewhere"

    @both
    @pytest.mark.parametrize("make", [live_case, textbook_case, logit_case])
    def test_on_other_cases(
        self, make: Any, cost_of: Callable[[Case], Callable[[Any], Any]]
    ) -> None:
        case = make() if make is textbook_case else make(np.random.default_rng(5))
        assert check(case, cost_of).passed

    def test_for_a_noisy_cost(self) -> None:
        """The textbook's cost, with log(1 - A3), for which 1e-7 calls correct gradients wrong."""

        def naive(parameters: Any) -> Any:
            A3 = forward_propagation(case.X, case.Y, parameters)[1][9]
            return float(-np.mean(case.Y * np.log(A3) + (1 - case.Y) * np.log(1 - A3)))

        case = textbook_case()
        assert check_gradients(naive, case.gradients, case.parameters).count()[1] == 0

    def test_for_a_cost_that_is_mostly_round_off(self) -> None:
        theta = np.array([0.3, 0.7])
        report = check_gradients(lambda t: (1e7 + np.sin(t).sum()) - 1e7, np.cos(theta), theta)
        assert report.count()[1] == 0
        assert report.errors["gradient"].min() > 1e-9

    @pytest.mark.parametrize("dW2", [0.0, 2.8e-17, 5.5e-17])
    def test_for_another_order_of_summation_on_a_kink(self, dW2: Any) -> None:
        """0.1 + 0.1 + 0.1 - 0.3 is 0, or 3e-17, or 6e-17, depending on the order."""
        parameters = {
            "W1": np.ones((1, 3)),
            "b1": np.array([[-0.3]]),
            "W2": np.ones((1, 1)),
            "b2": np.zeros((1, 1)),
        }
        gradients = {
            "dW1": np.zeros((1, 3)),
            "db1": np.zeros((1, 1)),
            "dW2": np.array([[dW2]]),
            "db2": np.array([[0.5]]),
        }
        cost = NetworkCost(np.full((3, 1), 0.1), [0])
        assert check_gradients(cost, gradients, parameters).count()[1] == 0

    def test_for_two_units_on_their_kinks_one_behind_the_other(self) -> None:
        """With another last bit both units may be on: then a gradient of 1e-18 is correct too."""
        parameters = {
            "W1": np.array(
                [[-0.6232744625373522, 0.5819484831901086, 0.0413259793472436], [1.0, 1.0, 1.0]]
            ),
            "b1": np.zeros((2, 1)),
            "W2": np.array([[2.0, 0.0], [1.0, 1.0]]),
            "b2": np.zeros((2, 1)),
            "W3": np.ones((1, 2)),
            "b3": np.zeros((1, 1)),
        }
        case = Case(np.ones((3, 1)), np.array([[1]]), parameters)
        assert check(case).count()[1] == 0
        assert check(case, dW2=case.gradients["dW2"] + 1e-17).count()[1] == 0

    def test_where_a_logit_depends_on_the_order_of_its_sum(self) -> None:
        """1e20 - 1e20 + 500 is 500 or 0, depending on the order."""
        X = np.array([[1e20], [1e20], [500.0]])
        parameters = {"W1": np.array([[1.0, -1.0, 1.0]]), "b1": np.zeros((1, 1))}
        gradients = {"dW1": -0.5 * X.T, "db1": np.array([[-0.5]])}
        report = check_gradients(NetworkCost(X, [1]), gradients, parameters)
        assert report.verdict == "inconclusive"

    def test_where_inputs_are_far_from_zero(self) -> None:
        """Terms near ten million with a small sum: Z depends on the order of summation."""
        for seed in range(50):
            rng = np.random.default_rng(seed)
            X, W = 1e7 + rng.standard_normal((6, 20)), rng.standard_normal((5, 6))
            case = Case(
                X,
                rng.integers(0, 2, (1, 20)),
                {
                    "W1": W,
                    "b1": -(W @ X.mean(axis=1, keepdims=True)),
                    "W2": rng.standard_normal((1, 5)),
                    "b2": np.zeros((1, 1)),
                },
            )
            fine = case.X.astype(np.longdouble)
            parameters = {k: v.astype(np.longdouble) for k, v in case.parameters.items()}
            exact = backward_propagation(
                fine, case.Y, forward_propagation(fine, case.Y, parameters)[1]
            )
            found = check_gradients(
                quick(case), {k: v.astype(float) for k, v in exact.items()}, case.parameters
            )
            assert found.count()[1] == 0

    @pytest.mark.parametrize(("cost", "gradient", "theta"), [
        (lambda x: float(np.exp(-((x - 1e9) ** 2))), -np.exp(-0.25), 1e9 + 0.5),
        (lambda x: float(np.sin(x)), np.cos(1.5e8), 1.5e8),
        (lambda x: float(np.tanh(1e9 * (x - 1))), 1e9, 1.0),
        (lambda x: float(np.sin(1e10 * x)), 1e10 * np.cos(3e9), 0.3),
        (lambda x: float((x + 1e15) - 1e15), 1.0, 0.3),
        (lambda x: round(x * x, 2), 0.25146, 0.12573),
        (lambda x: float(np.floor(x / 1.2e-4) * 1.2e-4), 0.0, 0.126),
        (lambda x: float(np.float32(x * x)), 1.3, 0.65),
    ], ids=["far away", "wiggles far away", "steep", "fine wiggles", "cancels", "rounded",
            "a staircase", "single inside"])  # fmt: skip
    def test_for_costs_of_odd_shapes(
        self, cost: Callable[..., Any], gradient: Any, theta: Array
    ) -> None:
        assert check_gradients(cost, gradient, theta).verdict != "fail"

    def test_where_the_cost_has_lost_what_the_gradient_keeps(self) -> None:
        """log(1 + exp(-50)) is 0 everywhere nearby, and says nothing against a slope of 2e-22."""

        def lossy(t: Any) -> Any:
            return float(np.log(1 + np.exp(t)))

        slope = 1 / (1 + np.exp(50.0))
        assert check_gradients(lossy, slope, -50.0).verdict == "inconclusive"
        assert check_gradients(lossy, 0.0, -50.0).verdict == "pass"
        assert check_gradients(lossy, 1e-6, -50.0).verdict == "fail"

    def test_at_large_and_small_parameters(self) -> None:
        theta = np.array([1e8, 3e-9, -1e-5, 0.0])
        scale = np.array([1e8, 1e-9, 1e-5, 1.0])
        report = check_gradients(
            lambda t: float(np.sum((t / scale) ** 2 + t / scale)),
            2 * theta / scale**2 + 1 / scale,
            theta,
        )
        assert report.count() == (4, 0, 0)

    def test_where_a_part_of_the_cost_is_coarse(self) -> None:
        """A table of ten thousand nodes, a naive logarithm, a rounded loss with a penalty."""
        nodes = np.linspace(-3, 3, 10001)
        table, rng = np.sin(nodes), np.random.default_rng(1)
        for _ in range(60):
            t, z = rng.uniform(-2.9, 2.9), rng.uniform(20, 32)
            i = np.searchsorted(nodes, t, side="right") - 1
            slope = (table[i + 1] - table[i]) / (nodes[i + 1] - nodes[i])
            for cost, gradient in (
                (lambda t: float(np.interp(t, nodes, table)), slope),
                (
                    lambda t, z=z: 0.1 * t * t - math.log(1 - 1 / (1 + math.exp(-z * abs(t) / 3))),
                    0.2 * t + np.sign(t) * z / 3 / (1 + math.exp(-z * abs(t) / 3)),
                ),
                (lambda t: round(math.sin(t), 6) + 0.01 * t * t, math.cos(t) + 0.02 * t),
            ):
                assert check_gradients(cost, gradient, t).verdict != "fail"

    def test_where_the_cost_ends(self) -> None:
        report = check_gradients(
            lambda t: float(np.log(t).sum()), lambda t: 1 / t, np.array([1e-7, 2.0, 1e-3])
        )
        assert report.count() == (3, 0, 0)


class TestNoBlindSpot:
    def test_a_wrong_entry_that_nothing_else_of_its_array_hides(self) -> None:
        """Errors of every size from a millionth on, and none that a step hides."""
        rng, asked = np.random.default_rng(12), live_cases()[: 6 * THOROUGH]
        for case in asked:
            key = rng.choice([*case.parameters])
            off = 10 ** rng.uniform(-6, 0) * rng.choice([-1, 1])
            wrong = case.gradients[f"d{key}"] * (1 + off)
            verdicts = check(case, plain, **{f"d{key}": wrong}).verdicts[f"d{key}"]
            assert (verdicts[case.gradients[f"d{key}"] != 0] != "pass").all()

    @both
    def test_one_wrong_entry_fails_alone_and_is_named(
        self, cost_of: Callable[[Case], Callable[[Any], Any]]
    ) -> None:
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
    def test_a_tiny_gradient_is_seen_that_a_norm_hides(
        self, cost_of: Callable[[Case], Callable[[Any], Any]]
    ) -> None:
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
    def test_every_bug_of_the_bank_is_seen(self, bug: Bug) -> None:
        backward = compile_backward(plant(bug))
        seen = sum(
            not check_gradients(
                quick(case), backward(case.X, case.Y, case.cache), case.parameters
            ).passed
            for case in live_cases()
        )
        assert seen >= 198

    @both
    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_what_is_not_finite_fails(
        self, bad: Any, cost_of: Callable[[Case], Callable[[Any], Any]]
    ) -> None:
        report = check(live_case(np.random.default_rng(8)), cost_of, db3=np.array([[bad]]))
        assert report.verdicts["db3"][0, 0] == "fail"
        assert "not a finite number" in report.reason("db3", 0, 0)
        assert not report.passed

    @pytest.mark.parametrize("factor", [-1.0, 0.0])
    def test_a_saturated_network_passes_nothing(self, factor: Any) -> None:
        """A3 - Y is 2e-16, and its error is as large as itself."""
        parameters = {"W1": np.array([[36.0]]), "b1": np.zeros((1, 1))}
        wrong = np.array([[factor * -1 / (1 + np.exp(36.0))]])
        report = check_gradients(
            NetworkCost(np.ones((1, 1)), [1]), {"dW1": wrong, "db1": wrong}, parameters
        )
        assert report.verdict == "inconclusive"

    @pytest.mark.parametrize("logit", [40.0, 1e6, 1e11])
    def test_a_network_that_is_sure_of_a_wrong_label_hides_nothing(self, logit: float) -> None:
        """However its logit is rounded, the probability of the other label is 1."""
        parameters = {"W1": np.array([[logit, -logit / 3]]), "b1": np.zeros((1, 1))}
        right = {"dW1": np.array([[1.0, 0.5]]), "db1": np.ones((1, 1))}
        cost = NetworkCost(np.array([[1.0], [0.5]]), [0])
        assert check_gradients(cost, right, parameters).count() == (3, 0, 0)
        wrong = right | {"dW1": right["dW1"] * (1 + 1e-6)}
        assert check_gradients(cost, wrong, parameters).count() == (1, 2, 0)

    def test_what_is_far_away_is_seen_too(self) -> None:
        report = check_gradients(lambda x: float(np.exp(-((x - 1e9) ** 2))), 0.0, 1e9 + 0.5)
        assert report.verdict != "pass"

    def test_corners_of_other_parameters_blind_nobody(self) -> None:
        """A lasso at its start: 100 parameters on the corner of |t|, and one elsewhere."""
        theta = np.append(np.zeros(100), 0.5)
        wrong = np.append(np.zeros(100), np.exp(0.5) * (1 + 1e-5))
        report = check_gradients(
            lambda t: float(10 * np.abs(t[:-1]).sum() + np.exp(t[-1])), wrong, theta
        )
        assert report.count() == (0, 1, 100)

    def test_a_sum_of_zero_shows_nothing_if_its_parts_are_large(self) -> None:
        cost = NetworkCost(np.array([[1.0, 1e20, -1e20, 0.0]]), np.zeros(4))
        parameters = {"W1": np.zeros((1, 1)), "b1": np.zeros((1, 1))}
        report = check_gradients(
            cost, {"dW1": np.zeros((1, 1)), "db1": np.array([[0.5]])}, parameters
        )
        assert report.verdicts["dW1"] == "inconclusive" and report.verdicts["db1"] == "pass"

    def test_what_passes_beside_the_network_is_right_to_a_millionth(self) -> None:
        """Large sums of opposite signs leave a gradient with few digits."""
        cost = NetworkCost(np.array([[1.0, -1.0 + 1e-9]]), np.zeros(2))
        parameters = {"W1": np.zeros((1, 1)), "b1": np.zeros((1, 1))}
        report = check_gradients(
            cost, {"dW1": np.array([[2.5e-10 * (1 + 1e-5)]]), "db1": np.array([[0.5]])}, parameters
        )
        assert report.verdicts["dW1"] != "pass" and report.verdicts["db1"] == "pass"

    def test_zero_is_no_better_than_what_the_cost_shows(self) -> None:
        assert check_gradients(lambda t: math.cosh(t) - 1, 0.0, 2e-10).verdict != "pass"
        report = check_gradients(lambda t: 1e9, 0.0, 0.5)
        assert report.passed and "to within 6e-05" in report.reason("gradient")

    def test_a_gradient_below_the_round_off_of_its_cost_is_not_passed(self) -> None:
        report = check_gradients(lambda t: 1 + 1e-18 * float(t), 5e-18, 0.5)
        assert report.verdict == "inconclusive"
        assert "round-off" in str(report)


class TestHowOftenACostIsAsked:
    """Counted instead of timed: a correct claim takes two costs for most parameters."""

    @staticmethod
    def asked(case: Case, gradients: dict[str, Array]) -> tuple[int, int]:
        count = 0

        def cost(parameters: Any) -> Any:
            nonlocal count
            count += 1
            return plain(case)(parameters)

        report = check_gradients(cost, gradients, case.parameters)
        return count, report.found.size

    def test_right_gradients(self) -> None:
        case = live_case(np.random.default_rng(1), 20, (20, 24, 16, 1))
        count, n = self.asked(case, case.gradients)
        assert 2 * n < count < 3 * n

    @pytest.mark.parametrize("factor", [1.0, 1.1])
    def test_as_often_as_the_page_says(self, factor: float) -> None:
        """50 times, and 2 to 4 times an entry, 25 if it is wrong; along directions 70 or 400."""
        case = live_case(np.random.default_rng(2), 20, (20, 24, 16, 1))
        claims = {key: factor * array for key, array in case.gradients.items()}
        count, n = self.asked(case, claims)
        assert 50 + 2 * n <= count <= 50 + (4 if factor == 1 else 25) * n
        asked = 0

        def cost(parameters: Any) -> Any:
            nonlocal asked
            asked += 1
            return plain(case)(parameters)

        check_directions(cost, claims, case.parameters)
        assert asked <= (70 if factor == 1 else 400)

    def test_a_cost_that_is_nothing_until_far_away(self) -> None:
        """All units are off, and far from their kinks: every gradient is clearly 0."""
        rng = np.random.default_rng(17)
        for _ in range(40):
            A, theta = np.abs(rng.normal(size=(6, 4))), -np.abs(rng.normal(size=4))

            def cost(t: Array, A: Array = A) -> float:
                return float(np.maximum(A @ t, 0).sum())

            report = check_gradients(cost, np.zeros(4), theta)
            assert report.count() == (4, 0, 0)

    def test_units_that_are_off(self) -> None:
        case = textbook_case()
        case = Case(case.X, case.Y, case.parameters | {"b1": case.parameters["b1"] - 100})
        count, n = self.asked(case, case.gradients)
        assert count < 4 * n + 110

    def test_gradients_that_are_all_wrong(self) -> None:
        case = live_cases()[0]
        count, n = self.asked(case, {key: 1 + array for key, array in case.gradients.items()})
        assert count < 24 * n + 130, "whoever is accused has every step heard"


class Many:
    """A cost that also takes a whole stack of parameters."""

    def __init__(self, case: Case, other: Any = None) -> None:
        self.one, self.all = plain(case), quick(other or case).many
        self.single = self.stacks = 0

    def __call__(self, parameters: Any) -> Any:
        self.single += 1
        return self.one(parameters)

    def many(self, parameters: Any) -> Any:
        self.stacks += 1
        return self.all(parameters)


class TestManyAtOnce:
    def test_it_is_asked_for_most_costs_in_one_stack(self) -> None:
        case = live_case(np.random.default_rng(1), 20, (20, 24, 16, 1))
        cost = Many(case)
        report = check_gradients(cost, case.gradients, case.parameters)
        assert report.passed and cost.stacks == 1 and cost.single < report.found.size

    def test_verdicts_are_those_of_the_cost_alone(self) -> None:
        rng = np.random.default_rng(14)
        for turn in range(4 * THOROUGH):
            case = kink_case(rng, distance=1e-7) if turn % 2 else live_case(rng)
            key = rng.choice([*case.gradients])
            claimed = case.gradients | {key: case.gradients[key] * (1 + 10 ** rng.uniform(-5, 0))}
            alone, stacked = (
                check_gradients(cost, claimed, case.parameters).found
                for cost in (plain(case), Many(case))
            )
            assert (alone == stacked).all()

    def test_many_of_another_cost_is_refused(self) -> None:
        rng = np.random.default_rng(15)
        case, other = live_case(rng, 5), live_case(rng, 5)
        with pytest.raises(ValueError, match=r"many\(\) returns .* the cost itself returns"):
            check_gradients(Many(case, other), other.gradients, case.parameters)

    def test_many_that_forgets_an_array_is_refused(self) -> None:
        class Forgetful:
            def __call__(self, p: Any) -> Any:
                return float(10 * p["a"].sum() + 0.2 * p["b"].sum())

            def many(self, p: Any) -> Any:
                return 10 * p["a"].sum(axis=1)

        theta = {"a": np.zeros(2), "b": np.zeros(2)}
        with pytest.raises(ValueError, match=r"many\(\) returns"):
            check_gradients(Forgetful(), {"a": np.full(2, 10.0), "b": np.zeros(2)}, theta)
        with pytest.raises(ValueError, match=r"many\(\) returns"):
            numerical_gradient(Forgetful(), theta)

    def test_many_that_knows_nothing_is_refused(self) -> None:
        class Lost:
            def __call__(self, t: Any) -> Any:
                return float(t.sum())

            def many(self, t: Any) -> Any:
                return np.full(len(t), np.nan)

        with pytest.raises(ValueError, match=r"many\(\) returns nan"):
            numerical_gradient(Lost(), np.ones(3))


class TestCorners:
    def test_a_corner_is_inconclusive_whatever_is_claimed(self) -> None:
        for claimed in (-1.0, 0.0, 1.0, 0.3):
            report = check_gradients(abs, claimed, 0.0)
            assert report.verdict == "inconclusive"
            assert "slope is -1 before and 1 after" in str(report)

    @pytest.mark.parametrize("distance", [1e-3, 1e-5, 1e-6, 1e-7])
    def test_beside_it_the_slope_is_found(self, distance: float) -> None:
        assert check_gradients(abs, 1.0, distance).verdict == "pass"
        assert check_gradients(abs, -1.0, distance).verdict == "fail"

    def test_nobody_is_believed_about_the_other_side(self) -> None:
        """A unit that is barely on has a derivative, which is not 0."""
        rng = np.random.default_rng(11)
        for _ in range(6 * THOROUGH):
            case = kink_case(rng, m=3, distance=1e-8, straddled=True)
            nothing = {key: np.zeros_like(array) for key, array in case.parameters.items()}
            found = check_gradients(plain(case), nothing, case.parameters).found
            truth = gradients_to_vector(case.gradients)[:, 0]
            assert not ((found == PASS) & (np.abs(truth) > 1e-3)).any()

    def test_a_unit_exactly_on_its_kink_is_inconclusive_unless_the_gradient_is_no_slope_of_it(
        self,
    ) -> None:
        live = live_case(np.random.default_rng(4))
        on = np.array([[0], [1], [1], [1], [1]])
        flattened = {"W1": live.parameters["W1"] * on, "b1": live.parameters["b1"] * on}
        case = Case(live.X, live.Y, live.parameters | flattened)
        for off, verdict in ((0.0, "inconclusive"), (1.0, "fail")):
            report = check(case, db1=case.gradients["db1"] + off)
            assert report.verdicts["db1"][0, 0] == verdict
            assert "corner" in report.reason("db1", 0, 0)

    def test_a_slope_beside_it_with_a_wide_error_bar_shows_nothing(self) -> None:
        """A steep other side, 3e-8 away, and a slope of a millionth on this one."""

        def bent(t: Any) -> Any:
            return 1e3 + (1e-6 if t < 1 + 3e-8 else 1) * (t - 1 - 3e-8)

        assert check_gradients(bent, 1.5e-6, 1.0).verdict == "inconclusive"


class TestForms:
    def test_numbers_arrays_and_dicts(self) -> None:
        assert check_gradients(np.sin, np.cos, 0.3).passed
        theta = np.linspace(-1, 1, 6).reshape(2, 3)
        assert check_gradients(lambda t: np.exp(t).sum(), np.exp, theta).passed
        parts = {"W": theta, "b": 0.5}
        found = check_gradients(
            lambda p: np.sum(p["W"] ** 2) * p["b"],
            lambda p: {"W": 2 * p["W"] * p["b"], "db": np.sum(p["W"] ** 2)},
            parts,
        )
        assert found.passed and list(found.verdicts) == ["dW", "db"]

    def test_theta_is_left_as_it_is(self) -> None:
        theta = np.array([0.1, 0.2])
        before = theta.tobytes()
        check_gradients(lambda t: (t**3).sum(), 3 * theta**2, theta)
        assert theta.tobytes() == before

    def test_a_fixed_array_may_be_passed_locked(self) -> None:
        theta = np.array([0.1, 0.2])
        theta.setflags(write=False)
        assert check_gradients(lambda t: (t**3).sum(), 3 * theta**2, theta).passed

    def test_intermediate_derivatives_are_left_out(self) -> None:
        assert check(live_case(np.random.default_rng(10)), dZ3=np.ones(3), dA1=None).passed


class TestSinglePrecision:
    def test_it_is_checked_with_a_warning(self) -> None:
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

    @pytest.mark.parametrize("logit", [-110.0, -200.0])
    def test_what_underflows_in_it_is_not_called_wrong(self, logit: float) -> None:
        parameters = {"W1": np.zeros((1, 1), np.float32), "b1": np.array([[logit]], np.float32)}
        nothing = {"dW1": np.zeros((1, 1), np.float32), "db1": np.zeros((1, 1), np.float32)}
        with pytest.warns(UserWarning, match="single precision"):
            report = check_gradients(NetworkCost(np.ones((1, 1)), [0]), nothing, parameters)
        assert report.count()[1] == 0

    def test_a_kink_is_as_wide_as_its_round_off(self) -> None:
        """A unit that is 1e-9 from its kink in doubles may be on either side of it in floats."""
        rng = np.random.default_rng(0)
        for _ in range(60):
            parameters = {
                "W1": rng.normal(size=(3, 4)),
                "b1": np.zeros((3, 1)),
                "W2": rng.normal(size=(1, 3)),
                "b2": np.zeros((1, 1)),
            }
            X = rng.normal(size=(4, 5)).astype(np.float32)
            parameters["b1"][0] = -(parameters["W1"] @ X)[0, 0]
            single = {key: array.astype(np.float32) for key, array in parameters.items()}
            Y = np.array([[0, 1, 1, 0, 1]], np.float32)
            gradients = backward_propagation(X, Y, forward_propagation(X, Y, single)[1])
            with pytest.warns(UserWarning, match="single precision"):
                report = check_gradients(NetworkCost(X, Y), gradients, single)
            assert report.count()[1] == 0

    def test_double_precision_afterwards_is_what_it_was(self) -> None:
        """The arrays of a network are reused."""
        case = live_case(np.random.default_rng(16))
        before = check(case)
        single = {key: array.astype(np.float32) for key, array in case.parameters.items()}
        with pytest.warns(UserWarning, match="single precision"):
            check_gradients(quick(case), case.gradients, single)
        assert check(case).estimates.error.tobytes() == before.estimates.error.tobytes()

    def test_one_absurd_entry_excuses_no_other(self) -> None:
        theta = np.array([1, 2], np.float32)
        for absurd in (np.nan, 1e9):
            with pytest.warns(UserWarning, match="single precision"):
                report = check_gradients(
                    lambda t: float((t**2).sum()), np.array([absurd, 99], np.float32), theta
                )
            assert report.count() == (0, 2, 0)

    def test_a_cost_in_single_precision_shows_it(self) -> None:
        theta = np.array([0.3, 1.2])
        for claimed, verdict in ((np.cos(theta), "pass"), (1.05 * np.cos(theta), "fail")):
            with pytest.warns(UserWarning, match="single precision"):
                report = check_gradients(lambda t: np.float32(np.sin(t).sum()), claimed, theta)
            assert report.verdict == verdict

    def test_a_cost_that_hides_it_is_not_believed_more(self) -> None:
        theta = np.array([0.3, 1.2])
        report = check_gradients(
            lambda t: float(np.sin(t.astype(np.float32)).sum()), np.cos(theta), theta
        )
        assert report.count()[1] == 0

    def test_a_cost_that_is_partly_in_single_precision(self) -> None:
        """A loss in float32 with a penalty in float64, as in many models."""
        failed = missed = 0
        for seed in range(60):
            rng = np.random.default_rng(seed)
            A, theta = rng.normal(size=(8, 5)), rng.normal(size=5)
            loss = A.astype(np.float32)

            def cost(t: Any, loss: Any = loss) -> Any:
                z = loss @ t.astype(np.float32)
                return float(np.mean(np.logaddexp(np.float32(0), z))) + 0.1 * float(t @ t)

            penalty = 0.2 * theta
            right = A.T @ (1 / (1 + np.exp(-A @ theta))) / 8 + penalty
            failed += check_gradients(cost, right, theta).count()[1]
            for wrong in (1.5 * right, penalty):
                missed += check_gradients(cost, wrong, theta).count()[0]
        assert (failed, missed) == (0, 0)


REFUSED: dict[str, Any] = {
    "integers": (lambda t: 1.0, 0.0, np.arange(3), "integers"),
    "one integer": (lambda t: 1.0, 0.0, 3, "integers"),
    "objects": (lambda t: 1.0, 0.0, np.array([1.0, None]), "object"),
    "text": (lambda t: 1.0, 0.0, "theta", "not real numbers"),
    "complex parameters": (lambda t: 1.0, 0.0, 1j, "complex128"),
    "half precision": (lambda t: 1.0, 0.0, np.ones(2, np.float16), "half"),
    "an empty array": (lambda t: 1.0, np.ones(0), np.ones(0), "empty"),
    "an empty dict": (lambda t: 1.0, {}, {}, "empty"),
    "an empty array among others": (
        lambda t: 1.0,
        {"W": 1.0, "b": np.ones(0)},
        {"W": 1.0, "b": np.ones(0)},
        "b is empty",
    ),
    "NaN parameters": (lambda t: 1.0, np.ones(2), np.array([1, np.nan]), "holds NaN"),
    "a NaN cost": (lambda t: np.nan, 1.0, 1.0, "cost is nan"),
    "an infinite cost": (lambda t: np.inf, 1.0, 1.0, "cost is inf"),
    "a cost of one entry": (lambda t: t**2, np.ones(1), np.ones(1), r"array of shape \(1,\)"),
    "a cost of many": (lambda t: t**2, np.ones(3), np.ones(3), r"array of shape \(3,\)"),
    "a cost and a cache": (lambda t: (1.0, t), 1.0, 1.0, "returned a tuple"),
    "no cost": (lambda t: None, 1.0, 1.0, "returned a NoneType"),
    "a complex cost": (lambda t: 1j * t, 1.0, 1.0, "complex"),
    "a gradient of another shape": (
        lambda t: t.sum(),
        np.ones((3, 1)),
        np.ones(3),
        r"\(3, 1\), but its parameter has \(3,\)",
    ),
    "a number for an array": (lambda t: t.sum(), 1.0, np.ones(3), r"shape \(\)"),
    "a missing array": (lambda p: p["W"], {"dW": 1.0}, {"W": 1.0, "b": 1.0}, "db is missing"),
    "one gradient for two": (
        lambda p: p["x"] + p["dx"],
        {"dx": 1.0},
        {"x": 1.0, "dx": 1.0},
        "share a name",
    ),
    "a ragged list": (np.sin, 1.0, [[1.0], [1.0, 2.0]], "several lengths"),
    "a matrix": (
        np.sum,
        np.ones((1, 1)),
        np.ones((1, 1)).view(np.matrix),
        "multiplies differently",
    ),
    "a masked array": (np.sum, np.ones(2), np.ma.masked_equal([1.0, 2.0], 2), "masked"),
    "no function": (3.0, 1.0, 1.0, "float, not a function"),
    "a true cost": (lambda t: True, 0.0, 1.0, "returned a bool"),
    "a cost in words": (lambda t: np.array("1.5"), 0.0, 1.0, "not a number"),
    "a huge whole number": (lambda t: 10**400, 0.0, 1.0, "cost is inf"),
    "an extra array": (lambda p: p["W"], {"dW": 1.0, "dV": 1.0}, {"W": 1.0}, "dV is among"),
    "no dict": (lambda p: p["W"], np.ones(1), {"W": 1.0}, "of type ndarray"),
    "a complex gradient": (lambda t: t.sum(), np.ones(3) * 1j, np.ones(3), "complex128"),
    "objects for gradients": (lambda t: t.sum(), [None] * 3, np.ones(3), "object"),
}


class TestRefusals:
    """Each is a ValueError with one line, and nothing passes silently."""

    @pytest.mark.parametrize("name", REFUSED)
    def test_what_cannot_be_checked(self, name: str) -> None:
        cost, gradient, theta, message = REFUSED[name]
        with pytest.raises(ValueError, match=message) as raised:
            check_gradients(cost, gradient, theta)
        assert "\n" not in str(raised.value)

    def test_a_cost_that_changes_its_input(self) -> None:
        def shifts(t: Any) -> Any:
            t += 1.0
            return t.sum()

        with pytest.raises(ValueError, match="changes its input"):
            check_gradients(shifts, np.ones(2), np.ones(2))

    def test_a_cost_that_changes_its_input_now_and_then(self) -> None:
        def sometimes(t: Any) -> Any:
            if t[0] > 1:
                t[1] = 7.0
            return float(t.sum())

        with pytest.raises(ValueError, match="changes its input"):
            check_gradients(sometimes, np.ones(2), np.ones(2))

    def test_a_cost_that_changes_its_dict(self) -> None:
        def replaces(p: Any) -> Any:
            p["W"] = p["W"] * 0.5
            return float(np.sum(p["W"]))

        with pytest.raises(ValueError, match="changes its input"):
            check_gradients(replaces, {"dW": np.ones(2)}, {"W": np.ones(2)})

    def test_a_gradient_that_changes_its_input(self) -> None:
        theta = np.array([1.0, 2.0])

        def doubled(t: Any) -> Any:
            t *= 2
            return t

        with pytest.raises(ValueError, match="gradient changes its input"):
            check_gradients(lambda t: float((t**2).sum()), doubled, theta)
        assert theta.tolist() == [1.0, 2.0]

    def test_a_cost_that_is_random_only_elsewhere(self) -> None:
        rng = np.random.default_rng(1)
        with pytest.raises(ValueError, match="random"):
            check_gradients(lambda t: float(t + (rng.random() if t != 1 else 0)), 1.0, 1.0)

    def test_a_power_that_is_no_real_number_on_the_other_side(self) -> None:
        """Python's own floats would give a complex number."""
        assert check_gradients(lambda t: t**0.5, lambda t: 0.5 * t**-0.5, 1e-6).verdict != "fail"
        assert check_gradients(lambda t: t**0.5, 50.0, 1e-3).verdict == "fail"

    def test_a_cost_that_raises_where_it_ends(self) -> None:
        assert check_gradients(lambda t: math.log(t), 1e6, 1e-6).verdict == "pass"
        assert check_gradients(math.exp, math.exp(709.5), 709.5).verdict != "fail"

    @pytest.mark.parametrize("changed", [
        {"b1": np.zeros((1, 7))}, {"b1": np.zeros((1, 1))}, {"b3": np.float64(0.5)},
        {"W3": np.zeros((2, 3)), "b3": np.zeros((2, 1))}, {"W1": np.zeros((5, 3))},
    ])  # fmt: skip
    def test_arrays_that_are_no_network(self, changed: Array) -> None:
        case = live_case(np.random.default_rng(1))
        parameters = case.parameters | changed
        gradients = {f"d{key}": np.zeros_like(array) for key, array in parameters.items()}
        for asked in (
            lambda: check_gradients(quick(case), gradients, parameters),
            lambda: check_directions(quick(case), gradients, parameters),
            lambda: numerical_gradient(quick(case), parameters, "richardson"),
        ):
            with pytest.raises(ValueError, match="has shape"):
                asked()

    @pytest.mark.parametrize("scale", [1e140, 1e300])
    def test_weights_beyond_reason(self, scale: float) -> None:
        case = live_case(np.random.default_rng(1))
        huge = {key: scale * array for key, array in case.parameters.items()}
        try:
            assert check_gradients(quick(case), case.gradients, huge).verdict == "inconclusive"
        except ValueError as refused:
            assert "logits" in str(refused)

    def test_a_cost_that_is_random(self) -> None:
        rng = np.random.default_rng(1)
        with pytest.raises(ValueError, match=r"random: .* draw its mask"):
            check_gradients(lambda t: float(t.sum() + rng.random()), np.ones(2), np.ones(2))

    def test_a_cost_that_is_defined_nowhere_else(self) -> None:
        report = check_gradients(lambda t: 1.0 if t == 0.5 else np.nan, 0.0, 0.5)
        assert report.verdict == "inconclusive"
        assert "is not finite near" in str(report)


class Known:
    """A cost whose derivatives are 1, with this error bar."""

    def __init__(self, error, how=CENTRAL):
        self.error, self.how = error, how

    def __call__(self, theta):
        return float(theta.sum())

    def derivatives(self, parameters, single):
        ones = np.ones(parameters.vector.size)
        return Estimates(ones, ones * self.error, ones * 1e-5, np.full(ones.shape, self.how))


def verdict(cost, gradient, dtype=float):
    """What is said of the derivative by a number."""
    report = check_gradients(cost, np.array([gradient], dtype), np.zeros(1))
    return report.verdicts["gradient"][0]


class TestLimits:
    """What `check_gradients` says in its docstring, just inside of each limit and just outside."""

    DOCSTRING = " ".join(check_gradients.__doc__.split())

    @pytest.mark.parametrize("side", [0.9, -0.9, 1.2, -1.2])
    def test_a_ten_millionth_is_agreement(self, side):
        assert "|g - D| > 1e-7 max(|g|, |D|) + e" in self.DOCSTRING
        expected = "pass" if abs(side) < 1 else "fail"
        assert verdict(Known(0.0), 1 + side * 1e-7) == expected
        case = live_cases()[0]
        wrong = case.gradients["dW1"].copy()
        place = np.unravel_index(np.abs(wrong).argmax(), wrong.shape)
        wrong[place] *= 1 + side * 1e-7
        assert check(case, dW1=wrong).verdicts["dW1"][place] == expected

    @pytest.mark.parametrize("side", [0.9, 1.2])
    def test_in_single_precision_it_is_a_ten_thousandth(self, side):
        assert "1e-4" in self.DOCSTRING
        with pytest.warns(UserWarning, match="checked to 1e-4 only; in float64 it is 1e-7"):
            found = verdict(Known(0.0), 1 + side * 1e-4, np.float32)
        assert found == ("pass" if side < 1 else "fail")

    @pytest.mark.parametrize(("error", "shown"), [(0.85e-6, True), (0.95e-6, False)])
    def test_of_a_network_an_error_of_a_millionth_shows_nothing(self, error, shown):
        """A tenth of that is what may be agreement."""
        assert "a millionth" in self.DOCSTRING
        assert verdict(Known(error), 1.0) == ("pass" if shown else "inconclusive")

    @pytest.mark.parametrize(("error", "shown"), [(0.98e-2, True), (1.01e-2, False)])
    def test_in_single_precision_an_error_of_a_hundredth(self, error, shown):
        with pytest.warns(UserWarning, match="single precision"):
            found = verdict(Known(error), 1.0, np.float32)
        assert found == ("pass" if shown else "inconclusive")

    @pytest.mark.parametrize(("error", "shown"), [(0.98e-3, True), (1.02e-3, False)])
    def test_of_another_cost_an_error_of_a_thousandth(self, error, shown, monkeypatch):
        assert "a thousandth of the gradient" in self.DOCSTRING
        known = Known(error)
        monkeypatch.setattr(
            any_cost, "derivatives", lambda asked, parameters, *_: known.derivatives(parameters, 0)
        )
        assert verdict(lambda theta: float(theta.sum()), 1.0) == (
            "pass" if shown else "inconclusive"
        )

    @pytest.mark.parametrize(("off", "refuted"), [(0.96, False), (1.04, True)])
    def test_a_coarse_difference_refutes_what_is_ten_times_as_far_away(self, off, refuted):
        """As its error bar, and what may be agreement."""
        gradient = 1 + off * 10 * (0.01 + 1e-7 * 1.1)
        assert verdict(Known(0.01, COARSE), gradient) == ("fail" if refuted else "inconclusive")

    @pytest.mark.parametrize(("error", "shown"), [(0.9e-9, True), (1.1e-9, False)])
    def test_zero_is_shown_to_a_billionth_of_the_cost(self, error, shown, monkeypatch):
        """By a step so wide that less could not be seen."""
        noise = Noise(error * 2.0**-5 / 8, 1.0)
        place = any_cost.Place(lambda step: 1.0, 1.0, noise, 0.0, 0.0, 1e-7)
        assert (any_cost._confirmed(place, (1.0, 1.0)) is not None) is shown
