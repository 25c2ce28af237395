"""If this fails, `assert check_...(...)` passes for a wrong gradient, or shows nothing of it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gradcheck import check_adjoint, check_directions, check_gradients, check_vjp, taylor_test
from tests.temporary_course import ROOT

T = np.array([0.3, -1.2, 2.5])


def cost(t):
    return float(np.exp(t).sum())


RESULTS = {
    "check_gradients": lambda factor: check_gradients(cost, factor * np.exp(T), T),
    "check_vjp": lambda factor: check_vjp(np.exp, lambda u, x: factor * u * np.exp(x), T),
    "check_directions": lambda factor: check_directions(cost, factor * np.exp(T), T),
    "taylor_test": lambda factor: taylor_test(cost, factor * np.exp(T), T),
    "check_adjoint": lambda factor: check_adjoint(
        np.diff, lambda y: factor * -np.diff(y, prepend=0, append=0), x=(6,)
    ),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_true_if_it_passed_and_shows_its_text(name):
    right, wrong = RESULTS[name](1.0), RESULTS[name](1.5)
    assert right
    assert not wrong
    for each in (right, wrong):
        assert bool(each) is each.passed and repr(each) == str(each)


def test_what_is_not_decided_is_not_true():
    corner = np.zeros(1)
    for check in (check_gradients, check_directions, taylor_test):
        assert not check(lambda t: float(np.abs(t).sum()), np.array([0.5]), corner)


FAILING = """
import numpy as np
from gradcheck import check_gradients


def test_backward():
    t = np.array([1.0, 2.0])
    assert check_gradients(lambda t: float(t @ t), 3 * t, t)
"""


def test_pytest_shows_the_report(tmp_path: Path) -> None:
    (tmp_path / "test_model.py").write_text(FAILING)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"]
    done = subprocess.run(
        [*command, "test_model.py"], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "gradient[1]: 6, but the cost says 4" in done.stdout
    assert "Parameters(" not in done.stdout
