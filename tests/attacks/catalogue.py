"""Every attack by name: what it tries, what has to stop it, and the submission that it makes.

An attack made of code is a section of a file in `cells/`. A header in TOML says what it is, and
the cells follow, each below a line that says where it goes:

    # /// name_of_the_attack
    # tells = "What it tries."
    # stopped_by = "one of WALLS"
    # ///
    # %%
    a cell of the student's own: above the answer that follows here, or else the first
    # %% gradient_check
    the answer of that name
    # %% [end]
    a cell of the student's own at the end; [markdown] is one with text between triple quotes
"""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path

import nbformat
from nbgrader import utils

from autograder.questions import questions_of
from tests import sample_class

HERE = Path(__file__).parent
THEMES = (
    "reference", "patches", "forgeries", "endings", "floods", "files", "kernel", "network",
    "leftovers", "neighbours", "imitations", "pasting", "pages", "notebooks", "submissions",
)  # fmt: skip
"""In reading order; each is a file in `cells/`, or a module beside this one."""

WALLS = {
    "nothing to read": "the child holds neither reference nor hidden tests nor earlier right "
    "answers; a stand-in is answered outside",
    "score outside": "the trusted side compares and scores; what the child prints, displays, "
    "patches or raises is no score",
    "plain values": "messages hold numbers, arrays, text and containers, each in its turn, and "
    "not a byte besides; they are decoded strictly",
    "fresh cases": "inputs are drawn after the student's cells have run, and differ from what "
    "the visible checks hold",
    "the question": "a rule of the question itself: synthetic caches, swapped functions that "
    "count their calls, the error law",
    "one child each": "a submission lives and dies in a child of its own",
    "own files": "a read-only root with Python and its libraries, and a small private folder that "
    "is gone afterwards",
    "own processes": "a pid namespace, a session of its own, and no /proc",
    "no network": "a network namespace without any device, and no sockets but local pairs",
    "no privileges": "no capabilities, no_new_privs, and nothing in the root that is setuid",
    "system calls": "a list of system calls that are allowed; all others are refused",
    "careful stand-ins": "the trusted side answers for a stand-in only what is of bearable size",
    "time": "a limit per cell, per question and per submission, measured outside",
    "memory": "a cap on the memory of all its processes together",
    "number of processes": "a cap on processes and threads",
    "disk": "a cap on the size and number of its files",
    "amount of output": "a cap on the bytes that it may print, display or return",
    "rebuilt notebook": "only the text of answers and own cells is taken from a submission; "
    "outputs and metadata are passed over as bytes",
    "checked submission": "what is not a notebook of bearable size in a plain file is refused",
    "clean page": "the feedback page shows what a student wrote and runs none of it",
}
"""The walls and rules that may be named by `stopped_by`."""

HEADER = re.compile(r"^# /// (\w+)\n(.*?)^# ///\n", re.MULTILINE | re.DOTALL)
CELL = re.compile(r"^# %%(.*)\n", re.MULTILINE)
OWN = ("", "[end]", "[markdown]")


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    Attributes
    ----------
    name, theme : str
    tells : str
        What it tries, in one sentence.
    stopped_by : str
        The wall or rule that has to stop it, out of WALLS.
    assignment : str
    starts_from : str
        The story of the sample class whose answers it hands in besides; none by default, so that
        every point it gets is one too many.
    attacks : tuple of str
        The questions that it wants the points of: their answers are wrong.
    earns : dict of str to float
        Points that its wrong answers deserve all the same, being right about a part.
    exactly : bool
        Whether it must get what it honestly deserves; else it may lose that by its own doing.
    harmful : bool
        Not to be tried without walls: it may take down the machine.
    stock : str
        What it got from nbgrader alone, where that was tried.
    earlier : bool
        It has handed in right answers before, and was graded.
    cells : tuple of (str, str)
        Where each of its cells goes, and its text.
    build : callable or None
        Makes a notebook, text or bytes of the filled-in notebook.
    place : callable or None
        Puts files into the folder of the submission, for ``place(folder, told)``.
    """

    name: str
    theme: str
    tells: str
    stopped_by: str
    assignment: str = "one_dimension"
    starts_from: str = ""
    attacks: tuple[str, ...] = ()
    earns: dict[str, float] = field(default_factory=dict)
    exactly: bool = False
    harmful: bool = False
    stock: str = ""
    earlier: bool = False
    cells: tuple[tuple[str, str], ...] = ()
    build: Callable | None = None
    place: Callable | None = None

    def __post_init__(self):
        if self.stopped_by not in WALLS:
            raise ValueError(f"{self.name}: no wall or rule is called {self.stopped_by!r}")
        unknown = {*self.attacks, *self.earns} - {*questions_of(self.assignment)}
        if unknown:
            raise ValueError(f"{self.name}: {self.assignment} asks no {', '.join(unknown)}")

    def deserves(self):
        """The points that each question honestly deserves."""
        questions = questions_of(self.assignment)
        story = self.starts_from and sample_class.load(self.starts_from).points(self.assignment)
        points = story or dict.fromkeys(questions, 0.0)
        return points | dict.fromkeys(self.attacks, 0.0) | self.earns

    def notebook(self, release, told):
        """What is handed in: a notebook, text or bytes."""
        story = self.starts_from and sample_class.load(self.starts_from)
        answers = dict(story.answers(self.assignment)) if story else {}
        answers = {name: text for name, text in answers.items() if name not in self.attacks}
        answers |= {where: text for where, text in self.cells if where not in OWN}
        notebook = sample_class.fill(release, answers)
        for index, (where, text) in enumerate(self.cells):
            if where in OWN:
                later = [name for name, _ in self.cells[index:] if name not in OWN]
                place = _place(notebook, where, later)
                notebook.cells.insert(place, _own_cell(where, text))
        if self.cells:
            notebook.cells.insert(0, nbformat.v4.new_code_cell(toolbox(told)))
        return self.build(notebook) if self.build else notebook


def _own_cell(where, text):
    if where == "[markdown]":
        return nbformat.v4.new_markdown_cell(text.split('"""')[1].strip())
    return nbformat.v4.new_code_cell(text)


