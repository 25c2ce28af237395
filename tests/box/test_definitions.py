"""If this fails, answers and missing packages are not recognised, or a cell hangs the grader."""

import time

import pytest

from autograder.box.definitions import LONGEST, defined, readable, statements


@pytest.mark.parametrize(("source", "names"), [
    ("def f(x):\n    y = 1\n    return y", {"f"}),
    ("@decorated\nasync def f(): pass", {"f"}),
    ("class A:\n    b = 1", {"A"}),
    ("a, (b, *c) = d = 1, (2, 3)", {"a", "b", "c", "d"}),
    ("import numpy as np, os.path\nfrom math import pi as p", {"np", "os", "p"}),
    ("for i in range(3):\n    with open(i) as f:\n        x = (y := 1)", {"i", "f", "x", "y"}),
    ("g = lambda h: (k := 1)", {"g"}),
    ("a['b'] = 1\na.c = 2", set()),
    ("%%time\ndef f(): pass", {"f"}),
    ("%%capture out\ndef f(): pass", {"f"}),
    ("%%writefile mine.py\ndef f(): pass", set()),
    ("%matplotlib inline\n!ls\nx?\ndef f(): pass", {"f"}),
    ("files = !ls\nb = 2", {"files", "b"}),
    ("text = ('%s'\n    % 1)\nb = 2", {"text", "b"}),
    ("    def f():\n        pass", {"f"}),
    ("def f():\r\n    pass\r\n%time f()", {"f"}),
    ("def f(:\n    pass\nx = 1\ny == 2\n    z = 3", {"f", "x"}),
    ("", set()),
])  # fmt: skip
def test_what_a_cell_defines(source, names):
    assert defined(source) == names


def test_statements_that_differ_in_spaces_and_comments_are_the_same():
    (one,), (two,) = statements("x = [1,2] # a"), statements("x  =  [1, 2]")
    assert one.same == two.same
    assert statements("x = (") is None


def test_what_python_can_read_of_a_cell_has_its_text():
    assert readable("%%time\nx = 1").strip() == "x = 1"
    assert readable("x = 1\ny = 2") == "x = 1\ny = 2"
    assert readable("Words that nobody can run.") == ""


def test_a_very_long_cell_is_not_parsed():
    assert statements("x = 1\n".ljust(LONGEST)) is not None
    assert statements("x = 1\n".ljust(LONGEST + 1)) is None
    assert defined("x = 1\n".ljust(LONGEST + 1)) == {"x"}


@pytest.mark.parametrize("source", [
    " " * 90_000 + "x", "\t \n" * 30_000 + "x =", "a " * 45_000 + "(", "a," * 45_000 + "(",
    "a\n" * 45_000 + "(", "%%" + "a" * 90_000, "a." * 45_000 + "(", "(" * 90_000,
])  # fmt: skip
def test_no_text_takes_long_to_read(source):
    """Time grows with the length, and not with its square: that would be minutes."""
    began = time.process_time()
    defined(source)
    assert time.process_time() - began < 5
