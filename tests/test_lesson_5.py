"""If this fails, lesson 5 claims what its code does not do, or one of its case files is no case."""

import builtins
import re
import sys

import numpy as np
import pytest

# The fixture applies to this file as well: pictures are drawn and thrown away.
from tests.test_lessons import LESSONS, nothing_pops_up, run  # noqa: F401
from tests.test_notebooks import code_of

CELLS = {cell.id: cell.source for cell in LESSONS["5_layers"].cells}
CASES = [name for name in CELLS if re.fullmatch(r"case_[a-z]+", name) and name != "case_files"]
QUESTIONS = [name for name in CELLS if name.startswith("questions_")]
GUESSES = [name for name in CELLS if name.startswith("guess")]


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
    assert all(1e-11 < seen[name, "ones"] < 1e-9 for name in hidden)
    others = [off for (name, upstream), off in seen.items() if (name, upstream) not in
              {(each, "ones") for each in hidden}]  # fmt: skip
    assert len(others) == 12 and 0.1 < min(others) < max(others) < 5


def test_bad_cases_hide_bugs(lesson):
    assert lesson["verdict"](*lesson["no_repeats"][0]) == "pass"
    assert lesson["other_sizes"] == "ValueError"


def test_a_tie_is_a_corner(lesson):
    quotients = lesson["quotients"]
    assert quotients == pytest.approx([0.5, 0.5])
    assert lesson["both_up"] == pytest.approx(1)
    sums = {name: dx.sum() for name, dx in lesson["by_ways"].items()}
    assert sums == {"first winner": 1, "half to each": 1, "1 to each": 2}
    off = {name: round(each, 6) for name, each in lesson["off_by"].items()}
    assert off == {"first winner": 0.5, "half to each": 0, "1 to each": 0.5}


# Other checks.


def test_the_adjoint_test_tells_all_but_a_palindrome(lesson):
    gaps = lesson["gaps"]
    assert gaps.pop("not flipped") > 0.1
    assert len(gaps) == 3 and max(gaps.values()) < 1e-14
    rng, A = np.random.default_rng(0), lesson["conv"]
    x, other = rng.normal(size=(2, *lesson["signal"].shape))
    k = lesson["k"]
    assert A(x + 2 * other, k) == pytest.approx(A(x, k) + 2 * A(other, k)), "it is linear"


def test_only_the_order_tells_a_wrong_gradient(lesson):
    left, orders = lesson["left"], lesson["orders"]
    assert (left["correct"] > left["1% too large"]).all(), "at every step"
    assert orders["correct"] == pytest.approx(2, abs=0.05)
    assert orders["1% too large"] == pytest.approx(1, abs=0.05)
    assert 4000 < left["correct"][0] / left["1% too large"][0] < 5000
    assert "4,000" in CELLS["about_taylor"]


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


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_blind_and_one_line_repairs_it(name, lesson):
    story, source = CELLS[f"{name}_story"], CELLS[name]
    assert story.startswith("### ") and "https://" in story
    folded = re.search(
        r"\*\*What did it not see\?\*\*\n\n<details><summary>The line that would have seen it"
        r"</summary>\n\n```python\n(.*)\n```\n\n(.+)\n\n</details>$",
        story,
    )
    repaired, changed = re.subn(
        r"^( *)\S.*  # <- change this line$", lambda line: line[1] + folded[1], source, flags=re.M
    )
    assert changed == 1
    [key] = re.findall(r'^look\("(\w+)"', source, re.M)
    for text, verdicts in ((source, (True, True)), (repaired, (True, False))):
        exec(compile(text, name, "exec"), {**lesson})
        assert lesson["cases"][key] == verdicts


def test_there_are_ten_cases_and_they_are_counted(capsys):
    made = run("5_layers")
    assert len(CASES) == len(made["cases"]) == 10 and made["solved"] == 0
    assert "0 of 10 checks see their bug" in capsys.readouterr().out
    named = re.findall(r"\*([a-z, ]+)\*\)", CELLS["about_cases"])
    assert sorted(", ".join(named).split(", ")) == sorted(made["cases"]), "each in one of five"
    assert len(named) == CELLS["about_cases"].count("?") == 5


def test_what_is_said_about_cases_is_true(lesson):
    assert "up to 22% apart" in CELLS["case_tolerance_story"]
    assert lesson["gelu_apart"] == pytest.approx(0.22, abs=5e-3)
    u, x = np.ones(5), np.array([-2, -1, 0.5, 1, 2])
    [steps] = lesson["by_steps"](lesson["gelu"], u, [x])
    assert np.abs(lesson["gelu_vjp"](u, x) / steps - 1).max() < 1e-8, "far less than 1e-6"
    a = np.arange(1.0, 4.0)
    assert np.linalg.norm(2 * a - a) / np.linalg.norm(2 * a + a) == pytest.approx(1 / 3)

    gradient = lesson["square_gradient"](lesson["theta"])
    assert 1e-8 < np.abs(gradient).max() < 1e-5, "in other units"
    assert lesson["difference"](1.8) == pytest.approx(2 / 7)
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


# What readers are asked.


def test_guesses_come_back(capsys):
    """What is written into a guess is read below; left empty, it is a dash."""
    assert len(GUESSES) == 4
    made = {"__name__": "__main__"}
    for cell in code_of(LESSONS["5_layers"]):
        source = cell.source
        if cell.id in GUESSES:
            source = source.replace('""', '"my guess"')
        exec(compile(source, cell.id, "exec"), made)
    out = capsys.readouterr().out
    assert out.count("my guess") == sum(CELLS[name].count('""') for name in GUESSES) == 10
    run("5_layers")
    assert capsys.readouterr().out.count("my guess") == 0


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_to_a_question_is_explained(name):
    asked, _, folded = CELLS[name].partition("\n\n<details><summary>Answer</summary>\n\n")
    assert folded.endswith("\n\n</details>")
    questions = re.findall(r"\*\*Question (\w+)\.\*\* .*\?\n\n((?:- \w\) .*\n?)+)", asked)
    answers = folded.split("\n\n")[:-1]
    assert len(questions) == len(answers) == 2
    for (number, options), answer in zip(questions, answers, strict=True):
        correct = re.match(rf"\*\*{number.capitalize()}: ([abc])\.\*\* ", answer)[1]
        wrong = {*re.findall(r"^- (\w)\) ", options, re.M)} - {correct}
        assert (
            {*re.findall(r"\*([abc])\*", answer.partition("** ")[2])}
            == wrong
            == {*"abc"} - {correct}
        )


def test_two_questions_close_every_section():
    sections = [name for name in CELLS if re.match(r"## (?!On your own)", CELLS[name])]
    assert len(QUESTIONS) == 5 and len(sections) == 8
    numbers = re.findall(r"\*\*Question (\w+)\.\*\*", "".join(CELLS[name] for name in QUESTIONS))
    assert " ".join(numbers) == "one two three four five six seven eight nine ten"


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
