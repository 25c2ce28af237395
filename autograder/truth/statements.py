"""How many statements of a function differ from those that a student was given.

A cell of `planted_bugs` holds the same functions, so that the visible check counts as this does; a
test compares their text.
"""
# Students read the text of these functions, so it has no annotations.
# mypy: allow-untyped-defs, no-check-untyped-defs

import ast
import warnings


class Bare(ast.NodeTransformer):
    """Leaves out what doesn't count: `print`, `assert`, docstrings, unused names."""

    def __init__(self, unused):
        self.unused = unused

    def visit(self, node):
        node = self.generic_visit(node)
        value = getattr(node, "value", None)
        if isinstance(node, ast.Expr) and (
            isinstance(value, ast.Constant)
            or (isinstance(value, ast.Call) and getattr(value.func, "id", "") == "print")
        ):
            return None
        if isinstance(node, ast.AnnAssign) and value is not None:
            node = ast.copy_location(ast.Assign([node.target], value), node)
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if isinstance(node, (ast.Assign, ast.AugAssign)) and all(
            getattr(target, "id", None) in self.unused for target in targets
        ):
            return None
        if isinstance(node, (ast.Assert, ast.Pass)):
            return None
        if isinstance(node, ast.arg):
            node.annotation = None
        if getattr(node, "body", None) == []:
            if isinstance(node, (ast.If, ast.For, ast.While)) and not node.orelse:
                return None
            node.body = [ast.copy_location(ast.Pass(), node)]
        return node


def definition(text, name, kept=None):
    """The function `name` of a text without what doesn't count: its syntax tree, and its lines.

    A name that nothing uses is left out unless it is in `kept`; by default all are kept.
    """
    function, lines, unused, before = None, [], frozenset(), None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in strings
            body = ast.parse(text).body if len(text) < 30_000 else []
        for each in body:
            if isinstance(each, ast.FunctionDef) and each.name == name:
                function = each
        if function and sum(isinstance(node, ast.stmt) for node in ast.walk(function)) > 100:
            function = None
        while function and unused != before:
            function, before = Bare(unused).visit(function), unused
            names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
            used = {node.id for node in names if not isinstance(node.ctx, ast.Store)}
            unused = before if kept is None else before | {n.id for n in names} - used - kept
        if function:
            function.returns = None
            lines = ast.unparse(function).splitlines()
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        function = None
    if function is None:
        raise ValueError(f"{name} must be a function, defined by `def {name}(X, Y, cache):`")
    return function, [line for line in lines if line.strip() not in ("", "pass")]


def changes(given, yours):
    """How many statements differ at least, and the first word of each: the edit distance.

    A statement counts as one up to 120 characters; a `:=` and a `lambda` in it count, too.
    """

    def more(before, line, new=True):
        line = line.strip()
        weight = 1 + (len(line) - 1) // 120 + line.count(":=") + line.count("lambda")
        word = line.split()[0].rstrip(",:")[:20]
        return before[0] + (weight if new else 1), (*before[1], word)

    row = [(0, ())]
    for line in yours:
        row.append(more(row[-1], line))
    for old in given:
        above, row = row, [more(row[0], old, new=False)]
        for j, line in enumerate(yours):
            kept = above[j] if line == old else more(above[j], line)
            others = more(row[-1], line), more(above[j + 1], old, new=False)
            row.append(min(kept, *others, key=lambda way: way[0]))
    return row[-1]


def told(name, given, yours):
    """What is wrong with the number of statements that differ, or "": it must be one."""
    if yours[0] != given[0]:
        return f"Leave the line `{given[0]}` as it was given to you"
    count, where = changes(given[1:], yours[1:])
    if count == 0:
        return f"{name} is still as it was given to you"
    places = list(dict.fromkeys(where))
    places = ", ".join(places[:6]) + (", …" if len(places) > 6 else "")
    said = f"{name} differs from the code that you were given in {count} statements ({places})"
    return "" if count == 1 else f"{said}; change only one"
