"""If this fails, a repair of one statement loses points, or a rewritten function earns them."""

import ast
import inspect
import textwrap

import pytest

from autograder.truth import statements
from autograder.truth.bugs import BANK, FIXED_DRAW, OPEN, suspect_source
from autograder.truth.planting import Bug, rename
from autograder.truth.standard_form import STANDARD
from tests.questions.notebook import cells
from tests.repairs import repaired

GIVEN = """
def f(X, Y, cache):
    \"\"\"A docstring.\"\"\"
    m = X.shape[1]
    a, b = cache

    c = np.dot(a, b) / m
    return {"c": c}
"""
SUSPECTS = [bug for bug in BANK if bug.suspect]


def names_of(function: ast.FunctionDef) -> set[str]:
    return {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}


def distance(yours: str, given: str = GIVEN, name: str = "f") -> tuple[int, list[str]]:
    """How many statements differ, and their first words."""
    function, old = statements.definition(given, name)
    _, new = statements.definition(yours, name, names_of(function))
    count, where = statements.changes(old[1:], new[1:])
    return count, [*where]


def changed(*pairs: tuple[str, str]) -> str:
    text = GIVEN
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


C = "    c = np.dot(a, b) / m\n"


@pytest.mark.parametrize(("text", "says"), [
    (changed(("A docstring.", "Another.")), []),
    (changed(("m = X.shape[1]", "m=X . shape [ 1 ] # examples")), []),
    (changed((C, f"    print(a)\n{C}    assert c.size, 'empty'\n    pass\n    'text'\n")), []),
    (changed((C, f"    if m > 1:\n        print(a)\n    for i in a:\n        assert i\n{C}")), []),
    (changed((C, f"    size = a.size\n    half: float = size / 2\n    half += 1\n{C}")), []),
    (changed((C, "    c: float = np.dot(a, b) / m\n")), []),
    (changed(("(X, Y, cache)", "(X: float, Y, cache: 'tuple') -> dict")), []),
    (changed(("/ m", "/ (2 * m)")), ["c"]),
    (changed(("shape[1]", "shape[0]")), ["m"]),
    (changed((C, f"{C}    c = -c\n")), ["c"]),
    (changed((C, f"{C}    c /= 2\n")), ["c"]),
    (changed((C, "")), ["c"]),
    (changed((C, f"    if m > 1:\n    {C}")), ["if", "c"]),
    (changed((C, f"    x = 2\n{C}"), ("/ m", "/ m * x")), ["x", "c"]),
    (changed(("/ m", "/ m * 2"), ("shape[1]", "shape[0]")), ["m", "c"]),
    (changed((C, f"    del a\n{C}")), ["del"]),
    (changed(("/ m", "/ (n := m)")), ["c"]),
    (changed(("    return", "    with x:\n        pass\n    return")), ["with"]),
    (changed(("    return", "    def g():\n        x = 1\n        return x\n\n    return")),
     ["def", "return", "x"]),
])  # fmt: skip
def test_what_counts_as_a_statement(text: str, says: list[str]) -> None:
    count, where = distance(text)
    assert sorted(set(where)) == sorted(says)
    assert (count == 0) is (says == [])


@pytest.mark.parametrize(("statement", "counts"), [
    ("c = " + "x" * 116, 1), ("c = " + "x" * 117, 2), ("c = " + "x" * 236, 2),
    ("c = " + "x" * 237, 3), ("c = (x := a)", 2), ("c = (lambda: a)()", 2),
])  # fmt: skip
def test_what_does_the_work_of_several_statements_counts_as_several(
    statement: str, counts: int
) -> None:
    assert distance(changed((C, f"    {statement}\n")))[0] == counts
    assert distance(GIVEN, changed((C, f"    {statement}\n")))[0] == 1


