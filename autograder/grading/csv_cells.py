"""Cells of CSV files: spreadsheets must not take any of them for a formula.

An apostrophe in front keeps a cell text, as in files that LMS write. It is removed when the cell is
read.
"""

import re

SPREADSHEET_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def harmless(text: str) -> str:
    """`text` as it may be written into a cell."""
    return f"'{text}" if SPREADSHEET_FORMULA.match(text) else text


def as_it_was(cell: str) -> str:
    """The text that :func:`harmless` was given."""
    return cell[1:] if cell.startswith("'") and SPREADSHEET_FORMULA.match(cell) else cell
