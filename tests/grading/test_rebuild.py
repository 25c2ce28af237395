"""If this fails, a notebook that was edited, split or copied loses marks."""

import copy
import json
from itertools import permutations

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader import utils
from nbgrader.nbgraderformat import MetadataValidator

from autograder.grading.flags import flags_of
from autograder.grading.rebuild import WrongNotebook, rebuild
from tests import sample_class
from tests.grading.mangled import MANGLERS, mangle, name_of
from tests.temporary_course import ROOT
from tests.thorough import THOROUGH

NAMES = ["one_dimension", "n_dimensions", "planted_bugs"]


def read(step, assignment):
    return nbformat.read(ROOT / step / assignment / f"{assignment}.ipynb", as_version=4)


RELEASES = {name: read("release", name) for name in NAMES}
ANSWERS = {name: sample_class.load("correct").answers(name) for name in NAMES}
ANSWERED = {name: sample_class.fill(RELEASES[name], ANSWERS[name]) for name in NAMES}
TEXTS = {
    name: {name_of(cell): cell.source for cell in ANSWERED[name].cells if utils.is_solution(cell)}
    for name in NAMES
}
RELEASE, SUBMISSION = RELEASES["one_dimension"], ANSWERED["one_dimension"]
OTHER = "def forward_propagation(x, theta):\n    return x * theta  # another try"


@pytest.fixture
def submission():
    return copy.deepcopy(SUBMISSION)


def index_of(notebook, name):
    return next(i for i, cell in enumerate(notebook.cells) if name_of(cell) == name)


def cell_of(notebook, name):
    return notebook.cells[index_of(notebook, name)]


def a_copy(cell, source=None):
    copied = copy.deepcopy(cell)
    copied.id, copied.source = "another-id", cell.source if source is None else source
    return copied


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def assert_is_the_release(rebuilt, release):
    """Check that every cell of the release is there, in order, and unchanged except for answers."""
    nbformat.validate(rebuilt)
    MetadataValidator().validate_nb(rebuilt)
    kept = [cell for cell in rebuilt.cells if not cell.id.startswith("extra-")]
    assert [cell.id for cell in kept] == [cell.id for cell in release.cells]
    for cell, released in zip(kept, release.cells, strict=True):
        assert (cell.cell_type, cell.metadata) == (released.cell_type, released.metadata)
        assert utils.is_solution(released) or cell.source == released.source
        assert cell.cell_type != "code" or (cell.outputs, cell.execution_count) == ([], None)
    assert all("nbgrader" not in cell.metadata for cell in rebuilt.cells if cell not in kept)
    assert rebuilt.metadata.kernelspec == release.metadata.kernelspec


# One mishap at a time.


@pytest.mark.parametrize("assignment", NAMES)
def test_an_honest_notebook_stays_what_it_is(assignment):
    rebuilt = rebuild(RELEASES[assignment], ANSWERED[assignment])
    assert sources(rebuilt) == sources(ANSWERED[assignment])
    assert_is_the_release(rebuilt, RELEASES[assignment])


def test_an_untouched_notebook_is_known_to_be_untouched():
    assert rebuild(RELEASE, RELEASE).cells == RELEASE.cells


def test_of_copied_answers_the_last_one_above_the_test_counts(submission):
    index = index_of(submission, "forward_propagation")
    submission.cells.insert(index + 1, a_copy(submission.cells[index], OTHER))
    rebuilt = rebuild(RELEASE, submission)
    assert cell_of(rebuilt, "forward_propagation").source == OTHER
    assert_is_the_release(rebuilt, RELEASE)


def test_an_earlier_try_runs_before_the_answer(submission):
    """Below the answer, it would replace the better one."""
    index = index_of(submission, "forward_propagation")
    better = submission.cells[index].source
    submission.cells.insert(index, a_copy(submission.cells[index], OTHER))
    rebuilt = sources(rebuild(RELEASE, submission))
    assert rebuilt.index(OTHER) < rebuilt.index(better)


def test_a_copy_below_the_test_is_not_an_answer_but_runs(submission):
    test = index_of(submission, "test_forward_propagation")
    copied = a_copy(cell_of(submission, "forward_propagation"), OTHER)
    submission.cells.insert(test + 1, copied)
    rebuilt = rebuild(RELEASE, submission)
    assert "another try" not in cell_of(rebuilt, "forward_propagation").source
    assert sources(rebuilt).index(OTHER) == index_of(rebuilt, "test_forward_propagation") + 1


