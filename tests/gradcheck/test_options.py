"""If this fails, a tolerance, a noise or a part of the parameters is not what was asked for."""

import subprocess
import sys

import numpy as np
import pytest

from gradcheck import check_directions, check_gradients, numerical_gradient
from gradcheck.options import known_noise

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 3))
A *= 0.6 / np.linalg.norm(A, 2)
C, T = RNG.normal(size=3), RNG.normal(size=3)


def solved(t, tolerance):
    """The solution of x = tanh(A x + t), as far as the tolerance."""
    x = np.zeros(3)
    while True:
        new = np.tanh(A @ x + t)
        if np.abs(new - x).max() < tolerance:
            return new
        x = new


def stopped(tolerance):
    """The cost of a solver that stops early, and its exact gradient by the implicit function."""
    x = solved(T, 1e-15)
    D = np.diag(1 - x**2)
    return lambda t: float(C @ solved(t, tolerance)), np.linalg.solve((np.eye(3) - D @ A).T, C) @ D


class TestTolerances:
    @pytest.mark.parametrize("rtol", [1e-3, 1e-5, 1e-8])
    @pytest.mark.parametrize(("share", "verdict"), [(0.9, "pass"), (1.2, "fail")])
    def test_rtol_is_the_share_that_may_be_off(self, rtol, share, verdict):
        theta = np.array([0.3, 1.7])
        wrong = np.exp(theta) * (1 + share * rtol)
        report = check_gradients(lambda t: float(np.exp(t).sum()), wrong, theta, rtol=rtol)
        assert report.verdict == verdict

    @pytest.mark.parametrize(("options", "verdict"), [
        ({}, "fail"), ({"noise": 1e-6}, "pass"), ({"noise": (1e-6, 0)}, "pass"),
        ({"rtol": 1e-5}, "pass"), ({"noise": 1e-13}, "fail"),
    ])  # fmt: skip
    def test_an_exact_adjoint_of_what_stops_early(self, options, verdict):
        cost, gradient = stopped(1e-6)
        report = check_gradients(cost, gradient, T, **options)
        assert report.verdict == verdict and (report.count()[0] == 3) is (verdict == "pass")
        assert check_directions(cost, gradient, T, **options).verdict == verdict

    def test_noise_may_be_a_share_of_the_cost(self):
        assert known_noise((1e-3, 0.5), -2.0) == 1.001 and known_noise(1e-3, -2.0) == 1e-3

    @pytest.mark.parametrize("options", [{"noise": 1e-6}, {"rtol": 1e-4}])
    def test_what_is_five_percent_off_still_fails(self, options):
        cost, gradient = stopped(1e-6)
        assert check_gradients(cost, 1.05 * gradient, T, **options).count() == (0, 3, 0)

    def test_the_report_says_what_may_be_the_reason_and_shows_the_difference(self):
        cost, gradient = stopped(1e-6)
        said = str(check_gradients(cost, gradient, T))
        assert "noise=1e-8, or rtol=1e-5," in said and "a solver or an ODE" in said
        claimed, found = said.split("]: ")[1].split(" (")[0].split(", but the cost says ")
        assert claimed != found and claimed[:-2] in found
        assert "solver" not in str(check_gradients(cost, 1.05 * gradient, T))

    @pytest.mark.parametrize(("name", "value"), [
        ("rtol", -1e-3), ("rtol", 1.0), ("rtol", np.nan), ("rtol", "1e-3"), ("rtol", True),
        ("noise", -1.0), ("noise", np.nan), ("noise", (1, 2, 3)), ("noise", "a little"),
        ("max_parameters", 0), ("max_parameters", 2.5), ("sample", 0), ("sample", 1.5),
        ("rng", 3), ("progress", 7),
    ])  # fmt: skip
    def test_what_means_nothing_is_refused(self, name, value):
        with pytest.raises(ValueError, match=f"^{name} is "):
            check_gradients(lambda t: float(np.sum(t**2)), 2 * T, T, **{name: value})


