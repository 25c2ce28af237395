"""If this fails, a small file exhausts the grader's memory, or an honest one can't be read."""

import copy
import io
import json
import tracemalloc
import zipfile

import nbformat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autograder.grading.errors import in_one_line
from autograder.grading.flags import FLAGS
from autograder.grading.not_a_notebook import NotANotebook, TooLarge
from autograder.grading.reading import OTHER_ENCODING, OTHER_TEXT, read
from autograder.grading.rebuild import rebuild
from tests import sample_class
from tests.temporary_course import ROOT
from tests.thorough import THOROUGH

# Neither the time that it takes nor its cases depend on the machine.
STEADY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

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
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_more_parts_than_anybody_writes_are_counted_and_not_made(bomb):
    with pytest.raises(TooLarge) as raised:
        read(with_json(bomb, attachments={"x": "HERE"}))
    assert in_one_line(raised.value, "a.ipynb", "ask again") == (
        "a.ipynb has more than 3,000,000 parts, far more than any text or picture: copy your "
        "answers into a new copy of the assignment, and submit that"
    )


@pytest.mark.parametrize("where", [
    {"metadata": {"x": "HERE"}}, {"outputs": [{"data": {"x": "HERE"}}]}, {"else": "HERE"},
])  # fmt: skip
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_what_grading_never_looks_at_may_be_as_it_likes(bomb, where):
    """Outputs are not the student's fault, and they take no memory."""
    submission = with_json(bomb, **where)
    tracemalloc.start()
    try:
        found = read(submission)
        assert tracemalloc.get_traced_memory()[1] < 2 * MEGABYTE
    finally:
        tracemalloc.stop()
    assert rebuild(RELEASE, found).cells[-1].source == "1"


def test_what_just_fits_takes_two_hundred_megabytes():
    bomb = with_json("[" + "{}," * 1_490_000 + "0]", attachments={"x": "HERE"})
    tracemalloc.start()
    try:
        assert len(read(bomb).cells) == len(SUBMISSION.cells) + 1
        assert tracemalloc.get_traced_memory()[1] < 250 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_what_fits_is_what_the_guide_says():
    guide = " ".join((ROOT / "docs/operations.md").read_text().split())
    assert "50 MB of text and pictures, 1,000 cells, or three million brackets, commas" in guide
    for parts, fits in ((3_000_000, True), (3_000_001, False)):
        commas = parts - 6  # the others are the brackets and texts around them
        submission = b'{"cells": [{"source": [' + b"1," * commas + b"1]}]}"
        if fits:
            assert len(read(submission).cells) == 1
        else:
            with pytest.raises(TooLarge):
                read(submission)


@pytest.mark.parametrize(("size", "fits"), [(50_000_000, True), (50_000_001, False)])
def test_text_and_pictures_of_fifty_megabytes(size, fits):
    before, after = b'{"cells":[{"source":"', b'"}]}'
    submission = before + b"x" * (size - len(before + after)) + after
    if fits:
        assert len(read(submission).cells[0].source) == size - len(before + after)
    else:
        with pytest.raises(TooLarge, match="more than 50 MB of text and pictures"):
            read(submission)


def test_brackets_and_commas_in_texts_are_not_counted():
    lines = "".join('[{,,,\\"}]\\n' for _ in range(400_000))
    assert len(read(with_json(f'"{lines}"', source="HERE")).cells) == len(SUBMISSION.cells) + 1


def test_sixty_megabytes_of_printed_lines_and_numbers_are_read():
    lines = ",".join(f'"step {number} {"x" * 90}\\n"' for number in range(300_000))
    numbers = ",".join(str(number / 7) for number in range(1_500_000))
    stream = [{"output_type": "stream", "name": "stdout", "text": "HERE"}, {"data": "THERE"}]
    submission = with_json(f"[{lines}]", outputs=stream).replace(
        b'"THERE"', f"[{numbers}]".encode()
    )
    assert len(submission) > 50 * MEGABYTE
    assert read(submission).cells[-1].source == "1"


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


