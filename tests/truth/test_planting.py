"""If this fails, students are given code without the bugs, or with other changes too."""
# mypy: allow-untyped-calls

import ast
import doctest
from typing import Any

import numpy as np
import pytest

from autograder.truth import planting
from autograder.truth.bugs import BANK, LESSONS, by_name
from autograder.truth.cases import live_case
from autograder.truth.distances import deviation
from autograder.truth.planting import (
    Bug,
    BugDoesNotFit,
    Edit,
    backward_with,
    compile_backward,
    plant,
    rename,
)
from autograder.truth.standard_form import STANDARD, backward


class TestStandardForm:
    @pytest.mark.parametrize("layers", [(4, 5, 3, 1), (7, 6, 4, 1)])
    @pytest.mark.parametrize("m", [1, 3, 12])
    def test_it_agrees_with_the_reference(self, m: int, layers: tuple[int, ...]) -> None:
        case = live_case(np.random.default_rng(1), m, layers)
        for one in (case, case.with_flat_labels()):
            found = backward(one.X, one.Y, one.cache)
            for key, gradient in case.gradients.items():
                assert deviation(found[key], gradient) < 1e-13

    def test_its_statements_survive_unparsing(self) -> None:
        # Otherwise a planted line would differ in style from its neighbours, which gives it away.
        for line in map(str.strip, STANDARD.splitlines()):
            if " = " in line:
                assert ast.unparse(ast.parse(line)) == line


class TestEdit:
    def test_the_example_in_the_docstring(self) -> None:
        assert doctest.testmod(planting).failed == 0

    @pytest.mark.parametrize(
        ("edit", "source", "expected"),
        [
            (Edit("a", "b", "c"), "a = b", "a = c"),
            (Edit("a", "b", "c"), "x = b\na = f(b) + b", "x = b\na = f(c) + b"),
            (Edit("a", "ANY * n", "ANY"), "a = (b + c) * n", "a = b + c"),
            (Edit("a", "ANY / m", "ANY"), "a=1/( 2*m )\na  =  p( x )/m", "a=1/( 2*m )\na = p(x)"),
            (Edit("a", "b", "c + 1"), "a = 2 * (\n  b)\n", "a = 2 * (c + 1)\n"),
            (
                Edit("a", "b", "c"),
                "def f():\n\ta = b\r\n\treturn a",
                "def f():\n\ta = c\r\n\treturn a",
            ),
        ],
    )
    def test_only_what_matches_changes(self, edit: Any, source: str, expected: Any) -> None:
        assert edit.apply(source) == expected

    @pytest.mark.parametrize("source", ["a = c", "b = b", "a += b", "x.a = b", "a = 'b'", "a = b2"])
    def test_no_match_raises(self, source: str) -> None:
        with pytest.raises(BugDoesNotFit, match="no assignment to a contains b"):
            Edit("a", "b", "c").apply(source)

    def test_an_edit_without_effect_does_not_fit(self) -> None:
        with pytest.raises(BugDoesNotFit):
            Edit("a", "b", "b").apply("a = b")


class TestPlant:
    def test_one_line_changes_and_the_name(self) -> None:
        for bug in BANK + LESSONS:
            old = STANDARD.splitlines(keepends=True)
            new = plant(bug, name="suspect_a").splitlines(keepends=True)
            changed = [new for old, new in zip(old, new, strict=True) if old != new]
            assert changed[0] == "def suspect_a(X, Y, cache):\n"
            assert changed[1:] == [f"    {bug.writes}\n"]

    def test_two_bugs_in_one_statement(self) -> None:
        source = plant([by_name("dW2_reshaped"), by_name("dW2_doubled")])
        assert "    dW2 = np.reshape(np.dot(A1, dZ2.T), W2.shape) * 2 / m\n" in source

    def test_a_bug_that_does_not_fit_is_named(self) -> None:
        with pytest.raises(BugDoesNotFit, match="dW2_doubled doesn't fit: no assignment to dW2"):
            plant(by_name("dW2_doubled"), "def f(m):\n    dW2 = 1\n    return dW2\n")

    def test_the_compiled_function_knows_numpy_only(self) -> None:
        known: Any = compile_backward("def f():\n    return np.pi\n", "f")
        assert known() == np.pi
        unknown: Any = compile_backward("def f():\n    return plant\n", "f")
        with pytest.raises(NameError):
            unknown()

    def test_a_bug_is_compiled_once(self) -> None:
        case = live_case(np.random.default_rng(2))
        for bug in BANK:
            once, anew = backward_with(bug), compile_backward(plant(bug))
            assert backward_with(bug) is once
            found, again = (run(case.X, case.Y, case.cache) for run in (once, anew))
            assert all(np.array_equal(found[key], again[key]) for key in found)

    def test_renaming_leaves_the_rest(self) -> None:
        assert rename("def f(x):\n    return 'def f('\n", "g") == "def g(x):\n    return 'def f('\n"


@pytest.mark.parametrize("wrong", [{"kinds": ("colour",)}, {"kinds": ()}, {"first_wrong": "dA1"}])
def test_a_bug_outside_the_vocabulary_is_refused(wrong: Any) -> None:
    right = {
        "name": "odd",
        "kinds": ("scale",),
        "first_wrong": "dW1",
        "edits": (),
        "writes": "",
        "hint": "",
        "why": "",
    }
    with pytest.raises(ValueError, match="odd"):
        Bug(**right | wrong)
