"""Values such as a student's function may return, for hypothesis to draw; and their equality."""

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

KEYS = st.one_of(st.sampled_from([*ARRAYS, "checker_a", "suspect_a", "kind"]), st.text(max_size=4))

PLAIN = st.recursive(
    st.one_of(NUMBERS, ARRAY),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(KEYS, inner, max_size=6),
    ),
    max_leaves=8,
)


def same(a, b):
    """Whether two values are equal, taking NaN for equal to itself, and a numpy number for one."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray | np.generic | float | complex):
        return np.array_equal(a, b, equal_nan=True)
    return a == b