def cells_of(*cells, **notebook):
    """The cells that are read from a notebook of these, and from nothing else."""
    return read(json.dumps({"cells": cells, **notebook}).encode()).cells


def test_odd_cells_become_valid_ones():
    notebook = json.loads(json.dumps(SUBMISSION))
    notebook["cells"] += [
        {}, [], None, 3, {"cell_type": "evil", "source": "mine", "metadata": []},
        {"cell_type": "code", "source": [1, None, ["x"]], "outputs": {}, "id": '"><script>'},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": {}, "solution": []}}},
    ]  # fmt: skip
    found = read(json.dumps(notebook).encode())  # and without a warning
    nbformat.validate(found, relax_add_props=True)
    assert [cell.source for cell in found.cells[-4:]] == ["", "mine", "", ""]
    assert found.cells[-1].metadata.nbgrader == {}


@pytest.mark.parametrize(("given", "kind"), [
    ({"cell_type": "code"}, "code"), ({"cell_type": "Markdown"}, "markdown"),
    ({"cell_type": "raw"}, "raw"), ({"cell_type": "sql"}, "raw"), ({"cell_type": []}, "raw"),
    ({}, "raw"), ({"outputs": None}, "code"), ({"execution_count": 1}, "code"),
    ({"input": "x"}, "code"),
])  # fmt: skip
def test_a_type_that_is_missing_or_unknown(given, kind):
    (cell,) = cells_of({**given, "source": "x"})
    assert (cell.cell_type, cell.source) == (kind, "x")


@pytest.mark.parametrize(("given", "text"), [
    ("a\nb", "a\nb"), (["a\n", "b"], "a\nb"), (["a", "b"], "ab"), (None, ""), ([], ""), (3, ""),
    (["a\r\n", "b\r", "c"], "a\nb\nc"), ("a \ud83d", "a \ufffd"), (["a", None, {}, "b"], "ab"),
])  # fmt: skip
def test_the_text_of_a_cell(given, text):
    assert cells_of({"source": given})[0].source == text


@pytest.mark.parametrize(("level", "text"), [(2, "## a b"), (None, "# a b"), (99, "# a b")])
def test_a_heading_in_any_format(level, text):
    (cell,) = cells_of({"cell_type": "heading", "level": level, "source": ["a\n", "b"]})
    assert (cell.cell_type, cell.source) == ("markdown", text)


@pytest.mark.parametrize(("given", "found"), [
    ({"id": "a-1"}, "a-1"), ({"metadata": {"id": "b"}}, "b"), ({}, None), ({"id": 3}, None),
    ({"id": "a", "metadata": {"id": "b"}}, "a"), ({"id": "a b", "metadata": {"id": "b"}}, "b"),
    ({"id": "x" * 65}, None),
])  # fmt: skip
def test_an_id_is_where_programs_put_it(given, found):
    assert cells_of(given)[0].get("id") == found


def test_no_library_invents_or_changes_ids():
    cells = cells_of({"id": "a"}, {"id": "a"}, {}, nbformat=4, nbformat_minor=5)
    assert [cell.get("id") for cell in cells] == ["a", "a", None]


def test_of_metadata_only_what_nbgrader_wrote_is_kept():
    ours = {"grade_id": "a\ud800", "solution": True, "points": 2, "task": None, "x": [1]}
    (cell,) = cells_of({"metadata": {"nbgrader": ours, "tags": ["demonstration"]}})
    assert cell.metadata == {"nbgrader": {"grade_id": "a\ufffd", "solution": True, "points": 2}}


@pytest.mark.parametrize("metadata", [[], None, "x", 3, {"nbgrader": []}, {"nbgrader": "x"}])
def test_metadata_of_any_kind(metadata):
    (cell,) = cells_of({"source": "x", "metadata": metadata}, metadata=metadata)
    assert (cell.source, cell.metadata) == ("x", {})


