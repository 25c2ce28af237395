"""The outputs of a cell, as a child sends them: checked before they are used."""

import re
from collections.abc import Sequence
from typing import Any

from autograder.box.wire import WireError

Event = tuple[Any, ...]
"""A kind, and its fields."""

_TEXT, _BUNDLE, _NAME = (str,), (dict,), (str, type(None))
KINDS: dict[str, tuple[tuple[type, ...], ...]] = {
    "stream": (_TEXT, _TEXT),
    "display": (_BUNDLE, _BUNDLE, _NAME),
    "update": (_BUNDLE, _BUNDLE, _NAME),
    "result": (_BUNDLE, _BUNDLE, (int,), _NAME),
    "error": (_TEXT, _TEXT, (list,)),
    "clear": ((bool,),),
}
"""The types of the fields of each kind of event; `autograder.box.shell` says what they mean."""

STREAMS = ("stdout", "stderr")
JSON = re.compile(r"^application/(.*\+)?json$")
"""The MIME types whose data may be something other than text."""


def checked(event: Sequence[Any]) -> Event:
    """Return the event if it is valid; raise WireError otherwise.

    Parameters
    ----------
    event
        A kind and its fields, decoded from a frame.
    """
    kind, *fields = event
    types = KINDS.get(kind) if type(kind) is str else None
    if types is None or len(types) != len(fields):
        raise WireError("an output of an unknown kind")
    if not all(type(field) in known for field, known in zip(fields, types, strict=True)):
        raise WireError(f"a {kind} with the wrong fields")
    if kind == "stream" and fields[0] not in STREAMS:
        raise WireError("a stream with an unknown name")
    if kind == "error" and not all(type(line) is str for line in fields[2]):
        raise WireError("a traceback that is not text")
    for field in fields:
        _check_json(field)
    if kind == "result" and fields[2] < 0:
        raise WireError("a result with a negative number")
    if kind in ("display", "update", "result"):
        for mime, value in fields[0].items():
            if type(value) is not str and not JSON.search(mime):
                raise WireError(f"a {kind} that is not text")
    return (kind, *fields)


def _check_json(value: Any) -> None:
    """Raise WireError unless the value could be JSON. The decoder limits the depth."""
    if type(value) is dict:
        for each in value.values():
            _check_json(each)
    elif type(value) in (list, tuple):
        for each in value:
            _check_json(each)
    elif value is not None and type(value) not in (bool, int, float, str):
        raise WireError(f"a {type(value).__name__} in an output")


def size_of(value: Any) -> int:
    """Characters in an event, or in any part of it."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(size_of(key) + size_of(each) for key, each in value.items())
    return sum(map(size_of, value)) if isinstance(value, list | tuple) else 8
