"""If this fails, a written answer is scored 0 although nobody has read it."""

import copy
import re
from urllib.parse import quote

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.grading.flags import flags_of
from autograder.grading.match_cells import name_of
from autograder.grading.rebuild import rebuild
from autograder.grading.safe_pages import rendered
from autograder.grading.written_answers import FEWEST_WORDS, LONGEST, MOST_WORDS_OF_NOTES
from tests.grading.test_any_edits import ANSWERED, RELEASES
from tests.grading.test_choose_answers import cell_of, empty, index_of

RELEASE, NAME = RELEASES["one_dimension"], "explain_zero"
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD"
    "hgGAWjR9awAAAABJRU5ErkJggg=="
)
LONG = "A" * 400_000
TEXT = "It is luck: the quotient of a line has no error.\n\nSo $x$ is what it is, `theta` or not."


@pytest.fixture
def submission():
    """Everything is answered, except the question in words."""
    submission = copy.deepcopy(ANSWERED["one_dimension"])
    empty(submission, NAME)
    return submission


def read(submission, name=NAME):
    """What the person reads, and the flags."""
    rebuilt = rebuild(RELEASE, submission)
    return cell_of(rebuilt, name).source, flags_of(rebuilt)


@pytest.mark.parametrize("made", [
    new_markdown_cell(TEXT), new_raw_cell(TEXT), new_code_cell(TEXT),
    new_code_cell(f'"""{TEXT}"""'), new_code_cell(f"answer = '''{TEXT}'''"),
    new_code_cell(f"print('''{TEXT}''')"), new_code_cell(f"%%markdown\n{TEXT}"),
    new_code_cell("\n".join(f"# {line}".rstrip() for line in TEXT.split("\n"))),
])  # fmt: skip
@pytest.mark.parametrize("where", ["setup", "the_question", NAME, "summary"])
def test_text_in_a_new_cell_is_read(submission, made, where):
    index = [cell.id for cell in submission.cells].index(where) + 1
    submission.cells.insert(index, copy.deepcopy(made))
    found, flags = read(submission)
    assert TEXT in found.replace("#", "")
    assert len(flags) == 1 and flags[0].startswith(NAME) and f"cell {index + 1} " in flags[0]


@pytest.mark.parametrize("name", ["the_question", "the_end", "title", "setup", "gradient_check"])
def test_text_in_a_cell_that_has_something_else_is_read_without_ours(submission, name):
    cell = next(each for each in submission.cells if each.id == name)
    added = f'"""{TEXT}"""' if cell.cell_type == "code" else TEXT
    cell.source += f"\n\n{added}"
    found, flags = read(submission)
    assert found == TEXT
    assert len(flags) == 1 and flags[0].startswith(NAME)


def test_text_on_the_line_of_the_question_is_read(submission):
    question = submission.cells[index_of(submission, NAME) - 1]
    last = question.source.splitlines()[-1]
    question.source += f" {TEXT}"
    found, _ = read(submission)
    assert found.startswith("It is luck") and last not in found


def test_text_in_place_of_the_question_is_read(submission):
    submission.cells[index_of(submission, NAME) - 1].source = TEXT
    assert read(submission)[0] == TEXT


def test_paragraphs_in_cells_of_their_own_are_put_together(submission):
    index = index_of(submission, NAME)
    submission.cells[index : index + 1] = [new_markdown_cell(each) for each in TEXT.split("\n\n")]
    submission.cells.append(new_markdown_cell("<a href='https://a.b/c-d-e-f'>Made somewhere</a>"))
    found, flags = read(submission)
    assert found == TEXT
    assert len(flags) == 1 and "cells 47 and 48" in flags[0]


def test_a_pointer_to_another_place_stays_above_the_text(submission):
    cell_of(submission, NAME).source = "See the end."
    submission.cells.append(new_markdown_cell(TEXT))
    found, flags = read(submission)
    assert found == f"See the end.\n\n{TEXT}"
    assert len(flags) == 1


def test_different_copies_are_both_read(submission):
    cell = cell_of(submission, NAME)
    cell.source = TEXT
    other = copy.deepcopy(cell)
    other.source = "No, I was wrong: it is not luck at all."
    submission.cells += [other, copy.deepcopy(other)]
    found, flags = read(submission)
    assert found == f"{TEXT}\n\n{other.source}"
    assert len(flags) == 1 and "different answers, in cells 47 and 52" in flags[0]


@pytest.mark.parametrize(("words", "is_said"), [
    (MOST_WORDS_OF_NOTES, False), (MOST_WORDS_OF_NOTES + 1, True),
])  # fmt: skip
def test_a_long_note_beside_an_answer_is_said(submission, words, is_said):
    cell_of(submission, NAME).source = TEXT
    note = " ".join(["word"] * words)
    submission.cells.insert(index_of(submission, NAME) + 1, new_markdown_cell(note))
    found, flags = read(submission)
    assert (found, bool(flags)) == (TEXT, is_said)


@pytest.mark.parametrize(("words", "is_read"), [(FEWEST_WORDS - 1, False), (FEWEST_WORDS, True)])
def test_a_few_words_elsewhere_are_not_an_answer(submission, words, is_read):
    submission.cells.insert(5, new_markdown_cell(" ".join(["word"] * words)))
    found, flags = read(submission)
    assert bool(flags) == is_read
    assert is_read or found == cell_of(RELEASE, NAME).source


