"""Wrong answers: what people get wrong in each question, and which parts that loses.

To add one: write the function under its question's name in the assignment's file, or a `slip` of
the source notebook's answer, and declare what it loses.
"""

from importlib import import_module

from tests.questions.answers import MISTAKES
from tests.questions.notebook import ASSIGNMENTS

__all__ = ["MISTAKES"]

for assignment in ASSIGNMENTS:
    import_module(f"{__name__}.{assignment}")
