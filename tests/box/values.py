"""All kinds of values that may pass, with extreme ones, values that may not, and exact equality."""

import struct
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from autograder.box.wire import DTYPES, LONGEST_NUMBER

LARGEST = 2 ** (8 * LONGEST_NUMBER - 1) - 1
NUMBERS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-LARGEST, LARGEST),
    st.sampled_from([0, -1, 127, 128, -128, -129, 2**63, -(2**63), LARGEST, -LARGEST]),
    st.floats(),
    st.sampled_from([-0.0, float("inf"), 5e-324, 1.7976931348623157e308]),
    st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0]),
    st.complex_numbers(),
    st.builds(complex, st.floats(), st.floats()),
    st.text(),
)
"""Floats with any bit pattern: a NaN has a payload."""

SHAPES = st.one_of(
    arrays_of.array_shapes(min_dims=0, max_dims=8, max_side=3),
    st.sampled_from([(), (0,), (0, 3), (3, 0, 10**5), (10**5, 0), (1,) * 8, (1000,)]),
)
KINDS = st.sampled_from([*DTYPES.values()])


@st.composite
def any_array(draw: st.DrawFn) -> np.ndarray:
    """Arrays of any bytes, with any memory layout."""
    dtype, shape = draw(KINDS), draw(SHAPES)
    size = int(np.prod(shape)) * dtype.itemsize
    seed = draw(st.integers(0, 2**32 - 1))
    raw = np.random.default_rng(seed).bytes(size)
    if dtype.char == "?":
        raw = bytes(each & 1 for each in raw)
    array = np.frombuffer(raw, dtype).reshape(shape) if size else np.empty(shape, dtype)
    layout = draw(st.sampled_from(["C", "F", "turned", "every second", "backwards", "read-only"]))
    if layout == "F":
        return np.asfortranarray(array)
    if layout == "turned":
        return array.T
    if layout == "every second" and array.ndim:
        return array[::2]
    if layout == "backwards" and array.ndim:
        return array[::-1]
    return array


PLAIN = st.recursive(
    st.one_of(NUMBERS, any_array()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=6), inner, max_size=4),
    ),
    max_leaves=12,
)
"""Every value that may pass."""


EXTENDED = np.dtype(np.longdouble).itemsize
USED = 10 if np.finfo(np.longdouble).nmant == 63 else EXTENDED
"""Bytes of a number in extended precision, and of how many of them it consists."""


def bits(array: np.ndarray) -> np.ndarray:
    """The bits of an array's numbers, without the bytes between those in extended precision."""
    size, used = (EXTENDED, USED) if array.dtype.char in "gG" else (1, 1)
    raw = np.array(bytearray(array.tobytes()), np.uint8)
    return raw.reshape(-1, size)[:, :used]


def same(a: Any, b: Any) -> bool:
    """Whether two values are of the same types and bits."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape) == (b.dtype, b.shape) and np.array_equal(*map(bits, (a, b)))
    if isinstance(a, float):
        return struct.pack("<d", a) == struct.pack("<d", b)
    if isinstance(a, complex):
        return struct.pack("<dd", a.real, a.imag) == struct.pack("<dd", b.real, b.imag)
    return bool(a == b)
