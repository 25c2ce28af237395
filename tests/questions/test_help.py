"""If this fails, feedback says more than the instructor chose, or less."""

import pytest

from autograder import questions
from autograder.questions.verdict import HELP
from autograder.truth.bugs import by_name
from autograder.truth.planting import ORDER, plant
from tests.questions.notebook import ASSIGNMENTS, Notebook, cells, lost

NAMES = ["backward_propagation_n", "repaired_backward", "suspect_b"]


def verdicts(name: str, bug: str, *replaced: tuple[str, str]) -> dict[str, str]:
    """{level of help: the verdict} of a backward pass with a bug; all give the same points."""
    (assignment,) = (each for each in ASSIGNMENTS if name in questions.questions_of(each))
    source = plant(by_name(bug), name=name)
    for old, new in replaced:
        assert old in source
        source = source.replace(old, new)
    student = Notebook(assignment, {name: source}).student
    found = {level: questions.judge(name, student, 3, help=level) for level in HELP}
    assert len({lost(each) for each in found.values()}) == 1
    return {level: str(verdict) for level, verdict in found.items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_bug_of_the_bank_is_shown_with_its_hint(name: str) -> None:
    said = verdicts(name, "dZ2_unmasked")
    assert "Your gradients are those that `dZ2 = dA2` gives. What does a unit that" in said["what"]
    assert said["what"].count("Your gradients") == 1
    assert "dW2 is the first array that is wrong: look between it and db3" in said["where"]
    for level in ("where", "none"):
        assert "`" not in said[level]
    assert "first array that is wrong" not in said["none"]


@pytest.mark.parametrize("name", NAMES)
def test_a_constant_factor_is_told(name: str) -> None:
    said = verdicts(name, "dW2_doubled")["what"]
    assert "Your dW2 is exactly 2 times the correct one, and your gradients are those that" in said
    assert "Your dW2 is exactly 7 times the correct one. " in verdicts(
        name, "dW2_doubled", ("* 2 / m", "* 7 / m")
    )["what"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_looks_like_nothing_is_told_where_it_begins(name: str) -> None:
    said = verdicts(name, "dZ1_unmasked", ("dZ1 = dA1", "dZ1 = np.sin(dA1)"))
    assert "dW1 is the first array that is wrong: look between it and db2" in said["what"]
    assert "`" not in said["what"]


def test_what_is_wrong_from_the_beginning_has_no_place_before_it() -> None:
    said = verdicts("suspect_a", "dZ3_hinge", ("dZ3 = ", "dZ3 = 0.1 + "))
    assert "first array that is wrong" not in said["what"] + said["where"]


def test_gradients_from_elsewhere_are_told_so_and_nothing_else() -> None:
    """For a synthetic cache they don't look like any bug with a name."""
    name = "backward_propagation_n"
    source = plant(by_name("dW2_doubled"), name=name).replace(" * 2", "").replace(
        "m = X.shape[1]\n", "m = X.shape[1]\n    _, cache = forward_propagation_n("
        'X, Y, dict(zip(("W1", "b1", "W2", "b2", "W3", "b3"), '
        "[cache[i] for i in (2, 3, 6, 7, 10, 11)])))\n"
    )  # fmt: skip
    said = str(Notebook("n_dimensions", {name: source}).judge(name, 3))
    assert "unrelated to W and X" in said
    assert not any(f"Your {key}" in said for key in (*ORDER, "gradients"))


@pytest.mark.parametrize(("old", "new", "says"), [
    ('"dW1": dW1, "db1": db1', '"W1": dW1, "b1": db1',
     'dW1 is missing from what backward_propagation_n returned. Did you call it "W1"? db1 is'),
    ('"db1": db1', '"DB1": db1',
     'db1 is missing from what backward_propagation_n returned. Did you call it "DB1"?'),
    ('"dW1": dW1, ', "", "dW1 is missing from what backward_propagation_n returned.\n"),
    (", axis=1, keepdims=True) / m\n\n    return", ") / m\n\n    return",
     "db1 is an array of shape () and type float64, not of shape (5, 1)"),
    ("db1 = np.sum(dZ1, axis=1, keepdims=True) / m", "db1 = dZ1 / m",
     "not of shape (5, 1)"),
])  # fmt: skip
def test_a_missing_array_and_one_of_another_shape_send_nobody_elsewhere(old, new, says):
    """Nothing between it and the array before it is wrong, and neither is that one."""
    name = "backward_propagation_n"
    answer = cells("n_dimensions")[name].source
    assert old in answer
    notebook = Notebook("n_dimensions", {name: answer.replace(old, new)})
    for level in HELP:
        verdict = questions.judge(name, notebook.student, 3, help=level)
        assert lost(verdict) == {"first_layer"}
        assert says in f"{verdict}\n"
        assert "look between" not in str(verdict)


def test_a_report_without_an_array_is_asked_for_its_name():
    name = "gradient_report"
    answer = cells("n_dimensions")[name].source.replace('report["d" + key]', "report[key]")
    said = str(Notebook("n_dimensions", {name: answer}).judge(name, 3))
    assert 'The report has no dW3, db3, dW2, db2, dW1, db1. Did you call it "W3"?' in said


def test_what_is_wrong_only_where_it_is_large_is_told_so():
    said = verdicts(
        "backward_propagation_n", "dW2_doubled", ("* 2 / m", "/ m\n    dW2 = dW2.clip(-5, 5)")
    )
    assert "dW2 is off by" in said["what"]
    assert "where entries reach 10 and more" in said["what"]
