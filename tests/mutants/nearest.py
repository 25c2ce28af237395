"""Which tests are the nearest of a change: those that call what it is made in.

A room's tests are in the folder of the same name. They are run once, and of each test is noted
which functions it called, what it took of a processor, and which fixtures of a whole file or
session it had made for it. A change inside of a function concerns the tests that called it; one of
a name's value those that called a function which mentions the name, or another one made of it; and
a test that is run for several functions concerns the one that it is named after.
"""

import ast
import json
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import PurePath

import pytest

LONGEST = 5.0
"""Seconds of a processor. A test that takes more is run only where no other is near."""

BUDGET = 10.0
"""Seconds of a processor for all tests of one change that nothing notices."""


WHOLE_COURSES = {"released", "quickstart", "installed"}
"""Fixtures that release or install a course. Tests with these are never the nearest of a change."""

SLOW_TO_IMPORT = "numpy", "mpmath", "matplotlib.pyplot", "nbgrader.apps", "typer"


@dataclass
class Measured:
    """What the tests of a room do.

    Attributes
    ----------
    seconds : dict of str to float
        Of each test that passes, its fixtures included.
    called : dict of str to list of int
        The numbers of the functions that it called.
    functions : list of (str, str, list of str)
        The file of a function, its `__qualname__`, and the names that are mentioned in it.
    imports : list of str
        What is `SLOW_TO_IMPORT`, and was.
    collecting : float
        Seconds of a processor until the first test.
    """

    seconds: dict = field(default_factory=dict)
    called: dict = field(default_factory=dict)
    functions: list = field(default_factory=list)
    imports: list = field(default_factory=list)
    collecting: float = 0.0


class Measuring:
    """A plugin of pytest's that fills a `Measured`, and leaves it in a file."""

    def __init__(self, root, file):
        self._start = processor_time()
        self.root, self.file, self.measured = f"{root}{os.sep}", file, Measured()
        self._codes, self._numbers, self._fixtures, self._failed = {}, {}, {}, set()

    def pytest_collection_modifyitems(self, items):
        self.measured.collecting = processor_time() - self._start
        items[:] = [each for each in items if not WHOLE_COURSES.intersection(each.fixturenames)]

    def _trace(self, frame, event, argument):
        self._codes[id(frame.f_code)] = frame.f_code

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef, request):
        start = processor_time()
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self._fixtures[fixturedef.argname] = processor_time() - start

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item, nextitem):
        self._codes, fixtures, start = {}, set(self._fixtures), processor_time()
        sys.settrace(self._trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            shared = sum(self._fixtures.get(name, 0.0) for name in item.fixturenames)
            new = sum(self._fixtures[name] for name in set(self._fixtures) - fixtures)
            self.measured.seconds[item.nodeid] = processor_time() - start - new + shared
            ours = (each for each in self._codes.values() if each.co_filename[0] != "<")
            self.measured.called[item.nodeid] = [
                self._number(each) for each in ours if each.co_filename.startswith(self.root)
            ]

    def _number(self, code):
        key = code.co_filename.removeprefix(self.root), code.co_firstlineno, code.co_qualname
        if key not in self._numbers:
            self._numbers[key] = len(self.measured.functions)
            self.measured.functions.append((key[0], key[2], sorted({*mentioned(code)})))
        return self._numbers[key]

    def pytest_runtest_logreport(self, report):
        if not report.passed:
            self._failed.add(report.nodeid)

    def pytest_sessionfinish(self):
        for name in self._failed & set(self.measured.seconds):
            del self.measured.seconds[name], self.measured.called[name]
        self.measured.imports = [name for name in SLOW_TO_IMPORT if name in sys.modules]
        self.file.write_text(json.dumps(vars(self.measured)))


def mentioned(code):
    """The names in a function, and in those that are written in it."""
    yield from code.co_names
    for each in code.co_consts:
        if hasattr(each, "co_names"):
            yield from mentioned(each)


def processor_time():
    """Seconds of this process and of those that it has waited for."""
    return time.process_time() + sum(os.times()[2:4])


def near(mutation, measured, source):
    """The tests to run for a mutation, in this order.

    Tests of the module's own file come first, quick ones before slow ones, until all together take
    `BUDGET`.
    """
    names = made_of(mutation, source)
    wanted = {
        number
        for number, (path, name, mentions) in enumerate(measured.functions)
        if _concerns(mutation, names, path, name, mentions)
    }
    named = "|".join(map(re.escape, names))
    own = f"test_{PurePath(mutation.path).name}"
    about = re.compile(rf"\[.*\b(?:{named})\b")
    found = [
        name
        for name, called in measured.called.items()
        if wanted.intersection(called) or about.search(name)
    ]
    found.sort(key=lambda name: (own not in name, measured.seconds[name]))
    quick = [name for name in found if measured.seconds[name] <= LONGEST] or found[:1]
    chosen, left = [], BUDGET
    for name in quick:
        left -= measured.seconds[name]
        if left < 0 and chosen:
            break
        chosen.append(name)
    return chosen


def _concerns(mutation, names, path, name, mentions):
    """Whether a function shows a change: made in it, in what it calls, or to a name's value."""
    if not mutation.function:
        return names.intersection(mentions) or (path == mutation.path and name in names)
    inside = name == mutation.function or name.startswith(f"{mutation.function}.<locals>")
    return path == mutation.path and (inside or mutation.function in mentions)


def made_of(mutation, source):
    """The names outside of functions that a changed line gives a value, also by way of others."""
    statements = ast.parse(source).body
    found = {mutation.where.rpartition(".")[2]}
    for statement in statements:
        if statement.lineno <= mutation.line <= statement.end_lineno:
            found.update(given_by(statement))
    before = set()
    while found != before:
        before = set(found)
        for statement in statements:
            loaded = (each for each in at_import(statement) if type(each) is ast.Name)
            if any(each.id in before and isinstance(each.ctx, ast.Load) for each in loaded):
                found.update(given_by(statement))
    return found


def given_by(statement):
    """The names that a statement outside of functions gives a value."""
    for node in at_import(statement):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def at_import(statement):
    """What of a statement is computed when its module is imported: no bodies of functions."""
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef):
            waiting += [node.args, *node.decorator_list]
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
