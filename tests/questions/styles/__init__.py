"""Right answers as other people write them: none may lose a part, and no check may complain."""

from importlib import import_module

from tests.questions.answers import STYLES
from tests.questions.notebook import ASSIGNMENTS

__all__ = ["STYLES"]

for assignment in ASSIGNMENTS:
    import_module(f"{__name__}.{assignment}")
