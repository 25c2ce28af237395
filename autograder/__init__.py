"""Grades a course on gradient checking: `ask` is what a hidden-test cell calls."""

from typing import Any

__all__ = ["ask"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import `ask` only when it is used: `box` is imported where the answers must not be."""
    if name != "ask":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from autograder.ask import ask

    globals()["ask"] = ask  # else the module of this name takes its place
    return ask
