"""If this fails, a sealed bug can't be named from its numbers, or a correct name gets no points."""

from itertools import combinations

import numpy as np
import pytest

from autograder.truth import detective
from autograder.truth.bugs import BANK
from autograder.truth.evidence import CASES, returned
from autograder.truth.fingerprints import Seen
from autograder.truth.network import gradients_to_vector
from autograder.truth.planting import KINDS, Bug
from autograder.truth.rules import RULES

DRAWABLE = [bug for bug in BANK if bug.suspect]


def named(bug: Bug) -> tuple[str | None, str]:
    evidence = returned(bug.name)
    return detective.first_wrong(evidence), detective.kind(evidence)


def same_evidence(one: Bug, other: Bug) -> bool:
    """To about as many digits as a student sees."""
    pairs = zip(returned(one.name), returned(other.name), strict=True)
    columns = ((gradients_to_vector(a.found), gradients_to_vector(b.found)) for a, b in pairs)
    return all(np.allclose(*two, rtol=1e-5, atol=1e-7) for two in columns)


@pytest.mark.parametrize("bug", DRAWABLE, ids=lambda bug: bug.name)
def test_the_rules_name_place_and_an_accepted_kind_of_every_bug_that_may_be_sealed(
    bug: Bug,
) -> None:
    place, kind = named(bug)
    assert place == bug.first_wrong
    assert kind in bug.kinds


@pytest.mark.parametrize("bug", DRAWABLE, ids=lambda bug: bug.name)
def test_no_other_kind_is_accepted_than_the_cause_and_the_look(bug: Bug) -> None:
    """With more of them, one word would be correct for half of the bank."""
    assert {*bug.kinds} == {bug.kinds[0], named(bug)[1]}


def test_there_are_bugs_enough_to_seal() -> None:
    assert len(DRAWABLE) >= 40
    kinds = [named(bug)[1] for bug in DRAWABLE]
    assert {*kinds} == {*KINDS}
    accepted = [kind for bug in DRAWABLE for kind in bug.kinds]
    assert max(accepted.count(kind) for kind in KINDS) < len(DRAWABLE) / 3  # guessing one word


def test_no_two_bugs_that_need_different_answers_have_the_same_evidence() -> None:
    for one, other in combinations(DRAWABLE, 2):
        if same_evidence(one, other):
            assert (one.first_wrong, one.kinds) == (other.first_wrong, other.kinds)


def test_no_bug_of_practice_has_the_evidence_of_a_graded_one() -> None:
    """Else whoever practises has met a graded bug."""
    for practised in (bug for bug in BANK if not bug.suspect):
        for graded in DRAWABLE:
            assert not same_evidence(practised, graded)


def test_rules_stand_in_the_order_of_the_kinds() -> None:
    assert [*RULES] == [*KINDS]


def test_correct_gradients_have_no_bug_to_name() -> None:
    evidence = [Seen(s.X, s.Y, s.cache, s.truth, s.truth) for s in returned("dZ3_doubled")]
    assert detective.first_wrong(evidence) is None
    with pytest.raises(ValueError, match="no bug to name"):
        detective.kind(evidence)


def test_the_place_is_the_first_on_the_way_back_in_any_case() -> None:
    """dW2 is wrong in the last case only, and dW1 in all: dW2 comes first."""
    evidence = []
    for seen in returned("dA1_halved"):
        wrong = seen.truth | {"dW1": -seen.truth["dW1"]}
        evidence.append(Seen(seen.X, seen.Y, seen.cache, seen.truth, wrong))
    assert detective.first_wrong(evidence) == "dW1"
    last = evidence[-1]
    wrong = {**last.found, "dW2": last.truth["dW2"] * (1 + 3e-6)}
    evidence[-1] = Seen(last.X, last.Y, last.cache, last.truth, wrong)
    assert detective.first_wrong(evidence) == "dW2"
    evidence[-1] = Seen(last.X, last.Y, last.cache, last.truth,
                        {**wrong, "dW2": last.truth["dW2"] * (1 + 3e-7)})  # fmt: skip
    assert detective.first_wrong(evidence) == "dW1"


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        (lambda dW1, m, case: -dW1, "sign"),
        (lambda dW1, m, case: -3 * dW1, "scale"),
        (lambda dW1, m, case: 0 * dW1, "scale"),
        (lambda dW1, m, case: dW1 * (1 + m), "batch"),
        (lambda dW1, m, case: dW1 * (1 + case), "chain"),
        (lambda dW1, m, case: dW1 if m == 1 else dW1**2, "batch"),
        (lambda dW1, m, case: dW1[:, ::-1], "transpose"),
        (lambda dW1, m, case: dW1 + 0.1, "mask"),
        (lambda dW1, m, case: dW1 * np.abs(dW1), "chain"),
    ],
)
def test_each_rule_fits_what_it_says(changed, kind: str) -> None:  # type: ignore[no-untyped-def]
    evidence = [
        Seen(seen.X, seen.Y, seen.cache, seen.truth,
             seen.truth | {"dW1": changed(seen.truth["dW1"], seen.m, case)})
        for case, seen in enumerate(returned("dW1_doubled"))
    ]  # fmt: skip
    assert detective.kind(evidence) == kind


def test_the_cases_are_what_the_notebook_says_of_them() -> None:
    assert len(returned("dZ3_doubled")) == len(CASES)
    seen = dict(zip(CASES, returned("dZ3_doubled"), strict=True))
    on = {case: [(Z > 0).sum(axis=1) for Z in each.cache[:8:4]] for case, each in seen.items()}
    assert seen[5, 410].Y.tolist() == [[1] * 5]
    assert [int((layer == 0).sum()) for layer in on[3, 388]] == [1, 1]
    for (m, _), layers in on.items():
        if m == 8:
            assert all((layer > 0).all() for layer in layers)
        if m == 1:
            assert all(0 < layer.sum() < layer.size for layer in layers)
    for each in seen.values():
        hidden = np.hstack([Z.ravel() for Z in each.cache[:8:4]])
        assert np.abs(hidden).min() > 1e-3  # no kink near
        assert min(np.abs(array).max() for array in each.truth.values()) > 1e-2
