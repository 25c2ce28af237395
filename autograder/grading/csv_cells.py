"""Cells of CSV files that spreadsheets open: none of them is taken for a formula.

An apostrophe before it keeps a cell text, as LMS write it too; it is taken away where it is read.
"""

import re

FORMULA = re.compile(r"'*[=+\-@\t\r]")


def harmless(text: str) -> str:
    """`text` as it may be written into a cell."""
    return f"'{text}" if FORMULA.match(text) else text


def as_it_was(cell: str) -> str:
    """What :func:`harmless` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
