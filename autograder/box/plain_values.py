"""The values that a student's code and the questions may exchange: numbers, text, arrays."""

from typing import Any

import numpy as np

NUMBERS = "biufc"
LONGEST_NUMBER = 4096
"""Bits of a whole number: far more than any answer needs, and still quick to print."""
DEEPEST_VALUE = 16
BUILT_IN = frozenset({bool, float, complex, str})


class Unreadable(ValueError):
    """A value of a kind that no question asks for; the text completes "it returned ..."."""


class TooDeep(Unreadable):
    """A value with lists, tuples or dicts in it without end, or nearly."""


def plain(value: Any, depth: int = 0) -> Any:
    """A copy of `value` that consists only of built-in values and base-class arrays.

    Parameters
    ----------
    value : number, str, None, array, function, or list, tuple or dict of these
        What a student's code returned, or passed to a stand-in.
    depth : int
        How many lists, tuples and dicts are around it.

    Returns
    -------
    None, bool, int, float, complex, str, numpy.ndarray, list, tuple or dict

    Raises
    ------
    Unreadable
        The value, or one inside of a list or tuple, is of another kind, or the nesting is too deep.
        An entry of a dict that can't be read becomes a text that says what it is: nobody may ever
        ask for it.
    """
    if depth > DEEPEST_VALUE:
        raise TooDeep(f"a value nested more than {DEEPEST_VALUE} levels deep")
    kind = type(value)
    if value is None or kind in BUILT_IN:
        return value
    # Arrays come before what is rarer: a check asks for thousands of them.
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in NUMBERS:
            raise Unreadable(f"an array of {value.dtype}")
        return np.array(value, subok=False)
    if isinstance(value, np.generic):
        # Extended precision has no built-in type.
        exact = np.asarray(value) if value.dtype.char in "gG" else value.item()
        return plain(exact, depth)
    if kind is int:
        if value.bit_length() > LONGEST_NUMBER:
            raise Unreadable("a whole number with thousands of digits")
        return value
    if isinstance(value, list | tuple):
        inside = [plain(each, depth + 1) for each in value]
        return tuple(inside) if kind is tuple else inside
    if isinstance(value, dict):
        return {str(key): _entry(each, depth + 1) for key, each in value.items()}
    raise Unreadable(f"a {type(value).__name__}")


def _entry(value: Any, depth: int) -> Any:
    try:
        return plain(value, depth)
    except TooDeep:
        raise  # or a dict that holds itself twice would be walked through without end
    except Unreadable as unreadable:
        return str(unreadable)
