"""If this fails, `make mutants` calls numbers guarded that are not, or the other way round."""

import ast
import os
import subprocess
import sys

import pytest

from tests.mutants.__main__ import chosen, reasons_in
from tests.mutants.nearest import Measured, near
from tests.mutants.operators import CONSTANT, OPERATORS, Text, mutations, walk
from tests.temporary_course import ROOT

EXAMPLES = [(name, *each) for name, known in OPERATORS.items() for each in known.examples.items()]


@pytest.mark.parametrize(("name", "before", "after"), EXAMPLES)
def test_an_operator_does_what_its_examples_say(name, before, after):
    source, found = before.encode(), []
    text = Text(source)
    for node, place in walk(ast.parse(source), (), text):
        for start, end, new in OPERATORS[name].edits(node, place):
            found.append((source[:start] + new.encode() + source[end:]).decode())
    assert sorted(found) == sorted(after)


@pytest.mark.parametrize("path", ["autograder/box/wire.py", "autograder/questions/reports.py"])
def test_every_mutation_is_another_program(path):
    source = (ROOT / path).read_bytes()
    trees = [ast.dump(ast.parse(each.applied(source))) for each in mutations(path, source)]
    assert len({*trees, ast.dump(ast.parse(source))}) == len(trees) + 1


def test_a_reason_names_a_constant_that_is_there():
    modules = dict(chosen(ROOT, []))
    for path, reasons in reasons_in(ROOT).items():
        assert path in modules
        made = [
            each for each in mutations(path, (ROOT / path).read_bytes()) if each.kind == CONSTANT
        ]
        assert set(reasons) <= {name for each in made for name in each.names}


MODULE = """
LIMIT = 30
STEP = 1
SPARE = 5
TWICE = 2 * LIMIT

def is_short(text, most=LIMIT):
    return len(text) <= most

def steps(count):
    done = 0
    while done < count:
        done += STEP
    return done

def unused(most=40):
    return most
"""
TESTS = """
from autograder.box.wire import SPARE, TWICE, is_short, steps

def test_short():
    assert is_short("x" * 30) and not is_short("x" * 31)

def test_steps():
    assert steps(7) == 7 < SPARE + 7 and TWICE

def test_that_fails_anyway():
    assert SPARE == 6
"""


def names_of(tests, line):
    """What `near` finds for a change in this line, in a room with these tests."""
    mutation = next(
        each for each in mutations("autograder/box/wire.py", MODULE.encode()) if each.line == line
    )
    return near(mutation, tests, MODULE)


def test_the_nearest_tests_are_those_that_call_it_the_own_file_s_first():
    quick, slow, too_slow = "test_other.py::quick", "test_wire.py::slow", "test_wire.py::too_slow"
    tests = Measured(
        {quick: 0.1, slow: 3.0, too_slow: 9.0},
        {quick: [0], slow: [0], too_slow: [0, 1]},
        [
            ("autograder/box/wire.py", "is_short", ["len"]),
            ("tests/box/test_wire.py", "too_slow", ["TWICE", "is_short"]),
        ],
    )
    assert names_of(tests, 8) == [slow, quick]
    assert names_of(tests, 2) == [slow, quick]
    assert names_of(tests, 5) == [too_slow]
    assert names_of(tests, 3) == []


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """What the tool says of a checkout with one module, and the checkout."""
    root = tmp_path_factory.mktemp("checkout")
    for name, text in {
        "autograder/box/wire.py": MODULE, "tests/box/test_wire.py": TESTS,
        "autograder/__init__.py": "", "autograder/box/__init__.py": "", "pytest.ini": "[pytest]\n",
        "tests/mutants/choices.toml": '["autograder/box/wire.py"]\n"TWICE" = "a reason"\n',
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    command = [sys.executable, "-m", "tests.mutants", "--root", root, "--jobs", "1", "--logic", "1"]
    bare = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # which takes longest here
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    return done, root


def test_what_survives_is_printed_and_nothing_else(tried):
    """A limit that is tested, a loop that has no end any more, and numbers that nobody looks at."""
    done, _ = tried
    assert done.stdout.splitlines() == [
        "autograder/box/wire.py:4: SPARE: 5 -> 4",
        "autograder/box/wire.py:4: SPARE: 5 -> 6",
        "autograder/box/wire.py:16: unused(most): 40 -> 20  (no test calls it)",
        "autograder/box/wire.py:16: unused(most): 40 -> 80  (no test calls it)",
        "constants: 4 of 8 changes caught, 50.0%",
        "logic: 1 of 1 changes caught, 100.0%",
        "2 changes of constants left out, for these promise nothing:",
        "  autograder/box/wire.py: TWICE: a reason",
    ], done.stderr
    assert done.returncode == 1


def test_the_checkout_stays_as_it_is(tried):
    _, root = tried
    assert (root / "autograder/box/wire.py").read_text() == MODULE
    assert not [*root.rglob("*.pyc")]


def test_a_module_that_is_not_covered_is_named():
    command = [sys.executable, "-m", "tests.mutants", "autograder/cli.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "autograder/cli.py" in done.stderr
