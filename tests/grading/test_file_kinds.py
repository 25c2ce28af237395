"""If this fails, a student is not told what they submitted instead of a notebook."""

import codecs
import io
import zipfile

import pytest

from autograder.grading.file_kinds import LONGEST_LINK, kind_of
from autograder.grading.not_a_notebook import NotANotebook
from autograder.grading.reading import read

WEBLOC = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD" "http://a.b">\n'
    b'<plist version="1.0"><dict><key>URL</key><string>https://a.example/n</string></dict></plist>'
)
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:12ab\nsize 4096\n"


def office(first):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(first, "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    return file.getvalue()


KINDS = {
    "no bytes": (b"", "is empty"),
    "blank lines": (b" \r\n\n", "is empty"),
    "a byte order mark": (codecs.BOM_UTF16_LE, "is empty"),
    "zeros": (bytes(9000), "is a file of zero bytes only"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF"),
    "RAR": (b"Rar!\x1a\x07\x01\x00", "is a RAR archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "is a 7z archive"),
    "tar": (b"a.ipynb".ljust(257, b"\0") + b"ustar\x0000", "is a tar archive"),
    "Word": (office("[Content_Types].xml"), "is an Office document"),
    "LibreOffice": (office("mimetype"), "is an Office document"),
    "Word 97": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an Office document"),
    "RTF": (b"{\\rtf1\\ansi {\\fonttbl}}", "is a text document (RTF)"),
    "screenshot": (b"\x89PNG\r\n\x1a\n\0\0", "is a picture (PNG)"),
    "photo": (b"\xff\xd8\xff\xe0\0\x10JFIF", "is a picture (JPEG)"),
    "iPhone": (b"\0\0\0\x18ftypheic\0\0", "is a picture or video"),
    "AppleDouble": (b"\x00\x05\x16\x07\0\2\0\0", "is a companion file of macOS"),
    "page": (b"\n<!DOCTYPE html>\n<html>", "is a web page (HTML)"),
    "page of a login": (b"<!-- {a} --><HTML><body>", "is a web page (HTML)"),
    "part of a page": (b"<div class='cell'>{}</div>", "is a web page (HTML)"),
    "page with a mark": (codecs.BOM_UTF8 + b'<html>{"cells": []}', "is a web page (HTML)"),
    "page in UTF-16": ("<html>{}</html>".encode("utf-16"), "is a web page (HTML)"),
    "XHTML": (b'<?xml version="1.0"?><html>', "is a web page (HTML)"),
    "XML": (b'<?xml version="1.0"?><rows/>', "is an XML file"),
    "LFS": (POINTER, "is a Git LFS pointer"),
    "address": (b"https://colab.research.google.com/drive/1a?usp=sharing\n", "is only a link"),
    "address and words": (b"My notebook:\nhttps://a.example/b\n", "is only a link"),
    "shortcut of Windows": (b"[InternetShortcut]\r\nURL=https://a.example/b\r\n", "is only a link"),
    "shortcut of macOS": (WEBLOC, "is only a link"),
    "shortcut of Drive": (b'{"": "DO NOT EDIT", "doc_id": "1a", "email": "x"}', "is only a link"),
    "script": (b"import numpy as np\n\nx = {}\n", "is a Python script"),
    "script with cells": (b"# %% [markdown]\n# ## {}\n", "is a Python script"),
    "script from nbconvert": (b"#!/usr/bin/env python\n# coding: utf-8\n", "is a Python script"),
    "script below words": (b"# words\n" * 2000 + b"# In[1]:\n", "is a Python script"),
    "Markdown": (b"# Title\n\n```python\nimport numpy\n```\n", "is a text"),
    "letter": (b"Dear teacher,\nI lost my notebook.", "is a text"),
    "letter with a bracket": (b"Dear teacher {I lost my notebook}.", "is a text"),
    "list": (b"[1, 2]", "is a text"),
    "long text with a link": (b"https://a.b " + b"x" * LONGEST_LINK, "is a text"),
    "bytes": (b"\x01\x02\x00\x03{\x00}", "is a file of an unknown kind"),
}


@pytest.mark.parametrize(("content", "said"), KINDS.values(), ids=KINDS)
def test_each_kind_has_a_sentence_and_a_next_step(content, said):
    with pytest.raises(NotANotebook) as raised:
        read(content)
    sentence = str(raised.value)
    assert sentence.startswith(said) and ", not a notebook: " in sentence
    assert "submit" in sentence and sentence.isprintable() and len(sentence) < 300


@pytest.mark.parametrize("start", [b"", b"\n  ", codecs.BOM_UTF8])
def test_what_may_be_a_notebook_has_no_kind(start):
    assert kind_of(start + b'{"cells": []}') is None


def test_a_notebook_about_links_and_code_is_not_taken_for_one():
    source = '"https://a.example/b", "import numpy", "<html>", "```"'
    assert kind_of(b'{"cells": [{"source": [%b]}]}' % source.encode()) is None
