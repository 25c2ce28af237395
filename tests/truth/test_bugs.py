"""If this fails, the bank is wrong about a bug, and correct diagnoses lose points."""

from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
import pytest

from autograder.truth.bugs import (
    BANK,
    FIXED_DRAW,
    LESSONS,
    MUTANT,
    OPEN,
    SEALED,
    by_name,
    suspect_source,
)
from autograder.truth.cases import Case, live_case, synthetic_cache
from autograder.truth.distances import TOLERANCE, deviation
from autograder.truth.network import Array, Cache, backward_propagation
from autograder.truth.planting import KINDS, ORDER, Backward, Bug, compile_backward, plant
from autograder.truth.standard_form import STANDARD
from tests.truth.controls import CONTROLS
from tests.truth.made_cases import textbook_case

each_bug = pytest.mark.parametrize("bug", BANK, ids=lambda bug: bug.name)

TEXTBOOK_BUGS = ("dW2_doubled", "db1_quadrupled")
"""The two bugs of the classic exercise."""


def deviations(backward: Backward, X: Array, Y: Array, values: Cache) -> Array:
    """Return the deviation of every gradient, in `ORDER`."""
    found, truth = backward(X, Y, values), backward_propagation(X, Y, values)
    return np.array([deviation(found[key], truth[key]) for key in ORDER])


@cache
def live_cases() -> list[Case]:
    rng = np.random.default_rng(1)
    return [live_case(rng) for _ in range(200)]


@cache
def special_cases() -> dict[str, list[Case]]:
    rng = np.random.default_rng(2)
    some = live_cases()[:20]
    return {
        "m=1": [live_case(rng, 1) for _ in range(20)],
        "m=3": [live_case(rng, 3) for _ in range(20)],
        "m=4": [live_case(rng, 4) for _ in range(20)],
        "flat labels": [case.with_flat_labels() for case in some],
        "ones only": [replace(case, Y=np.ones_like(case.Y)) for case in some],
        "constant units": [with_constant_units(case) for case in some],
        "textbook": [textbook_case()],
    }


def with_constant_units(case: Case) -> Case:
    """Move the hidden biases until each unit is always on or always off, in turn."""
    parameters, A = dict(case.parameters), case.X
    for layer in (1, 2):
        products = parameters[f"W{layer}"] @ A
        turns = np.resize([[1.0], [-1.0]], (len(products), 1))
        parameters[f"b{layer}"] = turns * (0.5 + np.abs(products).max())
        A = np.maximum(products + parameters[f"b{layer}"], 0)
    return replace(case, parameters=parameters)


@each_bug
def test_live_cases_show_it_first_where_the_bank_says(bug: Bug) -> None:
    backward = compile_backward(plant(bug))
    table = np.array([deviations(backward, case.X, case.Y, case.cache) for case in live_cases()])
    place = ORDER.index(bug.first_wrong)
    assert (table[:, :place] < 1e-12).all()
    assert np.isfinite(table).all()
    shown = (table[:, place] > 1e-3).mean()
    assert shown >= 0.99 if bug.suspect else shown > 0.9
    assert (table.max(axis=1) > 1e-3).mean() >= 0.99


@each_bug
def test_it_hides_where_the_bank_says_and_nowhere_else(bug: Bug) -> None:
    backward = compile_backward(plant(bug))
    hidden = {
        name
        for name, cases in special_cases().items()
        if all(deviations(backward, c.X, c.Y, c.cache).max() < 1e-12 for c in cases)
    }
    assert hidden == set(bug.invisible)


@each_bug
def test_larger_networks_and_synthetic_caches_show_it(bug: Bug) -> None:
    rng, backward = np.random.default_rng(3), compile_backward(plant(bug))
    for _ in range(5):
        case = live_case(rng, 12, layers=(7, 6, 4, 1))
        assert deviations(backward, case.X, case.Y, case.cache).max() > TOLERANCE
        assert deviations(backward, *synthetic_cache(rng)).max() > TOLERANCE


@each_bug
def test_it_says_what_a_student_and_a_teacher_need(bug: Bug) -> None:
    assert bug.hint.endswith((".", "?"))
    assert bug.why.endswith(".")


@pytest.mark.parametrize("bug", LESSONS, ids=lambda bug: bug.name)
def test_lessons_do_what_their_kind_says_and_little_else(bug: Bug) -> None:
    """The numbers are correct, at least to half precision."""
    backward, changed, shapes, dtypes = compile_backward(plant(bug)), set(), set(), set()
    for case in live_cases()[:20]:
        values = tuple(array.copy() for array in case.cache)
        found = backward(case.X, case.Y, values)
        changed |= {i for i in range(12) if not np.array_equal(values[i], case.cache[i])}
        for key, truth in case.gradients.items():
            shapes |= {key} if found[key].shape != truth.shape else set()
            dtypes |= {key} if found[key].dtype != truth.dtype else set()
            off = deviation(np.reshape(found[key], truth.shape).astype(float), truth)
            assert off < (1e-2 if bug.kinds == ("dtype",) else 1e-12)
    seen = {"alias": changed, "shape": shapes, "dtype": dtypes}
    assert [kind for kind in seen if seen[kind]] == list(bug.kinds)
    assert not bug.suspect
    assert bug.kinds != ("shape",) or shapes == {bug.first_wrong}


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.target)
def test_controls_are_no_bugs(control: Any) -> None:
    backward = compile_backward(control.apply(STANDARD), "backward")
    for case in chain(live_cases(), *special_cases().values()):
        assert deviations(backward, case.X, case.Y, case.cache).max() < 1e-12


def test_the_bank_covers_every_kind_under_different_names() -> None:
    assert {kind for bug in BANK for kind in bug.kinds[:1]} == set(KINDS)
    assert len({bug.name for bug in BANK}) == len(BANK)
    assert len({plant(bug) for bug in BANK}) == len(BANK)


def test_enough_suspects_of_every_kind() -> None:
    assert {kind for bug in BANK if bug.suspect for kind in bug.kinds[:1]} == set(KINDS)


def test_an_unknown_name_raises() -> None:
    with pytest.raises(KeyError, match="no bug named 'dW9_tripled'"):
        by_name("dW9_tripled")


def test_textbook_bugs_are_in_the_bank_and_no_suspects() -> None:
    assert not any(by_name(name).suspect for name in TEXTBOOK_BUGS)


def test_fixed_draw_has_three_kinds_in_three_places() -> None:
    assert len(set(FIXED_DRAW.values())) == 6
    for names in (OPEN, SEALED):
        bugs = [by_name(FIXED_DRAW[name]) for name in names]
        assert len({bug.kinds[0] for bug in bugs}) == 3
        assert len({bug.first_wrong for bug in bugs}) == 3
        assert all(bug.suspect for bug in bugs)
    assert OPEN == ("suspect_a", "suspect_b", "suspect_c")
    assert SEALED == ("sealed_a", "sealed_b", "sealed_c")
    assert suspect_source("suspect_a", bugs[0]).startswith("def suspect_a(X, Y, cache):\n")


def test_the_mutant_survives_the_textbook_case_untouched_and_a_live_case_kills_it() -> None:
    backward = compile_backward(plant(MUTANT))
    case = textbook_case()
    for flat in (case, case.with_flat_labels()):
        assert deviations(backward, flat.X, flat.Y, flat.cache).max() == 0
    assert not MUTANT.suspect
    for case in live_cases():
        assert deviations(backward, case.X, case.Y, case.cache).max() > 1e-2
