"""Refuse pictures that would hang a browser. Their cost is computed without drawing them.

An SVG of two kilobytes can refer to parts of itself, which refer to others, a billion times; a PNG
of some kilobytes can have a billion pixels. Both crash the reader's tab, and sanitisers miss them.
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Literal, NoReturn
from urllib.parse import unquote
from xml.parsers import expat

from autograder.grading.mime_types import BEGINNINGS, PICTURES, SVG

NOT_ONE = "is not one"
MOST_PIXELS = 50_000_000
"""As many as a phone's camera takes; the browser needs four bytes for each."""
MOST_ELEMENTS = 100_000
"""Of an SVG, counted as often as they are drawn. A matplotlib figure has a few thousand."""
BYTES_OF_AN_ELEMENT, PIXELS_OF_A_BYTE = 10, 100
"""At these rates a picture weighs as much as its bytes. Few real pictures weigh more."""
DEEPEST_SVG = 200
REFERENCE = re.compile(r"""#([^\s'");]+)""")
PICTURE = re.compile(rf"data:({'|'.join(BEGINNINGS)});base64,([A-Za-z0-9+/=\s]+)")
ADDRESS = re.compile(rf"data:({'|'.join(map(re.escape, PICTURES))});base64,([A-Za-z0-9+/=]+)")
GIF_FRAME, PNG_FRAME, JPEG_SIZE = b"\x00\x2c", b"fcTL", re.compile(rb"\xff[\xc0-\xc3\xc5-\xcf]")


def problem_with(kind: str, data: object) -> str:
    """Why a picture must not be shown: the end of a sentence, or "".

    Parameters
    ----------
    kind
        A MIME type.
    data
        The text of an SVG, or another picture in base64.
    """
    try:
        drawn = _drawn(kind, data)
    except _Refused as refused:
        return str(refused)
    if kind == SVG:
        return f"draws more than {MOST_ELEMENTS:,} elements" if drawn > MOST_ELEMENTS else ""
    return f"has {drawn:,} pixels, more than {MOST_PIXELS:,}" if drawn > MOST_PIXELS else ""


def weight(kind: str, data: str) -> int:
    """The cost of showing a picture: its bytes, or more if few bytes draw a lot.

    Parameters
    ----------
    kind, data
        Of a picture that :func:`problem_with` accepts.

    Returns
    -------
    int
        Bytes.
    """
    drawn = _drawn(kind, data)
    own = drawn * BYTES_OF_AN_ELEMENT if kind == SVG else drawn // PIXELS_OF_A_BYTE
    return max(len(data), own)


def weight_of_addresses(text: str) -> int:
    """The :func:`weight` of all pictures that clean HTML contains as data addresses."""
    total = 0
    for kind, data in ADDRESS.findall(text):
        with suppress(_Refused):  # an address in a text, which is not shown as a picture
            total += weight(kind, as_in_outputs(kind, data))
    return total


def as_in_outputs(kind: str, data: Any) -> Any:
    """Convert a picture's data from attachments, always base64, to the form used in outputs."""
    if kind != SVG:
        return data
    try:
        return binascii.a2b_base64("".join(data.split()), strict_mode=True).decode()
    except (ValueError, AttributeError):
        return None  # which problem_with refuses


def _drawn(kind: str, data: Any) -> int:
    """The number of elements that an SVG draws, or of pixels; raises _Refused."""
    try:
        if kind == SVG:
            return _Drawing().count(data)
        found = binascii.a2b_base64("".join(data.split()), strict_mode=True)
        if found.startswith(BEGINNINGS[kind]):
            return _pixels(kind, found)
    except (expat.ExpatError, ValueError, TypeError, AttributeError, KeyError):
        pass
    raise _Refused(NOT_ONE)


def _pixels(kind: str, data: bytes) -> int:
    """The pixels of all frames; for a JPEG, of the largest frame."""
    if kind == "image/png":
        return _area(data, 16, 4, "big") * max(1, data.count(PNG_FRAME))
    if kind == "image/gif":
        return _area(data, 6, 2, "little") * max(1, data.count(GIF_FRAME))
    return _pixels_of_jpeg(data)


