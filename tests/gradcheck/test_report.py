"""If this fails, a check finds errors but does not report them."""

import re
from typing import Any
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest

from autograder.truth.cases import live_case
from autograder.truth.network import Array
from gradcheck import NetworkCost, Report, check_gradients


@pytest.fixture(scope="module")
def report() -> Report:
    case = live_case(np.random.default_rng(1))
    wrong = case.gradients["dW2"] * 1.5
    wrong[0, 1] = np.nan
    return check_gradients(
        NetworkCost(case.X, case.Y), case.gradients | {"dW2": wrong}, case.parameters
    )


def test_it_counts_by_array_and_names_the_worst(report: Report) -> None:
    lines = str(report).splitlines()
    assert len(lines) == 7
    assert re.fullmatch(r"dW1 +20 +0 +0 +\de-1\d", lines[1])
    assert re.match(r"dW2 +\d+ +\d+ +0 +0\.3  dW2\[0, 1\]: nan is not a finite number", lines[3])
    assert report.count("dW1") == (20, 0, 0)
    assert report.count() == tuple(map(sum, zip(*map(report.count, report.names), strict=True)))


def test_a_reason_holds_the_numbers_it_rests_on(report: Report) -> None:
    index = tuple(np.argwhere(report.verdicts["dW2"] == "fail")[-1])
    given, right = report.analytic["dW2"][index], report.numeric["dW2"][index]
    said = report.reason("dW2", *index)
    assert f"{given:.6g}, but the cost says {right:.6g}" in said
    assert given == pytest.approx(1.5 * right)
    assert "off by" in report.reason("dW1", 0, 0)


def test_an_entry_that_is_not_there_is_refused_in_one_line(report: Report) -> None:
    assert report.reason("dW1", -1, -1) == report.reason("dW1", 4, 3)
    for name, index in (("dW1", ()), ("dW1", (5, 0)), ("dW1", (0, 0, 0)), ("dW9", (0, 0))):
        with pytest.raises(ValueError, match=r"has shape|no gradient is called"):
            report.reason(name, *index)


def test_what_is_read_of_it_changes_nothing_in_it(report: Report) -> None:
    for arrays in (report.analytic, report.numeric, report.errors):
        with pytest.raises(ValueError, match="read-only"):
            arrays["dW1"][0, 0] = 1.0


def test_arrays_have_the_shapes_of_the_parameters(report: Report) -> None:
    for attribute in (report.verdicts, report.analytic, report.numeric, report.errors):
        assert attribute["dW2"].shape == (3, 5)
        assert [*attribute] == ["dW1", "db1", "dW2", "db2", "dW3", "db3"]


def test_a_notebook_shows_a_table_and_maps(report: Report) -> None:
    page = ElementTree.fromstring(f"<div>{report._repr_html_()}</div>")
    assert "Some gradients are wrong" in "".join(page.itertext())
    assert len(page.findall(".//tbody/tr")) == 6
    maps = page.findall(".//svg")
    assert [len(each) for each in maps] == [20, 5, 15, 3, 3, 1]
    colours = [cell.get("fill") for cell in maps[2]]
    verdicts = report.verdicts["dW2"].ravel()
    assert len({*zip(colours, verdicts, strict=True)}) == len({*verdicts})


def test_names_are_not_taken_for_html() -> None:
    name = "<script>alert(1)</script>"
    report = check_gradients(lambda p: float(p[name]), {name: 1.0}, {name: 0.5})
    assert "<script" not in report._repr_html_()


def test_a_large_array_keeps_its_single_failure() -> None:
    theta = np.linspace(0, 1, 200 * 300).reshape(200, 300)
    gradient = np.ones_like(theta)
    gradient[123, 45] = 2

    class Sum:
        def __call__(self, theta: Array) -> Any:
            return float(theta.sum())

        def many(self, theta: Array) -> Any:
            return theta.sum(axis=(1, 2))

    small = check_gradients(Sum(), gradient[:, :60], theta[:, :60])
    page = small._repr_html_()
    assert len(page) < 200_000
    assert page.count("#b2182b") == 1
    assert small.worst("gradient") == (123, 45)


def test_many_arrays_are_no_trouble() -> None:
    names = [f"p{i}" for i in range(500)]
    theta, gradient = dict.fromkeys(names, 1.0), dict.fromkeys(names, 1.0) | {"p400": 2.0}

    class Sum:
        def __call__(self, p: Any) -> Any:
            return float(sum(p.values()))

    report = check_gradients(Sum(), gradient, theta)
    page = report._repr_html_()
    assert "500 arrays (200 are shown)" in page
    assert page.index("dp400") < page.index("dp0<"), "failures first"
    assert len(page) < 300_000


