"""If this fails, a graded notebook shows the wrong outputs, or takes forever."""

import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.cell_outputs import Outputs

LONG = 40
"""Seconds of the processor's time; the costliest events need a few, on a slow machine many."""


def of(*events, outputs=None):
    found = (outputs or Outputs()).of_cell(events)
    nbformat.validate(new_notebook(cells=[new_code_cell("", outputs=found)]))
    return found


def display(text, identity=None):
    return ("display", {"text/plain": text}, {}, identity)


def texts(outputs):
    return [output.get("text") or output.data["text/plain"] for output in outputs]


def test_every_kind_becomes_what_nbclient_makes_of_it():
    stream, shown, result, error = of(
        ("stream", "stderr", "odd"),
        ("display", {"image/png": "AAAA"}, {"image/png": {"width": 1}}, None),
        ("result", {"text/plain": "3"}, {}, 7, None),
        ("error", "ValueError", "odd", ["one", "two"]),
    )
    assert stream == {"output_type": "stream", "name": "stderr", "text": "odd"}
    assert (shown.output_type, shown.metadata) == ("display_data", {"image/png": {"width": 1}})
    assert (result.output_type, result.execution_count) == ("execute_result", 7)
    assert (error.ename, error.evalue, error.traceback) == ("ValueError", "odd", ["one", "two"])


def test_neighbouring_texts_of_one_stream_are_one_output():
    found = of(
        ("stream", "stdout", "a"), ("stream", "stdout", "b"), ("stream", "stderr", "c"),
        ("stream", "stdout", "d"), display("e"), ("stream", "stdout", "f"),
    )  # fmt: skip
    assert texts(found) == ["ab", "c", "d", "e", "f"]


def test_output_is_cleared_at_once_or_before_the_next():
    a, b = ("stream", "stdout", "a"), ("stream", "stdout", "b")
    assert texts(of(a, ("clear", False))) == []
    assert texts(of(a, ("clear", False), b)) == ["b"]
    assert texts(of(a, ("clear", True))) == ["a"]
    assert texts(of(a, ("clear", True), b, b)) == ["bb"]
    assert texts(of(a, ("clear", True), ("clear", False), b, a)) == ["ba"]


def test_a_display_is_updated_wherever_it_is_shown():
    outputs = Outputs()
    first = of(display("1", "bar"), display("other", "spam"), outputs=outputs)
    second = of(display("2", "bar"), ("update", {"text/plain": "3"}, {}, "bar"), outputs=outputs)
    assert (texts(first), texts(second)) == (["3", "other"], ["3"])


def test_a_result_may_be_updated_too():
    outputs = Outputs()
    found = of(("result", {"text/plain": "1"}, {}, 1, "bar"), outputs=outputs)
    of(("update", {"text/plain": "2"}, {"a": 1}, "bar"), outputs=outputs)
    assert (texts(found), found[0].metadata) == (["2"], {"a": 1})


@pytest.mark.parametrize("identity", ["unknown", None, ""])
def test_an_update_of_nothing_changes_nothing(identity):
    assert texts(of(display("1", "bar"), ("update", {"text/plain": "2"}, {}, identity))) == ["1"]


def test_notebooks_share_no_displays():
    found = of(display("1", "bar"))
    of(("update", {"text/plain": "2"}, {}, "bar"))
    assert texts(found) == ["1"]


FLOODS = {
    "a display, shown and shown again": [display("x", "a")] * 20_000,
    "a display, updated and updated": [display("x", "a")]
    + [("update", {"text/plain": "x"}, {}, "a")] * 60_000,
    "streams in turns": [("stream", "stdout", "x"), ("stream", "stderr", "x")] * 10_000,
    "many small texts": [("stream", "stdout", "x" * 200)] * 40_000,
    "clears": [("clear", True), ("clear", False)] * 40_000,
}


@pytest.mark.parametrize("events", FLOODS.values(), ids=FLOODS)
def test_the_most_allowed_outputs_are_read_in_acceptable_time(events):
    start = time.process_time()
    Outputs().of_cell(events)
    assert time.process_time() - start < LONG


def test_updates_do_not_multiply_without_end():
    """A thousand copies of a picture of a megabyte would be a notebook of a gigabyte."""
    outputs = Outputs()
    found = outputs.of_cell([display("x", "a")] * 1000)
    outputs.of_cell([("update", {"text/plain": "x" * (1 << 20)}, {}, "a")])
    assert sum(map(len, texts(found))) < 100 << 20


def test_updates_are_64_megabytes_at_most():
    """Of what is shown again; the next ones are left out, and what stood there stays."""
    outputs = Outputs()
    found = outputs.of_cell([display("first", "a")])
    four = "x" * (4 << 20)
    for number in range(40):
        outputs.of_cell([("update", {"text/plain": f"{number} {four}"}, {}, "a")])
    assert texts(found)[0].startswith("14 ")  # the first 15: 60 megabytes, and a little for each
