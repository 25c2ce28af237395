"""If this fails, a failing gradient in somebody's test is hard to read."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcheck import assert_gradients
from tests.temporary_course import ROOT

FAILING = """
import numpy as np
from gradcheck import assert_gradients


def test_backward():
    theta = {"W": np.ones((2, 3)), "b": np.ones(2)}
    wrong = {"dW": 2 * np.ones((2, 3)), "db": np.full(2, 3.0)}
    assert_gradients(lambda p: float(np.sum(p["W"] ** 2) + np.sum(p["b"] ** 2)), wrong, theta)
"""


def squares(theta: Any) -> float:
    return float(np.sum(theta**2))


def test_a_correct_gradient_returns_its_report() -> None:
    theta = np.array([1.0, 2.0])
    assert assert_gradients(squares, 2 * theta, theta).count() == (2, 0, 0)


def test_the_first_line_says_what_is_wrong() -> None:
    theta = np.array([1.0, 2.0, 3.0])
    with pytest.raises(AssertionError) as raised:
        assert_gradients(squares, np.array([2.0, 4.4, 6.0]), theta)
    first, *rest = str(raised.value).splitlines()
    assert first == "1 of 3 gradients is wrong: gradient"
    assert "gradient[1]: 4.4, but the cost says 4" in rest[-1]


def test_what_can_not_be_decided_is_no_pass() -> None:
    with pytest.raises(AssertionError, match="none of 1 gradients can be decided"):
        assert_gradients(lambda t: float(abs(t[0])), np.array([0.5]), np.zeros(1))


def test_options_are_those_of_the_check() -> None:
    with pytest.raises(TypeError):
        assert_gradients(squares, np.ones(2), np.ones(2), unknown=1)


def test_pytest_shows_the_report_and_nothing_of_ours(tmp_path: Path) -> None:
    (tmp_path / "test_model.py").write_text(FAILING)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "test_model.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
        capture_output=True,
        check=False,
    )
    shown = done.stdout
    assert done.returncode == 1, shown + done.stderr
    assert "E       AssertionError: 2 of 8 gradients are wrong: db" in shown
    assert "db[0]: 3, but the cost says 2" in shown
    assert "asserting.py" not in shown
    assert "check_gradients(cost" not in shown
    assert "FAILED test_model.py::test_backward - AssertionError: 2 of 8 gradients" in shown
