"""The same backward pass as different people write it.

Each suspect is in another hand than the other suspects and than the notebook that never ran, so
that a repair of one of them, pasted over another one, differs from it in many statements.
"""

import ast
from collections.abc import Callable

from autograder.truth.planting import ORDER, replace_lines


class _Products(ast.NodeTransformer):
    """Writes matrix products, and sums, in another way."""

    def __init__(self, methods: bool) -> None:
        self.methods = methods

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = ast.unparse(node.func)
        if not self.methods and called == "np.dot":
            node.func = ast.parse("np.matmul", mode="eval").body
        if self.methods and called in ("np.dot", "np.sum", "np.mean", "np.max"):
            array, *others = node.args
            node.func = ast.Attribute(array, called.removeprefix("np."), ast.Load())
            node.args = others
        return node


def _factor_first(value: ast.expr) -> ast.expr:
    """``a / b`` as ``1 / b * a``."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
        factor = ast.BinOp(ast.Constant(1), ast.Div(), value.right)
        return ast.BinOp(factor, ast.Mult(), value.left)
    return value


def into_a_dictionary(source: str) -> str:
    """Fill a dictionary, array by array, with the factor 1/m in front."""

    def rewritten(statement: ast.Assign) -> None:
        name = ast.unparse(statement.targets[0])
        if name in ORDER:
            statement.targets = [ast.parse(f"gradients['{name}']", mode="eval").body]
            statement.value = _factor_first(statement.value)

    source = _each_assignment(source, rewritten)
    for name in ORDER:  # the course writes texts in double quotes
        source = source.replace(f"gradients['{name}']", f'gradients["{name}"]')
    first, last = source.index("    m = "), source.index("    return ")
    return f"{source[:first]}    gradients = {{}}\n{source[first:last]}    return gradients\n"


def with_matmul(source: str) -> str:
    """Call np.matmul for np.dot."""
    return _each_assignment(source, _Products(methods=False).visit)


def with_methods(source: str) -> str:
    """Call the methods of an array in place of numpy's functions."""
    return _each_assignment(source, _Products(methods=True).visit)


def _each_assignment(source: str, rewrite: Callable[[ast.Assign], object]) -> str:
    """Rewrite the assignments of a function; the lines of the others stay byte for byte."""
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assign))
    for statement in sorted(found, key=lambda node: -node.lineno):
        before = ast.unparse(statement)
        rewrite(statement)
        if ast.unparse(statement) != before:
            source = replace_lines(source, statement, ast.unparse(statement))
    return source


HANDS = {
    "suspect_a": into_a_dictionary,
    "suspect_b": with_matmul,
    "suspect_c": with_methods,
}
"""Who has written which suspect."""
