"""If this fails, a question reads an answer for another value than the student returned."""

from collections import OrderedDict, namedtuple
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis.extra import numpy as arrays_of

from autograder.questions.student import Answer, Unreadable, describe, plain, real_array
from autograder.questions.verdict import Wrong
from tests.questions.plain_values import PLAIN, same

STEADY = settings(deadline=None, derandomize=True)


class Units(np.ndarray):
    """A subclass, as unit packages have them."""


class TestPlain:
    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            (np.float64(0.1), float),
            (np.float32(0.5), float),
            (np.int64(3), int),
            (np.bool_(True), bool),
            (np.complex128(1j), complex),
            (np.str_("dW1"), str),
        ],
    )
    def test_numpy_numbers_become_built_in_ones(self, value, kind):
        assert type(plain(value)) is kind
        assert plain(value) == value

    @pytest.mark.parametrize("value", [None, True, 3, 10**400, 2.5, 1j, "dW1", float("inf")])
    def test_built_in_values_stay(self, value):
        assert plain(value) is value

    def test_nan_stays_nan(self):
        assert np.isnan(plain(np.nan))
        assert np.isnan(plain(np.float64("nan")))

    @pytest.mark.parametrize("dtype", [np.longdouble, np.clongdouble])
    def test_extended_precision_keeps_its_digits(self, dtype):
        value = dtype(1) / dtype(3)
        found = plain(value)
        assert type(found) is np.ndarray
        assert (found.dtype, found.shape) == (dtype, ())
        assert found[()] == value

    def test_arrays_without_axes_stay_arrays(self):
        found = plain(np.array(2.5))
        assert type(found) is np.ndarray
        assert found.shape == ()

    @pytest.mark.parametrize(
        "odd",
        [
            np.ones((2, 3)).view(Units),
            np.ma.masked_array(np.ones((2, 3)), mask=[[0, 1, 0], [0, 0, 0]]),
            np.ones((2, 3)).view(np.recarray),
        ],
        ids=["subclass", "masked", "record"],
    )
    def test_subclasses_become_the_base_class(self, odd):
        found = plain(odd)
        assert type(found) is np.ndarray
        np.testing.assert_array_equal(found, np.ones((2, 3)))

    def test_a_matrix_becomes_an_array(self):
        with pytest.warns(PendingDeprecationWarning):
            odd = np.matrix([[1.0, 2.0]])
        assert type(plain(odd)) is np.ndarray
        assert plain(odd).shape == (1, 2)

    def test_arrays_are_copied(self):
        given_ = np.zeros((2, 2))
        found = plain({"A": [given_]})
        given_[0, 0] = 1
        assert found["A"][0][0, 0] == 0

    def test_read_only_and_turned_arrays_are_copied_as_they_look(self):
        turned = np.arange(6.0).reshape(2, 3).T
        turned.flags.writeable = False
        found = plain(turned)
        np.testing.assert_array_equal(found, turned)
        found[0, 0] = 7

    @pytest.mark.parametrize("dtype", ["f2", "f4", "i1", "u8", "?", "c8", ">f8", "g"])
    def test_dtypes_stay(self, dtype):
        assert plain(np.zeros(3, dtype)).dtype == np.dtype(dtype)

    def test_containers_keep_their_kind_and_order(self):
        Pair = namedtuple("Pair", "cost cache")
        assert plain([1, (np.float64(2), [3])]) == [1, (2.0, [3])]
        assert plain(Pair(1, 2)) == [1, 2]
        assert list(plain(OrderedDict(b=1, a=2)).items()) == [("b", 1), ("a", 2)]
        assert type(plain(OrderedDict())) is dict

    def test_keys_become_text(self):
        assert plain({1: "a", np.str_("dW1"): "b"}) == {"1": "a", "dW1": "b"}

    @pytest.mark.parametrize(
        "odd",
        [
            len,
            lambda x: x,
            object(),
            object,
            {1, 2},
            range(3),
            iter([1]),
            (n for n in [1]),
            {"dW1": 1}.values(),
            b"bytes",
            Decimal(1),
            Fraction(1, 3),
            np.array([object()]),
            np.array(["a"]),
            np.array([(1, 2.0)], dtype="i4,f8"),
            np.datetime64("2024-01-01"),
            np,
        ],
        ids=lambda odd: type(odd).__name__,
    )
    def test_anything_else_is_unreadable_wherever_it_hides(self, odd):
        for value in (odd, [odd], (1, odd), {"dW1": odd}):
            with pytest.raises(Unreadable):
                plain(value)

    @STEADY
    @given(PLAIN)
    def test_once_is_enough(self, value):
        once = plain(value)
        assert same(plain(once), once)
        assert same(once, value)

    @STEADY
    @given(arrays_of.arrays(arrays_of.scalar_dtypes(), arrays_of.array_shapes(min_dims=0)))
    def test_an_array_is_copied_bit_for_bit_or_unreadable(self, array):
        if array.dtype.kind in "biufc":
            found = plain(array)
            assert (found.dtype, found.shape) == (array.dtype, array.shape)
            assert found.tobytes() == array.tobytes()
            assert not np.shares_memory(found, array)
        else:
            with pytest.raises(Unreadable):
                plain(array)


