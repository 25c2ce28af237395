"""If this fails, a report misjudges which questions are hard, and which tell students apart."""

import pytest

from autograder.desk.class_grades import NOT_READ, Standing
from autograder.desk.item_analysis import (
    EVERYBODY,
    FEWEST,
    NO_REST,
    NOBODY,
    THE_SAME,
    TOO_FEW,
    Discrimination,
    discrimination,
    parts,
    quartiles,
    questions,
)
from autograder.grading.scores import Scored, Total
from autograder.questions.verdict import Finding


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([7], (7, 7, 7)),
        ([4, 1], (1.75, 2.5, 3.25)),
        ([4, 1, 3, 2], (1.75, 2.5, 3.25)),
        ([1, 2, 3, 4, 5], (2, 3, 4)),
        ([0, 0, 10], (0, 0, 5)),
    ],
)
def test_quartiles(values, expected):
    assert quartiles(values) == expected


def test_the_corrected_item_total_correlation():
    """By hand: covariance 2 (sums of products), roots of 1 and of 5; then the reverse order."""
    rest = 3 * [4, 3, 2, 1]
    assert discrimination(3 * [1, 1, 0, 0], rest, 1).value == pytest.approx(2 / 5**0.5)
    assert discrimination(3 * [0, 0, 1, 1], rest, 1).value == pytest.approx(-2 / 5**0.5)
    assert discrimination(3 * [1, 0, 0, 1], rest, 1).value == pytest.approx(0)


@pytest.mark.parametrize(
    ("item", "rest", "why"),
    [
        ([1, 0, 1], [3, 2, 1], TOO_FEW),
        (4 * [1, 1, 1], 4 * [3, 2, 1], EVERYBODY),
        (4 * [0, 0, 0], 4 * [3, 2, 1], NOBODY),
        (4 * [0.5, 0.5, 0.5], 4 * [3, 2, 1], THE_SAME),
        (4 * [1, 0, 1], 4 * [2, 2, 2], NO_REST),
        # Sums of thirds, which differ in the last digit.
        (4 * [1, 0, 1], 4 * [0.1 + 0.2, 0.3, 0.3], NO_REST),
    ],
)
def test_where_it_is_not_defined_that_is_said(item, rest, why):
    assert discrimination(item, rest, 1) == Discrimination(None, why)


def test_a_handful_of_students_says_nothing():
    """Of nine it would be uncertain by a third: by as much as good questions and poor differ."""
    assert FEWEST == 10
    many = [*range(FEWEST)]
    assert discrimination(many, many, 9).value == pytest.approx(1)
    assert discrimination(many[1:], many[1:], 9) == Discrimination(None, "fewer than 10 students")


def standing(student, first, second, written=None, manual=None):
    """A student with a question of two parts, one of one part, and a written answer."""
    findings = {
        "test_a": tuple(
            Finding(name, 1.0, earned) for name, earned in zip("xy", first, strict=True)
        ),
        "test_b": (Finding("z", 3.0, second),),
    }
    scores = {
        "test_a": Scored(float(sum(first)), manual, None, False),
        "test_b": Scored(3.0 * second, None, None, False),
        "explain": Scored(None, written, None, written is None),
    }
    worth = {"test_a": 2.0, "test_b": 3.0, "explain": 2.0}
    why = NOT_READ if written is None else ""
    return Standing(
        "any", student, why, written is None, Total(0, 0, 0), 7, scores, worth, findings, {}, (),
        None, "",
    )  # fmt: skip


CLASS = [
    standing(f"{name}{number}", *found)
    for number in range(3)
    for name, *found in (
        ("ada", (True, True), True, 2.0), ("bob", (True, False), True),
        ("cid", (False, True), False), ("dan", (False, False), False, 0.0),
    )
]  # fmt: skip


def test_questions():
    """What nobody has read counts neither as a score nor in the rest of another question."""
    a, b, written = questions(CLASS)
    assert [each.name for each in (a, b, written)] == ["a", "b", "explain"]
    assert (a.points, a.students, a.earned, a.mean, a.share) == (2, 12, 3, 1.0, 0.25)
    assert (b.points, b.students, b.earned, b.mean) == (3, 12, 6, 1.5)
    assert (written.students, written.earned, written.mean) == (6, 3, 1.0)
    assert written.discrimination.why == TOO_FEW
    # 2, 1, 1, 0 against 3, 3, 0, 0: covariance 3, roots of 2 and of 9. Each three times.
    assert a.discrimination.value == pytest.approx(3 / 18**0.5)


def test_parts():
    x, y, z = parts(CLASS)
    assert [(each.name, each.part, each.earned) for each in (x, y, z)] == [
        ("a", "x", 6), ("a", "y", 6), ("b", "z", 6),
    ]  # fmt: skip
    # x: 1, 1, 0, 0 against what is left of 5, 4, 1, 0, which is 4, 3, 1, 0.
    assert x.discrimination.value == pytest.approx(3 / 10**0.5)


def test_what_a_person_has_decided_says_nothing_about_parts():
    decided = standing("eve", (False, False), True, manual=2.0)
    assert {each.part: each.students for each in parts([*CLASS, decided])} == {
        "x": 12, "y": 12, "z": 13,
    }  # fmt: skip
    assert questions([*CLASS, decided])[0].earned == 4


def test_nobody_is_no_error():
    assert questions([]) == parts([]) == []
