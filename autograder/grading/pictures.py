"""Pictures that a browser can bear to show: what a small file becomes is computed, not drawn.

An SVG of two kilobytes can use a part of itself, and that part others, a billion times; a PNG of
some kilobytes can have a billion pixels. Both take the reader's tab, and no sanitiser sees them.
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
"""What a telephone's camera makes; each takes four bytes of the browser's."""
MOST_ELEMENTS = 100_000
"""Of an SVG, as often as they are drawn. A figure of matplotlib's has some thousands."""
BYTES_OF_AN_ELEMENT, PIXELS_OF_A_BYTE = 10, 100
"""Where a picture weighs as much as its bytes. Hardly one that somebody has drawn weighs more."""
DEEPEST = 200
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
        The text of an SVG, or base64 of another picture.
    """
    try:
        drawn = _drawn(kind, data)
    except _Refused as refused:
        return str(refused)
    if kind == SVG:
        return f"draws more than {MOST_ELEMENTS:,} elements" if drawn > MOST_ELEMENTS else ""
    return f"has {drawn:,} pixels: {MOST_PIXELS:,} are the most" if drawn > MOST_PIXELS else ""


def weight(kind: str, data: str) -> int:
    """What showing a picture costs: its bytes, or more where a few of them draw very much.

    Parameters
    ----------
    kind, data
        Of a picture that :func:`problem_with` has no trouble with.

    Returns
    -------
    int
        Bytes.
    """
    drawn = _drawn(kind, data)
    own = drawn * BYTES_OF_AN_ELEMENT if kind == SVG else drawn // PIXELS_OF_A_BYTE
    return max(len(data), own)


def weight_of_addresses(text: str) -> int:
    """The :func:`weight` of all pictures that stand as addresses in clean HTML."""
    total = 0
    for kind, data in ADDRESS.findall(text):
        with suppress(_Refused):  # an address that somebody wrote about, and nothing shows
            total += weight(kind, as_in_outputs(kind, data))
    return total


def as_in_outputs(kind: str, data: Any) -> Any:
    """A picture's data as outputs hold it, of what is base64 throughout, as in attachments."""
    if kind != SVG:
        return data
    try:
        return binascii.a2b_base64("".join(data.split()), strict_mode=True).decode()
    except (ValueError, AttributeError):
        return None  # which is no picture


def _drawn(kind: str, data: Any) -> int:
    """Elements of an SVG as often as they are drawn, or pixels; raises _Refused."""
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
    """Pixels of all frames; of a JPEG the largest of what may be its size."""
    if kind == "image/png":
        return _area(data, 16, 4, "big") * max(1, data.count(PNG_FRAME))
    if kind == "image/gif":
        return _area(data, 6, 2, "little") * max(1, data.count(GIF_FRAME))
    return _pixels_of_jpeg(data)


def _area(data: bytes, at: int, size: int, order: Literal["little", "big"]) -> int:
    first, second = (int.from_bytes(data[i : i + size], order) for i in (at, at + size))
    return first * second


def _pixels_of_jpeg(data: bytes) -> int:
    """Segments say how long they are; the size stands in one that begins a frame."""
    at, most = 2, 0
    while data[at : at + 1] == b"\xff":
        if data[at + 1 : at + 2] == b"\xff":  # padding
            at += 1
            continue
        if JPEG_SIZE.match(data, at) and data[at + 1] not in b"\xc8\xcc":
            most = max(most, _area(data, at + 5, 2, "big"))
        if data[at + 1 : at + 2] == b"\xda":  # what follows is the picture
            break
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return most


class _Refused(Exception):
    """A picture that must not be shown, with the reason."""


class _Drawing:
    """Elements of an SVG by number: what each is called, and which others it draws, how often."""

    def __init__(self) -> None:
        self._inside: list[tuple[int, str]] = []
        self._parts: list[list[tuple[int, int]]] = []
        self._uses: list[list[tuple[str, int]]] = []
        self._places: dict[str, list[int]] = {}

    def count(self, text: str) -> int:
        """How many elements are drawn; one more than are allowed stands for any more."""
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
        if len(self._inside) > DEEPEST:
            raise _Refused(f"has more than {DEEPEST} elements inside of each other")
        if name == "filter":
            raise _Refused("has a filter, which can take for ever")
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
        """How many elements the first one comes to, with all that it uses."""
        drawn: dict[int, int] = {}
        waiting, open_ones = [(0, False)], set()
        while waiting:
            number, is_known = waiting.pop()
            if is_known:
                total = 1 + sum(drawn[part] * times for part, times in self._parts[number])
                drawn[number] = min(total, MOST_ELEMENTS + 1)
                open_ones.discard(number)
            elif number in open_ones:
                raise _Refused("is a part of itself")
            elif number not in drawn:
                open_ones.add(number)
                waiting.append((number, True))
                waiting += [(part, False) for part, _ in self._parts[number] if part not in drawn]
        return drawn[0]


def _uses(name: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The names that an element refers to, with how often each may be drawn for it."""
    points = 1 + len(attributes.get("d", "") + attributes.get("points", "")) // 2
    for key, value in attributes.items():
        lower = value.lower()
        if "data:" in lower and not _is_small(value):
            raise _Refused("has another picture in it that is too large, or none")
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
        raise _Refused("has styles that refer to other things")


def _refuse_entity(*_: object) -> NoReturn:
    # Of its own, so that it could swell.
    raise _Refused(NOT_ONE)
