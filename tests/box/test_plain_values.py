"""If this fails, a question gets a different value than the code returned, or an unsafe one."""

from collections import OrderedDict, namedtuple
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as arrays_of

from autograder.box.plain_values import DEEPEST_VALUE, LONGEST_NUMBER, Unreadable, plain
from tests.questions.plain_values import PLAIN, same

STEADY = settings(deadline=None, derandomize=True)


class Units(np.ndarray):
    """A subclass, as in packages for physical units."""


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
def test_numpy_numbers_become_built_in_ones(value: Any, kind: type) -> None:
    assert type(plain(value)) is kind
    assert plain(value) == value


@pytest.mark.parametrize("value", [None, True, 3, 10**400, 2.5, 1j, "dW1", float("inf")])
def test_built_in_values_stay(value: Any) -> None:
    assert plain(value) is value


def test_nan_stays_nan() -> None:
    assert np.isnan(plain(np.nan))
    assert np.isnan(plain(np.float64("nan")))


@pytest.mark.parametrize("dtype", [np.longdouble, np.clongdouble])
def test_extended_precision_keeps_its_digits(dtype: type) -> None:
    value = dtype(1) / dtype(3)
    found = plain(value)
    assert type(found) is np.ndarray
    assert (found.dtype, found.shape) == (dtype, ())
    assert found[()] == value


def test_arrays_without_axes_stay_arrays() -> None:
    found = plain(np.array(2.5))
    assert type(found) is np.ndarray
    assert found.shape == ()


@pytest.mark.parametrize(
    "odd",
    [
        np.ones((2, 3)).view(Units),
        np.ma.masked_array(np.ones((2, 3)), mask=[[False, True, False], [False] * 3]),
        np.ones((2, 3)).view(np.recarray),
    ],
    ids=["subclass", "masked", "record"],
)
def test_subclasses_become_the_base_class(odd: Any) -> None:
    found = plain(odd)
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, np.ones((2, 3)))


def test_a_matrix_becomes_an_array() -> None:
    with pytest.warns(PendingDeprecationWarning):
        odd = np.matrix([[1.0, 2.0]])
    assert type(plain(odd)) is np.ndarray
    assert plain(odd).shape == (1, 2)


def test_arrays_are_copied() -> None:
    given_ = np.zeros((2, 2))
    found = plain({"A": [given_]})
    given_[0, 0] = 1
    assert found["A"][0][0, 0] == 0


def test_read_only_and_turned_arrays_are_copied_as_they_look() -> None:
    turned = np.arange(6.0).reshape(2, 3).T
    turned.flags.writeable = False
    found = plain(turned)
    np.testing.assert_array_equal(found, turned)
    found[0, 0] = 7


@pytest.mark.parametrize("dtype", ["f2", "f4", "i1", "u8", "?", "c8", ">f8", "g"])
def test_dtypes_stay(dtype: str) -> None:
    assert plain(np.zeros(3, dtype)).dtype == np.dtype(dtype)


def test_containers_keep_their_kind_and_order() -> None:
    Pair = namedtuple("Pair", "cost cache")
    assert plain([1, (np.float64(2), [3])]) == [1, (2.0, [3])]
    assert plain(Pair(1, 2)) == [1, 2]
    assert list(plain(OrderedDict(b=1, a=2)).items()) == [("b", 1), ("a", 2)]
    assert type(plain(OrderedDict())) is dict


def test_keys_become_text() -> None:
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
def test_anything_else_is_unreadable_wherever_it_hides(odd: Any) -> None:
    for value in (odd, [odd], (1, odd)):
        with pytest.raises(Unreadable):
            plain(value)


def test_an_entry_that_nobody_may_ask_for_spoils_no_other() -> None:
    assert plain({"dW1": 1.5, "seen": {1, 2}, "of": {"all": [object()]}}) == {
        "dW1": 1.5,
        "seen": "a set",
        "of": {"all": "a object"},
    }


@STEADY
@given(PLAIN)
def test_once_is_enough(value: Any) -> None:
    once = plain(value)
    assert same(plain(once), once)
    assert same(once, value)


@STEADY
@given(arrays_of.arrays(arrays_of.scalar_dtypes(), arrays_of.array_shapes(min_dims=0)))
def test_an_array_is_copied_bit_for_bit_or_unreadable(array: np.ndarray) -> None:
    if array.dtype.kind in "biufc":
        found = plain(array)
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
        assert found.tobytes() == array.tobytes()
        assert not np.shares_memory(found, array)
    else:
        with pytest.raises(Unreadable):
            plain(array)


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: (v,), lambda v: {"a": v}])
def test_lists_inside_lists_have_an_end(wrap: Callable[..., Any]) -> None:
    value = 1.0
    for _ in range(DEEPEST_VALUE):
        value = wrap(value)
    plain(value)
    with pytest.raises(Unreadable, match="levels deep"):
        plain(wrap(value))


def test_a_list_that_holds_itself_is_unreadable() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(Unreadable, match="levels deep"):
        plain(value)


def test_numbers_that_take_long_to_print_are_unreadable() -> None:
    assert plain(2**LONGEST_NUMBER - 1) == 2**LONGEST_NUMBER - 1
    for value in (2**LONGEST_NUMBER, -(2**LONGEST_NUMBER)):
        with pytest.raises(Unreadable, match="digits"):
            plain([value])


@pytest.mark.parametrize("value", [type("Text", (str,), {})("dW1"), type("Whole", (int,), {})(3)])
def test_subclasses_of_built_in_values_are_unreadable(value: Any) -> None:
    with pytest.raises(Unreadable):
        plain(value)
