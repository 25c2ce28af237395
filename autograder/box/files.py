"""Files for a child's working folder: sent from outside, written inside.

The child itself writes them, so that nothing of the host has to be visible to it.
"""

import os
from contextlib import suppress

import numpy as np

from autograder.box.channel import Ended

PORTION = 8 << 20
"""Bytes of a file that are sent at once."""
PLACE_SECONDS = 60


def place(child, files):
    """Put files beside a submission's code, before any of it runs.

    Parameters
    ----------
    child : autograder.box.child.Child
    files : mapping of str to bytes
        By their paths in its working folder.
    """
    with suppress(Ended):  # which whoever runs the first cell is told
        for path, content in files.items():
            for begin in range(0, len(content) or 1, PORTION):
                part = np.frombuffer(content[begin : begin + PORTION], np.uint8)
                child._converse(("place", path, part), "ran", PLACE_SECONDS)


def write(path, part):
    """Inside: add the next portion to a file."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "ab") as file:
        file.write(part)
    return True