@pytest.mark.parametrize("version", [3, 4, 5, "4", None, [], {}])
def test_the_format_s_number_does_not_matter(version):
    (cell,) = cells_of({"source": ["a\n", "b"]}, nbformat=version, nbformat_minor=version)
    assert cell.source == "a\nb"


def test_guesses_are_flagged():
    plain = json.dumps({"cells": [{"source": "naïve"}]}, ensure_ascii=False)
    for submission, said in (
        (plain.encode(), []),
        (plain.encode("utf-16"), []),
        (b"\xef\xbb\xbf" + plain.encode() + b"\n\0\0", []),
        (plain.encode("cp1252"), ["is not in UTF-8"]),
        (plain.encode() + b"]}", ["something before or after the notebook"]),
        (b"Content-Type: x\n\n" + plain.encode(), ["something before or after the notebook"]),
        (plain.encode("cp1252") + b"}", ["is not in UTF-8", "something before or after"]),
    ):
        found = read(submission)
        assert found.cells[0].source == "naïve"
        flags = found.metadata.get(FLAGS, [])
        assert len(flags) == len(said)
        assert all(some in flag for some, flag in zip(said, flags, strict=True))


def test_students_write_no_flags():
    assert read(b'{"cells": [], "metadata": {"flags": ["full marks"]}}').metadata == {}


@pytest.mark.parametrize(("cells", "fits"), [(1000, True), (1001, False)])
def test_more_cells_than_anybody_writes_are_too_many(cells, fits):
    notebook = nbformat.from_dict(SUBMISSION)
    own = [nbformat.v4.new_markdown_cell("a thought") for _ in range(cells)]
    notebook.cells = (notebook.cells + own)[:cells]
    if fits:
        assert read(nbformat.writes(notebook).encode()).cells[-1].source == "a thought"
    else:
        with pytest.raises(TooLarge, match="has more than 1,000 cells"):
            read(nbformat.writes(notebook).encode())


@pytest.mark.parametrize("text", [
    b"", b"\xff", b"{", b"[" * 100_000, b"9" * 5000, json.dumps({"a": 1}).encode("utf-16"),
    b"[]", b"{}", b'{"cells": null}', b'{"worksheets": {}}', b'{"cells": [{"id": 1e}]}',
    b'{"cells": [{"level": ' + b"9" * 5000 + b"}]}",
])  # fmt: skip
def test_what_is_not_a_notebook(text):
    with pytest.raises(NotANotebook):
        read(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
BEGINNINGS = st.sampled_from([
    b"", b"{", b'{"cells": [', b'{"cells": [{"source": "', b"PK\3\4", b"\x1f\x8b", b"\xff\xfe",
    b"<", b'{"worksheets": [{"cells": [{"input": [', b"\0",
])  # fmt: skip


@STEADY
@given(BEGINNINGS, st.binary() | st.text(alphabet='{}[]",:\\1 n\n').map(str.encode))
def test_any_bytes_are_a_notebook_or_get_a_sentence(beginning, rest):
    try:
        found = read(beginning + rest)
    except (NotANotebook, TooLarge) as refused:
        assert "submit" in str(refused) and str(refused).isprintable()
    else:
        nbformat.validate(found, relax_add_props=True)


@STEADY
@given(st.dictionaries(st.sampled_from(["cells", "worksheets", "nbformat", "metadata"]), JSON))
def test_any_json_is_a_notebook_or_gets_a_sentence(notebook):
    test_any_bytes_are_a_notebook_or_get_a_sentence.hypothesis.inner_test(
        b"", json.dumps(notebook).encode()
    )


FIELDS = ["cell_type", "id", "metadata", "attachments", "outputs", "execution_count", "level", "x"]
NOTEBOOK_FIELDS = ["nbformat", "nbformat_minor", "metadata", "x"]


@settings(STEADY, max_examples=25 * THOROUGH)
@given(
    st.lists(st.tuples(st.integers(0, 99), st.sampled_from(FIELDS), st.none() | st.tuples(JSON))),
    st.dictionaries(st.sampled_from(NOTEBOOK_FIELDS), st.none() | st.tuples(JSON)),
    st.sampled_from([None, 1]),
)
@example([(number, "metadata", None) for number in range(99)], {"nbformat": None}, 1)
def test_extra_odd_and_missing_fields_keep_the_text_of_all_cells(changes, others, indent):
    notebook = json.loads(nbformat.writes(SUBMISSION))
    texts = ["".join(cell["source"]) for cell in notebook["cells"]]
    changed = [(notebook["cells"][number % len(texts)], *what) for number, *what in changes]
    for owner, name, value in [*changed, *((notebook, *each) for each in others.items())]:
        if value is None:
            owner.pop(name, None)
        else:
            (owner[name],) = copy.deepcopy(value)
    found = read(json.dumps(notebook, indent=indent).encode())
    assert [cell.source for cell in found.cells] == texts
    nbformat.validate(found, relax_add_props=True)


def in_format_3():
    cells = [
        {"cell_type": cell.cell_type, "metadata": cell.metadata, "language": "python",
         "input" if cell.cell_type == "code" else "source": cell.source.splitlines(keepends=True)}
        for cell in SUBMISSION.cells
    ]  # fmt: skip
    return {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells, "metadata": {}}]}


