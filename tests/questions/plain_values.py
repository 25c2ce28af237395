"""Values that a student's function may return, for hypothesis to draw, and their equality."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from autograder.questions.gradients import ARRAYS

NUMBERS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=8),
    st.builds(np.float32, st.floats(width=32)),
    st.builds(np.longdouble, st.floats()),
)

SHAPES = st.sampled_from([(), (0,), (1,), (1, 1), (5,), (1, 5), (5, 1), (5, 4), (3, 5), (47, 1)])
DTYPES = st.sampled_from(["f8", "f4", "i8", "?", "c16"])
ARRAY = DTYPES.flatmap(lambda dtype: arrays_of.arrays(dtype, SHAPES, fill=st.nothing()))

KEYS = st.one_of(st.sampled_from([*ARRAYS, "checker_a", "sealed_a", "kind"]), st.text(max_size=4))

PLAIN = st.recursive(
    st.one_of(NUMBERS, ARRAY),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(KEYS, inner, max_size=6),
    ),
    max_leaves=8,
)


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    value: Any = 1.0
    for _ in range(depth):
        value = [value]
    return value


ODD = {
    "16 MB": np.zeros(2_000_000),
    "16 MB, a column": np.zeros((2_000_000, 1)),
    "16 MB, a row": np.zeros((1, 2_000_000)),
    "a column": np.zeros((100_000, 1)),
    "a row": np.zeros((1, 100_000)),
    "a short column": np.zeros((4096, 1)),
    "a short row": np.zeros((1, 4096)),
    "no columns": np.zeros((10**9, 0)),
    "no rows": np.zeros((0, 10**9)),
    "many axes": np.zeros((1,) * 64),
    "booleans": np.zeros((1_000_000, 2), dtype=bool),
    "beyond float64": np.full((5, 4), np.longdouble("1e4000")),
    "complex": np.full((5, 4), 1j),
    "at the end of float64": np.full((5, 4), -1.7e308),
    "bytes": np.full((47, 1), 255, dtype=np.uint8),
    "a long list": [0.0] * 100_000,
    "a list of arrays": [np.zeros(200_000)] * 10,
    "a list of lists": [[1.0] * 1000] * 100,
    "a list with a long text": [1.0, "x" * 2_000_000],
    "a list with a huge number": [10**400, 1.0],
    "a list with a large number": [10**300, 1.0],
    "lists inside lists": nested(15),
    "a long text": "x" * 2_000_000,
    "many digits": "1" * 200_000,
    "a huge number": 10**1200,
    "a large number": -(10**300),
    "many keys": {str(i): 1.0 for i in range(100_000)},
    "no keys": {},
    "an empty list": [],
}


def odd(name: str) -> Any:
    """By name, because hypothesis would print the values."""
    return ODD[name]


HUGE = st.sampled_from([*ODD]).map(odd)
"""Values at the limits of what is accepted, or too large for any memory."""

SHAPES_OF_ARRAYS = {
    "dW1": (5, 4), "db1": (5, 1), "dW2": (3, 5), "db2": (3, 1), "dW3": (1, 3), "db3": (1, 1),
}  # fmt: skip
NEARLY_RIGHT = st.sampled_from(["f8", "f4"]).flatmap(
    lambda dtype: st.fixed_dictionaries(
        {
            key: arrays_of.arrays(dtype, shape, elements=st.floats(width=32), fill=st.floats(0, 1))
            for key, shape in SHAPES_OF_ARRAYS.items()
        }
    )
)
"""Gradients of the correct shapes with any values."""

ANYTHING = st.one_of(PLAIN, HUGE, NEARLY_RIGHT, st.lists(st.one_of(PLAIN, HUGE), max_size=3))


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal; NaN equals NaN, and a numpy number equals a plain one."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray | np.generic | float | complex):
        return bool(np.array_equal(a, b, equal_nan=True))
    return bool(a == b)
