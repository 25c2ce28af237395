"""Mistakes as students make them, beside those of `mistakes/`: as many kinds as came to mind.

The visible checks must say of each what the grade says; `test_parity.py` asks them.
"""

from importlib import import_module
from pkgutil import walk_packages

from tests.questions.answers import TYPICAL

__all__ = ["TYPICAL"]

for found in walk_packages(__path__, f"{__name__}."):
    import_module(found.name)
