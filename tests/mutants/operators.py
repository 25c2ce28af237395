"""What is changed: small edits of a module's text, each made by an operator with its examples.

A number counts as a constant where it is given a name or limits something: in what is assigned to a
name in capitals, as the default of a parameter or of a class's field, in a decorator, in a
comparison, and as an argument. It drifts by a factor of two either way, a small whole number by
one. What steers no decision is left alone: places in a sequence, the ranges that random numbers are
drawn from, sizes of caches, the version of a format, and what only stands in a message.

Everything else is logic: comparisons, `and`, `or` and `not`, the ends of slices and ranges, and the
numbers in a formula.
"""

import ast
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

CAPITALS = re.compile(r"_?[A-Z][A-Z0-9_]*")
SMALL = 10
"""Up to here a whole number drifts by one."""

CONSTANT, LOGIC = "constants", "logic"


@dataclass(frozen=True)
class Mutation:
    """One edit of one module.

    Attributes
    ----------
    path : str
        The module, from the root of the checkout.
    kind : str
        `CONSTANT` or `LOGIC`.
    where : str
        The name that is given to the number, else the function that the edit is made in.
    function : str
        The function that the edit is made in, as `__qualname__` has it; "" outside of all.
    line : int
    start, end : int
        Bytes of the text that are replaced.
    old, new : str
    """

    path: str
    kind: str
    where: str
    function: str
    line: int
    start: int
    end: int
    old: str
    new: str

    def applied(self, source):
        """The module's text, as bytes, with this edit."""
        return source[: self.start] + self.new.encode() + source[self.end :]

    @property
    def names(self):
        """What `choices.toml` may call it: all of a name, one number there, or one edit of it."""
        number = f"{self.where}: {self.old}"
        return self.where, number, f"{number} -> {self.new}"

    def __str__(self):
        return f"{self.path}:{self.line}: {self.names[-1]}"


@dataclass(frozen=True)
class Operator:
    """A way to change code.

    Attributes
    ----------
    changes : callable
        ``changes(node, place)`` yields (first node or its start, last node or its end, new text)
        for what it changes at `node`.
    examples : dict of str to list of str
        A statement, and all that becomes of it.
    """

    changes: Callable
    examples: dict

    def edits(self, node, place):
        """What it makes of a node: bytes where each edit starts and ends, and the new text."""
        for first, last, new in self.changes(node, place):
            yield (
                place.text.start(first) if isinstance(first, ast.AST) else first,
                place.text.end(last) if isinstance(last, ast.AST) else last,
                new,
            )


@dataclass(frozen=True)
class Place:
    """Where a node is: the nodes around it, the nearest first, and the text that all are of."""

    around: tuple
    text: "Text"

    def within(self, *kinds):
        """The nearest node of these kinds around it."""
        return next((each for each in self.around if isinstance(each, kinds)), None)


class Text:
    """A module's bytes, and where in them its nodes begin and end."""

    def __init__(self, source):
        self.source = source
        self.lines = [0]
        for line in source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))

    def start(self, node):
        return self.lines[node.lineno - 1] + node.col_offset

    def end(self, node):
        return self.lines[node.end_lineno - 1] + node.end_col_offset

    def line_of(self, at):
        return bisect_right(self.lines, at)

    def of(self, start, end):
        return self.source[start:end].decode()


# Numbers.


def drifted(value):
    """What becomes of a number: by one where it is small and whole, else by a factor of two.

    >>> drifted(3), drifted(47), drifted(1e-6)
    ((2, 4), (23, 94), (5e-07, 2e-06))
    """
    if type(value) is float:
        return value / 2, value * 2
    return (value - 1, value + 1) if value <= SMALL else (value // 2, value * 2)


def is_number(node):
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def is_power(node, place):
    """Whether a number is how often something is doubled: there one more is a factor of two."""
    for inner, outer in zip((node, *place.around), place.around, strict=False):
        if not isinstance(outer, ast.UnaryOp):
            shifts = isinstance(outer, ast.BinOp) and isinstance(
                outer.op, ast.Pow | ast.LShift | ast.RShift
            )
            return shifts and inner is outer.right
    return False


def is_doubled(node, place):
    """Whether a number is what `is_power` is about: one change of the two is enough."""
    outer = place.around[0]
    shifts = isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Pow | ast.LShift)
    return shifts and node is outer.left and (node.value == 2 or isinstance(outer.op, ast.LShift))


