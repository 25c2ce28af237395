"""If this fails, the notebook of bug hunts holds other suspects than the bank, or does not run."""

import json

import nbformat
import pytest

from autograder.grading.bug_hunts import BANK, MODULES, NOTEBOOK, bank, cells, write_bug_hunts
from autograder.hunts.packing import unpacked
from autograder.truth.bugs import BANK as GRADED_BANK
from tests.temporary_course import ROOT

PATH = ROOT / "notebooks" / NOTEBOOK
LARGEST = 150_000
"""Bytes of the notebook."""


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(PATH, as_version=4)


@pytest.fixture(scope="module")
def names(notebook):
    """What its cells define, once all have run."""
    names = {"__name__": "notebook"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, cell.id, "exec"), names)
    return names


def test_it_holds_our_modules_and_the_bank_as_they_are(notebook):
    found = {cell.id: cell.source for cell in notebook.cells}
    for name, source in cells():
        assert found[name] == source, "run `autograder release`"
    assert unpacked(found[BANK].split('"""')[1]) == json.loads(json.dumps(bank()))


def test_it_is_small_enough_for_a_phone(notebook):
    assert PATH.stat().st_size < LARGEST


def test_no_name_stands_in_two_modules():
    defined = [
        name
        for module in MODULES
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__ or name.isupper()
    ]
    ours = [name for name in defined if not name.startswith("__")]
    # Constants that one module has from another are the same object.
    for name in {*ours}:
        assert len({id(getattr(each, name)) for each in MODULES if hasattr(each, name)}) == 1, name


def test_nothing_of_ours_is_imported(notebook):
    assert not [cell.id for cell in notebook.cells if "import autograder" in cell.source]
    assert not [cell.id for cell in notebook.cells if "from autograder" in cell.source]


def test_no_graded_bug_is_packed_into_it():
    """Neither by its name nor by its statement."""
    packed = json.dumps(bank())
    for bug in GRADED_BANK:
        if bug.suspect:
            assert f'"{bug.name}"' not in packed
            assert json.dumps(bug.writes) not in packed


def test_the_hunt_that_it_explains_is_the_one_that_is_drawn(notebook, names):
    guide = names["guide"]
    assert guide._bug == "two_mask_at_a_half" and not guide._open
    text = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "The mask begins at 0.5" in text and "the second unit is on" in text
    subject = guide._subject
    case = subject.case(m=1, seed=8)
    Z = subject._made["forward"](**case)[1]["Z"][:, 0]
    assert [bool(0 < each < 0.5) for each in Z] == [False, True, False, False]
    guide._begin("two_mask_at_a_half")
    looks = [str(guide.look(m=m, seed=seed)) for m, seed in ((8, 1), (1, 1), (1, 8))]
    wrong = [[line.split()[0] for line in each.splitlines()[1:] if "correct" not in line]
             for each in looks]  # fmt: skip
    assert wrong == [["dW", "db"], [], ["dW", "db"]]


def test_the_tables_say_what_can_be_asked(notebook, names):
    found = {cell.id: cell.source for cell in notebook.cells}
    kinds = [line.split("`")[1] for line in found["kinds"].splitlines()[2:]]
    assert kinds == [*names["RULES"]] == [*bank()["kinds"]]
    for line in found["kinds"].splitlines()[2:]:
        kind, what = line.split("|")[1].strip(" `"), line.split("|")[2].strip()
        assert what == bank()["kinds"][kind] or kind == "loss"
    hunts = names["BugHunts"](names["BANK"], seed=0)
    for line in found["cases"].splitlines()[2:]:
        for call in line.split("|")[1].split("`")[1::2]:
            hunts._subject = hunts._subjects[
                "layer normalisation" if "ones" in call else "two layers"
            ]
            hunts._begin("")
            assert "Look" in str(eval(call, {"look": hunts.look})), call


def test_a_notebook_without_these_cells_stays_as_it_is(tmp_path):
    write_bug_hunts(tmp_path)
    assert not [*tmp_path.iterdir()]
    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Hunts", id="title")])
    text = nbformat.writes(empty) + "\n"
    (tmp_path / NOTEBOOK).write_text(text)
    write_bug_hunts(tmp_path)
    assert (tmp_path / NOTEBOOK).read_text() == text


def test_an_old_bank_is_replaced(tmp_path):
    notebook = nbformat.read(PATH, as_version=4)
    next(cell for cell in notebook.cells if cell.id == BANK).source = "PACKED = ''"
    (tmp_path / NOTEBOOK).write_text(nbformat.writes(notebook))
    write_bug_hunts(tmp_path)
    assert (tmp_path / NOTEBOOK).read_bytes() == PATH.read_bytes()
