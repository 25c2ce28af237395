"""Grades a course on gradient checking: `ask` is what a hidden-test cell calls."""

import sys
from typing import Any

# This grammar of internet addresses takes half the time of all imports, and no notebook schema
# uses it; jsonschema works without it. Here, because workers start without the command line.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

__all__ = ["ask"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import `ask` only when it is used: `box` is imported where the answers must not be."""
    if name != "ask":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from autograder.ask import ask

    globals()["ask"] = ask  # else the module of this name takes its place
    return ask
