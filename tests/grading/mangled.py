"""What happens to a notebook on its way from the student to the grader, as small functions.

Each takes a :class:`Hand` and a ``random.Random``, and changes the notebook in one way that people
or programs do.
"""

import copy
import random
from dataclasses import dataclass, field

import nbformat


@dataclass
class Hand:
    """A notebook that is being mangled, and what grading must still find in it.

    Attributes
    ----------
    notebook : dict
        Plain JSON, as in a file.
    answers : dict
        The text that must be in each answer cell.
    written : list of str
        Texts that must be somewhere in the notebook, no matter where.
    """

    notebook: dict
    answers: dict[str, str]
    written: list[str] = field(default_factory=list)

    @property
    def cells(self):
        return self.notebook["cells"]

    @property
    def extras(self):
        """The student's extra code, in order."""
        code = [cell for cell in self.cells if cell["cell_type"] == "code"]
        return [cell["source"] for cell in code if cell["source"].startswith("mine = ")]

    def doubt(self, name):
        """Stop expecting the answer in its cell; its text must still not be lost."""
        if name in self.answers:
            self.written.append(self.answers.pop(name))

    def doubt_what_nothing_identifies(self, ids):
        """Do the same for answers that nothing identifies; `ids` are those of the release."""
        for name, text in list(self.answers.items()):
            cell = next(cell for cell in self.cells if cell["source"] == text)
            ours = cell["metadata"].get("nbgrader")
            ours = ours if isinstance(ours, dict) else {}
            by_code = text.startswith(f"def {name}(") and (
                ours.get("grade_id") is None or ours.get("solution") is True
            )
            if not (ours.get("grade_id") == name or cell.get("id") == ids[name] or by_code):
                self.doubt(name)


def name_of(cell):
    ours = cell["metadata"].get("nbgrader")
    name = ours.get("grade_id") if isinstance(ours, dict) else None
    return name if isinstance(name, str) else None


def _an_answer(hand, rng):
    """The index of a cell that still says which answer it is, or None."""
    found = [i for i, cell in enumerate(hand.cells) if name_of(cell) in hand.answers]
    return rng.choice(found) if found else None


def _a_given_cell(hand, rng):
    """The index of a cell of the release that was not changed, or None."""
    own = {*hand.answers.values(), *hand.written}
    found = [i for i, cell in enumerate(hand.cells) if name_of(cell) and cell["source"] not in own]
    return rng.choice(found) if found else None


def add_code(hand, rng):
    number = rng.randrange(10**6)
    cell = nbformat.v4.new_code_cell(f"mine = {number}")
    hand.cells.insert(rng.randint(0, len(hand.cells)), cell)


def add_notes(hand, rng):
    cell = nbformat.v4.new_markdown_cell(f"A note, number {rng.randrange(10**6)}.")
    hand.cells.insert(rng.randint(0, len(hand.cells)), cell)
    hand.written.append(cell.source)


def delete_a_given_cell(hand, rng):
    index = _a_given_cell(hand, rng)
    if index is not None:
        del hand.cells[index]


def edit_a_given_cell(hand, rng):
    index = _a_given_cell(hand, rng)
    if index is not None:
        hand.cells[index]["source"] += "\n# edited"


def move_a_cell(hand, rng):
    cell = hand.cells.pop(rng.randrange(len(hand.cells)))
    hand.cells.insert(rng.randint(0, len(hand.cells)), cell)


def copy_an_answer(hand, rng):
    """The copy is somewhere below, and one of the two has been edited since."""
    index = _an_answer(hand, rng)
    if index is not None:
        copied = copy.deepcopy(hand.cells[index])
        copied["id"] = f"copied{rng.randrange(10**6)}"
        copied["source"] += f"\n# a copy, number {rng.randrange(10**6)}"
        hand.cells.insert(rng.randint(index + 1, len(hand.cells)), copied)
        hand.doubt(name_of(copied))
        hand.written.append(copied["source"])


def split_an_answer(hand, rng):
    index = _an_answer(hand, rng)
    if index is not None:
        first, second = copy.deepcopy([hand.cells[index]] * 2)
        lines = first["source"].splitlines(keepends=True)
        cut = rng.randint(0, len(lines))
        first["source"], second["source"] = "".join(lines[:cut]), "".join(lines[cut:])
        second["id"] = f"split{rng.randrange(10**6)}"
        hand.cells[index : index + 1] = [first, second]
        hand.answers.pop(name_of(first))
        hand.written += [part["source"] for part in (first, second) if part["source"].strip()]


def strip_metadata(hand, rng):
    hand.cells[rng.randrange(len(hand.cells))]["metadata"] = {}


def strip_all_metadata(hand, rng):
    for cell in hand.cells:
        cell["metadata"] = {}


def strip_ids(hand, rng):
    """As nbformat 4.4 and older programs write it."""
    hand.notebook["nbformat_minor"] = rng.choice([0, 2, 4])
    for cell in hand.cells:
        cell.pop("id", None)


def renumber_ids(hand, rng):
    for number, cell in enumerate(hand.cells):
        cell["id"] = str(number)


def rename_a_grade_id(hand, rng):
    index = _an_answer(hand, rng)
    if index is not None:
        hand.cells[index]["metadata"]["nbgrader"]["grade_id"] = "renamed"


def change_flags(hand, rng):
    index = rng.randrange(len(hand.cells))
    if name_of(hand.cells[index]):
        flags = hand.cells[index]["metadata"]["nbgrader"]
        flags |= {flag: rng.random() < 0.5 for flag in ("grade", "solution", "locked", "task")}
        flags["points"], flags["schema_version"] = rng.choice([0, 100, -1, "x"]), rng.choice([1, 9])


def change_cell_type(hand, rng):
    cell = hand.cells[rng.randrange(len(hand.cells))]
    cell["cell_type"] = rng.choice(["code", "markdown", "raw"])


def change_kernel(hand, rng):
    hand.notebook["metadata"] = rng.choice([{}, {"kernelspec": {"name": "ir"}}, {"nbgrader": 1}])


def odd_metadata(hand, rng):
    cell = hand.cells[rng.randrange(len(hand.cells))]
    odd = ["x", 3, None, [], {}, {"grade_id": ["a", "list"]}, {"grade_id": None}, {"grade_id": {}}]
    cell["metadata"] = {"nbgrader": rng.choice(odd)}


MANGLERS = [
    add_code,
    add_code,
    add_notes,
    delete_a_given_cell,
    edit_a_given_cell,
    move_a_cell,
    copy_an_answer,
    split_an_answer,
    strip_metadata,
    strip_all_metadata,
    strip_ids,
    renumber_ids,
    rename_a_grade_id,
    change_flags,
    change_cell_type,
    change_kernel,
    odd_metadata,
]


def mangle(notebook, answers, steps):
    """Do several things to a notebook, each with its own random numbers.

    Parameters
    ----------
    notebook : dict
    answers : dict of str to str
        The texts of its answer cells.
    steps : list of (function, int)
        What to do, and the seed for it.
    """
    hand = Hand(copy.deepcopy(notebook), dict(answers))
    ids = {name_of(cell): cell["id"] for cell in hand.cells}
    for mangler, seed in steps:
        mangler(hand, random.Random(seed))
    hand.doubt_what_nothing_identifies(ids)
    return hand
