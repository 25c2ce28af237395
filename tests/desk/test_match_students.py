"""If this fails, a student gets somebody else's grade, or none although the row is clear."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.desk.match_students import Person, match


def student(name, *more, emails=(), names=()):
    return Person((name, *more), emails, names)


def row(*ids, emails=(), names=()):
    return Person(ids, emails, names)


CLASS = [
    student("ada", names=("Ada Lovelace",)),
    student("zoë", "4711", emails=("z.obrien@example.org",), names=("Zoë O\u2019Brien",)),
    student("Jean-Luc de la Tour"),
    student("hoppergrace"),
    student("x@example.org"),
]


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (row("ada"), 0),
        (row("ADA"), 0),
        (row("41234", "ada", "S1"), 0),
        (row("41234", emails=("ada@example.org",)), 0),
        (row("Ada@example.org"), 0),
        (row("41234", names=("Lovelace, Ada",)), 0),
        (row("41234", names=("ada  LOVELACE",)), 0),
        (row("lovelaceada"), 0),
        (row("zoë"), 1),
        (row(unicodedata.normalize("NFD", "zoë")), 1),
        (row(unicodedata.normalize("NFD", "ZOË")), 1),
        (row("4711"), 1),
        (row(emails=("Z.OBrien@Example.org",)), 1),
        (row("z.obrien"), 1),
        (row("1", names=("de la Tour, Jean-Luc",)), 2),
        (row("1", names=("Jean-Luc de la Tour",)), 2),
        (row("1", names=("Grace Hopper",)), 3),
        (row("1", emails=("X@example.org",)), 4),
        (row("adam"), None),
        (row("1", names=("Ada",)), None),
        (row("1", names=("Ada Byron",)), None),
        (row(""), None),
        (row("1", names=("",)), None),
    ],
)
def test_a_row_is_found_by_what_it_says(found, place):
    matched = match([found], CLASS)
    assert matched.students == ({} if place is None else {0: place})
    assert matched.unclear == {}


def test_the_same_letters_come_before_the_same_in_another_case():
    people = [student("ada"), student("Ada")]
    assert match([row("Ada"), row("ada")], people).students == {0: 1, 1: 0}
    assert match([row("ADA")], people).unclear == {0: (0, 1)}


def test_an_id_comes_before_a_name():
    people = [student("ada", names=("Ada Lovelace",)), student("bob", names=("Bob Ross",))]
    rows = [row("bob", names=("Ada Lovelace",)), row("ada", names=("Bob Ross",))]
    assert match(rows, people).students == {0: 1, 1: 0}


def test_whoever_is_unclear_is_not_found_by_a_weaker_sign_either():
    people = [student("ada", names=("Ada Lovelace",)), student("bob")]
    rows = [row("ada", "bob"), row("1", names=("Ada Lovelace",))]
    matched = match(rows, people)
    assert matched.students == {}
    assert matched.unclear == {0: (0, 1)}


def test_namesakes_are_unclear():
    people = [student("a1", names=("Ada Lovelace",)), student("a2", names=("ada lovelace",))]
    assert match([row("9", names=("Lovelace, Ada",))], people).unclear == {0: (0, 1)}
    people = [student("a1", names=("Ada Lovelace",))]
    rows = [row("8", names=("Ada Lovelace",)), row("9", names=("Lovelace Ada",))]
    assert match(rows, people).unclear == {0: (0,), 1: (0,)}


words = st.text(st.sampled_from("aAëéß1"), min_size=1, max_size=3)
people = st.lists(st.builds(lambda name: Person((name,)), words), max_size=6, unique=True)


@given(people, people)
def test_nobody_is_matched_twice(rows, students):
    found = match(rows, students)
    assert len({*found.students.values()}) == len(found.students)
    assert not {*found.students} & {*found.unclear}
    for place, each in enumerate(rows):
        if each in students:
            assert students[found.students[place]] == each
