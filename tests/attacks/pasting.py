"""Attacks on `planted_bugs` without a hunt: pasted answers, compared texts, guessed words."""

import ast
from collections.abc import Mapping

import nbformat

from autograder.truth.bugs import FIXED_DRAW, OPEN, SEALED
from autograder.truth.draws import draw
from autograder.truth.planting import ORDER, rename, replace_lines
from autograder.truth.standard_form import STANDARD
from autograder.truth.starting_code import suspect
from tests import sample_class
from tests.attacks.catalogue import collect
from tests.repairs import repaired

ATTACKS, attack = collect("build")
EVERYTHING = {
    "assignment": "planted_bugs",
    "starts_from": "",
    "exactly": True,
    "stopped_by": "the question",
}
PASTED = {"repaired_backward": 3.0, "repaired_check": 3.0}
OWN_CASE = "def killing_case():\n    return X[:, :2], Y[:, :2], parameters"
UNTOUCHED = """
def fool_the_checker(parameters, X, Y):
    found = vector_to_dictionary(numerical_gradient(parameters, X, Y))
    found = {"d" + key: array for key, array in found.items()}
    return dict.fromkeys(["checker_a", "checker_b", "checker_c"], found)
"""
CLASSMATE = draw(b"a class that pastes", "a classmate")
LIKELY = {"first_wrong": "dW1", "kind": "batch"}
"""What sealed suspects are more often than anything else."""


def pasted(backward: str = STANDARD) -> dict[str, str]:
    """Answers that need no hunt: one's own of `n_dimensions`, and what the notebook shows."""
    check = sample_class.load("correct").answers("planted_bugs")["repaired_check"]
    names = ("repaired_backward", *OPEN)
    answers = {name: rename(backward, name) for name in names}
    return answers | {
        "repaired_check": check, "killing_case": OWN_CASE, "fool_the_checker": UNTOUCHED,
    }  # fmt: skip


def repairs_of(key: Mapping[str, str]) -> dict[str, str]:
    """The open suspects of somebody who was given these bugs, each repaired."""
    return {name: repaired(name, key[name]) for name in OPEN}


def compared(given: str) -> str:
    """A suspect with each statement that says something else than one's own put right."""
    own = dict(_statements(STANDARD))
    for target, value in _statements(given):
        mine = own.get(target)
        if mine is not None and _plain(mine.value) != _plain(value.value):
            text = ast.unparse(ast.Assign(value.targets, mine.value, lineno=0))
            return replace_lines(given, value, text)
    return given


def _statements(source: str) -> list[tuple[str, ast.Assign]]:
    """The assignments of a function by the name that they are about."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assign)]
    names = [ast.unparse(each.targets[0]) for each in found]
    return [
        (next((array for array in ORDER if f"'{array}'" in name), name), each)
        for name, each in zip(names, found, strict=True)
    ]


class _Plain(ast.NodeTransformer):
    """Writes every hand in one."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        called, arguments = ast.unparse(node.func), node.args
        if isinstance(node.func, ast.Attribute) and not called.startswith("np."):
            called, arguments = f"np.{node.func.attr}", [node.func.value, *arguments]
        if called in ("np.dot", "np.matmul"):
            return ast.BinOp(arguments[0], ast.MatMult(), arguments[1])
        named = [each.value for each in node.keywords if each.arg == "axis"]
        others = [each for each in node.keywords if each.arg != "axis"]
        return ast.Call(ast.Name(called), arguments + named, others)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult) and ast.unparse(node.left) == "1 / m":
            return ast.BinOp(node.right, ast.Div(), ast.Name("m"))
        if isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Compare):
            return ast.BinOp(node.right, ast.Mult(), node.left)
        return node


def _plain(expression: ast.expr) -> str:
    copy = ast.parse(ast.unparse(expression), mode="eval").body
    return ast.unparse(_Plain().visit(copy))


@attack(**EVERYTHING, earns=PASTED, stock="no gain")
def pastes_own_answers(notebook):
    """Pastes right answers to n_dimensions wherever they fit, and the notebook's own case."""
    return sample_class.fill(notebook, pasted())


@attack(**EVERYTHING, earns=PASTED | dict.fromkeys(OPEN, 3.0), stock="no gain")
def compares_texts(notebook):
    """The same, with suspects repaired by comparing their text with one's own."""
    answers = {name: compared(suspect(name, FIXED_DRAW[name])) for name in OPEN}
    return sample_class.fill(notebook, pasted() | answers)


HOOK = f"""
import sys

{STANDARD}

def hook(frame, event, value):
    if event == "return" and frame.f_code.co_name in {OPEN} and isinstance(value, dict):
        value.update(backward(*[frame.f_locals[name] for name in ("X", "Y", "cache")]))


sys.setprofile(hook)
"""


@attack(**EVERYTHING, earns=PASTED, stock="no gain")
def answers_for_its_text(notebook):
    """Changes a suspect in a statement that doesn't matter, and has a hook return what is right."""
    changed = {
        name: suspect(name, FIXED_DRAW[name]).replace("m = X.shape[1]", "m = len(X[0])")
        for name in OPEN
    }
    filled = sample_class.fill(notebook, pasted() | changed)
    filled.cells.insert(1, nbformat.v4.new_code_cell(HOOK))
    return filled


@attack(**EVERYTHING, earns=PASTED, stock="no gain")
def pastes_a_classmates_repairs(notebook):
    """The same, with the repaired suspects of a classmate who was given other bugs."""
    return sample_class.fill(notebook, pasted() | repairs_of(CLASSMATE))


@attack(**EVERYTHING, earns=PASTED | {"diagnosis": 1.0}, stock="no gain")
def guesses_likely_words(notebook):
    """Pastes answers, and calls every sealed suspect what most of them are."""
    guess = {"diagnosis": f"diagnosis = {dict.fromkeys(SEALED, LIKELY)}"}
    return sample_class.fill(notebook, pasted() | guess)
