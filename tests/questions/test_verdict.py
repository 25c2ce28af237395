"""If this fails, parts and points don't add up, or a student is told the wrong reason."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.questions.verdict import Finding, Marks, Verdict, Wrong

STEADY = settings(deadline=None, derandomize=True)

POINTS = st.sampled_from([0.5, 1, 2, 3, 4])
PARTS = st.dictionaries(st.text("abcdef_", min_size=1, max_size=6), POINTS, min_size=1, max_size=6)
FINDINGS = st.lists(st.builds(Finding, st.text(max_size=5), POINTS, st.booleans(), st.text()))


class TestVerdict:
    @STEADY
    @given(FINDINGS)
    def test_points_are_the_sum_of_earned_parts(self, findings: Sequence[Finding]) -> None:
        verdict = Verdict("question", tuple(findings), 0)
        assert verdict.points == sum(each.points for each in findings if each.earned)
        assert verdict.most == sum(each.points for each in findings)
        assert type(verdict.points) is type(verdict.most) is float

    def test_it_reads_as_a_list_of_parts(self) -> None:
        findings = Finding("value", 2, True), Finding("edge_cases", 1.5, False, "0/0 is 0.")
        assert str(Verdict("relative_difference", findings, 7)).splitlines() == [
            "relative_difference: 2 of 3.5 points",
            "  + value (2)",
            "  - edge_cases (1.5): 0/0 is 0.",
            "  cases drawn with seed 7",
        ]


class TestMarks:
    def test_a_part_that_ends_is_earned(self) -> None:
        marks = Marks({"value": 2})
        with marks.part("value"):
            pass
        assert marks.earned("value")
        assert marks.findings() == (Finding("value", 2, True),)

    def test_a_part_that_is_wrong_is_lost_with_its_reason(self) -> None:
        marks = Marks({"value": 2})
        with marks.part("value"):
            raise Wrong("J is 8.")
        assert not marks.earned("value")
        assert marks.findings() == (Finding("value", 2, False, "J is 8."),)

    def test_a_part_that_was_never_opened_is_lost_and_says_what_gates_it(self) -> None:
        marks = Marks({"right": 3, "wrong": 3, "sign": 2})
        with marks.part("right"):
            raise Wrong("1.0 is not small.")
        assert not marks.earned("wrong")
        messages = {each.part: each.message for each in marks.findings()}
        assert messages["wrong"] == messages["sign"] == "not checked until right is correct"

    def test_a_gate_is_a_part_that_was_lost_and_not_one_that_was_earned(self) -> None:
        marks = Marks({"first": 1, "second": 1, "third": 1})
        with marks.part("first"):
            pass
        with marks.part("second"):
            raise Wrong("no")
        assert marks.findings()[2].message == "not checked until second is correct"

    def test_a_part_that_was_once_wrong_stays_lost(self) -> None:
        marks = Marks({"value": 2})
        with marks.part("value"):
            raise Wrong("no")
        with marks.part("value"):
            pass
        assert not marks.earned("value")

    def test_other_exceptions_are_not_the_student_s_mistake(self) -> None:
        marks = Marks({"value": 2})
        with pytest.raises(ZeroDivisionError), marks.part("value"):
            raise ZeroDivisionError

    def test_an_undeclared_part_is_a_broken_question(self) -> None:
        with pytest.raises(KeyError, match="declares no part 'vlaue'"), Marks({}).part("vlaue"):
            pass

    @STEADY
    @given(PARTS, st.data())
    def test_every_declared_part_gets_one_finding_in_order(
        self, parts: Any, data: st.DataObject
    ) -> None:
        marks = Marks(parts)
        fates = {name: data.draw(st.sampled_from(["right", "wrong", "unopened"])) for name in parts}
        for name, fate in fates.items():
            if fate != "unopened":
                with marks.part(name):
                    if fate == "wrong":
                        raise Wrong("no")
        findings = marks.findings()
        assert [(each.part, each.points) for each in findings] == [*parts.items()]
        assert {each.part for each in findings if each.earned} == {
            name for name, fate in fates.items() if fate == "right"
        }
        assert all(bool(each.message) != each.earned for each in findings)
