"""If this fails, a small file exhausts the grader's memory, or an honest one can't be read."""

import json
import tracemalloc

import nbformat
import pytest

from autograder.grading.errors import in_one_line
from autograder.grading.reading import (
    NotANotebook,
    TooLarge,
    read,
)
from autograder.grading.rebuild import rebuild
from tests import sample_class
from tests.temporary_course import ROOT

ASSIGNMENT = "one_dimension"
RELEASE = nbformat.read(ROOT / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
SUBMISSION = sample_class.fill(RELEASE, sample_class.load("correct").answers(ASSIGNMENT))
MEGABYTE = 1_000_000


def with_json(text, **where):
    """A submission as bytes, with JSON in it that no library would write."""
    notebook = json.loads(json.dumps(SUBMISSION))
    cell = {"cell_type": "code", "id": "own", "metadata": {}, "source": "1",
            "execution_count": 1, "outputs": [], **where}  # fmt: skip
    notebook["cells"].append(cell)
    return json.dumps(notebook).replace('"HERE"', text).encode()


BOMBS = {
    "objects": "[" + "{}," * (2 * MEGABYTE) + "0]",
    "lists": "[" + "[]," * (2 * MEGABYTE) + "0]",
    "keys": "{" + ",".join(f'"{number}":{{}}' for number in range(MEGABYTE)) + "}",
    "texts": "[" + '"",' * (2 * MEGABYTE) + '""]',
    "numbers": "[" + "1.5," * (4 * MEGABYTE) + "0]",
    "torn": '"' * (8 * MEGABYTE),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_more_parts_than_anybody_writes_are_counted_and_not_made(bomb):
    with pytest.raises(TooLarge) as raised:
        read(with_json(bomb, metadata={"x": "HERE"}))
    assert in_one_line(raised.value, "a.ipynb", "ask again") == (
        "a.ipynb has more than 3,000,000 parts, far more than any text or picture: clear all "
        "outputs in Jupyter, save it, and submit it again"
    )


def test_what_just_fits_takes_two_hundred_megabytes():
    bomb = with_json("[" + "{}," * 1_490_000 + "0]", metadata={"x": "HERE"})
    tracemalloc.start()
    try:
        assert len(read(bomb).cells) == len(SUBMISSION.cells) + 1
        assert tracemalloc.get_traced_memory()[1] < 250 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_what_fits_is_what_the_readme_says():
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert "1,000 cells, or three million brackets, commas and texts is refused" in readme
    for parts, fits in ((2_999_999, True), (3_000_001, False)):
        commas = parts - 6  # the others are the brackets and texts around them
        submission = b'{"cells": [], "x": [' + b"1," * commas + b"1]}"
        if fits:
            assert read(submission).cells == []
        else:
            with pytest.raises(TooLarge):
                read(submission)


def test_brackets_and_commas_in_texts_are_not_counted():
    lines = "".join('[{,,,\\"}]\\n' for _ in range(400_000))
    stream = [{"output_type": "stream", "name": "stdout", "text": "HERE"}]
    assert len(read(with_json(f'"{lines}"', outputs=stream)).cells) == len(SUBMISSION.cells) + 1


def test_forty_megabytes_of_printed_lines_are_read():
    lines = ",".join(f'"step {number} {"x" * 90}\\n"' for number in range(400_000))
    stream = [{"output_type": "stream", "name": "stdout", "text": "HERE"}]
    assert read(with_json(f"[{lines}]", outputs=stream)).cells[-1].source == "1"


def test_what_grading_never_looks_at_is_dropped():
    notebook = nbformat.from_dict(SUBMISSION)
    notebook.metadata["x"] = notebook.cells[0].metadata["x"] = "MARK"
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="MARK")]
    found = read(nbformat.writes(notebook).encode())
    assert "MARK" not in json.dumps(found)
    assert rebuild(RELEASE, found) == rebuild(RELEASE, notebook)