def test_a_copy_below_the_test_counts_where_the_original_was_left_empty(submission):
    test = index_of(submission, "test_forward_propagation")
    copied = a_copy(cell_of(submission, "forward_propagation"), OTHER)
    submission.cells.insert(test + 1, copied)
    stub = cell_of(RELEASE, "forward_propagation").source
    cell_of(submission, "forward_propagation").source = stub
    rebuilt = rebuild(RELEASE, submission)
    assert cell_of(rebuilt, "forward_propagation").source == OTHER


@pytest.mark.parametrize("source", [cell_of(RELEASE, "forward_propagation").source, "", "  \n"])
def test_an_empty_copy_does_not_take_the_place_of_the_answer(submission, source):
    index = index_of(submission, "forward_propagation")
    submission.cells.insert(index + 1, a_copy(submission.cells[index], source))
    rebuilt = rebuild(RELEASE, submission)
    assert sources(rebuilt) == sources(SUBMISSION)


def test_a_split_answer_keeps_both_halves_in_order(submission):
    cell = cell_of(submission, "forward_propagation")
    index, whole = submission.cells.index(cell), cell.source
    submission.cells[index : index + 1] = [a_copy(cell, "helper = 1"), a_copy(cell, whole)]
    rebuilt = rebuild(RELEASE, submission)
    place = index_of(rebuilt, "forward_propagation")
    assert sources(rebuilt)[place - 1 : place + 1] == ["helper = 1", whole]


def test_merged_answers_are_not_overwritten_by_an_empty_one():
    """Suspects a, b and c are adjacent; a student who merges their cells has answered all three."""
    submission = copy.deepcopy(ANSWERED["planted_bugs"])
    names = ["suspect_a", "suspect_b", "suspect_c"]
    cells = [cell_of(submission, name) for name in names]
    cells[0].source = "\n\n\n".join(cell.source for cell in cells)
    submission.cells = [cell for cell in submission.cells if cell not in cells[1:]]
    rebuilt = rebuild(RELEASES["planted_bugs"], submission)
    assert_is_the_release(rebuilt, RELEASES["planted_bugs"])
    namespace = {}
    for name in names:
        exec(cell_of(rebuilt, name).source, namespace)
    assert all("your code here" not in cell_of(rebuilt, name).source for name in names)
    assert all(name in namespace for name in names)


def test_deleted_tests_and_helpers_come_back(submission):
    submission.cells = [cell for cell in submission.cells if utils.is_solution(cell)]
    assert sources(rebuild(RELEASE, submission)) == sources(SUBMISSION)


def test_edited_tests_and_points_do_not_count(submission):
    for cell in submission.cells:
        if utils.is_grade(cell):
            cell.metadata.nbgrader |= {"points": 100, "locked": False, "solution": True}
        if utils.is_locked(cell):
            cell.source, cell.cell_type = "100.0", "raw"
    rebuilt = rebuild(RELEASE, submission)
    assert_is_the_release(rebuilt, RELEASE)


def test_cells_that_were_moved_go_back(submission):
    submission.cells.reverse()
    rebuilt = rebuild(RELEASE, submission)
    assert sources(rebuilt) == sources(SUBMISSION)


def test_extra_cells_keep_their_place(submission):
    for index in range(len(submission.cells), -1, -1):
        cell = nbformat.v4.new_code_cell(f"mine = {index}")
        submission.cells.insert(index, cell)
    assert sources(rebuild(RELEASE, submission)) == sources(submission)


def test_extra_cells_stay_in_order_when_a_cell_was_moved(submission):
    submission.cells.append(submission.cells.pop(index_of(submission, "setup")))
    for index in (30, 20, 10):
        submission.cells.insert(index, nbformat.v4.new_code_cell(f"mine = {index}"))
    submission.cells.append(nbformat.v4.new_code_cell("mine = 40"))
    rebuilt = sources(rebuild(RELEASE, submission))
    mine = [text for text in rebuilt if text.startswith("mine")]
    assert mine == ["mine = 10", "mine = 20", "mine = 30", "mine = 40"]
    assert rebuilt.index("mine = 10") > 5


