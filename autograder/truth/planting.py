"""How a bug is described, and how it is planted in a backward pass.

A bug is a few edits of Python expressions, each in the assignment to one variable. They are matched
on the syntax tree, so spacing doesn't matter, and the text outside the changed statement stays the
same, byte for byte.
"""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeGuard

import numpy as np

from autograder.truth.network import Array, Cache
from autograder.truth.standard_form import STANDARD

Backward = Callable[[Array, Array, Cache], dict[str, Array]]
"""A backward pass of (X, Y, cache), which returns dW1, db1, ..."""

ORDER = ("dW3", "db3", "dW2", "db2", "dW1", "db1")
"""The gradients in the order in which a backward pass computes them."""

KINDS = {
    "sign": "a gradient is correct except for its sign",
    "scale": "a gradient is correct except for a constant factor",
    "batch": "the sum or the average over the examples is wrong",
    "transpose": "the entries of an array are in the wrong places",
    "loss": "dZ3 is not the derivative of this cost",
    "mask": "the ReLU's derivative lets the wrong entries through",
    "chain": "a product of the chain rule has a wrong factor: the wrong array, or one too many",
}
"""The kinds that a student may be asked to tell apart, in the order in which they are ruled out:
see `autograder.truth.detective`."""

LESSON_KINDS = {
    "alias": "an array that was passed in is changed",
    "shape": "the numbers are correct, but their arrangement is not",
    "dtype": "digits are lost",
}
"""The kinds that a comparison of values can't find, or can barely find."""


class BugDoesNotFit(ValueError):
    """The code has no statement that the bug can change."""


@dataclass(frozen=True)
class Edit:
    """Rewrite one expression in the assignment to one variable.

    Attributes
    ----------
    target : str
        The assigned variable; only the first assignment that fits is changed.
    old, new : str
        Python expressions. In `old`, the name ANY matches any expression; in `new`, it is replaced
        by what it matched.

    Examples
    --------
    >>> Edit("dW2", "ANY / m", "2 * ANY / m").apply("dW2 = np.dot(dZ2, A1.T) / m")
    'dW2 = 2 * np.dot(dZ2, A1.T) / m'
    """

    target: str
    old: str
    new: str

    def apply(self, source: str) -> str:
        """Return the source with the edit made; `BugDoesNotFit` if it matches nowhere."""
        for statement in ast.walk(ast.parse(source)):
            if not self._assigns(statement):
                continue
            before = ast.unparse(statement)
            statement.value = _Rewriting(self.old, self.new).visit(statement.value)
            after = ast.unparse(statement)
            if after != before:
                return replace_lines(source, statement, after)
        raise BugDoesNotFit(f"no assignment to {self.target} contains {self.old}")

    def _assigns(self, statement: ast.AST) -> TypeGuard[ast.Assign]:
        return isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == self.target
            for target in statement.targets
        )


@dataclass(frozen=True)
class Bug:
    """A silent mistake in a backward pass: it runs, and returns arrays of the right shapes.

    Attributes
    ----------
    name : str
    kinds : tuple of str
        The names from `KINDS` that are accepted as a diagnosis: that of the mistake in the code,
        and, if it is another one, what `autograder.truth.detective` sees in the numbers. Or one
        from `LESSON_KINDS`, for a bug that is never a suspect.
    first_wrong : str
        The first gradient in `ORDER` that it corrupts.
    edits : tuple of Edit
    writes : str
        The statement of the standard form with the bug in it, as an example of what it does.
    hint : str
        A hint for a student who is looking for it.
    why : str
        How people come to make this mistake.
    suspect : bool
        Whether a student may be asked to find it.
    invisible : tuple of str
        The special inputs on which it changes nothing; `bugs` explains their names.
    """

    name: str
    kinds: tuple[str, ...]
    first_wrong: str
    edits: tuple[Edit, ...]
    writes: str
    hint: str
    why: str
    suspect: bool = True
    invisible: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = KINDS if self.suspect else KINDS | LESSON_KINDS
        if not self.kinds or not known.keys() >= set(self.kinds):
            raise ValueError(f"{self.name}: kinds {self.kinds} must be some of {tuple(known)}")
        if self.first_wrong not in ORDER:
            raise ValueError(f"{self.name}: first_wrong {self.first_wrong} is not in {ORDER}")


def plant(
    bugs: Bug | Iterable[Bug], source: str = STANDARD, name: str = "backward_propagation_n"
) -> str:
    """Return the source of a backward pass with one or more bugs planted, under a new name.

    Parameters
    ----------
    bugs : Bug or iterable of Bug
    source : str
        One function in the standard form.
    name : str
        The function's new name.

    Returns
    -------
    str

    Raises
    ------
    BugDoesNotFit
        If an edit matches nothing; the message names the bug.
    """
    for bug in (bugs,) if isinstance(bugs, Bug) else bugs:
        for edit in bug.edits:
            try:
                source = edit.apply(source)
            except BugDoesNotFit as error:
                raise BugDoesNotFit(f"{bug.name} doesn't fit: {error}") from None
    return rename(source, name)


def rename(source: str, name: str) -> str:
    """Return the source of one function under another name."""
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    return source.replace(f"def {next(functions).name}(", f"def {name}(", 1)


def compile_backward(source: str, name: str = "backward_propagation_n") -> Backward:
    """Return the function of that name that the source defines; only numpy is available to it."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, f"<{name}>", "exec"), namespace)
    function: Backward = namespace[name]
    return function


@cache
def backward_with(bug: Bug) -> Backward:
    """Return the course's backward pass with one bug in it, compiled only once."""
    return compile_backward(plant(bug))


class _Rewriting(ast.NodeTransformer):
    """Replaces the first expression that matches `old`, outermost first."""

    def __init__(self, old: str, new: str) -> None:
        self.old = ast.parse(old, mode="eval").body
        self.new = ast.parse(new, mode="eval").body
        self.done = False

    def visit(self, node: ast.AST) -> Any:
        bound: list[ast.expr] = []
        if self.done or not _matches(self.old, node, bound):
            return self.generic_visit(node)
        self.done = True
        return _Filling(bound).visit(self.new)


class _Filling(ast.NodeTransformer):
    """Replaces ANY by what it matched."""

    def __init__(self, bound: list[ast.expr]) -> None:
        self.bound = bound

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.bound[0] if node.id == "ANY" else node


def _matches(pattern: Any, node: Any, bound: list[ast.expr]) -> bool:
    """Whether two syntax trees match; what ANY in the pattern matches is appended to `bound`."""
    if isinstance(pattern, ast.Name) and pattern.id == "ANY":
        bound.append(node)
        return isinstance(node, ast.expr)
    if isinstance(pattern, list):
        return len(pattern) == len(node) and all(
            _matches(*pair, bound) for pair in zip(pattern, node, strict=True)
        )
    if not isinstance(pattern, ast.AST):
        return bool(pattern == node)
    return type(pattern) is type(node) and all(
        _matches(getattr(pattern, field), getattr(node, field), bound) for field in pattern._fields
    )


def replace_lines(source: str, statement: ast.Assign, text: str) -> str:
    lines = source.splitlines(keepends=True)
    end = statement.end_lineno or statement.lineno
    last = lines[end - 1]
    ending = last[len(last.rstrip("\r\n")) :]
    indentation = lines[statement.lineno - 1][: statement.col_offset]
    lines[statement.lineno - 1 : end] = [indentation + text + ending]
    return "".join(lines)
