"""If this fails, students hunt sealed bugs in numbers that are not those of their bugs."""

import base64
from collections.abc import Callable
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.truth import notebook_helpers
from autograder.truth.bugs import BANK, FIXED_DRAW, SEALED, by_name
from autograder.truth.draws import draw
from autograder.truth.evidence import CASES, packed, returned
from autograder.truth.planting import ORDER, backward_with
from autograder.truth.starting_code import EVIDENCE, personal
from tests.temporary_course import ROOT

CELLS = ("activations", "vectors", "cases", "given_forward_pass", "magnifying_glass", EVIDENCE)
RELEASE = nbformat.read(ROOT / "release/planted_bugs/planted_bugs.ipynb", as_version=4)
KEYS = [FIXED_DRAW, *(draw(b"a secret of this test", f"student{each}") for each in range(8))]


def run(key: Any = FIXED_DRAW, **before: Any) -> dict[str, Any]:
    """The names that the notebook has after its cells up to the evidence of a key."""
    names: dict[str, Any] = {"np": np}
    for cell in RELEASE.cells:
        if cell.id in CELLS:
            names |= before if cell.id == EVIDENCE else {}
            exec(personal(key)[EVIDENCE] if cell.id == EVIDENCE else cell.source, names)
    return names


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key["sealed_a"])
def test_the_cell_holds_what_the_bugs_return(key: Any) -> None:
    names = run(key)
    assert [*names["evidence"]] == [*SEALED]
    for name in SEALED:
        assert [*names["evidence"][name]] == [*CASES]
        for (m, seed), found in names["evidence"][name].items():
            X, Y, parameters = names["draw_case"](m, seed)
            _, cache = names["forward_propagation_n"](X, Y, parameters)
            truth = backward_with(by_name(key[name]))(X, Y, cache)
            assert set(found) == set(truth)
            for array in ORDER:
                assert found[array].shape == truth[array].shape
                np.testing.assert_allclose(found[array], truth[array], rtol=1e-7, atol=1e-12)


def test_a_correct_array_is_told_from_a_wrong_one_by_the_tools_of_the_notebook() -> None:
    """Whether rounded numbers or numerical gradients: 1e-6 lies far between."""
    names = run()
    for name in SEALED:
        for case, seen in zip(CASES, returned(FIXED_DRAW[name]), strict=True):
            found, numerical, _ = names["gradients_of"](name, *case)
            for key in ORDER:
                off, _ = names["compared"](found[key[1:]], numerical[key[1:]])
                correct = np.allclose(seen.found[key], seen.truth[key], rtol=1e-6, atol=1e-9)
                assert off < 1e-7 if correct else off > 1e-4


@pytest.mark.parametrize("bug", BANK, ids=lambda bug: bug.name)
def test_no_wrong_array_is_nearly_correct(bug: Any) -> None:
    for seen in returned(bug.name):
        for key in ORDER:
            off = np.abs(seen.found[key] - seen.truth[key]).max() / np.abs(seen.truth[key]).max()
            assert off < 2e-7 or off > 1e-3


def test_it_is_small_text_that_names_no_bug() -> None:
    for key in KEYS:
        cell = personal(key)[EVIDENCE]
        assert len(cell) < 12_000
        assert not any(bug.name in cell for bug in BANK)
        assert max(map(len, cell.splitlines())) <= 100


def test_packed_numbers_stay_what_they_are() -> None:
    """Whoever reads a copy of last year reads the same."""
    numbers = np.frombuffer(base64.b64decode(packed(FIXED_DRAW, SEALED)), "<f4")
    assert numbers.size == len(SEALED) * len(CASES) * 47
    assert numbers[46] == np.float32(returned(FIXED_DRAW["sealed_a"])[0].found["db3"])


def test_the_notebook_draws_the_cases_that_the_grader_draws() -> None:
    draw_case = run()["draw_case"]
    for m, seed in (*CASES, (4, 99)):
        X, Y, parameters = notebook_helpers.draw_case(m, seed)
        for mine, its in zip(draw_case(m, seed)[:2], (X, Y), strict=True):
            np.testing.assert_array_equal(mine, its)
        for key, array in draw_case(m, seed)[2].items():
            np.testing.assert_array_equal(array, parameters[key])


def test_a_numpy_that_draws_other_numbers_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    run()
    assert "Your numpy" not in capsys.readouterr().out
    other: Callable[..., Any] = notebook_helpers.draw_case
    run(draw_case=lambda m, seed: other(m, seed + 1))
    assert "Your numpy draws other cases than those of the evidence" in capsys.readouterr().out
