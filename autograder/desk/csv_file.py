"""Read a CSV file, and write it again with some cells filled: every other byte stays as it was.

Python's csv module forgets how a file was written. Learning platforms refuse a file, or read other
grades from it, if its encoding, separators, quotes or line ends change.
"""

import codecs
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.grading.errors import CourseError

MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""Byte order marks. That of UTF-32 begins like that of UTF-16, so it comes first."""
WINDOWS = "cp1252"
SEPARATORS = ",;\t"
ANNOUNCED = re.compile(r"sep=(.)(?:\r\n|\r|\n)", re.IGNORECASE)
"""A first line with which spreadsheets are told the separator."""
QUOTED = r'"(?:[^"]+|"")*+"?'


@dataclass(frozen=True)
class Cell:
    """A cell as it is in the file.

    Attributes
    ----------
    raw : str
        With its quotes.
    end : str
        What follows it: a separator, the end of a line, or "" at the end of the file.
    """

    raw: str
    end: str

    @property
    def text(self) -> str:
        """What a reader of the file sees in the cell."""
        if not self.raw.startswith('"'):
            return self.raw
        quoted = re.match(QUOTED, self.raw, re.DOTALL)
        assert quoted
        is_closed = quoted[0].count('"') % 2 == 0
        inside = quoted[0][1:-1] if is_closed else quoted[0][1:]
        return inside.replace('""', '"') + self.raw[quoted.end() :]

    @property
    def is_quoted(self) -> bool:
        return self.raw.startswith('"')


@dataclass(frozen=True)
class CsvFile:
    """A CSV file in pieces, which make up its bytes when they are joined.

    Attributes
    ----------
    mark : bytes
        The byte order mark, or b"".
    encoding : str
    separator : str
    announced : str
        A first line that only names the separator, or "".
    rows : tuple of tuple of Cell
    """

    mark: bytes
    encoding: str
    separator: str
    announced: str
    rows: tuple[tuple[Cell, ...], ...]

    def text(self, row: int, column: int) -> str:
        """The text of a cell without spaces around it; "" where a row is too short."""
        cells = self.rows[row]
        return cells[column].text.strip() if column < len(cells) else ""

    @property
    def titles(self) -> list[str]:
        """The texts of the first line."""
        return [self.text(0, column) for column in range(len(self.rows[0]))] if self.rows else []

    def filled(self, texts: Mapping[tuple[int, int], str]) -> bytes:
        """The bytes of the file with other texts in some cells.

        Parameters
        ----------
        texts : mapping
            By row and column; the cells exist. A character that the file's encoding does not have
            becomes its number, as in HTML.
        """
        spaces_are_quoted = any(
            cell.is_quoted and " " in cell.raw and not self._needs_quotes(cell.text)
            for row in self.rows
            for cell in row
        )
        pieces = [self.announced]
        for row, cells in enumerate(self.rows):
            for column, cell in enumerate(cells):
                text = texts.get((row, column))
                if text is not None:
                    quote = cell.is_quoted or self._needs_quotes(text)
                    quote = quote or (spaces_are_quoted and " " in text)
                    doubled = text.replace('"', '""')
                    pieces.append(f'"{doubled}"' if quote else text)
                else:
                    pieces.append(cell.raw)
                pieces.append(cell.end)
        return self.mark + _encoded("".join(pieces), self.encoding)

    def _needs_quotes(self, text: str) -> bool:
        return not {*text}.isdisjoint({self.separator, '"', "\r", "\n"})


def read(data: bytes) -> CsvFile:
    """Cut the bytes of a file into cells.

    Every file can be read: bytes that are not text in UTF-8, or in what the byte order mark says,
    are taken for Windows' cp1252.
    """
    mark = next((each for each in MARKS if data.startswith(each)), b"")
    encoding = MARKS.get(mark, "utf-8")
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        mark, encoding = b"", WINDOWS
        text = data.decode(WINDOWS, "surrogateescape")
    found = ANNOUNCED.match(text)
    announced, named = (found[0], found[1]) if found else ("", "")
    text = text[len(announced) :]
    separator = named if named and named not in '"\r\n' else _separator(text)
    return CsvFile(mark, encoding, separator, announced, _rows(text, separator))


def check_is_text(file: CsvFile, shown: str) -> None:
    """Raise CourseError if a file is something else, for example a workbook."""
    first = "".join(cell.raw for row in file.rows[:50] for cell in row)
    if "\0" in first or first.startswith(("PK\x03\x04", "\xd0\xcf\x11\xe0", "<", "%PDF")):
        raise CourseError(
            f"{shown} is not a CSV file: download it from the platform as CSV, and don't save it "
            "as a workbook"
        )


def _separator(text: str) -> str:
    """The separator that is most frequent in the first line, outside of quotes."""
    cells = re.split(r"\r\n|\r|\n", re.sub(QUOTED, "", text[:100_000]), maxsplit=1)
    counts = Counter(each for each in cells[0] if each in SEPARATORS)
    return max(SEPARATORS, key=lambda each: counts[each])


def _rows(text: str, separator: str) -> tuple[tuple[Cell, ...], ...]:
    plain = rf"[^{re.escape(separator)}\r\n]*"
    cell = re.compile(rf"((?:{QUOTED})?{plain})({re.escape(separator)}|\r\n|\r|\n|)", re.DOTALL)
    rows: list[tuple[Cell, ...]] = []
    row: list[Cell] = []
    place = 0
    while place < len(text) or row:
        found = cell.match(text, place)
        assert found
        row.append(Cell(found[1], found[2]))
        place = found.end()
        if found[2] != separator:
            rows.append(tuple(row))
            row = []
    return tuple(rows)


def _encoded(text: str, encoding: str) -> bytes:
    if encoding != WINDOWS:
        return text.encode(encoding)
    # A half of a surrogate pair stands for a byte that cp1252 leaves undefined.
    parts = re.split(r"([\udc80-\udcff]+)", text)
    return b"".join(
        part.encode(WINDOWS, "surrogateescape" if place % 2 else "xmlcharrefreplace")
        for place, part in enumerate(parts)
    )
