"""If this fails, an instructor can't see whose grades a regrading changes."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from autograder.desk.regrade_table import print_changes
from autograder.grading.outcome import Outcome

LONG = "s" * 70


def printed(outcomes, **terminal):
    out = io.StringIO()
    print_changes(Console(file=out, color_system=None, **terminal), outcomes, dry_run=False)
    return out.getvalue().splitlines()


@pytest.fixture
def outcomes():
    changes = {"test_backward_propagation_n": (1.5, 2.0), "explain_blind_spot": (None, 0.0)}
    return [
        Outcome(assignment, student, "done", changes=changes)
        for student in ("李明", LONG)
        for assignment in ("n_dimensions", "planted_bugs")
    ]


def test_at_80_columns_each_assignment_has_its_table(outcomes):
    shown = printed(outcomes, width=80, force_terminal=True)
    assert max(map(cell_len, shown)) <= 80
    assert [line for line in shown if ": grades that have changed" in line] == [
        "n_dimensions: grades that have changed", "planted_bugs: grades that have changed",
    ]  # fmt: skip
    words = [line.split() for line in shown]
    assert words.count(["李明", "backward_propagation_n", "1.5", "2"]) == 2
    assert words.count([LONG]) == 4
    assert words.count(["explain_blind_spot", "-", "0"]) == 2


def test_outside_a_terminal_each_change_has_one_line(outcomes):
    words = [line.split() for line in printed(outcomes, width=1000)]
    for each in outcomes:
        assert [each.assignment, each.student, "backward_propagation_n", "1.5", "2"] in words