def _area(data: bytes, at: int, size: int, order: Literal["little", "big"]) -> int:
    first, second = (int.from_bytes(data[i : i + size], order) for i in (at, at + size))
    return first * second


def _pixels_of_jpeg(data: bytes) -> int:
    """Walk through the segments, each with its length; those that begin a frame have a size."""
    at, most = 2, 0
    while data[at : at + 1] == b"\xff":
        if data[at + 1 : at + 2] == b"\xff":  # padding
            at += 1
            continue
        if JPEG_SIZE.match(data, at) and data[at + 1] not in b"\xc8\xcc":
            most = max(most, _area(data, at + 5, 2, "big"))
        if data[at + 1 : at + 2] == b"\xda":  # the compressed picture follows
            break
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return most


class _Refused(Exception):
    """A picture that must not be shown, with the reason."""


class _Drawing:
    """The elements of an SVG by number, with the others that each draws, and how often."""

    def __init__(self) -> None:
        self._inside: list[tuple[int, str]] = []
        self._parts: list[list[tuple[int, int]]] = []
        self._uses: list[list[tuple[str, int]]] = []
        self._places: dict[str, list[int]] = {}

    def count(self, text: str) -> int:
        """How many elements are drawn, but at most one more than the limit."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler = self._read
        parser.EntityDeclHandler = _refuse_entity
        parser.Parse(text, True)
        for number, names in enumerate(self._uses):
            for name, times in names:
                for used in self._places.get(name, ()):
                    self._parts[number].append((used, times))
        return self._drawn()

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        name, number = name.rpartition(":")[2], len(self._parts)
        if not self._inside and number == 0 and name != "svg":
            raise _Refused(NOT_ONE)
        if len(self._inside) > DEEPEST_SVG:
            raise _Refused(f"nests more than {DEEPEST_SVG} elements")
        if name == "filter":
            raise _Refused("has a filter, which can take forever")
        self._parts.append([])
        if self._inside:
            self._parts[self._inside[-1][0]].append((number, 1))
        self._inside.append((number, name))
        for key in ("id", "xml:id"):
            if key in attributes:
                self._places.setdefault(attributes[key], []).append(number)
        self._uses.append([*_uses(name, attributes)])

    def _end(self, _: str) -> None:
        self._inside.pop()

    def _read(self, text: str) -> None:
        if self._inside[-1][1] == "style":
            _check_style(text)

    def _drawn(self) -> int:
        """How many elements the first one draws, with everything that it uses."""
        drawn: dict[int, int] = {}
        waiting, open_ones = [(0, False)], set()
        while waiting:
            number, is_known = waiting.pop()
            if is_known:
                total = 1 + sum(drawn[part] * times for part, times in self._parts[number])
                drawn[number] = min(total, MOST_ELEMENTS + 1)
                open_ones.discard(number)
            elif number in open_ones:
                raise _Refused("contains itself")
            elif number not in drawn:
                open_ones.add(number)
                waiting.append((number, True))
                waiting += [(part, False) for part, _ in self._parts[number] if part not in drawn]
        return drawn[0]


def _uses(name: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The names that an element refers to, and how often it may draw each."""
    points = 1 + len(attributes.get("d", "") + attributes.get("points", "")) // 2
    for key, value in attributes.items():
        lower = value.lower()
        if "data:" in lower and not _is_small(value):
            raise _Refused("contains another picture that is too large or broken")
        if "xpointer" in lower or ("\\" in value and "(" in value):
            raise _Refused("refers to parts of itself in a hidden way")
        if "#" in value and not (name == "a" and key.rpartition(":")[2] == "href"):
            for found in REFERENCE.findall(value):
                for each in {found, unquote(found)}:
                    yield each, points if "marker" in f"{key} {lower}" else 1


def _is_small(address: str) -> bool:
    found = PICTURE.fullmatch(address.strip())
    return found is not None and not problem_with(found[1], found[2])


def _check_style(text: str) -> None:
    if "\\" in text or "url(" in text.lower() or "@" in text:
        raise _Refused("has styles that refer to other files")


def _refuse_entity(*_: object) -> NoReturn:
    # An entity could expand to a huge text.
    raise _Refused(NOT_ONE)