def _place(notebook, where, later):
    """Where your own cell goes: above the next answer, or the first one, or at the end."""
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    if where == "[end]":
        return len(names)
    return next(
        i
        for i, cell in enumerate(notebook.cells)
        if utils.is_solution(cell) and names[i] in (later[:1] or names)
    )


def toolbox(told):
    """The first cell of an attack: what its author has found out, and a few tools."""
    text = (HERE / "cells" / "toolbox.py").read_text()
    return text.replace("TOLD = {}", f"TOLD = json.loads({json.dumps(told)!r})")


@cache
def attacks():
    """Every attack by its name, in reading order."""
    found = [each for theme in THEMES for each in _of_theme(theme)]
    names = [each.name for each in found]
    if len({*names}) < len(names):
        raise ValueError(f"two attacks of one name: {', '.join(names)}")
    return {each.name: each for each in found}


def collect(what):
    """A list for the attacks of a module, and the decorator that adds to it.

    The decorated function is the attack's `build` or `place`, its docstring what it `tells`.
    """
    found = []

    def attack(stopped_by, **header):
        def add(function):
            header.update({"name": function.__name__, "tells": function.__doc__, what: function})
            found.append({"stopped_by": stopped_by, **header})
            return function

        return add

    return found, attack


def _of_theme(theme):
    path = HERE / "cells" / f"{theme}.py"
    if path.exists():
        return list(_read(theme, path.read_text()))
    built = import_module(f"tests.attacks.{theme}").ATTACKS
    return [Attack(theme=theme, **each) for each in built]


def _read(theme, text):
    headers = [*HEADER.finditer(text)]
    ends = [each.start() for each in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=True):
        told = tomllib.loads(re.sub(r"^# ?", "", header[2], flags=re.MULTILINE))
        told["attacks"] = tuple(told.get("attacks", ()))
        _, *pieces = CELL.split(text[header.end() : end])
        pairs = zip(pieces[::2], pieces[1::2], strict=True)
        cells = tuple((where.strip(), body.strip()) for where, body in pairs)
        yield Attack(header[1], theme, cells=cells, **told)


def table():
    """All attacks as Markdown."""
    lines = []
    for theme in THEMES:
        lines += [f"### {theme.replace('_', ' ').capitalize()}", ""]
        lines += ["| attack | what it tries | what stops it | nbgrader alone |"]
        lines += ["|---|---|---|---|"]
        for each in attacks().values():
            if each.theme == theme:
                row = [f"`{each.name}`", each.tells, each.stopped_by, each.stock]
                lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |")
        lines.append("")
    lines += ["| wall or rule | what it is | attacks |", "|---|---|---|"]
    for wall, what in WALLS.items():
        count = sum(each.stopped_by == wall for each in attacks().values())
        lines.append(f"| {wall} | {what} | {count} |")
    return "\n".join(lines)
