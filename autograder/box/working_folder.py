"""Files for a child's working folder: sent from outside in portions, written inside.

The child writes them itself, so that no file of the host has to be visible to it.
"""

import os
from collections.abc import Iterator

import numpy as np

FILE_PORTION = 8 << 20
"""Bytes of a file that are sent in one message."""


def portions(content: bytes) -> Iterator[np.ndarray]:
    """Split a file into arrays of bytes that can be sent. An empty file is one empty array."""
    for begin in range(0, len(content) or 1, FILE_PORTION):
        yield np.frombuffer(content[begin : begin + FILE_PORTION], np.uint8)


def write(path: str, part: np.ndarray) -> bool:
    """Append the next portion to a file; called inside the walls."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "ab") as file:
        file.write(part.data)
    return True