def test_a_helper_that_is_run_again_runs_again(submission):
    """A student who has changed X copies the cell that draws X, to get the old one back."""
    release, submission = RELEASES["n_dimensions"], copy.deepcopy(ANSWERED["n_dimensions"])
    helper = cell_of(submission, "cases")
    place = index_of(submission, "test_forward_propagation_n")
    submission.cells[place:place] = [nbformat.v4.new_code_cell("X = 0"), a_copy(helper)]
    rebuilt = sources(rebuild(release, submission))
    assert rebuilt.count(helper.source) == 2
    assert rebuilt[rebuilt.index("X = 0") + 1] == helper.source


def test_a_helper_that_became_an_extra_cell_is_kept(submission):
    helper = cell_of(submission, "checking_tools")
    place = index_of(submission, "gradient_check")
    submission.cells.insert(place, a_copy(helper, "def half(x):\n    return x / 2"))
    rebuilt = rebuild(RELEASE, submission)
    assert sources(rebuilt)[index_of(rebuilt, "gradient_check") - 1].startswith("def half")
    assert_is_the_release(rebuilt, RELEASE)


@pytest.mark.parametrize("assignment", NAMES)
def test_a_notebook_without_any_metadata_keeps_its_answers(assignment):
    """As written by programs that don't know nbgrader or cell ids."""
    submission = copy.deepcopy(ANSWERED[assignment])
    submission.nbformat_minor, submission.metadata = 0, {}
    for cell in submission.cells:
        cell.metadata = {}
        del cell["id"]
    assert sources(rebuild(RELEASES[assignment], submission)) == sources(ANSWERED[assignment])


def test_a_written_answer_in_an_extra_cell_is_read(submission):
    """Below the question, above the cell that is meant for it: a person should see it."""
    cell = cell_of(submission, "explain_zero")
    index, text = submission.cells.index(cell), cell.source
    cell.source = cell_of(RELEASE, "explain_zero").source
    submission.cells.insert(index, nbformat.v4.new_markdown_cell(text))
    assert cell_of(rebuild(RELEASE, submission), "explain_zero").source == text


@pytest.mark.parametrize(("note", "is_read"), [
    ("A long note on the forward pass.", True), ("A short note on nothing.", False),
])  # fmt: skip
def test_an_empty_written_answer_is_not_scored_0_if_there_is_text_elsewhere(
    submission, note, is_read
):
    stub = cell_of(RELEASE, "explain_zero").source
    cell_of(submission, "explain_zero").source = stub
    submission.cells.insert(9, nbformat.v4.new_markdown_cell(note))
    rebuilt = rebuild(RELEASE, submission)
    assert cell_of(rebuilt, "explain_zero").source == (note if is_read else stub)
    assert note in sources(rebuilt)
    said = [
        each for each in flags_of(rebuilt) if each.startswith("explain_zero") and "cell 10" in each
    ]
    assert len(said) == is_read


def test_pasted_pictures_stay_with_the_written_answer(submission):
    picture = {"sketch.png": {"image/png": "iVBORw0KGgo="}}
    cell_of(submission, "explain_zero").attachments = picture
    rebuilt = rebuild(RELEASE, submission)
    nbformat.validate(rebuilt)
    assert cell_of(rebuilt, "explain_zero").attachments == picture


def test_an_answer_cell_of_another_type_counts(submission):
    cell_of(submission, "forward_propagation").cell_type = "markdown"
    assert_is_the_release(rebuild(RELEASE, submission), RELEASE)
    assert sources(rebuild(RELEASE, submission)) == sources(SUBMISSION)


@pytest.mark.parametrize(("assignment", "other"), [*permutations(NAMES, 2)])
def test_another_assignment_is_refused(assignment, other):
    """Even if the two have a name in common."""
    with pytest.raises(WrongNotebook, match="answer cells of this assignment"):
        rebuild(RELEASES[assignment], ANSWERED[other])


