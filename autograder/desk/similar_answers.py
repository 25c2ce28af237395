"""Answers that are the same up to names and layout: a hint for a person, and never a verdict.

Fingerprints are chosen by winnowing: S. Schleimer, D. S. Wilkerson, A. Aiken, "Winnowing: local
algorithms for document fingerprinting", SIGMOD 2003, 76-85. What was given to students, what is in
the solution, and what many have written does not count.
"""

import ast
import builtins
import keyword
import re
import warnings
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

TOKENS, WINDOW = 8, 6
"""A fingerprint covers so many tokens; of so many in a row, one is kept. So whatever two answers
share for 13 tokens (their sum, less one) is found."""
LEAST = 12
"""An answer is compared if so many of its fingerprints, about 40 tokens, are not in the given code:
short answers are often the same."""
ALIKE = 0.8
"""The share of their fingerprints that two answers have in common (the Jaccard index)."""
COMMON = 0.05
"""What more than this share of a class has written, and more than `FEW`, is nobody's own."""
FEW = 5
LONGEST = 30_000
"""Characters of an answer that is compared."""
TOKEN = re.compile(
    r"\s*+(?:(?P<name>[^\W\d]\w*+(?!['\"]))|(?P<number>\.?\d[\w.]*+)|(?P<comment>\#[^\n]*+)"
    r"|(?P<text>\w{0,2}(?:'{3}.*?'{3}|\"{3}.*?\"{3}|'(?:\\.|[^'\\\n])*+'|\"(?:\\.|[^\"\\\n])*+\"))"
    r"|(?P<sign>\*\*|//|[<>=!+\-*/%&|^@]=|\S))",
    re.DOTALL,
)
KEPT = {*keyword.kwlist, *dir(builtins), "np"}
Prints = frozenset[int]


@dataclass(frozen=True)
class Similar:
    """Answers to one question that are nearly the same.

    Attributes
    ----------
    question : str
        The answer cell.
    students : tuple of str
    same : bool
        Whether they are the same up to names and layout, or else nearly so.
    size : int
        The number of fingerprints that all of them share and few others have.
    """

    question: str
    students: tuple[str, ...]
    same: bool
    size: int


def similar(
    question: str, answers: Mapping[str, str], known: Mapping[str, Iterable[str]], words: bool
) -> list[Similar]:
    """Groups of two or more students whose answers are nearly the same, the largest first.

    Parameters
    ----------
    question : str
    answers : mapping of str to str
        By student.
    known : mapping of str to iterable of str
        By student, the texts that are nobody's own: what was given, and the solution.
    words : bool
        Whether answers are in words and not in code.
    """
    own = {
        student: prints(text, words).difference(*(prints(each, words) for each in known[student]))
        for student, text in sorted(answers.items())
    }
    counted = Counter(each for found in own.values() for each in found)
    limit = max(FEW, COMMON * len(own))
    rare = {
        student: {each for each in found if counted[each] <= limit}
        for student, found in own.items()
    }
    links = [
        pair
        for pair, shared in _shared(rare).items()
        if shared >= LEAST and _jaccard(*(own[each] for each in pair)) >= ALIKE
    ]
    groups = [
        Similar(question, group, _are_the_same([answers[each] for each in group], words),
                len(set.intersection(*(rare[each] for each in group))))
        for group in _connected(links)
    ]  # fmt: skip
    return sorted(groups, key=lambda each: (-len(each.students), -each.size, each.students))


@lru_cache(maxsize=100_000)
def prints(text: str, words: bool) -> Prints:
    """The fingerprints of an answer: of the hashes in each window, the smallest."""
    tokens = _words(text) if words else _tokens(text)
    if len(tokens) < TOKENS:
        return frozenset()
    numbers = np.fromiter(map(_number, tokens), np.uint64, len(tokens))
    count = len(tokens) - TOKENS + 1
    hashes = np.zeros(count, np.uint64)
    for place, power in enumerate(_POWERS):
        hashes += numbers[place : place + count] * power
    hashes = (hashes ^ (hashes >> np.uint64(31))) * _ODD
    width = min(WINDOW, count)
    windows = [hashes[place : count - width + 1 + place] for place in range(width)]
    chosen = np.minimum.reduce(windows)
    return frozenset(chosen.tolist())


def normal_form(text: str) -> str:
    """Code without comments and docstrings, in Python's own layout, with names in order v1, v2, …

    Only names that the code itself binds are replaced. Code that can't be parsed is returned as its
    tokens.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in strings
            tree = ast.parse(text[:LONGEST])
            return ast.unparse(_Renamed(tree).visit(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return " ".join(_tokens(text))


class _Renamed(ast.NodeTransformer):
    """Replaces the names that a piece of code binds, and removes its docstrings."""

    def __init__(self, tree: ast.Module) -> None:
        self._names: dict[str, str] = {}
        self._bound = {name for node in ast.walk(tree) for name in _bound_by(node)}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(self._new(node.id), node.ctx), node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.copy_location(ast.arg(self._new(node.arg)), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = self._new(node.name), None
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)

    def _new(self, name: str) -> str:
        if name not in self._bound:
            return name
        return self._names.setdefault(name, f"v{len(self._names) + 1}")


def _bound_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    return [node.arg] if isinstance(node, ast.arg) else []


def _are_the_same(texts: Sequence[str], words: bool) -> bool:
    return len({" ".join(_words(each)) if words else normal_form(each) for each in texts}) == 1


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text[:LONGEST].casefold())


def _tokens(text: str) -> list[str]:
    """The tokens of code: one word for all names but Python's and those after a dot."""
    found, last = [], ""
    for match in TOKEN.finditer(text[:LONGEST]):
        kind = match.lastgroup
        assert kind
        token = match[kind]
        if kind == "name" and token not in KEPT and last != ".":
            token = "name"
        elif kind == "text":
            token = _without_quotes(token)
        if token and kind != "comment":
            found.append(token)
            last = token
    return found


def _without_quotes(text: str) -> str:
    """A string in whichever quotation marks; "" for those of several lines, as docstrings are."""
    inner = text.lstrip("rbfuRBFU")
    return "" if inner[:3] in ("'''", '"""') else inner[:1].replace("'", '"') + inner[1:-1]


@cache
def _number(token: str) -> int:
    return zlib.crc32(token.encode("utf-8", "replace"))


_BASE, _ODD = 0x9E3779B97F4A7C15, np.uint64(0xBF58476D1CE4E5B9)
_POWERS: npt.NDArray[np.uint64] = np.array(
    [pow(_BASE, place, 1 << 64) for place in range(TOKENS)], np.uint64
)
"""Hashes are polynomials in this base, as of Karp and Rabin, and then mixed: all modulo 2^64."""


def _shared(own: Mapping[str, Iterable[int]]) -> Counter[tuple[str, str]]:
    """How many fingerprints pairs of students share; pairs that share none are never looked at."""
    holders = defaultdict(list)
    for student, found in own.items():
        for each in found:
            holders[each].append(student)
    return Counter(pair for group in holders.values() for pair in combinations(group, 2))


def _jaccard(one: Prints, other: Prints) -> float:
    return len(one & other) / len(one | other)


def _connected(links: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The groups that links connect."""
    groups: dict[str, set[str]] = {}
    for one, other in links:
        together = groups.get(one, {one}) | groups.get(other, {other})
        groups |= dict.fromkeys(together, together)
    return sorted({tuple(sorted(each)) for each in groups.values()})
