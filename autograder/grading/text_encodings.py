"""The encodings in which editors save text: a notebook should be in UTF-8, but may not be."""

import codecs
import json

# The bytes that are not UTF-8, as Python's handler "surrogateescape" has them, in Windows-1252.
# Five of them mean nothing there.
WINDOWS_1252 = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)
}


def in_utf8(content: bytes) -> bytes:
    """A text in UTF-8, without byte order marks.

    Parameters
    ----------
    content
        In UTF-16 or UTF-32, with a mark or without; or in any encoding that extends ASCII, which is
        returned as it is.
    """
    encoding = json.detect_encoding(content)
    if encoding.startswith(("utf-16", "utf-32")):
        content = _decoded(content, encoding).encode("utf-8", "surrogatepass")
    while content.startswith(codecs.BOM_UTF8):
        content = content.removeprefix(codecs.BOM_UTF8)
    return content


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        return content.decode(encoding, "replace")


def text_of(content: bytes) -> tuple[str, bool]:
    """Decode a text that should be in UTF-8.

    Returns
    -------
    text : str
        It may contain halves of surrogate pairs, which some programs write.
    is_utf8 : bool
        If not, some bytes were read as Windows-1252, in which old editors of Windows save.
    """
    try:
        return content.decode("utf-8", "surrogatepass"), True
    except UnicodeDecodeError:
        return content.decode("utf-8", "surrogateescape").translate(WINDOWS_1252), False


def without_halves(text: str) -> str:
    """A text that can be written to a file: surrogate pairs joined, single halves replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
