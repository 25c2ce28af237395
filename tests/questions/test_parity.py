"""If this fails, students are shown another verdict before they submit than they get."""

from collections.abc import Iterator, Sequence
from itertools import product

import pytest

from autograder.questions import questions_of
from autograder.questions.verdict import Verdict
from tests.questions.answers import Answer
from tests.questions.mistakes import MISTAKES
from tests.questions.notebook import ASSIGNMENTS, Notebook, Visible, lost
from tests.questions.styles import STYLES
from tests.questions.typical import TYPICAL
from tests.thorough import THOROUGH

SEEDS = range(max(2, THOROUGH))
ROUNDS = 1 + len(SEEDS)
WRONG = [*MISTAKES, *TYPICAL]
DECLARED = [*STYLES, *WRONG]

LONGEST_LINE = 250
INSIDES = "checks_of_", "<locals>", "make_check_tools", "network_cases"
"""What belongs to the checks, and says nothing to a student."""

SCRATCH = (
    *("value", "cost", "cache", "any_batch", "X", "Y", "parameters", "bowl", "checks"),
    *("t", "known", "answer", "found", "toy", "first"),
)
"""Names in a student's own cells; some are also those of parts, or of names inside of checks."""

SCRATCH_CELLS = {
    "one_dimension": ["x, theta = 2, 4", "value = forward_propagation(2, 4)", "f = np.sin"],
    "n_dimensions": [
        "cost, cache = forward_propagation_n(X, Y, parameters)",
        "X, Y, parameters = draw_case(3, 1)",
        "value = numerical_gradient(parameters, X, Y)",
    ],
    "planted_bugs": [
        "cost, cache = forward_propagation_n(X, Y, parameters)",
        "X, Y, parameters = draw_case(3, 1)",
        "diagnosis_of_mine, right, gradients = {}, 0, None",
    ],
}


def both(visible: Visible, verdict: Verdict) -> str:
    """What a student is shown and what a student gets, for the message of a failure."""
    return f"\n{visible.printed}\n{verdict}"


@pytest.mark.parametrize("answer", DECLARED, ids=str)
def test_what_is_shown_is_what_it_gets(answer: Answer) -> None:
    notebook = Notebook(answer.assignment, answer.answers)
    visible = notebook.check(answer.question)
    for seed in SEEDS:
        verdict = notebook.judge(answer.question, seed)
        green_and_lost = lost(verdict) - visible.failed - answer.untold
        red_and_kept = visible.failed - lost(verdict)
        assert not green_and_lost, both(visible, verdict)
        assert not red_and_kept, both(visible, verdict)
        assert lost(verdict) == answer.all_lost, both(visible, verdict)


@pytest.mark.parametrize("wrong", TYPICAL, ids=str)
def test_it_is_told_in_a_line_for_each_part(wrong: Answer) -> None:
    visible = Notebook(wrong.assignment, wrong.answers).check(wrong.question)
    lines = visible.printed.splitlines()
    assert len(lines) == 1 + len(visible.points), visible.printed
    for line in lines:
        assert len(line) <= LONGEST_LINE, line
        assert not [word for word in INSIDES if word in line], line


def test_both_end_an_error_without_a_text_without_a_colon() -> None:
    name = "relative_difference"
    notebook = Notebook(
        "one_dimension", {name: f"def {name}(a, b):\n    raise NotImplementedError"}
    )
    visible, verdict = notebook.check(name), notebook.judge(name, 0)
    said = f"{name} raised NotImplementedError in your line `raise NotImplementedError`"
    assert f"{said}\n" in visible.printed, visible.printed
    assert said in {finding.message for finding in verdict.findings}, verdict


def test_no_two_answers_are_called_the_same() -> None:
    names = [f"{each.assignment} {each}" for each in DECLARED]
    assert sorted(set(names)) == sorted(names)


def rounds(assignment: str) -> Iterator[dict[str, Answer]]:
    """A mistake in each question at once, and others in each round."""
    mistakes = {
        name: [each for each in WRONG if each.question == name] for name in questions_of(assignment)
    }
    for turn in range(ROUNDS):
        # Steps that share no factor with most numbers of mistakes, to reach all parts of a file.
        yield {name: found[7 * turn % len(found)] for name, found in mistakes.items()}


def together(answers: Sequence[Answer]) -> dict[str, object]:
    """The text of several answers at once."""
    return {name: text for each in answers for name, text in each.answers.items()}


def said(notebook: Notebook, assignment: str) -> dict[str, str]:
    """What all visible checks print, in the notebook's order."""
    return {name: notebook.check(name).printed for name in questions_of(assignment)}


LATER = [
    (assignment, later)
    for assignment in ASSIGNMENTS
    for later in list(questions_of(assignment))[1:]
]


@pytest.mark.parametrize(("assignment", "later"), LATER)
def test_a_mistake_above_costs_nothing_below_or_is_named(assignment: str, later: str) -> None:
    names = list(questions_of(assignment))
    above = names[: names.index(later)]
    for turn, mistakes in enumerate(rounds(assignment)):
        wrong = [mistakes[name] for name in above]
        notebook = Notebook(assignment, together(wrong))
        for name in above:
            notebook.check(name)
        visible, verdict = notebook.check(later), notebook.judge(later, turn)
        because = f"of one of {[*map(str, wrong)]}{both(visible, verdict)}"
        assert not lost(verdict), f"marks were lost because {because}"
        told = "look there first" in visible.printed and any(
            each.question in visible.printed for each in wrong
        )
        assert told or not visible.failed, f"it is red, without a word of why, because {because}"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
class TestScratchCells:
    def test_no_name_of_a_student_changes_a_line(self, assignment: str) -> None:
        wrong = next(rounds(assignment))
        for answers in ({}, together(list(wrong.values()))):
            notebook = Notebook(assignment, answers)
            before = said(notebook, assignment)
            notebook.namespace.update(dict.fromkeys(SCRATCH, 0))
            assert said(notebook, assignment) == before

    def test_no_cell_of_a_student_changes_a_line(self, assignment: str) -> None:
        notebook = Notebook(assignment)
        before = said(notebook, assignment)
        for cell in SCRATCH_CELLS[assignment]:
            exec(cell, notebook.namespace)
            assert said(notebook, assignment) == before, f"after {cell}"

    def test_the_order_of_the_checks_changes_no_line(self, assignment: str) -> None:
        notebook = Notebook(assignment)
        before = said(notebook, assignment)
        names = list(questions_of(assignment))
        for first, second in product(names, repeat=2):
            assert notebook.check(first).printed == before[first]
            assert notebook.check(second).printed == before[second]
