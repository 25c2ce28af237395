"""The same backward pass as different people write it.

The name of a suspect decides how products are written, and its bug decides a handful of habits. So
the three suspects of a student are in three hands; and suspect_a of one student is rarely in the
hand of another student's, unless they have the same bug.

Any two hands differ in at least three statements of the correct pass. A repair differs in one from
what was given. So a repair pasted over a suspect in another hand differs from it in two or more,
which is no repair.

A hand follows from a name and a bug, wherever it is needed; nothing about it is stored.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from itertools import compress, product
from textwrap import dedent, indent
from zlib import crc32

from autograder.truth.planting import ORDER

Paragraphs = list[list[str]]
"""The statements of a function below its docstring. Each is one line, as in the standard form."""
Habit = Callable[[Paragraphs], Paragraphs]

SUMS = ("np.sum", "np.mean", "np.max")


@dataclass(frozen=True)
class Hand:
    """How one person writes.

    Attributes
    ----------
    habits : tuple of callable
        What this person does in another way than the standard form, in this order.
    """

    habits: tuple[Habit, ...]

    def write(self, source: str) -> str:
        """Return a function in the standard form as this person writes it."""
        first, docstring, *lines = source.splitlines()
        text = [each.splitlines() for each in dedent("\n".join(lines)).split("\n\n")]
        for habit in self.habits:
            text = habit(text)
        body = indent("\n\n".join(map("\n".join, text)), "    ")
        return f"{first}\n{docstring}\n{body}\n"


def hand(name: str, bug: str) -> Hand:
    """Return the hand in which the suspect of that name is written if it has that bug.

    The CRC-32 of the bug's name chooses one of the suspect's `hands`. It is the same everywhere and
    always, which Python's own `hash` is not.

    Parameters
    ----------
    name : str
    bug : str
        The bug's name.
    """
    every = hands(name)
    return every[crc32(bug.encode()) % len(every)]


def hands(name: str) -> list[Hand]:
    """Return all hands in which the suspect of that name may be written."""
    free = [habit for habit in HABITS if habit not in ALWAYS[name]]
    chosen = product((False, True), repeat=len(free))
    return [Hand((*compress(free, each), *ALWAYS[name])) for each in chosen]


def with_operator(text: Paragraphs) -> Paragraphs:
    """Write ``dZ2 @ A1.T``."""

    def written(call: ast.Call) -> ast.expr:
        left, right = call.args
        return ast.BinOp(left, ast.MatMult(), right)

    return _in_values(text, _Calls(("np.dot",), written).visit)


def with_matmul(text: Paragraphs) -> Paragraphs:
    """Write ``np.matmul(dZ2, A1.T)``."""

    def written(call: ast.Call) -> ast.expr:
        return ast.Call(ast.parse("np.matmul", mode="eval").body, call.args, call.keywords)

    return _in_values(text, _Calls(("np.dot",), written).visit)


def with_dot_method(text: Paragraphs) -> Paragraphs:
    """Write ``dZ2.dot(A1.T)``."""
    return _in_values(text, _Calls(("np.dot",), _method).visit)


def axis_without_its_name(text: Paragraphs) -> Paragraphs:
    """Write ``np.sum(dZ2, 1, keepdims=True)``."""

    def written(call: ast.Call) -> ast.expr:
        axis = [each.value for each in call.keywords if each.arg == "axis"]
        others = [each for each in call.keywords if each.arg != "axis"]
        return ast.Call(call.func, call.args + axis, others)

    return _in_values(text, _Calls(SUMS, written).visit)


def sums_as_methods(text: Paragraphs) -> Paragraphs:
    """Write ``dZ2.sum(axis=1, keepdims=True)``."""
    return _in_values(text, _Calls(SUMS, _method).visit)


def factors_in_front(text: Paragraphs) -> Paragraphs:
    """Write ``1 / m * np.sum(...)``, and ``2 / m * np.sum(...)`` for twice as much."""

    def written(value: ast.expr) -> ast.expr:
        match value:
            case ast.BinOp(dividend, ast.Div(), divisor):
                number, rest = _number_in_front(dividend)
                return _times(ast.BinOp(number, ast.Div(), divisor), rest)
            case _:
                return value

    return _in_values(text, written)


def masks_in_front(text: Paragraphs) -> Paragraphs:
    """Write ``(Z2 > 0) * dA2``, and unpack the cache before counting the examples."""

    def written(value: ast.expr) -> ast.expr:
        match value:
            case ast.BinOp(ast.BinOp(first, ast.Mult(), array), ast.Mult(), mask):
                return _times(ast.BinOp(first, ast.Mult(), mask), array)
            case ast.BinOp(array, ast.Mult(), mask):
                return ast.BinOp(mask, ast.Mult(), array)
            case _:
                return value

    (m, cache), *others = text
    return [[cache, m], *_in_values(others, written, of=("dZ2", "dZ1"))]


def biases_first(text: Paragraphs) -> Paragraphs:
    """Compute the gradient of a layer's bias before that of its weights."""
    return [sorted(each, key=lambda line: line.startswith("dW")) for each in text]