def test_a_release_in_a_format_without_ids_stays_one():
    older = copy.deepcopy(RELEASE)
    older.nbformat_minor = 4
    for cell in older.cells:
        cell.pop("id")
    submission = copy.deepcopy(SUBMISSION)
    submission.cells.append(nbformat.v4.new_code_cell("own = 1"))
    rebuilt = rebuild(older, submission)
    nbformat.validate(rebuilt)
    assert rebuilt.cells[-1].source == "own = 1"
    assert not any("id" in cell for cell in rebuilt.cells)


def test_half_of_the_answers_are_enough_beside_others():
    """Fewer are taken for those of another notebook, if more of its answers are there."""
    own, others = (
        [cell for cell in notebook.cells if utils.is_solution(cell)]
        for notebook in (SUBMISSION, ANSWERED["planted_bugs"])
    )
    others = [cell for cell in others if cell.cell_type == "code"]
    half = (len(own) + 1) // 2
    assert half < len(others)
    kept = rebuild(RELEASE, nbformat.from_dict({"cells": own[:half] + others}))
    assert cell_of(kept, name_of(own[0])).source == own[0].source
    with pytest.raises(WrongNotebook, match=f"{half - 1} of the {len(own)} answer cells"):
        rebuild(RELEASE, nbformat.from_dict({"cells": own[: half - 1] + others}))
    # Where few others are there, few answers are a beginning.
    rebuild(RELEASE, nbformat.from_dict({"cells": own[:1] + others[:1]}))
    with pytest.raises(WrongNotebook):
        rebuild(RELEASE, nbformat.from_dict({"cells": own[:1] + others[:2]}))


@pytest.mark.parametrize("cells", [[], [nbformat.v4.new_code_cell("print(1)")]])
def test_somebody_elses_notebook_is_refused(cells):
    with pytest.raises(WrongNotebook):
        rebuild(RELEASE, nbformat.v4.new_notebook(cells=cells))


def test_two_assignments_in_one_notebook_count_for_both():
    both = nbformat.from_dict({"cells": SUBMISSION.cells + ANSWERED["n_dimensions"].cells})
    for assignment in ("one_dimension", "n_dimensions"):
        rebuilt = rebuild(RELEASES[assignment], both)
        for name, text in TEXTS[assignment].items():
            assert cell_of(rebuilt, name).source == text


# Many mishaps at once.

STEPS = st.lists(st.tuples(st.sampled_from(MANGLERS), st.integers(0, 10**9)), max_size=8)


@settings(deadline=None, max_examples=25 * THOROUGH, derandomize=True)
@given(st.sampled_from(NAMES), STEPS)
def test_a_mangled_notebook_keeps_answers_and_extras(assignment, steps):
    release = RELEASES[assignment]
    hand = mangle(json.loads(json.dumps(ANSWERED[assignment])), TEXTS[assignment], steps)
    submission = nbformat.from_dict(hand.notebook)
    before = copy.deepcopy(submission)
    try:
        rebuilt = rebuild(release, submission)
    except WrongNotebook:
        assert len(hand.answers) < len(TEXTS[assignment]) / 2
        return
    assert submission == before
    assert_is_the_release(rebuilt, release)
    for name, text in hand.answers.items():
        assert cell_of(rebuilt, name).source == text, name
    found = sources(rebuilt)
    for text in hand.written:
        assert any(text in each for each in found)
    code = [cell.source for cell in rebuilt.cells if cell.cell_type == "code"]
    assert [text for text in code if text.startswith("mine = ")] == hand.extras


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["code", "markdown", "raw", "heading", "forward_propagation", "setup"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["nbgrader", "grade_id", "solution", "id", "x", "image/png"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
KEYS = ["cell_type", "source", "metadata", "id", "attachments", "outputs"]
CELL = st.dictionaries(st.sampled_from(KEYS), JSON) | JSON


@settings(deadline=None, max_examples=20 * THOROUGH, derandomize=True)
@given(st.lists(CELL, max_size=4), st.booleans(), JSON)
def test_junk_among_the_cells_costs_nothing(junk, with_answers, metadata):
    cells = [*junk, *(SUBMISSION.cells if with_answers else []), *junk]
    submission = nbformat.from_dict({"cells": cells, "metadata": metadata, "nbformat": 4})
    try:
        rebuilt = rebuild(RELEASE, submission)
    except WrongNotebook:
        assert not with_answers
        return
    assert_is_the_release(rebuilt, RELEASE)
    nbformat.writes(rebuilt)
