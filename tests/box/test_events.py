"""If this fails, forged outputs from inside break the notebook that they are written to."""

import json
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook

from autograder.box.events import KINDS, Event, checked, size_of
from autograder.box.wire import WireError
from autograder.grading.cell_outputs import Outputs
from tests.box.values import PLAIN
from tests.thorough import THOROUGH

STEADY = settings(deadline=None, derandomize=True)
TEXT = st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
MIMES = st.sampled_from(
    ["text/plain", "image/png", "application/json", "application/b+json", "a/b+json", "odd", ""]
)
BUNDLE = st.dictionaries(MIMES, TEXT | JSON, max_size=2)
FIELD = st.one_of(TEXT, BUNDLE, JSON, PLAIN, st.sampled_from(["stdout", "stderr", 1, -1, None]))
NEARLY = st.sampled_from([*KINDS]).flatmap(
    lambda kind: st.tuples(st.just(kind), *[FIELD] * len(KINDS[kind]))
)
GOOD = st.one_of(
    st.tuples(st.just("stream"), st.sampled_from(["stdout", "stderr"]), TEXT),
    st.tuples(st.just("display"), BUNDLE, JSON, TEXT | st.none()),
    st.tuples(st.just("update"), BUNDLE, JSON, TEXT | st.none()),
    st.tuples(st.just("result"), BUNDLE, JSON, st.integers(-1, 9), TEXT | st.none()),
    st.tuples(st.just("error"), TEXT, TEXT, st.lists(TEXT, max_size=2)),
    st.tuples(st.just("clear"), st.booleans()),
)

VALID: list[Event] = [
    ("stream", "stdout", "text"),
    ("stream", "stderr", ""),
    ("display", {"text/plain": "1", "image/png": "AAAA"}, {}, None),
    ("display", {"application/json": [1, {"a": None}]}, {"a": {"b": [True]}}, "i"),
    ("display", {"application/y+json": 2.5}, {}, None),
    ("update", {}, {}, "i"),
    ("result", {"text/plain": "1"}, {}, 0, None),
    ("error", "ValueError", "odd", []),
    ("clear", True),
]
INVALID: list[Any] = [
    (),
    ("stdin", "text"),
    (["stream"], "stdout", "text"),
    (b"stream", "stdout", "text"),
    ("stream", "stdout"),
    ("stream", "stdout", "text", "more"),
    ("stream", "stdlog", "text"),
    ("stream", "stdout", None),
    ("stream", "stdout", ["text"]),
    ("display", {"text/plain": 1}, {}, None),
    ("display", {"text/plain": ["1"]}, {}, None),
    ("display", {"text/plain": None}, {}, None),
    ("display", {"image/json": {}}, {}, None),
    ("display", {"application/jsonp": {}}, {}, None),
    ("display", {}, {}, 3),
    ("display", [], {}, None),
    ("display", {}, {"a": 1j}, None),
    ("update", {"text/plain": 2}, {}, "i"),
    ("result", {}, {}, -1, None),
    ("result", {}, {}, True, None),
    ("result", {}, {}, 1.0, None),
    ("result", {}, {}, None, None),
    ("error", "ValueError", "odd", "text"),
    ("error", "ValueError", "odd", [1]),
    ("error", None, "odd", []),
    ("clear", 1),
    ("clear", None),
]


@pytest.mark.parametrize("event", VALID, ids=str)
def test_an_event_is_passed_on(event: tuple[Any, ...]) -> None:
    assert checked(list(event)) == event


@pytest.mark.parametrize("event", INVALID, ids=str)
def test_anything_else_is_a_wire_error(event: tuple[Any, ...]) -> None:
    with pytest.raises((WireError, ValueError)):
        checked(list(event))


@settings(STEADY, max_examples=100 * THOROUGH)
@given(st.lists(st.one_of(NEARLY, GOOD), max_size=4))
def test_whatever_passes_makes_a_valid_notebook(events: list[Event]) -> None:
    """Validated as nbformat does when it writes; NaN and infinity don't matter to it."""
    passed = []
    for event in events:
        try:
            passed.append(checked(list(event)))
        except WireError:
            continue
    outputs = Outputs().of_cell(passed)
    notebook = new_notebook(cells=[new_code_cell("", outputs=outputs)])
    nbformat.validate(notebook)
    assert nbformat.reads(nbformat.writes(notebook), as_version=4).cells[0].outputs is not None
    json.loads(nbformat.writes(notebook))


@given(JSON)
@settings(STEADY)
def test_size_counts_every_character(value: Any) -> None:
    text = "".join(texts_in(value))
    assert size_of(value) >= len(text)
    assert size_of(("stream", "stdout", value)) >= len(text) + 12


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
