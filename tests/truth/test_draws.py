"""If this fails, two students share their bugs, or a student's bugs change during the course."""

import hmac
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from autograder.truth import draws
from autograder.truth.bugs import BANK, FIXED_DRAW, OPEN, SEALED, by_name
from autograder.truth.draws import EFFECTS, draw, effect, keyed

SECRET = b"the secret of this very test"
STUDENTS = [f"student{number}" for number in range(1500)]


@pytest.fixture(scope="module")
def drawn() -> dict[str, dict[str, str]]:
    return {student: draw(SECRET, student) for student in STUDENTS}


def test_everybody_gets_three_kinds_and_the_same_difficulty_twice(
    drawn: Mapping[str, Mapping[str, str]],
) -> None:
    for suspects in drawn.values():
        assert list(suspects) == list(FIXED_DRAW) == [*OPEN, *SEALED]
        assert len(set(suspects.values())) == 6
        for names in (OPEN, SEALED):
            bugs = [by_name(suspects[name]) for name in names]
            assert all(bug.suspect for bug in bugs)
            assert len({bug.kinds[0] for bug in bugs}) == 3
            assert {effect(bug) for bug in bugs} == set(EFFECTS)


@pytest.mark.parametrize(
    ("names", "once_in"), [(OPEN, 2000), (SEALED, 2000), (FIXED_DRAW, 100_000)]
)
def test_two_rarely_share_all_of_their_bugs(
    drawn: Mapping[str, Mapping[str, str]], names: Any, once_in: int
) -> None:
    counts = Counter(frozenset(suspects[name] for name in names) for suspects in drawn.values())
    same = sum(count * (count - 1) / 2 for count in counts.values())
    assert same / (len(STUDENTS) * (len(STUDENTS) - 1) / 2) < 1 / once_in


def test_every_suspect_of_the_bank_is_drawn_and_none_too_often(
    drawn: Mapping[str, Mapping[str, str]],
) -> None:
    counts = Counter(name for suspects in drawn.values() for name in suspects.values())
    assert set(counts) == {bug.name for bug in BANK if bug.suspect}
    assert max(counts.values()) < len(STUDENTS) / 4


def test_a_bug_may_be_sealed_for_one_and_open_for_another(
    drawn: Mapping[str, Mapping[str, str]],
) -> None:
    wanted = {bug.name for bug in BANK if bug.suspect}
    for names in (OPEN, SEALED):
        assert {suspects[name] for suspects in drawn.values() for name in names} == wanted


def test_where_a_bug_stands_says_nothing_about_it(drawn: Mapping[str, Mapping[str, str]]) -> None:
    for name in FIXED_DRAW:
        counts = Counter(effect(by_name(suspects[name])) for suspects in drawn.values())
        assert min(counts.values()) > len(STUDENTS) / 6


def test_a_draw_depends_on_the_secret_and_the_student_alone(
    drawn: Mapping[str, Mapping[str, str]],
) -> None:
    assert all(draw(SECRET, student) == drawn[student] for student in STUDENTS[:50])
    same = [draw(SECRET + b"!", student) == drawn[student] for student in STUDENTS[:50]]
    assert sum(same) < 5


def test_a_new_bug_changes_few_draws(
    drawn: Mapping[str, Mapping[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It replaces another bug only in those draws in which it comes first."""
    without = tuple(bug for bug in BANK if bug.name != "dZ2_unmasked")
    had_it = {who for who, suspects in drawn.items() if "dZ2_unmasked" in suspects.values()}
    monkeypatch.setattr(draws, "BANK", without)
    for student in STUDENTS[:300]:
        assert (draw(SECRET, student) == drawn[student]) == (student not in had_it)


def test_words_are_told_apart_wherever_they_are_cut() -> None:
    words = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("äbc",), ()]
    hashes = {keyed(SECRET, *each) for each in words}
    assert len(hashes) == len(words)
    assert all(len(one) == 32 for one in hashes)


def test_the_hash_stays_what_it_is():
    """With another one, everybody's bugs would be others in the middle of a course."""
    message = b"\0\0\0\4code\0\0\0\4zo\xc3\xab"
    assert keyed(SECRET, "code", "zoë") == hmac.digest(SECRET, message, "sha256")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("dW1_descends", "factor"), ("dZ3_reversed", "factor"), ("m_counts_entries", "factor"),
        ("dW2_from_Z1", "single"), ("db1_last_example", "single"), ("dW1_reshaped", "single"),
        ("dZ2_unmasked", "spread"), ("dZ3_hinge", "spread"), ("dA1_skips_mask", "spread"),
    ],
)  # fmt: skip
def test_effects_are_what_one_sees(name: str, found: Any) -> None:
    assert effect(by_name(name)) == found


def test_there_are_suspects_enough_of_each_effect() -> None:
    counts = Counter(effect(bug) for bug in BANK if bug.suspect)
    assert all(counts[each] >= 12 for each in EFFECTS)
