"""The gradient check as an assertion, for the tests of a project of your own."""

from collections.abc import Callable
from typing import Any

from gradcheck.check import check_gradients
from gradcheck.parameters import Form
from gradcheck.report import Report
from gradcheck.verdicts import FAIL, INCONCLUSIVE, PASS


def assert_gradients(
    cost: Callable[[Any], Any],
    gradient: Form | Callable[[Any], Form],
    theta: Form,
    **options: Any,
) -> Report:
    """Raise an AssertionError with the whole report unless a gradient passes its check.

    Parameters
    ----------
    cost, gradient, theta, **options
        As for `check_gradients`.

    Returns
    -------
    Report
        If it passes.

    Raises
    ------
    AssertionError
        If a gradient is wrong, or if nothing can be decided of all or of an array (see
        `Report.undecided`). Its first line says which and where.
    ValueError
        As for `check_gradients`.

    Examples
    --------
    >>> import numpy as np
    >>> theta = {"w": np.array([1.0, 2.0])}
    >>> assert_gradients(lambda p: float(p["w"] @ p["w"]), {"w": 2 * theta["w"]}, theta).passed
    True
    >>> assert_gradients(lambda p: float(p["w"] @ p["w"]), {"w": 3 * theta["w"]}, theta)
    Traceback (most recent call last):
    ...
    AssertionError: 2 of 2 gradients are wrong: dw
    array        pass  fail  inconclusive   off by
    dw              0     2             0      0.3  dw[1]: 6, but the cost says 4 (off by 2, ...
    """
    __tracebackhide__ = True  # pytest shows the test that failed, not this function
    report = check_gradients(cost, gradient, theta, **options)
    if not report.passed:
        raise AssertionError(f"{_first_line(report)}\n{report}")
    return report


def _first_line(report: Report) -> str:
    """What is wrong, and in which arrays."""
    failed = report.count()[FAIL]
    kind = FAIL if failed else INCONCLUSIVE
    where = ", ".join(name for name in report.names if report.count(name)[kind])
    of = f"of {report.found.size} gradients"
    if failed:
        return f"{failed} {of} {'is' if failed == 1 else 'are'} wrong: {where}"
    if report.count()[PASS]:
        return f"nothing can be decided of {', '.join(report.undecided)}"
    return f"none {of} can be decided: {where}"
