"""If this fails, a student's code can break, flood or change a graded notebook by its outputs."""

import base64
import json

import nbformat
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.utils import determine_grade

from autograder.grading.allowed_outputs import AllowedOutputs, OutputLimits, allowed
from tests.grading.hostile import PNG

SMALL = OutputLimits(output=1000, cell=3000, notebook=5000)
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(20)).decode()
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'


def result(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=3)


def display(kind, value, **metadata):
    return new_output("display_data", data={kind: value}, metadata=metadata)


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def raised(*traceback):
    return new_output("error", ename="E", evalue="e", traceback=list(traceback))


# What is kept.


@pytest.mark.parametrize("output", [
    result("2.5"), result("array([1., 2.])"), printed("so far\n"), printed("a warning", "stderr"),
    raised("\x1b[31mE\x1b[0m: e"), display("image/png", PNG), display("image/jpeg", JPEG + "\n"),
    display("image/svg+xml", SVG), display("text/html", "<table></table>"),
    display("text/latex", "$x$"), display("text/markdown", "*x*"),
    display("image/png", PNG, **{"image/png": {"width": 300, "height": 20}}),
])  # fmt: skip
def test_known_outputs_are_not_changed(output):
    assert allowed([output]) == [output]


@pytest.mark.parametrize("kind, value", [
    ("application/javascript", "alert(1)"), ("application/json", {"a": 1}),
    ("application/vnd.jupyter.widget-view+json", {"model_id": "1"}), ("application/pdf", "JVBE"),
    ("image/png", JPEG), ("image/png", "<script>"), ("image/png", PNG[:-4] + "é==="),
    ("image/jpeg", PNG), ("image/svg+xml", "<html></html>"), ("image/svg+xml", "<svg"),
    ("image/svg+xml", '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'), ("text/html", {"a": 1}),
])  # fmt: skip
def test_unknown_outputs_are_removed(kind, value):
    (kept,) = allowed([nbformat.from_dict({
        "output_type": "display_data", "data": {kind: value, "text/plain": "<a figure>"},
        "metadata": {},
    })])  # fmt: skip
    assert kept.data == {"text/plain": "<a figure>"}


def test_an_output_without_known_content_becomes_a_line():
    (kept,) = allowed([display("application/javascript", "alert(1)")])
    assert kept.data == {
        "text/plain": "[An output of the type application/javascript is left out.]"
    }
    (kept,) = allowed([{"output_type": "comm_open"}])
    assert kept.text == "[An output of an unknown kind is left out.]\n"


def test_metadata_is_the_size_of_pictures_and_nothing_else():
    sizes = {"width": "1 onload=alert(1)", "height": 20, "alt": "x"}
    metadata = {"image/png": sizes, "filenames": {"image/png": "x.png"}, "isolated": True}
    (kept,) = allowed([display("image/png", PNG, **metadata)])
    assert kept.metadata == {"image/png": {"height": 20}}


# How much is kept.


def test_an_output_that_is_too_large_becomes_a_line():
    large, small = display("image/png", PNG + "A" * 2000), printed("after")
    large.data["image/png"] = base64.b64encode(base64.b64decode(PNG) + bytes(2000)).decode()
    kept = allowed([large, small], SMALL)
    assert kept[0].data == {"text/plain": "[An output of 2.8 kB (image/png) is left out: "
                                          "the limit is 1.0 kB.]"}  # fmt: skip
    assert kept[1] == small


def test_many_outputs_become_a_line():
    kept = allowed([printed("x" * 100)] * 10_000, SMALL)
    assert len(kept) == 16
    assert kept[-1].text == ("[9985 more outputs, 2.0 MB, are left out: the limit of a cell is "
                             "3.0 kB, of a notebook 5.0 kB]\n")  # fmt: skip


def test_a_notebook_has_its_own_limit():
    cells = [new_code_cell("1", outputs=[printed("x" * 800)] * 3) for _ in range(5)]
    preprocessor = AllowedOutputs(max_output=1000, max_cell=3000, max_notebook=5000)
    shown, _ = preprocessor(new_notebook(cells=cells), {})
    assert [len(cell.outputs) for cell in shown.cells] == [3, 3, 1, 1, 1]
    assert len(json.dumps(shown)) < 8000


# Outputs that decide a score.


