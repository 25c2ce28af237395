"""Draws that are made only once: a generator in the same state draws the same again.

All submissions of a class are asked about the same cases, which take longer to draw than to ask.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
T = TypeVar("T")

_State = tuple[int, int, int, int]
"""The state of a generator of ``numpy.random.default_rng``."""

MOST = 1024
"""How many draws are kept: those of every question, with room for other seeds."""


def cached_draw(
    draw: Callable[Concatenate[np.random.Generator, P], T],
) -> Callable[Concatenate[np.random.Generator, P], T]:
    """Make ``draw(rng, ...)`` return what it returned before to a generator in the same state.

    The generator then has the state that it would have after the draw. The result is shared, so
    nobody may change it; its arrays are read-only. The other arguments must be hashable.
    """

    @lru_cache(maxsize=MOST)
    def drawn_from(
        state: _State, arguments: tuple[Any, ...], by_name: tuple[tuple[str, Any], ...]
    ) -> tuple[T, _State]:
        rng = np.random.Generator(np.random.PCG64(0))
        _set(rng, state)
        found = draw(rng, *arguments, **dict(by_name))
        return locked(found), _state(rng)

    @wraps(draw)
    def drawn(rng: np.random.Generator, /, *arguments: P.args, **by_name: P.kwargs) -> T:
        found, after = drawn_from(_state(rng), arguments, tuple(by_name.items()))
        _set(rng, after)
        return found

    return drawn


def locked(value: T) -> T:
    """`value`, with all arrays in it made read-only, however deep they are nested."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, dict):
        locked(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            locked(each)
    elif is_dataclass(value):
        locked([getattr(value, each.name) for each in fields(value)])
    return value


def _state(rng: np.random.Generator) -> _State:
    """The state of a generator of ``numpy.random.default_rng``, as whole numbers."""
    state = rng.bit_generator.state
    return (*state["state"].values(), state["has_uint32"], state["uinteger"])


def _set(rng: np.random.Generator, state: _State) -> None:
    current, increment, has_half, half = state
    rng.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": current, "inc": increment},
        "has_uint32": has_half,
        "uinteger": half,
    }