class TestDirections:
    """What passes entry by entry passes along directions."""

    @pytest.mark.parametrize("off", [1e-9, 3e-8, 9e-8])
    def test_entries_that_are_each_a_little_off(self, off):
        for seed in range(60):
            rng = np.random.default_rng(seed)
            M, t, y = rng.normal(size=(50, 50)) / 7, rng.normal(size=50), rng.normal(size=50)

            def cost(t, M=M, y=y):
                return float(np.mean(np.logaddexp(0, M @ t) - y * (M @ t)))

            g = M.T @ (1 / (1 + np.exp(-M @ t)) - y) / 50 * (1 + off * rng.choice([-1, 1], 50))
            assert check_gradients(cost, g, t).passed
            assert check_directions(cost, g, t, rng=rng).passed

    def test_across_the_gradient(self):
        """Where all of the slope is what is left of entries that are each a little off."""
        g = np.array([1.0, 1.0])

        class Across(np.random.Generator):
            def standard_normal(self, size):
                return np.array([[1.0, -1.0 + 1e-6]])

        rng = Across(np.random.PCG64(0))
        wrong = g * [1 + 9e-8, 1 - 9e-8]
        assert check_directions(lambda t: float(g @ t), wrong, T[:2], 1, rng).passed
        assert not check_directions(lambda t: float(g @ t), g * [1, 1.001], T[:2], 1, rng).passed


class TestPart:
    def check(self, **options):
        theta = {"W": np.linspace(0.1, 1, 90).reshape(9, 10), "b": np.ones(9), "c": np.ones(1)}
        gradient = {name: 2 * array for name, array in theta.items()}
        return check_gradients(
            lambda p: sum(float(np.sum(a**2)) for a in p.values()), gradient, theta, **options
        )

    @pytest.mark.parametrize(("options", "many"), [
        ({"max_parameters": 20}, 20), ({"sample": 0.1}, 10), ({"max_parameters": 3}, 3),
        ({"max_parameters": 30, "sample": 0.5}, 30), ({"max_parameters": 1000}, 100),
    ])  # fmt: skip
    def test_so_many_are_checked_and_the_report_says_so(self, options, many):
        report = self.check(**options)
        assert report.count() == (many, 0, 0) and report.checked == many
        assert all(report.count(name)[0] for name in report.names)
        for said in (str(report), report._repr_html_()):
            assert (f"{many} of 100 were checked, drawn at random" in said) is (many < 100)
        left = np.count_nonzero(report.verdicts["dW"] == "not checked")
        assert left == 90 - report.count("dW")[0]

    def test_the_draw_is_that_of_the_generator(self):
        def drawn(seed):
            report = self.check(max_parameters=20, rng=np.random.default_rng(seed))
            return report.found.tobytes()

        assert drawn(0) == drawn(0) != drawn(1)
        first, again = (self.check(max_parameters=20).found for _ in range(2))
        assert (first == again).all()

    def test_a_mistake_in_as_many_as_it_says_is_hardly_ever_missed(self):
        missed = 0
        for seed in range(400):
            rng = np.random.default_rng(seed)
            wrong = rng.choice(400, 60, replace=False)  # 15%
            g = np.ones(400)
            g[wrong] = 2
            report = check_gradients(
                lambda t: float(t.sum()), g, np.ones(400), max_parameters=28, rng=rng
            )
            missed += report.passed
        assert "15.2%" in str(report) and missed <= 12

    def test_only_the_drawn_ones_cost_anything(self):
        asked = []

        def cost(t):
            asked.append(1)
            return float(np.sum(t**2))

        check_gradients(cost, 2 * np.ones(10_000), np.ones(10_000), max_parameters=10)
        assert len(asked) < 200


class TestProgress:
    def test_a_function_is_told(self):
        told = []
        check_gradients(
            lambda t: float(np.sum(t**2)), 2 * T, T, progress=lambda *each: told.append(each)
        )
        assert told == [(1, 3), (2, 3), (3, 3)]

    def test_a_bar_is_shown_where_a_library_for_it_is_there(self):
        program = (
            "import sys; sys.modules.update(dict.fromkeys({gone}))\n"
            "import numpy as np; from gradcheck import check_gradients; t = np.ones(5)\n"
            "print(check_gradients(lambda t: float(t.sum()), t, t, progress=True).passed)"
        )
        for gone in ([], ["tqdm.auto"], ["tqdm.auto", "rich.progress"]):
            code = [sys.executable, "-c", program.format(gone=gone)]
            done = subprocess.run(code, capture_output=True, text=True)
            assert done.stdout.strip().endswith("True"), done.stderr


def test_a_numerical_gradient_of_indices_says_what_to_do():
    with pytest.raises(ValueError, match="leave it out"):
        numerical_gradient(lambda t: 0.0, {"i": np.arange(3)})
