"""The types of output that may leave a box and be shown on a page, in one table.

Left out on purpose: application/javascript and widgets, which run code in the reader's browser;
application/json and application/pdf, which nbconvert does not show, and which come with a text.
"""

TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex")
SVG = "image/svg+xml"
BEGINNINGS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
"""Types of pictures made of pixels, and the bytes that each begins with."""
PICTURES = (SVG, *BEGINNINGS)
SHOWN = (*TEXTS, *PICTURES)