class TestAnswer:
    @pytest.mark.parametrize(
        "value", [2, 2.0, True + 1, np.array(2.0), np.array([[2.0]]), np.array([2], dtype="g")]
    )
    def test_a_number_may_come_in_an_array(self, value):
        found = Answer("f", value).number()
        assert type(found) is float
        assert found == 2

    @pytest.mark.parametrize(
        "value",
        [None, "2", [2.0], (2.0,), {}, 2j, np.ones(2), np.empty(0), np.array([2j]), 10**400],
        ids=lambda value: repr(value)[:20],
    )
    def test_anything_else_is_no_number(self, value):
        with pytest.raises(Wrong, match=r"^f "):
            Answer("f", value).number()

    @pytest.mark.parametrize("value", [[1.0, 2.0], ((1, 2),), np.ones((3, 1)), 3, True])
    def test_an_array_may_come_as_a_list(self, value):
        np.testing.assert_array_equal(Answer("f", value).array(), np.asarray(value))

    @pytest.mark.parametrize(
        "value", [None, "2", [[1], [2, 3]], ["a"], {}, [None], [1j], np.array([1j]), 10**400]
    )
    def test_anything_else_is_no_array(self, value):
        with pytest.raises(Wrong, match=r"^f returned"):
            Answer("f", value).array()

    def test_only_a_dictionary_is_one(self):
        assert Answer("f", {"dW1": 1}).dictionary() == {"dW1": 1}
        for value in (None, [], (), 1, np.ones(1)):
            with pytest.raises(Wrong, match=r"^f returned"):
                Answer("f", value).dictionary()

    def test_nothing_returned_is_said_in_a_student_s_words(self):
        with pytest.raises(Wrong, match="returned nothing; is it written, with a return"):
            Answer("f").returned()

    def test_what_failed_is_passed_on(self):
        for read in (Answer.returned, Answer.number, Answer.array, Answer.dictionary):
            with pytest.raises(Wrong, match=r"^f raised KeyError: 'W4'$"):
                read(Answer("f", raised="KeyError", failure="raised KeyError: 'W4'"))

    @STEADY
    @given(PLAIN)
    def test_every_plain_value_is_read_or_wrong(self, value):
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
def test_every_plain_value_has_a_description_of_one_line(value):
    assert 0 < len(describe(value)) <= 100
    assert "\n" not in describe(value)


def test_real_array_begins_its_complaint_with_what_it_is_about():
    with pytest.raises(Wrong, match=r"^dW1 holds a list of 2 where an array of numbers belongs$"):
        real_array([[1], [2, 3]], "dW1 holds")
