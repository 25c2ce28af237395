"""The bank of bugs as a text that nobody reads by accident."""

import base64
import json
import zlib
from typing import Any


def packed(bank: Any) -> str:
    """What JSON can hold, as letters and signs without quotes and backslashes."""
    # One level of compression and no time of day: the same everywhere, so that it can be compared.
    return base64.b85encode(zlib.compress(json.dumps(bank).encode(), 9)).decode()


def unpacked(text: str) -> Any:
    """What was packed; ends of lines don't count."""
    return json.loads(zlib.decompress(base64.b85decode("".join(text.split()))))