@pytest.mark.parametrize("source", [
    "!pip install pandas seaborn scipy torch tqdm numpy", "x = 1\ny = 2", "print(1, 'two')",
    "import pandas as pd", "plt.plot([1, 2, 3])\nplt.title('a')", "'short'", "# a comment",
])  # fmt: skip
def test_code_is_not_text(submission, source):
    submission.cells.insert(index_of(submission, NAME) + 1, new_code_cell(source))
    assert read(submission) == (cell_of(RELEASE, NAME).source, [])


@pytest.mark.parametrize("broken", [
    "def gradient_check(x, theta, epsilon):\n    give back abs(plus minus minus) over two",
    "import numpy as np and then matplotlib as well for the plots below",
    "for each in epsilons\n    return the largest difference of all of these numbers",
])  # fmt: skip
@pytest.mark.parametrize("where", ["gradient_check", NAME])
def test_code_that_python_can_not_read_is_not_an_answer_in_words(submission, broken, where):
    """It was put before the reader of the written answer, who had nothing else to read there."""
    if where == NAME:
        submission.cells.insert(index_of(submission, NAME) + 1, new_code_cell(broken))
    else:
        cell_of(submission, where).source = broken
    assert read(submission)[0] == cell_of(RELEASE, NAME).source


def test_an_answer_to_another_question_is_not_copied():
    release, submission = RELEASES["planted_bugs"], copy.deepcopy(ANSWERED["planted_bugs"])
    name = "explain_blind_spot"
    stub = next(cell for cell in release.cells if name_of(cell) == name).source
    cell_of(submission, name).source = stub
    rebuilt = rebuild(release, submission)
    assert cell_of(rebuilt, name).source == stub
    assert flags_of(rebuilt) == []


def test_where_two_are_empty_text_is_put_before_the_reader_of_both():
    release, submission = RELEASES["planted_bugs"], copy.deepcopy(ANSWERED["planted_bugs"])
    names = ["explain_repair", "explain_blind_spot"]
    for name in names:
        stub = next(cell for cell in release.cells if name_of(cell) == name).source
        cell_of(submission, name).source = stub
    submission.cells.append(new_markdown_cell(TEXT))
    rebuilt = rebuild(release, submission)
    assert [cell_of(rebuilt, name).source for name in names] == [TEXT, TEXT]
    assert len(flags_of(rebuilt)) == 2


def test_pictures_come_with_their_text(submission):
    picture = {"sketch.png": {"image/png": "iVBORw0KGgo="}}
    cell = new_markdown_cell(f"{TEXT} ![](attachment:sketch.png)", attachments=picture)
    submission.cells.append(cell)
    assert cell_of(rebuild(RELEASE, submission), NAME).attachments == picture


@pytest.mark.parametrize("where", ["own cell", "below the stub", "new cell", "question", "end"])
@pytest.mark.parametrize("text", [
    "![](attachment:a%20sketch.png)", '<img src="attachment:a%20sketch.png" width="300">',
    f"![](data:image/png;base64,{PNG})", f'<img src="data:image/png;base64,{LONG}"/>',
], ids=["attached", "attached, in HTML", "embedded", "embedded, long, in HTML"])  # fmt: skip
def test_an_answer_that_is_a_picture_reaches_its_reader(submission, text, where):
    """Its text is short, since nothing else is shown as Markdown; and it is not scored unread."""
    pictures = {"a sketch.png": {"image/png": PNG}} if "attachment" in text else {}
    index, cell = index_of(submission, NAME), cell_of(submission, NAME)
    if where == "own cell":
        cell.source = text
    elif where == "below the stub":
        cell.source += f"\n\n{text}"
    elif where == "question":
        cell = submission.cells[index - 1]
        cell.source += f"\n\n{text}"
    else:
        cell = new_markdown_cell(text)
        submission.cells.insert(index + 1 if where == "new cell" else len(submission.cells), cell)
    cell.attachments = pictures
    rebuilt = rebuild(RELEASE, submission)
    found = cell_of(rebuilt, NAME)
    assert found.source != cell_of(RELEASE, NAME).source and len(found.source) < 100
    ((bundle),) = found.attachments.values()
    assert bundle["image/png"] in (PNG, LONG)
    ((name),) = found.attachments
    assert f"attachment:{quote(name)}" in found.source
    assert bool(flags_of(rebuilt)) == (where in ("new cell", "question", "end"))
    page = rendered(found.source, found.attachments, {})
    assert (f"data:image/png;base64,{PNG}" in page) or bundle["image/png"] == LONG


def test_pictures_of_one_name_stay_two(submission):
    for data in ("AAAA", "BBBB"):
        cell = new_markdown_cell("![](attachment:image.png)")
        cell.attachments = {"image.png": {"image/png": data}}
        submission.cells.insert(index_of(submission, NAME) + 1, cell)
    found = cell_of(rebuild(RELEASE, submission), NAME)
    names = re.findall(r"attachment:([^)]+)", found.source)
    assert [found.attachments[each]["image/png"] for each in names] == ["BBBB", "AAAA"]


def test_a_large_picture_elsewhere_hides_no_answer(submission):
    note = new_markdown_cell(f"note ![](data:image/png;base64,{LONG})")
    submission.cells.insert(5, note)
    submission.cells.append(new_markdown_cell(TEXT))
    assert TEXT in read(submission)[0]


def test_a_very_long_text_is_cut(submission):
    submission.cells.append(new_markdown_cell("word " * LONGEST))
    found, flags = read(submission)
    assert len(found) <= LONGEST
    assert flags
