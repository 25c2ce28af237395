"""If this fails, a question reads another value from an answer than the student returned."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings

from autograder.questions.student import Answer, describe, real_array
from autograder.questions.verdict import Wrong
from tests.questions.plain_values import PLAIN

STEADY = settings(deadline=None, derandomize=True)


class TestAnswer:
    @pytest.mark.parametrize(
        "value", [2, 2.0, True + 1, np.array(2.0), np.array([[2.0]]), np.array([2], dtype="g")]
    )
    def test_a_number_may_come_in_an_array(self, value: Any) -> None:
        found = Answer("f", value).number()
        assert type(found) is float
        assert found == 2

    @pytest.mark.parametrize(
        "value",
        [None, "2", [2.0], (2.0,), {}, 2j, np.ones(2), np.empty(0), np.array([2j]), 10**400],
        ids=lambda value: repr(value)[:20],
    )
    def test_anything_else_is_no_number(self, value: Any) -> None:
        with pytest.raises(Wrong, match=r"^f "):
            Answer("f", value).number()

    def test_a_whole_number_may_be_as_large_as_a_float(self):
        assert Answer("f", 2**1000 - 1).number() == 2.0**1000
        with pytest.raises(Wrong, match="hundreds of digits"):
            Answer("f", 2**1001).number()

    @pytest.mark.parametrize("value", [[1.0, 2.0], ((1, 2),), np.ones((3, 1)), 3, True])
    def test_an_array_may_come_as_a_list(self, value: Any) -> None:
        np.testing.assert_array_equal(Answer("f", value).array(), np.asarray(value))

    @pytest.mark.parametrize(
        "value", [None, "2", [[1], [2, 3]], ["a"], {}, [None], [1j], np.array([1j]), 10**400]
    )
    def test_anything_else_is_no_array(self, value: Any) -> None:
        with pytest.raises(Wrong, match=r"^f returned"):
            Answer("f", value).array()

    def test_only_a_dictionary_is_one(self) -> None:
        assert Answer("f", {"dW1": 1}).dictionary() == {"dW1": 1}
        values: list[Any] = [None, [], (), 1, np.ones(1)]
        for value in values:
            with pytest.raises(Wrong, match=r"^f returned"):
                Answer("f", value).dictionary()

    def test_nothing_returned_is_said_in_a_student_s_words(self) -> None:
        with pytest.raises(Wrong, match=r"returned None\. Did you write it"):
            Answer("f").returned()

    def test_what_failed_is_passed_on(self) -> None:
        for read in (Answer.returned, Answer.number, Answer.array, Answer.dictionary):
            with pytest.raises(Wrong, match=r"^f raised KeyError: 'W4'$"):
                read(Answer("f", raised="KeyError", failure="raised KeyError: 'W4'"))

    @STEADY
    @given(PLAIN)
    def test_every_plain_value_is_read_or_wrong(self, value: Any) -> None:
        for read in (Answer.number, Answer.array, Answer.dictionary):
            try:
                read(Answer("f", value))
            except Wrong as wrong:
                assert str(wrong)


@STEADY
@given(PLAIN)
@example(10**400)
@example(10**5000)
@example("two\nlines" * 50)
def test_every_plain_value_has_a_description_of_one_line(value: Any) -> None:
    assert 0 < len(describe(value)) <= 100
    assert "\n" not in describe(value)


def test_real_array_begins_its_complaint_with_what_it_is_about() -> None:
    with pytest.raises(Wrong, match=r"^dW1 is a list of length 2, but an array of numbers was"):
        real_array([[1], [2, 3]], "dW1 is")
