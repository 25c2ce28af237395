"""If this fails, the same mistake of two students is counted as two, or two mistakes as one."""

import pytest

from autograder.desk.mistakes import commonest, without_particulars
from autograder.questions.verdict import Finding
from tests.desk.test_item_analysis import standing

SAME = [
    ("For 12 examples, the cost is 0.812298; yours is 11.5753.",
     "For 3 examples, the cost is 1.5e-05; yours is -2."),
    ("f raised TypeError in your line `x = g(\"`a`\")`: no", "f raised TypeError: no"),
    ("raised NameError: name 'dZ3' is not defined", "raised NameError: name 'x' is not defined"),
    ("X is an array of shape (4, 3) and type float64; it must have shape (4, 2): two examples.",
     "X is an array of shape (4, 10) and type float64; it must have shape (4, 2): two examples."),
    ("dW2 is off by 1.2 times its largest entry for layer sizes 4-5-3-1, 12 examples.",
     "dW2 is off by 0.2% of its largest entry for layer sizes 2-3-3-1, 1 examples."),
    ("is off by 100% of the largest entry, most at index 3",
     "is off by 1.2e+03 times the largest entry, most at index 40"),
    ("the slope of 1.34 sin(1.34 t) at theta = -0.2103 is 1.7",
     "the slope of exp(-t) at theta = 3 is 1"),
    ("With J = (2 theta^3 + 1.23 theta) x in place of yours, f returned 1",
     "With J = (0.97 sin(1.2 theta) + 1.41 theta) x in place of yours, f returned 3"),
    ('a cell stopped at "SyntaxError: expected \':\' (<ipython-input-16-f1c6588>, line 1)"',
     'a cell stopped at "SyntaxError: expected \')\' (<ipython-input-2-aaaa>, line 21)"'),
    ("differs in 12 statements (dZ3, for, …); change only one",
     "differs in 2 statements (m); change only one"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_was_drawn_makes_no_other_mistake(one, other):
    assert without_particulars(one) == without_particulars(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("yours is 3", "yours is nan"),
        ("dW1 is off by 3", "dW2 is off by 3"),
        ("`dZ1 = dA1 * (dA1 > 0)` gives", "`dZ1 = dA1 * (Z2 > 0)` gives"),
        ("f raised NameError: name 'a' is not defined", "f raised TypeError: 'a' is not callable"),
        ("f returned None.", "g returned None."),
    ],
)
def test_other_mistakes_stay_others(one, other):
    assert without_particulars(one) != without_particulars(other)


def test_an_apostrophe_is_no_quotation_mark():
    said = "don't run it again: it isn't needed"
    assert without_particulars(said) == said


def lost(student, *messages):
    found = standing(student, (True, True), True)
    wrong = tuple(
        Finding(name, 1.0, False, each) for name, each in zip("xy", messages, strict=False)
    )
    found.parts["test_a"] = wrong
    return found


def test_the_commonest_come_first_and_what_was_not_checked_is_no_mistake():
    graded = [
        lost("ada", "yours is 1", "not checked until x is correct"),
        lost("bob", "yours is 2", "yours is 3"),
        lost("cid", "f returned None"),
        standing("dan", (True, True), True),
    ]
    first, second = commonest(graded)
    assert (first.question, first.parts, first.kind) == ("test_a", ("x", "y"), "yours is …")
    assert first.examples == {"ada": "yours is 1", "bob": "yours is 2"}
    assert first.is_common and not second.is_common
    assert second.examples == {"cid": "f returned None"}


def test_what_a_person_has_decided_is_no_mistake():
    found = lost("ada", "yours is 1")
    decided = standing("ada", (True, True), True, manual=1.0)
    decided.parts["test_a"] = found.parts["test_a"]
    assert commonest([decided]) == []