def test_the_fewest_changes_are_counted() -> None:
    lines = [*"abcdefgh"]
    for place in range(8):
        for new in ([], ["x"], [lines[place], "x"], ["x", lines[place]]):
            other = [*lines[:place], *new, *lines[place + 1 :]]
            assert statements.changes(lines, other)[0] == 1
            assert statements.changes(other, lines)[0] == 1
    assert statements.changes(lines, lines) == (0, ())
    assert statements.changes(lines, lines[::-1])[0] == 8
    assert statements.changes(lines, ["x"])[0] == statements.changes(["x"], lines)[0] == 8


class TestDefinition:
    @pytest.mark.parametrize("text", [
        "", "f = 3", "f = lambda X, Y, cache: X", "def g(X, Y, cache): return X", "def f(:", "\0",
        "class f:\n    def f(X): return X", "(" * 5000, "x" + "+1" * 10_000, "\nx = -" * 20_000,
        "def f(X, Y, cache):\n return " + "-" * 9000 + "1",
        "def f(X, Y, cache):\n" + " x = 1\n return x\n" * 60,
    ])  # fmt: skip
    def test_what_is_no_function_is_told_so(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"f must be a function, defined by `def f\(X, Y, ca"):
            statements.definition(text, "f", set())

    def test_the_last_one_counts(self) -> None:
        function, lines = statements.definition(f"{GIVEN}\ndef f(x):\n    return x\n", "f")
        assert lines == ["def f(x):", "    return x"]
        assert ast.unparse(function).splitlines() == lines

    def test_what_does_not_count_is_not_run_either(self) -> None:
        text = "def f(x, y):\n    z = y.fill(0)\n    print(y.fill(1))\n    assert y.fill(2)\n    y"
        assert statements.definition(text, "f", set())[1] == ["def f(x, y):", "    y"]

    def test_odd_escapes_warn_nobody(self) -> None:
        statements.definition(r"def f(x): return '\d'", "f")


class TestTold:
    def told(self, text: str) -> str:
        function, given = statements.definition(GIVEN, "f")
        said: str = statements.told(
            "f", given, statements.definition(text, "f", names_of(function))[1]
        )
        return said

    def test_one_statement_is_as_it_should_be(self) -> None:
        assert self.told(changed(("/ m", ""))) == ""

    def test_an_untouched_one_is_told(self) -> None:
        assert self.told(GIVEN) == "f is still as it was given to you"

    def test_more_are_counted_and_named(self) -> None:
        said = self.told(changed(("/ m", ""), ("shape[1]", "size")))
        assert said == (
            "f differs from the code that you were given in 2 statements (m, c); change only one"
        )
        many = "".join(f"    x{i} = 1\n    c += x{i}\n" for i in range(9))
        assert "in 18 statements (x0, c, x1, x2, x3, x4, …);" in self.told(changed((C, C + many)))

    @pytest.mark.parametrize("line", ["def f(X, Y, cache, x=1):", "@g\ndef f(X, Y, cache):"])
    def test_the_first_line_stays(self, line: str) -> None:
        said = self.told(changed(("def f(X, Y, cache):", line)))
        assert said == "Leave the line `def f(X, Y, cache):` as it was given to you"


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("bug", SUSPECTS, ids=lambda bug: bug.name)
def test_every_suspect_can_be_repaired_in_one_statement(bug: Bug, name: str) -> None:
    assert distance(repaired(name, bug.name), suspect_source(name, bug), name)[0] == 1


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("bug", SUSPECTS, ids=lambda bug: bug.name)
def test_no_other_backward_pass_of_the_course_is_a_repair(bug: Bug, name: str) -> None:
    """The one of part 1, the other suspects once they are correct, and that of n_dimensions."""
    others = [STANDARD, cells("n_dimensions")["backward_propagation_n"].source]
    others += [repaired(other, FIXED_DRAW[other]) for other in OPEN if other != name]
    for other in others:
        assert distance(rename(other, name), suspect_source(name, bug), name)[0] >= 4


def test_the_notebook_counts_in_the_same_way() -> None:
    cell = cells("planted_bugs")["counting_statements"].source
    for each in (
        statements.Bare, statements.definition, statements.changes, statements.told
    ):  # fmt: skip
        text = textwrap.indent(inspect.getsource(each), "    ", lambda line: line.strip() != "")
        assert text in cell
