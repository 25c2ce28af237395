"""If this fails, an honest notebook is called damaged, or a hostile one takes the grader's time."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.grading.not_a_notebook import NotANotebook, TooLarge
from autograder.grading.notebook_json import DEEPEST, MOST_MEMBERS, VALUE, needed

# Neither the time that it takes nor its cases depend on the machine.
STEADY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@STEADY
@given(JSON, st.sampled_from([None, 1]), st.booleans())
def test_a_value_ends_where_json_says_it_ends(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    content = text.encode("utf-8", "surrogatepass")
    assert VALUE.match(content + b', "next"').end() == len(content)


@pytest.mark.parametrize(("depth", "fits"), [(DEEPEST, True), (DEEPEST + 1, False)])
def test_brackets_inside_of_each_other(depth, fits):
    assert (VALUE.match(b"[" * depth + b"]" * depth) is not None) is fits


@pytest.mark.parametrize("torn", [b'["a', b"[1, 2", b'{"a": "\\"}', b'["\\', b"[" * 100_000])
def test_what_does_not_end_is_not_a_value(torn):
    assert VALUE.match(torn) is None


def needed_of(notebook):
    return json.loads(needed(json.dumps(notebook).encode()).text)


def test_only_what_grading_looks_at_is_kept():
    cell = {
        "id": "a", "cell_type": "code", "source": ["x"], "attachments": {}, "outputs": [{"a": []}],
        "metadata": {"nbgrader": {"grade_id": "b"}, "id": "c", "tags": ["d"]}, "e": {"source": "f"},
    }  # fmt: skip
    notebook = {"metadata": {"cells": [1]}, "cells": [cell, 3, None], "nbformat": 4, "x": [cell]}
    kept = {name: cell[name] for name in ("id", "cell_type", "source", "attachments")}
    kept |= {"metadata": {"nbgrader": {"grade_id": "b"}, "id": "c"}, "ran": True}
    assert needed_of(notebook) == {"cells": [kept], "nbformat": 4}


def test_worksheets_become_one_list():
    sheets = [{"cells": [{"input": "a"}], "metadata": {}}, 3, {}, {"cells": [{"input": "b"}]}]
    assert needed_of({"worksheets": sheets}) == {"worksheets": [{"input": "a"}, {"input": "b"}]}


def test_cells_in_several_worksheets_are_counted_together():
    with pytest.raises(TooLarge, match="more than 1,000 cells"):
        needed_of({"worksheets": [{"cells": [{}] * 501}] * 2})


def test_of_two_lists_of_cells_the_last_counts_as_for_json():
    assert json.loads(needed(b'{"cells": [{}], "cells": [{"id": 1}]}').text) == {
        "cells": [{"id": 1}]
    }


NOTEBOOK = json.dumps({"cells": [{"source": ["a\n"]}, {"source": "b"}]}, indent=1)
LINES = NOTEBOOK.split("\n")
CONFLICT = "\n".join([*LINES[:4], "<<<<<<< HEAD", "=======", ">>>>>>> theirs", *LINES[4:]])
DAMAGED = {
    "torn": (NOTEBOOK[:-20], "ends in the middle of the notebook"),
    "a conflict": (CONFLICT, "has conflict markers of Git"),
    "a conflict on Windows": (CONFLICT.replace("\n", "\r\n"), "has conflict markers of Git"),
    "two versions": (f"<<<<<<< a\n{NOTEBOOK}\n=======\n{NOTEBOOK}\n>>>>>>> b", "conflict markers"),
    "a comma": (NOTEBOOK.replace("},", "},,"), "is damaged in line 7"),
    "no colon": ('{"cells" []}', "is damaged in line 1"),
    "a number as a name": ('{"metadata": {},\n 3: []}', "is damaged in line 2"),
    "no cells": ('{"cells": null}', "has no cells in it"),
    "cells that are no list": ('{"cells": {}}', "has no cells in it"),
    "only an index": ('{"metadata": {}}', "has no cells in it"),
    "names": ("{" + '"a":1,' * MOST_MEMBERS + '"b":1}', "more than 10,000 names or items"),
}


@pytest.mark.parametrize(("text", "said"), DAMAGED.values(), ids=DAMAGED)
def test_each_damage_has_a_sentence_and_a_next_step(text, said):
    with pytest.raises((NotANotebook, TooLarge)) as raised:
        needed(text.encode())
    assert said in str(raised.value) and "submit" in str(raised.value)


@pytest.mark.parametrize("damage", ["[,]", '{"a" 1}', '[{"b":}]', "[NaN, -Infinity, 'x']"])
def test_damage_in_outputs_does_not_matter(damage):
    text = json.dumps({"cells": [{"outputs": "HERE", "source": "x"}]}).replace('"HERE"', damage)
    assert json.loads(needed(text.encode()).text)["cells"][0]["source"] == "x"


@pytest.mark.parametrize(("before", "after", "is_alone"), [
    ("", "", True), (" \n", "\n\x1a", True), ("", "\0" * 9, True), ("x", "", False),
    ("", NOTEBOOK, False), ("", "}", False),
])  # fmt: skip
def test_what_stands_around_the_notebook_is_noticed(before, after, is_alone):
    assert needed((before + NOTEBOOK + after).encode()).is_alone is is_alone