@pytest.mark.parametrize("decides", [
    result("2.0"), raised("E"), printed("a warning", "stderr"), raised("x" * 100_000),
    printed("x" * 100_000, "stderr"),
])  # fmt: skip
@pytest.mark.parametrize("flood", [[printed("x" * 900)] * 50, [display("text/html", "x" * 10**6)]])
def test_no_flood_changes_what_nbgrader_reads(decides, flood):
    """If it did, nbgrader would give full marks for a test cell without a result."""
    metadata = {"grade": True, "grade_id": "test_it", "locked": True, "points": 3,
                "schema_version": 3, "solution": False, "task": False}  # fmt: skip
    before = new_code_cell("1", metadata={"nbgrader": metadata}, outputs=[*flood, decides])
    after = nbformat.from_dict({**before, "outputs": allowed(before.outputs, SMALL, left=-1)})
    assert determine_grade(after) == determine_grade(before)
    short = [each for each in before.outputs if each == decides and len(str(each)) < 500]
    assert [each for each in after.outputs if each == decides] == short


# Any output.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside),
    max_leaves=8,
)
KINDS = st.sampled_from([
    "text/plain", "text/html", "image/png", "image/svg+xml", "image/gif", "application/json", "",
])  # fmt: skip
DATA = st.dictionaries(KINDS, JSON | st.just(PNG) | st.just([SVG, "\n"]), max_size=4) | JSON
OUTPUTS = st.fixed_dictionaries({}, optional={
    "output_type": st.sampled_from(["stream", "error", "display_data", "execute_result"]) | JSON,
    "name": st.sampled_from(["stdout", "stderr"]) | JSON, "text": JSON, "data": DATA,
    "metadata": st.dictionaries(KINDS, JSON) | JSON, "execution_count": JSON, "ename": JSON,
    "evalue": JSON, "traceback": JSON, "more": JSON,
})  # fmt: skip


@settings(deadline=None)
@given(st.lists(OUTPUTS | JSON, max_size=6) | JSON, st.integers(-10, 3000))
# The line about them takes more space than these outputs.
@example([{}] * 4 + [{"output_type": "display_data", "data": {"text/plain": "x" * 133}}, {}], 809)
def test_whatever_is_displayed_a_valid_notebook_is_kept(outputs, left):
    limits = OutputLimits(output=300, cell=1000, notebook=3000)
    kept = allowed(outputs, limits, left)
    notebook = new_notebook(cells=[nbformat.from_dict({**new_code_cell("1"), "outputs": kept})])
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    assert allowed(kept, limits) == kept, "what was allowed once is allowed again"
    assert len(json.dumps(kept, ensure_ascii=False).encode()) < 20_000


class TestLimits:
    """What just fits is shown, and a little more is not."""

    @pytest.mark.parametrize(("letters", "shown"), [(990_000, True), (1_000_001, False)])
    def test_an_output_of_a_megabyte(self, letters, shown):
        (kept,) = allowed([printed("x" * letters)])
        assert (kept.text == "x" * letters) is shown

    def test_a_cell_of_two_megabytes(self):
        kept = allowed([printed("x" * 660_000, name) for name in ("stdout", "stderr") * 3])
        assert [len(each.text) > 1000 for each in kept[:3]] == [True] * 3
        assert len(kept) == 4 and kept[-1].text.startswith("[3 more outputs, 2.0 MB")

    def test_a_notebook_of_eight_megabytes(self):
        cells = [new_code_cell("1", outputs=[printed("x" * 990_000)] * 2) for _ in range(6)]
        shown, _ = AllowedOutputs()(new_notebook(cells=cells), {})
        assert sum(len(each.text) > 1000 for cell in shown.cells for each in cell.outputs) == 8

    def test_an_empty_output_weighs_a_hundred_bytes(self):
        """So that there can't be a million of them."""
        kept = allowed([printed("")] * 30_000)
        assert len(kept) == 20_000 + 1

    @pytest.mark.parametrize(("letters", "stays"), [(890, True), (910, False)])
    def test_a_short_output_that_decides_stays_as_it_is(self, letters, stays):
        """Short is a thousand bytes."""
        output = result("x" * letters)
        assert (allowed([output], left=-1) == [output]) is stays
        assert (allowed([output], OutputLimits(output=500), 10_000) == [output]) is stays

    @pytest.mark.parametrize(("width", "kept"), [(10_000, True), (10_001, False), (0, False)])
    def test_a_picture_is_ten_thousand_points_wide_at_most(self, width, kept):
        (shown,) = allowed([display("image/png", PNG, **{"image/png": {"width": width}})])
        assert bool(shown.metadata) is kept