@pytest.mark.parametrize("gradient", [1.7e308, -1.7e308, np.nan])
def test_absurd_numbers_leave_a_picture(gradient: Any) -> None:
    report = check_gradients(lambda x: float(x * 1e305), gradient, 1.0)
    try:
        report.plot().figure.canvas.draw()
    finally:
        plt.close("all")
    assert report.verdict == "fail"


def test_it_plots_itself(report: Report) -> None:
    axes = report.plot()
    try:
        assert "relative difference" in axes.get_ylabel()
        assert [each.get_text() for each in axes.get_xticklabels()] == [*report.names]
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        assert labels == [
            f"{verdict} ({count})"
            for verdict, count in zip(("pass", "fail", "inconclusive"), report.count(), strict=True)
        ]
        own = plt.figure().add_subplot()
        assert report.plot(own) is own
    finally:
        plt.close("all")


@pytest.mark.parametrize(("rows", "one_by_one"), [(64, True), (65, False)])
def test_4096_entries_are_shown_one_by_one(rows, one_by_one):
    """Of more, blocks are, with the worst in each."""
    theta = np.ones((rows, 64))
    page = check_gradients(Many(), theta, theta)._repr_html_()
    assert (page.count("<rect") == theta.size) is one_by_one
    assert 2000 < page.count("<rect") <= 4096


def test_a_picture_shows_equals_at_the_bottom_and_opposites_at_the_top():
    theta = np.arange(3.0)
    report = check_gradients(Many(), np.array([1.0, -1.0, np.nan]), theta)
    axes = report.plot()
    try:
        drawn = np.concatenate([line.get_ydata() for line in axes.get_lines()[:3]])
        np.testing.assert_allclose(sorted(drawn), [1e-17, 2, 2], rtol=1e-6)
        low, high = axes.get_ylim()
        assert low < 1e-17 and high > 2
    finally:
        plt.close("all")


class Many:
    """The sum of all parameters, of one array of them or of many."""

    def __call__(self, theta):
        return float(theta.sum())

    def many(self, theta):
        return theta.reshape(len(theta), -1).sum(axis=1)


def cubes(factors):
    """A report on four gradients that are off by these factors."""
    theta = np.arange(1.0, 5)
    return check_gradients(lambda t: float(np.sum(t**3)), factors * 3 * theta**2, theta)


@pytest.mark.parametrize(("factors", "said"), [
    ([0.5, 0.5, 0.5, 0.5], "; all 4 are off by the factor 0.5"),
    ([0, 0, 0, 0], "; all 4 are off by the factor 0"),
    ([1 + 1e-5] * 4, "; all 4 are off by the factor 1 +1e-05"),
    ([1, 2, 3, 1], "; also [1]"),
    ([2, 1.5, 3, 4], "; also [0], [1] and 1 more"),
    ([1, 1, 1, 2], "error bar "),
])  # fmt: skip
def test_it_says_which_others_fail(factors, said):
    line = str(cubes(np.array(factors))).splitlines()[1]
    assert said in line and ("also" in line or "all" in line) is (said != "error bar ")


def test_a_failure_says_how_far_off_it_is_and_its_error_bar():
    report = cubes(np.array([1, 1, 1, 2]))
    off, bar = report.analytic["gradient"] - report.numeric["gradient"], report.errors["gradient"]
    assert f"(off by {off[3]:.2g}, error bar {bar[3]:.1g})" in report.reason("gradient", 3)


@pytest.mark.parametrize(("factors", "share"), [
    ([1, 1, 1, 2], "0.5"), ([1, 1 + 1e-4, 1, 1], "0.0001"), ([np.nan, 1, 1, 2], "0.5"),
    ([np.nan] * 4, "-"),
])  # fmt: skip
def test_the_table_says_by_what_share_of_itself_an_entry_is_off_at_most(factors, share):
    head, line = str(cubes(np.array(factors))).splitlines()[:2]
    assert head.endswith("off by") and line[: len(head)].split()[-1] == share


def test_beside_a_corner_the_slope_to_one_side_is_told():
    report = check_gradients(lambda t: float(np.abs(t).sum()), np.zeros(1), np.full(1, 3e-8))
    assert report.verdict == "inconclusive"
    said = report.reason("gradient", 0)
    assert said == "0, but the cost has a corner nearby: its slope to one side is 1"