def into_a_dictionary(text: Paragraphs) -> Paragraphs:
    """Put each gradient into a dictionary as soon as it is computed."""
    opening, *others, _ = text
    filled = [[_entry(line) for line in each] for each in others]
    return [[*opening, "gradients = {}"], *filled, ["return gradients"]]


HABITS: tuple[Habit, ...] = (
    axis_without_its_name,
    sums_as_methods,
    factors_in_front,
    masks_in_front,
    biases_first,
    into_a_dictionary,
)
"""What people do in one way or the other. Each habit changes three statements or more."""

ALWAYS: dict[str, tuple[Habit, ...]] = {
    "suspect_a": (with_operator, into_a_dictionary),
    "suspect_b": (with_matmul,),
    "suspect_c": (with_dot_method,),
}
"""What is done in every hand of a suspect. No other backward pass of the course is written so: part
1 has ``np.dot``, and the solution of `n_dimensions` has ``@``, but no dictionary."""


def _in_values(
    text: Paragraphs, change: Callable[[ast.expr], ast.expr], of: tuple[str, ...] = ()
) -> Paragraphs:
    """Change the values that are assigned: all, or those of some names."""

    def changed(line: str) -> str:
        name, equals, value = line.partition(" = ")
        if not equals or (of and name not in of):
            return line
        return f"{name} = {ast.unparse(change(ast.parse(value, mode='eval').body))}"

    return [[changed(line) for line in paragraph] for paragraph in text]


class _Calls(ast.NodeTransformer):
    """Writes the calls of some of numpy's functions in another way."""

    def __init__(self, names: tuple[str, ...], written: Callable[[ast.Call], ast.expr]) -> None:
        self.names, self.written = names, written

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return self.written(node) if ast.unparse(node.func) in self.names else node


def _method(call: ast.Call) -> ast.expr:
    """A call of numpy's function as one of the array's method."""
    array, *others = call.args
    name = ast.unparse(call.func).removeprefix("np.")
    return ast.Call(ast.Attribute(array, name), others, call.keywords)


def _number_in_front(value: ast.expr) -> tuple[ast.expr, ast.expr]:
    """The number that a product begins with (1 or -1 if there is none), and what it multiplies."""
    match value:
        case ast.BinOp(ast.Constant() as number, ast.Mult(), rest):
            return number, rest
        case ast.UnaryOp(ast.USub() as minus, rest):
            return ast.UnaryOp(minus, ast.Constant(1)), rest
        case _:
            return ast.Constant(1), value


def _times(factor: ast.expr, value: ast.expr) -> ast.expr:
    """A product with one more factor in front, without brackets."""
    match value:
        case ast.BinOp(left, ast.Mult() as times, right):
            return ast.BinOp(_times(factor, left), times, right)
        case _:
            return ast.BinOp(factor, ast.Mult(), value)


def _entry(line: str) -> str:
    """The assignment to an entry of the dictionary in place of a gradient's variable."""
    name, _, value = line.partition(" = ")
    return f'gradients["{name}"] = {value}' if name in ORDER else line
