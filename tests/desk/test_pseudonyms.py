"""If this fails, a report without names gives somebody away."""

import pytest

from autograder.desk.match_students import Person
from autograder.desk.pseudonyms import LEFT_OUT, People, Unnamed

KNOWN = {
    "ada": Person(("ada", "4711"), ("ada.l@example.org",), ("Ada Lovelace",)),
    "b-17": Person(("b-17",), (), ("Bo Li",)),
    "cid\udcff": Person(("cid\udcff",)),
}


def test_people_are_called_by_name_and_id():
    people = People([*KNOWN, "dan"], KNOWN)
    assert people.called == {
        "ada": "Ada Lovelace (ada)", "b-17": "Bo Li (b-17)", "cid\udcff": "cid\\xff", "dan": "dan",
    }  # fmt: skip
    assert people.say("ada\x1b[2J\nbob") == "ada\\x1b[2J\nbob"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("submitted/ada/x.ipynb", f"submitted/{LEFT_OUT}/x.ipynb"),
        ("ADA_2 and Canada", f"{LEFT_OUT}_2 and Canada"),
        ("by Lovelace, Ada", f"by {LEFT_OUT}, {LEFT_OUT}"),
        ("AdaLovelace", LEFT_OUT),
        ("name 'ada_lovelace' is not defined", f"name '{LEFT_OUT}_{LEFT_OUT}' is not defined"),
        ("write to ada.l@example.org", f"write to {LEFT_OUT}"),
        ("ada.l has 4711", f"{LEFT_OUT} has {LEFT_OUT}"),
        ("b-17 and b - 17", f"{LEFT_OUT} and b - 17"),
        ("a list of Bo Li", f"a list of {LEFT_OUT}"),
        ("cid\udcff", LEFT_OUT),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_names_are_left_out_of_texts(text, shown):
    assert Unnamed(KNOWN, KNOWN, "key").say(text) == shown


def test_letters_stay_the_same_and_need_the_key():
    people = Unnamed(KNOWN, KNOWN, "key")
    assert Unnamed(["ada"], KNOWN, "key").called["ada"] == people.called["ada"]
    assert Unnamed(KNOWN, KNOWN, "other").called["ada"] != people.called["ada"]


def test_the_order_is_that_of_the_letters():
    """And not that of the ids, even in part."""
    ids = [f"s{number:04}" for number in range(1000)]
    people = Unnamed(ids, {}, "key")
    assert [*people.called.values()] == sorted(people.called.values())
    assert len({*people.called.values()}) == 1000
    same = sum(
        one < other for one, other in zip([*people.called], [*people.called][1:], strict=False)
    )
    assert 400 < same < 600