def role(node, place):
    """`CONSTANT`, `LOGIC`, or None for a number that is left alone."""
    inner = node
    for outer in place.around:
        match outer:
            case ast.JoinedStr() | ast.Raise() | ast.Slice():
                return None
            case ast.Subscript() if inner is outer.slice:
                return None
            case ast.Call(
                func=ast.Name("range" | "enumerate") | ast.Attribute(value=ast.Name("rng"))
            ):
                return None
            case ast.keyword(arg="maxsize" | "axis" | "stacklevel" | "as_version"):
                return None
            case ast.arguments() | ast.ClassDef():
                return CONSTANT
            case ast.FunctionDef() if inner in outer.decorator_list:
                return CONSTANT
            case ast.FunctionDef() | ast.Lambda():
                break
            case ast.Assign() | ast.AnnAssign() if name_given(outer):
                return CONSTANT
            case ast.Compare() if limits(node) or is_factor(place):
                return CONSTANT
            case ast.Call() if limits(node):
                return CONSTANT
        inner = outer
    return LOGIC


def limits(node):
    """Whether a number is no place, nor the difference between none, one and some."""
    return type(node.value) is float or node.value > 2


def is_factor(place):
    return isinstance(place.around[0], ast.BinOp) and isinstance(
        place.around[0].op, ast.Mult | ast.Div
    )