def test_pictures_are_kept():
    notebook = nbformat.from_dict(SUBMISSION)
    notebook.cells[0].attachments = {"a.png": {"image/png": "AAAA"}}
    assert read(nbformat.writes(notebook).encode()).cells[0].attachments == {
        "a.png": {"image/png": "AAAA"}
    }


CODE = {"cell_type": "code", "language": "python", "outputs": [], "collapsed": False}
OLDER = {
    1: {"cells": [{**CODE, "code": "a\nb"}, {"cell_type": "text", "text": "words"}]},
    2: {
        "worksheets": [
            {
                "cells": [
                    {**CODE, "input": ["a", "b"]},
                    {"cell_type": "markdown", "source": ["x", "y"]},
                ]
            }
        ]
    },
    3: {
        "worksheets": [
            {
                "cells": [
                    {**CODE, "input": ["a\n", "b"]},
                    {"cell_type": "heading", "level": 2, "source": ["x"]},
                ]
            }
        ]
    },
}


@pytest.mark.parametrize("version", OLDER)
def test_older_formats_are_read(version):
    older = json.dumps({"nbformat": version, "metadata": {"name": "x"}, **OLDER[version]})
    texts = [(cell.cell_type, cell.source) for cell in nbformat.reads(older, as_version=4).cells]
    found = read(older.encode())
    assert [(cell.cell_type, cell.source) for cell in found.cells] == texts and len(texts) == 2
    nbformat.validate(found)


def test_odd_cells_become_valid_ones():
    notebook = json.loads(json.dumps(SUBMISSION))
    notebook["cells"] += [
        {}, [], None, 3, {"cell_type": "evil", "source": "mine", "metadata": []},
        {"cell_type": "code", "source": [1, None, ["x"]], "outputs": {}, "id": '"><script>'},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": {}, "solution": []}}},
    ]  # fmt: skip
    found = read(json.dumps(notebook).encode())  # and without a warning
    nbformat.validate(found)
    assert [cell.source for cell in found.cells[-4:]] == ["", "mine", "", ""]


@pytest.mark.parametrize(("cells", "fits"), [(1000, True), (1001, False)])
def test_more_cells_than_anybody_writes_are_too_many(cells, fits):
    notebook = nbformat.from_dict(SUBMISSION)
    own = [nbformat.v4.new_markdown_cell("a thought") for _ in range(cells)]
    notebook.cells = (notebook.cells + own)[:cells]
    if fits:
        assert read(nbformat.writes(notebook).encode()).cells[-1].source == "a thought"
    else:
        with pytest.raises(TooLarge, match="has 1,001 cells"):
            read(nbformat.writes(notebook).encode())


@pytest.mark.parametrize("text", [
    b"", b"\xff", b"{", b"[" * 100_000, b"9" * 5000, json.dumps({"a": 1}).encode("utf-16"),
    b"[]", b"{}", b'{"cells": null}', b'{"worksheets": {}}',
])  # fmt: skip
def test_what_is_not_a_notebook(text):
    with pytest.raises(NotANotebook):
        read(text)


def test_both_commands_refuse_a_bomb_and_grade_the_others(course, cli):
    course.submit("ada", ASSIGNMENT, with_json('"fine"', metadata={"x": "HERE"}))
    course.submit("eve", ASSIGNMENT, with_json(BOMBS["objects"], metadata={"x": "HERE"}))
    status, out, _ = cli(course, "grade", ASSIGNMENT)
    assert status == 1 and "one_dimension.ipynb has more than 3,000,000 parts" in out
    assert sum(course.points(ASSIGNMENT, "ada").values()) == 18
    done = course.nbgrader("autograde", ASSIGNMENT, "--force")
    assert done.returncode == 1 and "TooLarge: has more than 3,000,000 parts" in done.stderr
    assert sum(course.points(ASSIGNMENT, "ada").values()) == 18
    assert not course.path("autograded", ASSIGNMENT, "eve").exists()
