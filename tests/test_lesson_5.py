"""If this fails, lesson 5 claims what its code does not do, or one of its case files is no case."""

import builtins
import re
import sys

import numpy as np
import pytest

# The fixture applies to this file as well: pictures are drawn and thrown away.
from tests.test_lessons import LESSONS, nothing_pops_up, run  # noqa: F401

CELLS = {cell.id: cell.source for cell in LESSONS["5_layers"].cells}
CASES = [name for name in CELLS if re.fullmatch(r"case_[a-z]+", name) and name != "case_files"]
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
CHANGED = re.compile(r"^( *)(\S.*)  # <- change this line$", re.MULTILINE)

MEET_THE_POINT = {
    "case_exponent": [
        *("n = 2", "n = 3", "n = -2", "n = draw.integers(1) + 2", "n = np.arange(1, 6)"),
        *(f"n = draw.integers({low}, {high})" for low in (1, 2) for high in (3, 5, 10, 20)),
        "n = draw.choice([2, 3, 4])",
    ],
    "case_input": [
        'return all(verdict(*each) == "pass" for each in report[0:])',
        'return not any(verdict(*each) != "pass" for each in report)',
        'return {verdict(*each) for each in report} == {"pass"}',
        "return all(off <= 1e-6 * size for off, size in report)",
    ],
    "case_windows": [
        f"width, stride = {width}, {stride}"
        for width in (2, 3, 4, 5, 8, 13, 60)
        for stride in {1, width // 2, width - 1}
    ],
    "case_entry": [
        "places = [*np.ndindex(*claimed.shape)]",
        "places = np.ndindex(steps.shape)",
        "places = [...]",
        "places = range(len(claimed))",
        "places = [at for at, _ in np.ndenumerate(claimed)]",
        "places = [tuple(draw.integers(claimed.shape)) for _ in range(100)]",
    ],
    "case_average": [
        "errors = np.abs(gradient(theta, scale) / steps - 1)",
        "errors = np.abs(gradient(theta, scale) - steps) / np.abs(steps).max()",
        "errors = np.abs(gradient(theta, scale) - steps) / np.linalg.norm(steps)",
        "errors = np.linalg.norm(gradient(theta, scale) - steps) / np.linalg.norm(steps)",
        "errors = np.abs(gradient(theta, scale) - steps) / (np.abs(steps) + scale * 1e-9)",
        "errors = ~np.isclose(gradient(theta, scale), steps, atol=0)",
    ],
    "case_tolerance": [
        "return np.allclose(vjp(u, x), steps, rtol=1e-4, atol=0)",
        "return np.allclose(vjp(u, x), steps, rtol=0, atol=1e-6)",
        "return np.allclose(vjp(u, x), steps)",
        "return np.abs(vjp(u, x) - steps).max() < 1e-7",
        'return verdict(np.abs(vjp(u, x) - steps).max(), np.abs(steps).max()) == "pass"',
    ],
    "case_answers": [
        *("accepted = [0.0]", "accepted = 0", "accepted = (0,)", "accepted = np.zeros(1)"),
        "return difference(gradient) < 1e-7",
    ],
    "case_nothing": [
        *("if all(left_out):", "if sum(left_out) == len(inputs):", "if False not in left_out:"),
        "if len(inputs) == left_out.count(True):",
        "if not any(not each for each in left_out):",
    ],
    "case_direction": [
        *("direction = v", "direction = np.ones(g.size)", "direction = np.arange(1.0, 6.0)"),
        *("direction = theta", "direction = np.random.default_rng(3).normal(size=5)"),
        "direction = np.random.default_rng(0).choice([-1.0, 1.0], size=g.size)",
    ],
    "case_resolution": [
        *("grids = [10, 20]", "grids = [10, 30]", "grids = [5, 10]", "grids = (8, 16, 32)"),
        *("grids = np.array([10, 20, 40, 80])", "grids = range(10, 50, 10)", "grids = [10, 100]"),
    ],
}
"""Other lines that repair a case than the one that is told."""

MISS_THE_POINT = {
    "case_exponent": ["n = 0", "n = 1", "n = draw.integers(1, 2)", "n = draw.integers(1) + 1"],
    "case_input": [
        'return all(verdict(*each) == "pass" for each in report[:1])',
        'return all(verdict(*each) == "pass" for each in report[:2])',
        'return all(verdict(*each) == "pass" for each in report[::2])',
        'return any(verdict(*each) == "pass" for each in report)',
        "return False",
        "return vjp is batch_norm_vjp",
        'return "spoiled" not in vjp.__qualname__',
    ],
    "case_windows": [
        *("width, stride = 3, 3", "width, stride = 2, 3", "width, stride = 1, 1"),
        *("width, stride = 4, 4; return vjp is max_pool_vjp", "width, stride = 200, 1"),
    ],
    "case_entry": [
        *("places = [(-1, -1)]", "places = [(0, 0), (-1, -1)]", "places = [-1]", "places = []"),
        "places = [tuple(np.random.default_rng(3).integers(claimed.shape))]",
        "places = [(row, 0) for row in range(len(claimed))]",
        "places = [0, -1]",
        "places = [(0, column) for column in range(claimed.shape[1])]",
        "places = zip(range(9), range(3))",
    ],
    "case_average": [
        *(
            f"errors = np.abs(gradient(theta, scale) - steps) * {factor}"
            for factor in ("1e2", "1e3", "1e6", "1e9", "1e-9")
        ),
        "errors = gradient(theta, scale) / steps - 1",
        "errors = np.abs(gradient(theta, scale))",
        "errors = np.abs(np.abs(gradient(theta, scale)).max() / np.abs(steps).max() - 1)",
        "errors = ~np.isclose(gradient(theta, scale), steps)",
        "errors = np.abs(gradient(theta, scale) - steps) / 1e-7",
    ],
    "case_tolerance": [
        "return np.allclose(vjp(u, x), steps, rtol=0.2, atol=0)",
        "return np.allclose(vjp(u, x), steps, rtol=0.01, atol=0)",
        "return np.allclose(vjp(u, x), steps, rtol=0.25, atol=1)",
        "return np.allclose(vjp(u, x), steps, rtol=0, atol=0)",
    ],
    "case_answers": [
        *("accepted = [0, 1 / 3]", "accepted = [2 / 7]", "accepted = [0, 1]", "accepted = []"),
        *("accepted = [0, difference(gradient)]", "accepted = [difference(gradient)]"),
        "return difference(gradient) < 0.1",
    ],
    "case_nothing": [
        *("if False:", "if True:", "if len(left_out) == 0:", "if left_out[0]:", "if left_out[1]:"),
        *("if any(left_out):", "if len(inputs) - len(left_out) == 1:", "if inputs is None:"),
    ],
    "case_direction": [
        *("direction = -g", "direction = 2 * g", "direction = g**3", "direction = np.sign(g)"),
        *("direction = np.abs(g)", "direction = g[::-1]", "direction = v * (g != 0)"),
        *("direction = np.zeros(5)", "direction = np.eye(5)[-1]", "direction = np.eye(5)[2]"),
        *("direction = g / np.linalg.norm(g)", "direction = theta * (g != 0)"),
    ],
    "case_resolution": [
        *("grids = [40]", "grids = [1000]", "grids = [10, 10]", "grids = [40, 10]", "grids = []"),
        "grids = [2]",
    ],
}
"""Lines that catch the wrong gradient by luck, or nothing, or everything."""


@pytest.fixture(scope="module")
def lesson():
    """What the lesson has defined, run once."""
    return run("5_layers")


def told(cell, number, digits=2):
    """Whether a cell says a number, as its code prints it."""
    return f"{number:.{digits}g}" in re.findall(r"\d+(?:\.\d+)?", CELLS[cell])


# A layer by itself, and the seven.


def test_a_verdict_is_given_on_every_array(lesson):
    verdict = lesson["verdict"]
    assert verdict(1e-9, 1.0) == "pass" and verdict(2e-6, 1.0) == "fail"
    assert verdict(2e-6, 10.0) == "pass", "for its size"
    assert verdict(np.nan, 1.0) == verdict(np.inf, 1.0) == "fail"
    assert verdict(0.0, 0.0) == verdict(1e-11, 1e-11) == "dead", "nothing has been shown"
    with pytest.raises(AssertionError, match="shape"):
        lesson["check_layer"](np.sin, lambda u, x: [u[0]], np.ones((2, 3)))


def test_ones_are_a_dead_case(lesson):
    ones, verdict = lesson["ones"], lesson["verdict"]
    assert verdict(*lesson["report_softmax"][0]) == "pass"
    for layer in ("softmax", "normalise"):
        assert ones[f"{layer}, ones"][0] < 1e-9 and verdict(*ones[f"{layer}, ones"]) == "dead"
        assert verdict(*ones[f"{layer}, random"]) == "fail"
        assert told("about_ones", ones[f"{layer}, random"][0])
    assert "$10^{-10}$" in CELLS["about_ones"]
    assert lesson["noticed"] == 0


def test_an_output_for_an_upstream_may_be_dead_too(lesson):
    x, normalise = lesson["x"], lesson["normalise"]
    [found] = lesson["normalise_vjp"](normalise(x), x)
    assert np.abs(found).max() < 1e-3 < 1 < np.abs(normalise(x)).max()


def test_each_bug_is_caught_in_the_arrays_that_it_says(lesson):
    caught = {
        "softmax": ["fail"],
        "layer norm": ["fail", "pass", "pass"],
        "batch norm": ["fail", "pass", "pass"],
        "convolution": ["fail", "pass"],
        "max pooling": ["fail"],
        "embedding": ["fail"],
        "attention": ["pass", "fail", "pass"],
    }
    assert [*caught] == [*lesson["LAYERS"]], "seven layers"
    check, verdict = lesson["check_layer"], lesson["verdict"]
    for name, (f, vjp, bug, inputs) in lesson["LAYERS"].items():
        assert {verdict(*each) for each in check(f, vjp, *inputs)} == {"pass"}
        assert [verdict(*each) for each in check(f, bug, *inputs)] == caught[name]
    assert lesson["wrong_in_norm"] == lesson["wrong_in_batch_norm"] == "x", "again it is x alone"
    assert lesson["wrong_in_convolution"] == lesson["wrong_in_pooling"] == "x"
    assert (lesson["wrong_in_embedding"], lesson["wrong_in_attention"]) == ("table", "k")


def test_correct_layers_pass_on_other_inputs(lesson):
    """And with other upstream gradients: the formulas are correct, not lucky."""
    rng, check, verdict = np.random.default_rng(8), lesson["check_layer"], lesson["verdict"]
    for f, vjp, _, inputs in lesson["LAYERS"].values():
        for _ in range(5):
            others = [rng.normal(size=array.shape) for array in inputs]
            u = rng.normal(size=f(*others).shape)
            assert {verdict(*each) for each in check(f, vjp, *others, u=u)} == {"pass"}


def test_ones_hide_two_of_the_seven(lesson):
    seen = lesson["seen"]
    hidden = {name for name, upstream in seen if upstream == "ones" and seen[name, "ones"] < 1e-8}
    assert hidden == {"softmax", "batch norm"} and len(lesson["LAYERS"]) == 7
    assert lesson["hidden"] == 2
    assert all(1e-11 < seen[name, "ones"] < 1e-9 for name in hidden)
    others = [off for (name, upstream), off in seen.items() if (name, upstream) not in
              {(each, "ones") for each in hidden}]  # fmt: skip
    assert len(others) == 12 and 0.1 < min(others) < max(others) < 5


def test_bad_cases_hide_bugs(lesson):
    assert lesson["verdict"](*lesson["no_repeats"][0]) == "pass"
    assert lesson["other_sizes"] == "ValueError"


def test_a_tie_is_a_corner(lesson):
    """Steps say a half for each entry, however many are equal; only the sum is certain."""
    quotients, off = lesson["quotients"], lesson["off_by"]
    sums = {case: each.sum() for case, each in lesson["handed"].items()}
    for count in (2, 3):
        assert quotients[count] == pytest.approx(np.full(count, 0.5))
        assert sums["first winner", count] == sums["equal shares", count] == 1
        assert sums["all to each", count] == count, "twice, or three times"
        assert off["first winner", count] == pytest.approx(0.5)
        assert off["all to each", count] == pytest.approx(0.5)
    assert quotients[3].sum() == pytest.approx(1.5)
    assert off["equal shares", 2] < 1e-9 and off["equal shares", 3] > 0.1
    assert lesson["together"] == pytest.approx(1)


# Other checks.


def test_the_adjoint_test_tells_all_but_a_palindrome(lesson):
    gaps = lesson["gaps"]
    assert gaps.pop("not flipped") > 0.1
    assert len(gaps) == 3 and max(gaps.values()) < 1e-14
    rng, A = np.random.default_rng(0), lesson["conv"]
    x, other = rng.normal(size=(2, *lesson["signal"].shape))
    k = lesson["k"]
    assert A(x + 2 * other, k) == pytest.approx(A(x, k) + 2 * A(other, k)), "it is linear"
    kernel = np.array([[[1.0, 2.0, 1.0]]])
    assert np.array_equal(kernel, kernel[:, :, ::-1])


def test_a_slope_takes_the_place_of_a_linear_layer(lesson):
    gaps = lesson["slope_gaps"]
    assert 1e-13 < gaps["correct"] < 1e-7, "the errors of a step are back"
    assert gaps["without its variance"] > 1e-2


def test_only_the_order_tells_a_wrong_gradient(lesson):
    left, orders = lesson["left"], lesson["orders"]
    assert (left["correct"] > left["1% too large"]).all(), "at every step"
    assert orders["correct"] == pytest.approx(2, abs=0.05)
    assert orders["1% too large"] == pytest.approx(1, abs=0.05)
    assert 4000 < left["correct"][0] / left["1% too large"][0] < 5000
    assert "4,000" in CELLS["about_taylor"]
    assert lesson["larger"] == "correct"
    assert lesson["times_smaller"] == pytest.approx(2, abs=0.05)


def test_the_picture_of_remainders_shows_what_is_told(lesson):
    sweep, curves = lesson["sweep"], lesson["curves"]

    def order(name, low, high):
        some = (sweep > low) & (sweep < high)
        return np.polyfit(np.log(sweep[some]), np.log(curves[name][some]), 1)[0]

    for name in curves:
        assert order(name, 2e-3, 0.2) == pytest.approx(2, abs=0.05), "together"
    assert order("1% too large", 1e-7, 5e-5) == pytest.approx(1, abs=0.05)
    assert order("0.01% too large", 1e-7, 5e-7) == pytest.approx(1, abs=0.1)
    assert order("0.01% too large", 2e-5, 1e-3) == pytest.approx(2, abs=0.1), "until 1e-5"
    assert order("correct", 5e-7, 0.2) == pytest.approx(2, abs=0.05), "to the end"


def test_a_wrong_gradient_hides_at_right_angles(lesson):
    theta, wide, t = (lesson[name] for name in ("theta", "wide", "t"))
    g = lesson["unit_gradient"](theta, wide, t)
    error = np.eye(len(g))[0]
    v = lesson["v"] * (1 - error)
    left = lesson["remainders"](
        lambda theta: lesson["unit_cost"](theta, wide, t), theta, g + error, v, [1e-3, 5e-4]
    )
    assert np.log2(left[0] / left[1]) == pytest.approx(2, abs=0.05)


def test_symmetry_is_not_enough_for_a_hessian(lesson):
    off, asymmetry = lesson["hessian_off"], lesson["asymmetry"]
    assert off["correct"] < 1e-8 and off["second term left out"] > 0.1
    assert max(asymmetry.values()) < 1e-13
    assert lesson["notice"] == ["steps"]


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_a_framework_may_be_missing(framework, monkeypatch, capsys):
    """Then a line stands where the check would, and the rest runs."""
    usual = builtins.__import__

    def without(name, *arguments, **by_name):
        if name.partition(".")[0] == framework:
            raise ImportError(name)
        return usual(name, *arguments, **by_name)

    monkeypatch.setattr(builtins, "__import__", without)
    for module in [each for each in sys.modules if each.partition(".")[0] == framework]:
        monkeypatch.delitem(sys.modules, module)
    made = run("5_layers")
    name = {"torch": "PyTorch", "jax": "JAX"}[framework]
    assert f"{name} is not installed here" in capsys.readouterr().out
    assert made[framework] is None and f"{framework}_reports" not in made


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_frameworks_show_what_numpy_showed(framework, lesson):
    pytest.importorskip(framework, reason=f"{framework} comes with `make peers`")
    said = {
        case: lesson["verdict"](*report[0])
        for case, report in lesson[f"{framework}_reports"].items()
    }
    assert said == {
        ("ones", True): "dead",
        ("ones", False): "dead",
        ("random", True): "pass",
        ("random", False): "fail",
    }


# The case files.


def says(lesson, capsys, name, line):
    """The lines that a case prints, with another line in the place of the marked one."""
    source, changed = CHANGED.subn(lambda marked: marked[1] + line, CELLS[name])
    assert changed == 1
    capsys.readouterr()
    exec(compile(source, name, "exec"), {**lesson})
    return capsys.readouterr().out.splitlines()


SOLVED = ["the correct one passes", "the wrong one is caught", "Solved."]
"""All that is printed: no gradient is refused because of an error."""


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_blind_and_one_line_repairs_it(name, lesson, capsys):
    [line] = [marked[2] for marked in CHANGED.finditer(CELLS[name])]
    blind = ["the correct one passes", "the wrong one passes", "What does this check not see?"]
    assert says(lesson, capsys, name, line) == blind
    folded = re.fullmatch(
        r"<details><summary>A line that sees it, and where this happened</summary>\n\n"
        r"```python\n(.*)\n```\n\n.+\n\n(.+)\n\n</details>",
        CELLS[f"{name}_story"],
    )
    assert "https://" in folded[2]
    assert says(lesson, capsys, name, folded[1]) == SOLVED


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_solved_by_whatever_meets_the_point(name, lesson, capsys):
    said = {line: says(lesson, capsys, name, line) for line in MEET_THE_POINT[name]}
    assert {line: each for line, each in said.items() if each != SOLVED} == {}
    assert len(said) >= 4


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_not_solved_by_luck(name, lesson, capsys):
    said = {line: says(lesson, capsys, name, line) for line in MISS_THE_POINT[name]}
    assert [line for line, each in said.items() if "Solved." in each] == []
    assert len(said) >= 4


def test_the_first_line_of_a_case_gives_nothing_away():
    """What happened, and where, is folded below the code; above it is what is checked."""
    names = [*CELLS]
    for number, name in enumerate(CASES):
        at = names.index(name)
        assert names[at - 1 : at + 2] == [f"{name}_title", name, f"{name}_story"]
        count = NUMBERS[number]
        assert CELLS[f"{name}_title"].startswith(f"### Case {count}\n\n")
        assert f'look("{count}", check,' in CELLS[name]
        assert "https://" not in CELLS[f"{name}_title"]


def test_there_are_ten_cases_and_they_are_counted(capsys):
    made = run("5_layers")
    assert len(CASES) == len(made["cases"]) == 10 and made["solved"] == 0
    assert "0 of 10 checks see their bug" in capsys.readouterr().out
    named = re.findall(r"\(\*([a-z, ]+)\*\)", CELLS["about_cases"])
    assert [tuple(each.split(", ")) for each in named] == [*made["FIVE"].values()]
    assert sorted(", ".join(named).split(", ")) == sorted(made["cases"]), "each in one of five"
    assert len(made["FIVE"]["Is the error measured against something?"]) == 2


def test_what_is_said_about_cases_is_true(lesson):
    u, x = np.ones(5), np.array([-2, -1, 0.5, 1, 2])
    assert "np.array([-2, -1, 0.5, 1, 2])" in CELLS["case_tolerance"]
    apart = np.abs(lesson["gelu_vjp_of_the_other"](u, x) / lesson["gelu_vjp"](u, x) - 1)
    told = "At the five points of the check the two gradients are up to 22% apart"
    assert told in CELLS["case_tolerance_story"]
    assert max(apart) == pytest.approx(0.22, abs=5e-3)
    [steps] = lesson["by_steps"](lesson["gelu"], u, [x])
    assert np.abs(lesson["gelu_vjp"](u, x) / steps - 1).max() < 1e-8, "far less than 1e-6"
    a = np.arange(1.0, 4.0)
    assert np.linalg.norm(2 * a - a) / np.linalg.norm(2 * a + a) == pytest.approx(1 / 3)

    gradient = lesson["square_gradient"](lesson["theta"], 1e-6)
    assert 1e-8 < np.abs(gradient).max() < 1e-5, "in other units"
    assert lesson["difference"](lesson["times"](1.8)) == pytest.approx(2 / 7)
    assert {np.random.default_rng(seed).integers(1) for seed in range(9)} == {0}
    assert np.isclose(0, 0.009, rtol=1e-2, atol=1e-2)
    assert np.finfo(np.float32).eps / 2 == pytest.approx(6e-8, rel=0.01)

    errors = []
    for cells in (10, 20, 40):
        [steps] = lesson["by_steps"](
            lambda a, cells=cells: lesson["on_grid"](a, cells), 1, [np.array(1.5)]
        )
        errors.append([abs(c * lesson["continuous_gradient"](1.5) / steps - 1) for c in (1, 1.002)])
    correct, wrong = np.array(errors).T
    assert correct[:-1] / correct[1:] == pytest.approx(4, rel=0.01)
    assert max(wrong) < 1e-2 and (wrong[:-1] / wrong[1:] < 2).any()


# What readers are asked; the forms are read by test_lessons.py.


def test_the_quizzes_are_true(lesson):
    [found] = lesson["by_steps"](
        lambda x: np.arange(15.0).reshape(3, 5) @ x, np.ones(3), [np.ones(5)]
    )
    assert found.shape == (5,)
    norm = np.linalg.norm
    true, flipped = np.array([1.0, 1e-8]), np.array([1.0, -1e-8])
    assert norm(flipped - true) / (norm(flipped) + norm(true)) == pytest.approx(1e-8)

    theta, v = lesson["theta"], lesson["v"]
    gradient = lesson["unit_gradient"](theta, lesson["wide"], lesson["t"])

    def order(g, v):
        left = lesson["remainders"](
            lambda theta: lesson["unit_cost"](theta, lesson["wide"], lesson["t"]),
            *(theta, g, v, [1e-4, 5e-5]),
        )
        return np.log2(left[0] / left[1])

    level = v - (v @ gradient) / (gradient @ gradient) * gradient
    assert order(gradient, level) == pytest.approx(2, abs=0.05), "at right angles to the gradient"
    assert order(gradient, 3 * v) == pytest.approx(2, abs=0.05), "whatever the length of v"
    assert order(1.8 * gradient, v) == pytest.approx(1, abs=0.05), "a constant doesn't cancel"
    nan = np.array([1.0, np.nan])
    assert np.isnan(nan.max()) and not nan.max() > 1e-6


def test_the_answers_are_true(lesson, capsys):
    def code(cell):
        return re.search(r"```python\n(.*?)```", CELLS[cell], re.DOTALL)[1]

    made, x = {**lesson}, lesson["x"]
    exec(code("try_it"), made)
    assert "pass" in capsys.readouterr().out
    for u, dead in ((np.ones(x.shape), False), (lesson["softmax"](x), True)):
        [found] = made["log_softmax_vjp"](u, x)
        assert (np.abs(found).max() < 1e-14) == dead

    inputs = lesson["LAYERS"]["attention"][3]
    u = np.random.default_rng(0).normal(size=(5, 3))
    correct = lesson["attention_vjp"](u, *inputs)

    def without_scale(u, q, k, v):
        scores = q @ k.T / np.sqrt(q.shape[1])
        [d_scores] = lesson["softmax_vjp"](u @ v.T, scores)
        return d_scores @ k, d_scores.T @ q, lesson["softmax"](scores).T @ u

    for found, true, factor in zip(without_scale(u, *inputs), correct, (2, 2, 1), strict=True):
        assert found == pytest.approx(factor * true)

    def spoils(u, x):
        x -= x.mean(axis=-1, keepdims=True)
        return lesson["normalise_vjp"](u, x)

    mine = x.copy()
    assert lesson["verdict"](*lesson["check_layer"](lesson["normalise"], spoils, mine)[0]) == "pass"
    assert not np.array_equal(mine, x)
    made = {"np": np, "vjp": spoils, "u": np.ones(x.shape), "inputs": [x.copy()]}
    with pytest.raises(AssertionError, match="the inputs have changed"):
        exec(code("try_it_3"), made)
