"""If this fails, correct diagnoses of personal bugs lose points, or another student's earn them."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from autograder.questions import judge
from autograder.questions.verdict import Verdict
from autograder.truth.bugs import FIXED_DRAW, SEALED, by_name
from autograder.truth.draws import draw
from autograder.truth.planting import KINDS, ORDER
from tests.questions.notebook import Notebook, lost

KEYS = [draw(b"a secret for this test", f"student{number}") for number in range(25)]


def said(key: Mapping[str, str], kind: int = 0) -> dict[str, dict[str, str]]:
    """A correct diagnosis; where several kinds are accepted, the one at this place in the list."""
    found = {}
    for name in SEALED:
        bug = by_name(key[name])
        found[name] = {"first_wrong": bug.first_wrong, "kind": bug.kinds[kind % len(bug.kinds)]}
    return found


def verdict(diagnosis: Mapping[str, Any], key: Mapping[str, str] | None = None) -> Verdict:
    notebook = Notebook("planted_bugs", {"diagnosis": f"diagnosis = {diagnosis!r}"})
    return judge("diagnosis", notebook.student, 1, key=key)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: "-".join(key.values()))
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_each_accepted_answer_counts_for_its_own_key(key: Mapping[str, str], kind: int) -> None:
    assert not lost(verdict(said(key, kind), key))


@pytest.mark.parametrize("key", KEYS[:5], ids=lambda key: "-".join(key.values()))
def test_each_wrong_word_costs_its_own_point(key: Mapping[str, str]) -> None:
    right = said(key)
    fields = {"first_wrong": ORDER, "kind": tuple(KINDS)}
    for name, (field, words) in product(SEALED, fields.items()):
        bug = by_name(key[name])
        accepted = (bug.first_wrong,) if field == "first_wrong" else bug.kinds
        for word in set(words) - set(accepted):
            wrong = right | {name: right[name] | {field: word}}
            found = verdict(wrong, key)
            assert lost(found) == {f"{name}_{field}"}
            assert not any(other in str(found) for other in key.values())


def test_without_a_key_it_is_that_of_the_common_release() -> None:
    assert not lost(verdict(said(FIXED_DRAW)))
    assert lost(verdict(said(FIXED_DRAW), KEYS[0]))
    assert lost(verdict(said(KEYS[0])))
