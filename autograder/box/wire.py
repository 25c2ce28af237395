"""Messages over a pipe: framed, strictly decoded, and nothing but values.

A frame is a length (4 bytes, little-endian) and one encoded value. The reader on the trusted side
accepts any bytes: they decode to a plain value, or raise :class:`WireError` and nothing else. The
format can't refer to a class, a function or a name, so decoding never runs code.

========  =======================================================================
tag       what follows
========  =======================================================================
N T F     nothing: None, True, False
i         a whole number: how many bytes (2), then two's complement
d c       a float (8), a complex number (16)
s         text: how many bytes (4), then UTF-8
a         an array: dtype character, dimensions (1), lengths (4 each), numbers in C order
l t       a list, a tuple: how many (4), then each
m         a dict: how many (4), then keys (text) and values alternately
f         a function that is not sent: its number (4)
========  =======================================================================
"""

import math
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

LARGEST_FRAME = 16 << 20
DEEPEST_MESSAGE = 24
MOST_VALUES = 200_000
MOST_DIMENSIONS = 8
LONGEST_NUMBER = 1024
"""Bytes of a whole number."""

INSIDE = 1 << 31
"""Functions with this number or a higher one belong to the child, others to the trusted side."""

DTYPES: dict[str, np.dtype] = {np.dtype(each).char: np.dtype(each) for each in "?bBhHiIlLqQefdgFDG"}
"""All numeric types of numpy, including extended precision; no objects, fields or text."""

_LENGTH = struct.Struct("<I")
_FLOAT, _COMPLEX, _SHORT = struct.Struct("<d"), struct.Struct("<dd"), struct.Struct("<H")


class WireError(ValueError):
    """The bytes are not a message, or the value can't be sent as one."""


@dataclass(frozen=True)
class Function:
    """A function that stays on its side of the pipe. Only its number is sent."""

    number: int


def frame(value: Any) -> bytes:
    """Encode a value as bytes to send: the length, then the value."""
    chunks: list[bytes] = []
    if _encode(value, chunks, 0) > MOST_VALUES:
        raise WireError(f"more than {MOST_VALUES} values")
    body = b"".join(chunks)
    if len(body) > LARGEST_FRAME:
        raise WireError(f"{len(body)} bytes; at most {LARGEST_FRAME} can be sent")
    return _LENGTH.pack(len(body)) + body


def asking(number: int, arguments: Iterable[Any], by_name: Mapping[str, Any]) -> bytes:
    """The frame of a question to a function on the other side."""
    return frame(("ask", number, list(arguments), by_name))


def digest(message: bytes) -> int:
    """A 64-bit hash of a message. It is not safe against deliberate collisions."""
    return int.from_bytes(blake2b(message, digest_size=8).digest(), "little")


def length_of(head: bytes) -> int:
    """How many bytes follow `head`, the first four."""
    length: int = _LENGTH.unpack(head)[0]
    if length > LARGEST_FRAME:
        raise WireError(f"a message of {length} bytes is announced; {LARGEST_FRAME} at most")
    return length


def _text(value: str) -> bytes:
    text = value.encode("utf-8", "replace")
    return b"s" + _LENGTH.pack(len(text)) + text


