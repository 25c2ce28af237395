"""Wrong answers: what people get wrong in each question, and which parts that loses.

To add one: write the function under its question's name in the question's file, or a `slip` of
the source notebook's answer, and declare what it loses.
"""

from importlib import import_module
from pkgutil import walk_packages

from tests.questions.answers import MISTAKES

__all__ = ["MISTAKES"]

for found in walk_packages(__path__, f"{__name__}."):
    import_module(found.name)