def name_given(statement):
    """The names in capitals that a statement assigns to, with commas between them; "" if none."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    names = [each.id for target in targets for each in ast.walk(target) if type(each) is ast.Name]
    return ", ".join(names) if names and all(map(CAPITALS.fullmatch, names)) else ""


def numbers(wanted):
    def changes(node, place):
        if not is_number(node) or role(node, place) is not wanted or is_doubled(node, place):
            return
        if is_power(node, place):
            found = node.value - 1, node.value + 1
        elif node.value == 0:
            return
        else:
            found = drifted(node.value)
        for each in found:
            yield node, node, repr(each)

    return changes


# Logic.

BEYOND = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
CONTRARY = {
    ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip


def comparisons(node, place):
    """The contrary; where something is counted, also whether the limit itself counts."""
    if isinstance(node, ast.Compare):
        for left, op, right in zip(
            [node.left, *node.comparators], node.ops, node.comparators, strict=False
        ):
            between = place.text.of(place.text.end(left), place.text.start(right))
            blank = re.match(r"[\s)]*", between)[0], re.search(r"[\s(]*$", between)[0]
            news = [CONTRARY[type(op)]]
            if type(op) in BEYOND and (counts(left) or counts(right)):
                news.append(BEYOND[type(op)])
            for new in news:
                yield place.text.end(left), place.text.start(right), new.join(blank)


def counts(node):
    """Whether a node is surely a whole number, so that its neighbour makes a difference."""
    return (is_number(node) and type(node.value) is int) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"
    )


def connectives(node, place):
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            start, end = place.text.end(left), place.text.start(right)
            yield start, end, re.sub(rf"\b{old}\b", new, place.text.of(start, end), count=1)


def negations(node, place):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        start = place.text.start(node)
        yield start, start + len("not"), ""


def ends(node, place):
    """One more at either end of a slice or a range."""
    bounds = []
    if isinstance(node, ast.Slice):
        bounds = [node.lower, node.upper]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        bounds = node.args[:2]
    for bound in bounds:
        if bound is not None:
            yield (
                bound,
                bound,
                f"{place.text.of(place.text.start(bound), place.text.end(bound))} + 1",
            )


OPERATORS = {
    "named numbers": Operator(
        numbers(CONSTANT),
        {
            "A = 1e-6": ["A = 5e-07", "A = 2e-06"],
            "A, B = (3, [47]), 0": [
                "A, B = (2, [47]), 0", "A, B = (4, [47]), 0",
                "A, B = (3, [23]), 0", "A, B = (3, [94]), 0",
            ],
            "A = 16 << 20": ["A = 16 << 19", "A = 16 << 21"],
            "A = 2.0**-17": ["A = 2.0**-16", "A = 2.0**-18"],
            "def f(x, most=20): pass": ["def f(x, most=10): pass", "def f(x, most=40): pass"],
            "class A:\n    b: int = 1": ["class A:\n    b: int = 0", "class A:\n    b: int = 2"],
            "x = y < 0.5 * z": ["x = y < 0.25 * z", "x = y < 1.0 * z"],
            "x = 2 * y > z / 2": [
                "x = 1 * y > z / 2", "x = 3 * y > z / 2",
                "x = 2 * y > z / 1", "x = 2 * y > z / 3",
            ],
            "x = near(x, n=3)": ["x = near(x, n=2)", "x = near(x, n=4)"],
            "x = rng.uniform(3, 4), x[3], f(y[:3]), f'{x:3}{f(3)}'": [],
        },
    ),
    "numbers in a formula": Operator(
        numbers(LOGIC),
        {
            "x = 4 * y": ["x = 3 * y", "x = 5 * y"],
            "x = 0.5 * y + x[3]": ["x = 0.25 * y + x[3]", "x = 1.0 * y + x[3]"],
            "if x > 1: pass": ["if x > 0: pass", "if x > 2: pass"],
            "x = 0": [],
        },
    ),
    "comparisons": Operator(
        comparisons,
        {
            "x = a < b": ["x = a >= b"],
            "x = len(a) <= b": ["x = len(a) > b", "x = len(a) < b"],
            "x = (a) not in (b)": ["x = (a) in (b)"],
            "x = 0 < a is b": ["x = 0 >= a is b", "x = 0 <= a is b", "x = 0 < a is not b"],
        },
    ),
    "connectives": Operator(
        connectives,
        {
            "x = a and b and (c or d)": [
                "x = a or b and (c or d)", "x = a and b or (c or d)", "x = a and b and (c and d)",
            ],
        },
    ),
    "negations": Operator(negations, {"x = not (a)": ["x =  (a)"]}),
    "ends": Operator(
        ends,
        {
            "x = a[1:]": ["x = a[1 + 1:]"],
            "x = a[:-1, b]": ["x = a[:-1 + 1, b]"],
            "x = range(a, b)": ["x = range(a + 1, b)", "x = range(a, b + 1)"],
            "x = a[:]": [],
        },
    ),
}  # fmt: skip


def mutations(path, source):
    """All mutations of a module.

    Parameters
    ----------
    path : str
    source : bytes

    Yields
    ------
    Mutation
        One that leaves the tree as it was, or makes no Python of it, is not among them.
    """
    text = Text(source)
    for node, place in walk(ast.parse(source), (), text):
        for operator in OPERATORS.values():
            kind = CONSTANT if operator is OPERATORS["named numbers"] else LOGIC
            for start, end, new in operator.edits(node, place):
                yield Mutation(
                    path, kind, named(node, place), function(place),
                    text.line_of(start), start, end, text.of(start, end).strip(), new,
                )  # fmt: skip


def walk(node, around, text) -> Iterator:
    """Every node that is no part of a text between quotation marks, and its place."""
    yield node, Place(around, text)
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.JoinedStr):
            yield from walk(child, (node, *around), text)


def function(place):
    """The `__qualname__` of the innermost function with a name, "" outside of all of them.

    What is in a decorator or a default belongs to the function: whoever calls it meets it.
    """
    name = ""
    for each in reversed(place.around):
        if isinstance(each, ast.FunctionDef | ast.ClassDef):
            name += each.name + (".<locals>." if isinstance(each, ast.FunctionDef) else ".")
    return name.removesuffix(".<locals>.").removesuffix(".") if name.endswith(">.") else ""


def named(node, place):
    """The name of a constant, of a parameter or of a field, else that of the function."""
    inner = node
    for outer in place.around:
        match outer:
            case ast.arguments():
                names = [*outer.posonlyargs, *outer.args][-len(outer.defaults) or None :]
                given = [*zip(outer.defaults, names, strict=False)]
                given += zip(outer.kw_defaults, outer.kwonlyargs, strict=True)
                parameter = next((arg.arg for default, arg in given if default is inner), "")
                return f"{function(place)}({parameter})"
            case ast.Assign() | ast.AnnAssign() if isinstance(
                place.around[place.around.index(outer) + 1], ast.ClassDef
            ):
                target = outer.targets[0] if isinstance(outer, ast.Assign) else outer.target
                return f"{place.around[place.around.index(outer) + 1].name}.{ast.unparse(target)}"
            case ast.Assign() | ast.AnnAssign() if name_given(outer):
                return name_given(outer)
        inner = outer
    return function(place) or "the module"