def with_one_id():
    notebook = copy.deepcopy(SUBMISSION)
    for cell in notebook.cells:
        cell.id = "the-same"
    return notebook


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{ASSIGNMENT}.ipynb", json.dumps(SUBMISSION))
    return file.getvalue()


READ = {
    "utf16": (json.dumps(SUBMISSION).encode("utf-16"), []),
    "format3": (in_format_3(), []),
    "oneid": (with_one_id(), []),
    "cp1252": (with_json('"# \x93x\x94"', source="HERE").replace(b"\xc2", b""), [OTHER_ENCODING]),
    "tail": (json.dumps(SUBMISSION) + "}]}", [OTHER_TEXT]),
    "zipped": (zipped(), [f"The notebook in it ({ASSIGNMENT}.ipynb) was graded."]),
}
REFUSED = {
    "bomb": (
        with_json(BOMBS["objects"], attachments={"x": "HERE"}),
        "has more than 3,000,000 parts",
    ),
    "page": ("<!DOCTYPE html><html></html>", "is a web page (HTML), not a notebook"),
}


def check_read_and_refused(course):
    for student, (_, said) in READ.items():
        assert sum(course.points(ASSIGNMENT, student).values()) == course.coded(ASSIGNMENT)
        graded = nbformat.read(course.path("autograded", ASSIGNMENT, student), as_version=4)
        flags = graded.metadata.get(FLAGS, [])
        assert [flag[-len(some) :] for flag, some in zip(flags, said, strict=True)] == said
    for student in REFUSED:
        assert not course.path("autograded", ASSIGNMENT, student).exists()


def test_both_commands_read_and_refuse_the_same_and_flag_guesses(course, cli):
    for student, (submission, _) in {**READ, **REFUSED}.items():
        course.submit(student, ASSIGNMENT, submission)
    status, out, err = cli(course, "grade", ASSIGNMENT)
    assert (status, err) == (1, "")
    for student, (_, said) in REFUSED.items():
        assert f"{student}: submitted/{student}/{ASSIGNMENT}/{ASSIGNMENT}.ipynb {said}" in out
    check_read_and_refused(course)
    done = course.nbgrader("autograde", ASSIGNMENT, "--force")
    assert done.returncode == 1
    assert all(f": {said}" in done.stderr for _, said in REFUSED.values())
    check_read_and_refused(course)
