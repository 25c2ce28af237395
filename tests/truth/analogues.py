"""Bugs of the bank in another network: the same mistake in its names."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.truth.planting import Bug

SAME = {name: name for name in ("m", "np", "axis", "keepdims", "True")}


def statement(bug: Bug, layer: int, first: Mapping[str, str], last: Mapping[str, str],
              inputs: str, labels: str) -> tuple[str, str]:  # fmt: skip
    """A bug's statement in a network with one hidden layer, which is the bank's `layer`.

    Parameters
    ----------
    bug
    layer
        From 0: then the last layer is the bank's first one.
    first, last
        What Z, A, W, b and dZ, dA, dW, db are called in either layer; in brackets, and times m,
        if the other network averages first.
    inputs, labels

    Returns
    -------
    left, right : str
        The variable and the expression; KeyError if the bug is about a layer that is not there.
    """
    names = SAME | {f"{name}{layer}": ours for name, ours in first.items()}
    names |= {f"{name}{layer + 1}": ours for name, ours in last.items()}
    names |= {f"A{layer - 1}": inputs, "Y": labels}
    names["X"] = names.get("A0", inputs)

    def translated(text: str) -> str:
        return re.sub(r"(?<![.\w])[A-Za-z]\w*", lambda name: names[name[0]], text)

    target, value = bug.writes.split(" = ", 1)
    left, right = translated(target), translated(value)
    if left.startswith("(m * "):
        left, right = left.removeprefix("(m * ").removesuffix(")"), f"({right}) / m"
    return left, right


def planted(source: str, left: str, right: str, name: str = "backward") -> Any:
    """The function of a source in which one variable is assigned something else."""
    changed = re.sub(rf"(?m)^    {re.escape(left)} = .*\n", f"    {left} = {right}\n", source)
    made: dict[str, Any] = {"np": np}
    exec(changed, made)
    return made[name]