def _whole_number(value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    if size > LONGEST_NUMBER:
        raise WireError("a whole number with thousands of digits")
    return b"i" + _SHORT.pack(size) + value.to_bytes(size, "little", signed=True)


_SIMPLE: dict[type, Callable[[Any], bytes]] = {
    str: _text,
    float: lambda value: b"d" + _FLOAT.pack(value),
    type(None): lambda value: b"N",
    bool: lambda value: b"T" if value else b"F",
    int: _whole_number,
    complex: lambda value: b"c" + _COMPLEX.pack(value.real, value.imag),
    Function: lambda value: b"f" + _LENGTH.pack(value.number),
}
"""The encoders of values that contain no others, by type."""


def _encode(value: Any, chunks: list[bytes], depth: int) -> int:
    """Append a value to the chunks; return how many values that is, including those inside."""
    kind = type(value)
    if kind in _SIMPLE:
        chunks.append(_SIMPLE[kind](value))
        return 1
    if kind is np.ndarray:
        if not value.dtype.isnative:
            value = value.astype(value.dtype.newbyteorder("="))
        chunks += _head_of_array(value), _numbers(value)
        return 1
    if isinstance(value, np.generic) and value.dtype.char not in "OSUVMm":
        # As in `plain_values`: extended precision has no built-in type.
        as_sent = np.asarray(value) if value.dtype.char in "gG" else value.item()
        return _encode(as_sent, chunks, depth)
    if kind not in (dict, tuple, list):
        raise WireError(f"a {kind.__name__} can't be sent")
    if depth >= DEEPEST_MESSAGE:
        raise WireError(f"values nested more than {DEEPEST_MESSAGE} levels deep")
    chunks.append(_CONTAINERS[kind] + _LENGTH.pack(len(value)))
    if kind is dict:
        return 1 + sum(_encode_item(key, each, chunks, depth + 1) for key, each in value.items())
    return 1 + sum(_encode(each, chunks, depth + 1) for each in value)


_EXTENDED = np.dtype(np.longdouble).itemsize
_FILLED = 10 if np.finfo(np.longdouble).nmant == 63 else _EXTENDED
"""Bytes of a number in extended precision, and how many it fills: on x86, 80 bits of 128."""


def _numbers(array: np.ndarray) -> bytes:
    """The bytes of an array's numbers in C order, with zeros where a number leaves some empty.

    These hold whatever was in this memory before. On the trusted side that may be an answer.
    """
    if array.dtype.char not in "gG":
        return array.tobytes()
    sent = bytearray(array.tobytes())
    for place in range(_FILLED, _EXTENDED):
        sent[place::_EXTENDED] = bytes(len(sent) // _EXTENDED)
    return bytes(sent)


_CONTAINERS: dict[type, bytes] = {dict: b"m", tuple: b"t", list: b"l"}


def _encode_item(key: Any, value: Any, chunks: list[bytes], depth: int) -> int:
    if type(key) is not str:
        raise WireError(f"a {type(key).__name__} as a key")
    return _encode(key, chunks, depth) + _encode(value, chunks, depth)


_heads: dict[tuple[str, tuple[int, ...]], bytes] = {}


def _head_of_array(array: np.ndarray) -> bytes:
    """The bytes before the numbers; cached, as most arrays have one of a few shapes."""
    key = array.dtype.char, array.shape
    head = _heads.get(key)
    if head is None:
        if array.dtype.char not in DTYPES:
            raise WireError(f"an array of {array.dtype} can't be sent")
        if array.ndim > MOST_DIMENSIONS:
            raise WireError(f"an array of {array.ndim} dimensions; {MOST_DIMENSIONS} at most")
        if _is_too_large(array.dtype, array.shape):
            raise WireError(f"an array of shape {array.shape}")
        lengths = struct.pack(f"<{array.ndim}I", *array.shape)
        head = b"a" + array.dtype.char.encode() + bytes([array.ndim]) + lengths
        if len(_heads) < 1000:
            _heads[key] = head
    return head


def decode(body: bytes) -> Any:
    """Decode the body of a frame.

    Parameters
    ----------
    body : bytes
        Anything that was received.

    Returns
    -------
    None, bool, int, float, complex, str, numpy.ndarray, list, tuple, dict or Function
        Arrays are copies that can be written to.

    Raises
    ------
    WireError
        The bytes are not exactly one value within the limits. Nothing else is raised.
    """
    reader = _Reader(body)
    try:
        value = reader.value(0)
    except (struct.error, UnicodeDecodeError, IndexError, OverflowError) as error:
        raise WireError(f"not a value at byte {reader.at}: {error}") from None
    if reader.at != len(body):
        raise WireError(f"{len(body) - reader.at} bytes too many")
    return value


class _Reader:
    def __init__(self, body: bytes) -> None:
        self.body, self.at, self.seen = body, 0, 0

    def value(self, depth: int) -> Any:
        self.seen += 1
        if self.seen > MOST_VALUES:
            raise WireError(f"more than {MOST_VALUES} values")
        tag = self.body[self.at]
        self.at += 1
        read = _READERS.get(tag)
        if read is None:
            raise WireError(f"a value can't begin with byte {tag}")
        return read(self, depth)

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.body):
            raise WireError("the message is too short")
        taken = self.body[self.at : end]
        self.at = end
        return taken

    def count(self) -> int:
        count: int = _LENGTH.unpack(self.take(4))[0]
        return count

    def _integer(self, depth: int) -> int:
        size = _SHORT.unpack(self.take(2))[0]
        if not 0 < size <= LONGEST_NUMBER:
            raise WireError(f"a whole number of {size} bytes")
        return int.from_bytes(self.take(size), "little", signed=True)

    def _text(self, depth: int) -> str:
        return str(self.take(self.count()), "utf-8")

    def _array(self, depth: int) -> np.ndarray:
        end = self.at + 2 + 4 * self.body[self.at + 1]
        head = self.body[self.at : end]
        self.at = end
        known = _shapes.get(head)
        if known is None:
            known = _shape_of_head(head)
            if len(_shapes) < 1000:
                _shapes[head] = known
        dtype, shape, size = known
        taken = self.take(size)
        if dtype.char == "?":
            return np.asarray(np.frombuffer(taken, np.uint8).reshape(shape) != 0)
        return np.frombuffer(taken, dtype).reshape(shape).copy() if size else np.zeros(shape, dtype)

    def _sequence(self, depth: int) -> list[Any]:
        return [self.value(depth + 1) for _ in range(self._inside(depth))]

    def _tuple(self, depth: int) -> tuple[Any, ...]:
        return tuple(self._sequence(depth))

    def _dictionary(self, depth: int) -> dict[str, Any]:
        found = {}
        for _ in range(self._inside(depth)):
            key = self.value(depth + 1)
            if type(key) is not str:
                raise WireError("a key that is not text")
            found[key] = self.value(depth + 1)
        return found

    def _inside(self, depth: int) -> int:
        if depth >= DEEPEST_MESSAGE:
            raise WireError(f"values nested more than {DEEPEST_MESSAGE} levels deep")
        return self.count()


_shapes: dict[bytes, tuple[np.dtype, tuple[int, ...], int]] = {}


def _shape_of_head(head: bytes) -> tuple[np.dtype, tuple[int, ...], int]:
    """dtype, shape and bytes of an array; multiplied in Python, where integers don't overflow."""
    dtype, dimensions = DTYPES.get(chr(head[0])), head[1]
    if dtype is None or dimensions > MOST_DIMENSIONS:
        raise WireError("not an array of numbers")
    shape = struct.unpack(f"<{dimensions}I", head[2:])
    if _is_too_large(dtype, shape):
        raise WireError(f"an array of shape {shape}")
    return dtype, shape, dtype.itemsize * math.prod(shape)


def _is_too_large(dtype: np.dtype, shape: tuple[int, ...]) -> bool:
    """Whether an array is too large; an empty one is, too, if its other dimensions are."""
    return dtype.itemsize * math.prod(max(length, 1) for length in shape) > LARGEST_FRAME


_READERS: dict[int, Callable[[_Reader, int], Any]] = {
    ord("N"): lambda reader, depth: None,
    ord("T"): lambda reader, depth: True,
    ord("F"): lambda reader, depth: False,
    ord("i"): _Reader._integer,
    ord("d"): lambda reader, depth: _FLOAT.unpack(reader.take(8))[0],
    ord("c"): lambda reader, depth: complex(*_COMPLEX.unpack(reader.take(16))),
    ord("s"): _Reader._text,
    ord("a"): _Reader._array,
    ord("l"): _Reader._sequence,
    ord("t"): _Reader._tuple,
    ord("m"): _Reader._dictionary,
    ord("f"): lambda reader, depth: Function(reader.count()),
}
