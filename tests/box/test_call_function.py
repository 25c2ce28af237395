"""If this fails, an answer misreports what the function did, or affects the next answer."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from autograder.box.call_function import MOST_PRINTED, Answers, Record
from autograder.box.wire import decode, frame

FIELDS = {"value", "raised", "failure", "printed", "arguments"}


def answers(text: str = "", **names: Any) -> Answers:
    namespace = {"np": np, **names}
    exec(text, namespace)
    return Answers(namespace)


def call(
    text: str,
    *arguments: Any,
    replacing: Mapping[str, Any] | None = None,
    seconds: float = 10,
    **by_name: Any,
) -> Record:
    return answers(text).call("f", list(arguments), by_name, replacing or {}, seconds, True)


@pytest.mark.parametrize(
    "text",
    [
        "def f(*a): return 1",
        "def f(*a): 1 / 0",
        "def f(*a): return len",
        "def f(*a): exit(1)",
        "def f(*a): a[0].append(len)",
        "f = 3",
        "",
    ],
)
def test_every_record_has_the_same_fields_and_can_be_sent(text: str) -> None:
    found = call(text, [1])
    assert set(found) == FIELDS
    assert decode(frame(found)[4:]) == found
    assert bool(found["raised"]) == bool(found["failure"])


def test_a_variable_s_record_has_them_too() -> None:
    student = answers("a = 1\nb = len\nc = []\nc.append(c)")
    for name, raised in (("a", ""), ("b", "Unreadable"), ("c", "Unreadable"), ("d", "NameError")):
        found = student.value(name)
        assert (set(found), found["raised"]) == (FIELDS, raised)


def test_what_is_printed_is_kept_up_to_a_limit() -> None:
    found = call("def f():\n for _ in range(100): print('x' * 9_999)\n return 1")
    assert (found["value"], len(found["printed"])) == (1, MOST_PRINTED)


def test_what_goes_to_stderr_is_nobody_s_business() -> None:
    found = call("import sys\ndef f(): print('odd', file=sys.stderr)")
    assert found["printed"] == found["failure"] == ""


def test_functions_among_the_arguments_come_back_as_none() -> None:
    assert call("def f(g, a): return g(a)", abs, -2)["arguments"] == (None, -2)


def test_a_value_is_read_while_the_stand_ins_are_there() -> None:
    """The returned object may run code when it is read."""
    text = """
class Late(dict):
    def items(self):
        return [("cost", cost(1))]

def f(): return Late()
"""
    assert call(text, replacing={"cost": lambda x: 10 * x})["value"] == {"cost": 10}


def test_a_function_without_end_is_asked_once() -> None:
    student = answers("calls = []\ndef f():\n calls.append(1)\n while True: pass")
    for _ in range(3):
        assert student.call("f", [], {}, {}, 0.05)["raised"] == "TooSlow"
    assert student.value("calls")["value"] == [1]


def test_an_argument_whose_keys_can_t_be_text_is_told_as_none() -> None:
    text = """
class Key:
    def __str__(self):
        raise ValueError

def f(a): a[Key()] = 1
"""
    assert call(text, {})["arguments"] == (None,)
    assert answers(f"{text}\ng = {{Key(): 1}}").value("g")["raised"] == "Unreadable"
