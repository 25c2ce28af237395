"""If this fails, pages and sheets say something else about an answer than the grader found."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode

from autograder.grading.verdicts import note, verdict_in
from autograder.questions.picture import Picture
from autograder.questions.verdict import Finding, Verdict

FOUR_DIGITS = st.floats().map(lambda number: float(f"{number:.4g}"))
ROWS = st.lists(st.tuples(FOUR_DIGITS, FOUR_DIGITS), max_size=3).map(tuple)
PICTURES = st.builds(Picture, st.text(), ROWS, ROWS, st.lists(FOUR_DIGITS).map(tuple))
FINDINGS = st.builds(
    Finding, st.text(), st.sampled_from([0.5, 1, 2]), st.booleans(), st.text(),
    st.none() | PICTURES,
)  # fmt: skip


def through_a_file(verdict):
    cell = NotebookNode(metadata=NotebookNode(nbgrader={"grade_id": "test_f"}))
    note(cell, verdict)
    text = json.dumps(cell, allow_nan=False)  # no program but Python's reads NaN
    return verdict_in(json.loads(text)["metadata"])


@settings(deadline=None, derandomize=True)
@given(st.lists(FINDINGS), st.integers(0))
def test_a_verdict_comes_back_as_it_was(findings, seed):
    verdict = Verdict("f", tuple(findings), seed)
    assert repr(through_a_file(verdict)) == repr(verdict)  # NaN is not equal to itself


def test_numbers_of_pictures_are_short():
    picture = Picture("dW1", ((1 / 3,),), ((2e-9 / 3,),))
    verdict = Verdict("f", (Finding("value", 1, False, "wrong", picture),), 0)
    drawn = through_a_file(verdict).findings[0].picture
    assert drawn == Picture("dW1", ((0.3333,),), ((6.667e-10,),))


def test_a_cell_without_a_verdict_has_none():
    assert verdict_in({"nbgrader": {"grade_id": "test_f"}}) is None
