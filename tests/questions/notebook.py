"""Opens a source notebook without Jupyter: with other answers, and one test cell at a time."""

import ast
import contextlib
import io
import json
import linecache
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import matplotlib
import pytest

from autograder import questions
from autograder.grading.local_student import LocalStudent
from autograder.questions.verdict import Verdict

matplotlib.use("Agg")  # because no window can be opened

SOURCE = Path(__file__).parents[2] / "source"
HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS\n?", re.DOTALL | re.M)
CHECKED = re.compile(r"^  (✓ ok  |✗ look|· wait|· done)  (\w+) \(([\d.]+)\): ", re.M)

ASSIGNMENTS = tuple(
    name
    for name in questions.ASSIGNMENTS
    if (SOURCE / name / f"{name}.ipynb").is_file()
    and (Path(questions.__file__).parent / f"{name}.py").is_file()
)
"""The assignments that have both a notebook and questions."""

SLOW = {"numerical_gradient", "repaired_check"}
"""Questions that take several hundredths of a second; most take a few thousandths."""


@dataclass(frozen=True)
class Cell:
    """A code cell, compiled once.

    Attributes
    ----------
    grade_id : str
    source : str
        As it stands in the notebook.
    points : float or None
        None when it is no test cell.
    solution : bool
        Whether it is a student's to write.
    body, last : code
        Everything but the last expression, which is the cell's value, and that expression. The
        hidden block is left out of both.
    """

    grade_id: str
    source: str
    points: float | None
    solution: bool
    body: CodeType
    last: CodeType

    def run(self, namespace: dict[str, Any]) -> Any:
        """Run it and return its value."""
        exec(self.body, namespace)
        return eval(self.last, namespace)


@cache
def cells(assignment: str) -> dict[str, Cell]:
    """The code cells of a source notebook by grade_id, without demonstrations."""
    notebook = json.loads((SOURCE / assignment / f"{assignment}.ipynb").read_text())
    found = {}
    for cell in notebook["cells"]:
        graded = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and "demonstration" not in cell["metadata"].get("tags", []):
            name = graded.get("grade_id") or cell["id"]
            found[name] = _compiled(name, "".join(cell["source"]), graded)
    return found


@cache
def text_of(assignment):
    """What a source notebook tells its readers: the text between the code, in one line."""
    notebook = json.loads((SOURCE / assignment / f"{assignment}.ipynb").read_text())
    texts = ["".join(cell["source"]) for cell in notebook["cells"]
             if cell["cell_type"] == "markdown"]  # fmt: skip
    return " ".join(" ".join(texts).split())


def _compiled(name: str, source: str, graded: Mapping[str, Any]) -> Cell:
    body = ast.parse(HIDDEN.sub("", source))
    value: ast.expr = ast.Constant(None)
    if body.body and isinstance(last_one := body.body[-1], ast.Expr):
        value = last_one.value
        body.body.pop()
    last = ast.Expression(value)
    _keep(f"<{name}>", source)  # as in Jupyter, where the text of a function can be read
    return Cell(
        name,
        source,
        graded.get("points") if graded.get("grade") else None,
        bool(graded.get("solution")),
        compile(body, f"<{name}>", "exec"),
        compile(ast.fix_missing_locations(last), f"<{name}>", "eval"),
    )


def _keep(file: str, text: str) -> None:
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file


@dataclass(frozen=True)
class Visible:
    """What the visible checks of one test cell said.

    Attributes
    ----------
    value : object
        The cell's value, which nbgrader's Validate looks at.
    points : dict of str to float
        What each check says it is worth, by the name of its part.
    failed : frozenset of str
    printed : str
    """

    value: object
    points: dict[str, float]
    failed: frozenset[str]
    printed: str


class Notebook:
    """A source notebook after Run All, with some answers replaced.

    Parameters
    ----------
    assignment : str
    answers : dict, optional
        By grade_id the text of an answer cell, or a function, which then lives in the notebook.
    """

    def __init__(self, assignment: str, answers: Mapping[str, Any] | None = None) -> None:
        self.assignment = assignment
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        answers = answers or {}
        unknown = set(answers) - set(cells(assignment))
        if unknown:
            raise KeyError(f"{assignment} has no answer cell called {', '.join(unknown)}")
        with matplotlib.rc_context(), contextlib.redirect_stdout(io.StringIO()):
            for name, cell in cells(assignment).items():
                if cell.solution and name in answers:
                    self._write(name, answers[name])
                elif cell.points is None:
                    cell.run(self.namespace)

    def _write(self, name: str, answer: Any) -> None:
        if callable(answer):
            self.namespace[name] = moved(answer, self.namespace)
        else:
            # As in Jupyter, where a message shows the line of an answer that raised.
            file = f"<{name} {hash(answer)}>"
            _keep(file, answer)
            exec(compile(answer, file, "exec"), self.namespace)

    def check(self, question: str) -> Visible:
        """Run the visible checks of one question."""
        out = io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            warnings.catch_warnings(),
            pytest.MonkeyPatch.context() as patch,
        ):
            warnings.simplefilter("ignore")  # Jupyter shows them and continues
            patch.setenv("NBGRADER_VALIDATING", "1")
            value = cells(self.assignment)[f"test_{question}"].run(self.namespace)
        lines = CHECKED.findall(out.getvalue())
        return Visible(
            value,
            {part: float(points) for _, part, points in lines},
            frozenset(part for mark, part, _ in lines if mark not in ("✓ ok  ", "· done")),
            out.getvalue(),
        )

    @property
    def student(self) -> LocalStudent:
        """The student who wrote this notebook, in process."""
        return LocalStudent(self.namespace)

    def judge(self, question: str, seed: int | None) -> Verdict:
        """Ask the hidden question, in process."""
        return questions.judge(question, self.student, seed)


def moved(function: Callable[..., Any], namespace: dict[str, Any]) -> FunctionType:
    """The same function with another module's global names."""
    code, defaults, closure = function.__code__, function.__defaults__, function.__closure__
    copy = FunctionType(code, namespace, function.__name__, defaults, closure)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def lost(verdict: Verdict) -> frozenset[str]:
    """The names of the parts that a verdict takes away."""
    return frozenset(finding.part for finding in verdict.findings if not finding.earned)
