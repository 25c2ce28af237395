"""If this fails, edits that leave the text of the answers alone cost points, or nobody is told."""

import ast
import copy
import random

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader import utils

from autograder.grading.flags import flags_of
from autograder.grading.match_cells import name_of
from autograder.grading.rebuild import rebuild
from tests import sample_class
from tests.temporary_course import ROOT
from tests.thorough import THOROUGH

NAMES = ["one_dimension", "n_dimensions", "planted_bugs"]
RELEASES = {
    name: nbformat.read(ROOT / "release" / name / f"{name}.ipynb", as_version=4) for name in NAMES
}
ANSWERED = {
    name: sample_class.fill(RELEASES[name], sample_class.load("correct").answers(name))
    for name in NAMES
}


def definition(source, name):
    """The last statement of a cell that defines a name, however it is formatted."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return None
    found = None
    for node in body:
        defined = [getattr(node, "name", None)]
        defined += [getattr(each, "id", None) for each in getattr(node, "targets", ())]
        if name in defined:
            found = ast.dump(node)
    return found


def at_its_test(notebook, name):
    """What a name is when its test runs, if all cells run from top to bottom."""
    found = None
    for cell in notebook.cells:
        if name_of(cell) == f"test_{name}":
            return found
        if cell.cell_type == "code":
            found = definition(cell.source, name) or found
    return None


def names_of_answers(assignment, kind):
    cells = filter(utils.is_solution, RELEASES[assignment].cells)
    return [name_of(cell) for cell in cells if cell.cell_type == kind]


def is_answer(assignment, cell):
    texts = {each.source for each in ANSWERED[assignment].cells if utils.is_solution(each)}
    return cell["source"] in texts


# Each takes the cells, the assignment and a random.Random, and changes the list.


def move_a_cell(cells, assignment, rng):
    cells.insert(rng.randrange(len(cells)), cells.pop(rng.randrange(len(cells))))


def copy_a_cell(cells, assignment, rng):
    copied = copy.deepcopy(rng.choice(cells))
    copied["id"] = f"copied{rng.randrange(10**6)}"
    cells.insert(rng.randrange(len(cells) + 1), copied)


def empty_copies(cells, assignment, rng):
    cells[:] = [each for cell in cells for each in (cell, {**cell, "source": ""})]


def delete_a_given_cell(cells, assignment, rng):
    given = [cell for cell in cells if not is_answer(assignment, cell)]
    if given:
        cells.remove(rng.choice(given))


def no_metadata(cells, assignment, rng):
    for cell in cells:
        cell["metadata"] = {}
        cell.pop("id", None)


def another_edition(cells, assignment, rng):
    for number, cell in enumerate(cells):
        cell["id"] = f"renamed{number}"
        if "nbgrader" in cell["metadata"]:
            cell["metadata"] = copy.deepcopy(cell["metadata"])
            cell["metadata"]["nbgrader"]["grade_id"] += "_2023"


def no_label(cells, assignment, rng):
    cell = rng.choice(cells)
    cell["metadata"], cell["id"] = {}, f"new{rng.randrange(10**6)}"


def add_code(cells, assignment, rng):
    text = f"mine_{rng.randrange(10**6)} = 1"
    cells.insert(rng.randrange(len(cells) + 1), nbformat.v4.new_code_cell(text))


def add_to_a_given_cell(cells, assignment, rng):
    given = [cell for cell in cells if cell["cell_type"] == "code"]
    given = [cell for cell in given if not is_answer(assignment, cell) and name_of_dict(cell)]
    if given:
        cell = rng.choice(given)
        cell["source"] += f"\nimport math as m{rng.randrange(10**6)}"


def name_of_dict(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def blank_state(cells, assignment, rng):
    blank = [dict(cell) for cell in copy.deepcopy(RELEASES[assignment].cells)]
    cells[:] = rng.choice([cells + blank, blank + cells])


def doubled(cells, assignment, rng):
    cells += copy.deepcopy(cells)


def answer_in_a_new_cell(cells, assignment, rng):
    """Its own cell is as it was given."""
    stubs = {name_of(cell): cell.source for cell in RELEASES[assignment].cells}
    own = [cell for cell in cells if is_answer(assignment, cell)]
    own = [cell for cell in own if name_of_dict(cell) in stubs and cell["cell_type"] == "code"]
    if own:
        cell = rng.choice(own)
        moved = nbformat.v4.new_code_cell(cell["source"])
        cell["source"] = stubs[name_of_dict(cell)]
        cells.insert(rng.randrange(len(cells) + 1), moved)


def merge_two_answers(cells, assignment, rng):
    own = [cell for cell in cells if is_answer(assignment, cell) and cell["cell_type"] == "code"]
    if len(own) > 1:
        one, other = rng.sample(own, 2)
        if one["source"] != other["source"]:
            one["source"] += f"\n\n\n{other['source']}"
            cells.remove(other)


EDITS = [
    move_a_cell, copy_a_cell, empty_copies, delete_a_given_cell, no_metadata, another_edition,
    no_label, add_code, add_to_a_given_cell, blank_state, doubled, answer_in_a_new_cell,
    merge_two_answers,
]  # fmt: skip


@settings(deadline=None, max_examples=30 * THOROUGH, derandomize=True)
@given(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(EDITS), max_size=5, unique=True),
    st.integers(0, 10**6),
)
def test_the_same_answers_are_tested(assignment, edits, seed):
    release, submission = RELEASES[assignment], copy.deepcopy(ANSWERED[assignment])
    cells, rng = [dict(cell) for cell in submission.cells], random.Random(seed)
    for edit in edits:
        edit(cells, assignment, rng)
    rebuilt = rebuild(release, nbformat.from_dict({**submission, "cells": cells}))
    for name in names_of_answers(assignment, "code"):
        assert at_its_test(rebuilt, name) == at_its_test(ANSWERED[assignment], name) is not None, (
            name
        )
    kept = [cell for cell in rebuilt.cells if not cell.id.startswith("extra-")]
    assert [cell.id for cell in kept] == [cell.id for cell in release.cells]
    for cell, released in zip(kept, release.cells, strict=True):
        assert cell.metadata == released.metadata
        assert utils.is_solution(cell) or cell.source == released.source


@settings(deadline=None, max_examples=15 * THOROUGH, derandomize=True)
@given(st.sampled_from(NAMES), st.integers(0, 10**6), st.booleans())
def test_a_written_answer_is_read_wherever_it_stands(assignment, seed, is_first_empty):
    """As text or in quotes, in any place, if its own cell is empty."""
    release, submission = RELEASES[assignment], copy.deepcopy(ANSWERED[assignment])
    rng, names = random.Random(seed), names_of_answers(assignment, "markdown")
    name = rng.choice(names)
    cell = next(each for each in submission.cells if name_of(each) == name)
    text = cell.source
    cell.source = "" if is_first_empty else release.cells[submission.cells.index(cell)].source
    made = rng.choice([
        nbformat.v4.new_markdown_cell(text), nbformat.v4.new_raw_cell(text),
        nbformat.v4.new_code_cell(f'"""\n{text}\n"""'.replace("\\", "\\\\")),
        nbformat.v4.new_code_cell("\n".join(f"# {line}" for line in text.splitlines())),
    ])  # fmt: skip
    submission.cells.insert(rng.randrange(len(submission.cells) + 1), made)
    rebuilt = rebuild(release, submission)
    found = next(each for each in rebuilt.cells if name_of(each) == name)
    assert " ".join(text.split()) in " ".join(found.source.split())
    assert any(each.startswith(name) for each in flags_of(rebuilt))


@pytest.mark.parametrize("assignment", NAMES)
def test_an_honest_notebook_has_no_flags(assignment):
    assert flags_of(rebuild(RELEASES[assignment], ANSWERED[assignment])) == []
