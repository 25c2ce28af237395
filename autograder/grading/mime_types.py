"""Which types of output may come out of a box and be shown on a page: the only table of them.

Left out on purpose: application/javascript and widgets run code in the reader's browser;
application/json and application/pdf are not shown by nbconvert, and come with a text beside them.
"""

TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex")
SVG = "image/svg+xml"
BEGINNINGS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
"""Pictures made of pixels, and the first bytes of each."""
PICTURES = (SVG, *BEGINNINGS)
SHOWN = (*TEXTS, *PICTURES)
