"""How a pass to practise on is described, and a bug in it.

A pass is three functions: what draws a case, the way forward, and the way back. All that they need
stands in their text, since the notebook of bug hunts holds nothing but the text.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from autograder.truth.planting import KINDS, Edit

Function = Callable[..., Any]


@dataclass(frozen=True)
class Pass:
    """A pass forwards and backwards.

    Attributes
    ----------
    name : str
    level : int
        From 1, in the order in which they are learned.
    title : str
        What it is, as a phrase.
    formula : tuple of str
        The way forward, line by line.
    draw : callable
        ``draw(rng, m, square)`` returns a case: a dict with the arguments of `forward`.
    forward : callable
        ``forward(**case)`` returns the cost, and a dict of what the way back needs as well.
    backward : callable
        ``backward(**case, **cache)`` returns the gradients, in the order of the way back.
    begins : tuple of str
        The two arrays that are computed from the derivative of the cost itself, if there are any.
    on : mapping of str to str
        For the arrays of a layer with a ReLU: what has to be positive, in the cache.
    inputs, labels, bias, upstream : str
        The arguments that `look` can change; "" where there is none.
    least : int
        The fewest examples that it takes.
    """

    name: str
    level: int
    title: str
    formula: tuple[str, ...]
    draw: Function
    forward: Function
    backward: Function
    begins: tuple[str, ...] = ()
    on: Mapping[str, str] = field(default_factory=dict)
    inputs: str = ""
    labels: str = ""
    bias: str = ""
    upstream: str = ""
    least: int = 1

    @cached_property
    def way_back(self) -> str:
        """The text of the way back."""
        return _text(self.backward, "backward")

    @cached_property
    def text(self) -> str:
        """All of it."""
        return "\n\n".join(
            [_text(self.draw, "draw"), _text(self.forward, "forward"), self.way_back]
        )


@dataclass(frozen=True)
class PracticeBug:
    """A silent mistake in the way back of a pass.

    Attributes
    ----------
    name : str
        Different from that of every other bug.
    kinds : tuple of str
        What is accepted as its kind: that of the mistake, and what the numbers look like.
    first_wrong : str
        The first array on the way back that is wrong.
    edit : Edit
    hint, why : str
        What to look at, and how people come to make this mistake.
    """

    name: str
    kinds: tuple[str, ...]
    first_wrong: str
    edit: Edit
    hint: str
    why: str

    def __post_init__(self) -> None:
        if not self.kinds or not KINDS.keys() >= {*self.kinds}:
            raise ValueError(f"{self.name}: kinds {self.kinds} must be some of {tuple(KINDS)}")

    def statements(self, where: Pass) -> tuple[str, str]:
        """The changed line of the way back, before and after; BugDoesNotFit if it has none."""
        after = self.edit.apply(where.way_back)
        pairs = zip(where.way_back.splitlines(), after.splitlines(), strict=True)
        ((old, new),) = [(one, other) for one, other in pairs if one != other]
        return old.strip(), new.strip()


def _text(function: Function, name: str) -> str:
    return inspect.getsource(function).replace(f"def {function.__name__}(", f"def {name}(", 1)
