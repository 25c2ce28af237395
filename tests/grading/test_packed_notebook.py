"""If this fails, a notebook that was packed under its own name is refused, or fills the memory."""

import gzip
import io
import json
import tracemalloc
import zipfile

import pytest

from autograder.grading.extra_files import LARGEST_NOTEBOOK
from autograder.grading.flags import FLAGS
from autograder.grading.not_a_notebook import NotANotebook
from autograder.grading.packed_notebook import MOST_ENTRIES
from autograder.grading.reading import read

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": ["a\n", "b"]}]}).encode()


def zipped(files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


BESIDE = {
    "__MACOSX/essay/._essay.ipynb": b"\x00\x05\x16\x07",
    "essay/.ipynb_checkpoints/essay-checkpoint.ipynb": NOTEBOOK,
    "essay/notes.txt": b"see the notebook",
}


@pytest.mark.parametrize(("packed", "said"), [
    (gzip.compress(NOTEBOOK), "is a gzip archive. The notebook in it was graded."),
    (zipped({"essay.ipynb": NOTEBOOK}),
     "is a zip archive. The notebook in it (essay.ipynb) was graded."),
    (zipped({"essay/essay\x1b.ipynb": NOTEBOOK, **BESIDE}), "in it (essay\\x1b.ipynb) was graded."),
], ids=["gzip", "zip", "zip with more"])  # fmt: skip
def test_the_only_notebook_in_an_archive_is_read_with_a_flag(packed, said):
    found = read(packed)
    assert [cell.source for cell in found.cells] == ["a\nb"]
    (flag,) = found.metadata[FLAGS]
    assert flag.endswith(said)


def encrypted():
    packed = bytearray(zipped({"a.ipynb": NOTEBOOK}))
    for header in (b"PK\3\4", b"PK\1\2"):
        packed[packed.index(header) + (6 if header[2] == 3 else 8)] |= 1
    return bytes(packed)


REFUSED = {
    "none": (zipped(BESIDE), "is a zip archive with no notebooks in it"),
    "empty": (zipped({}), "is a zip archive with no notebooks in it"),
    "two": (zipped({"a.ipynb": NOTEBOOK, "b.ipynb": NOTEBOOK}),
            "is a zip archive with 2 notebooks in it"),
    "torn": (zipped({"a.ipynb": NOTEBOOK})[:-30], "is a zip archive that is damaged"),
    "with a password": (encrypted(), "is a zip archive that is damaged or has a password"),
    "many": (zipped({str(number): b"" for number in range(MOST_ENTRIES + 1)}), "more than 1,000"),
    "torn gzip": (gzip.compress(NOTEBOOK)[:-9], "is a gzip archive that is damaged"),
    "twice": (gzip.compress(gzip.compress(NOTEBOOK)), "is a gzip archive, not a notebook"),
    "a page": (zipped({"a.ipynb": b"<html>"}), "is a web page (HTML)"),
}  # fmt: skip


@pytest.mark.parametrize(("packed", "said"), REFUSED.values(), ids=REFUSED)
def test_other_archives_are_refused_with_what_to_do(packed, said):
    with pytest.raises(NotANotebook) as raised:
        read(packed)
    assert said in str(raised.value) and "submit" in str(raised.value)


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"a.ipynb": content})])
def test_a_bomb_is_not_unpacked_any_further_than_the_largest_notebook(pack):
    bomb = pack(bytes(LARGEST_NOTEBOOK + 1))
    tracemalloc.start()
    try:
        with pytest.raises(NotANotebook, match="of more than 100 MB"):
            read(bomb)
        assert tracemalloc.get_traced_memory()[1] < 2.5 * LARGEST_NOTEBOOK  # a copy while it grows
    finally:
        tracemalloc.stop()
