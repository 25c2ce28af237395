"""If this fails, work that lies in a student's folder under another name is not graded."""

import io
import json
import zipfile

import nbformat
import pytest

from autograder.grading.find_notebook import find_notebooks
from autograder.grading.flags import FLAGS
from autograder.grading.which_notebook import Releases, Which

ONE, MANY = "one_dimension", "n_dimensions"
ASKED = f"{ONE}.ipynb"


def packed(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return content.getvalue()


@pytest.fixture(scope="module")
def blank(released):
    return released.path("release", ONE).read_bytes()


@pytest.fixture(scope="module")
def full(released):
    return json.dumps(released.answered(ONE)).encode()


@pytest.fixture(scope="module")
def other(released):
    return json.dumps(released.answered(MANY)).encode()


@pytest.fixture
def find(released, tmp_path):
    """What is found among these files in a student's folder."""

    def found(files):
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
        return find_notebooks(tmp_path, "folder", ONE, {ONE: released.release(ONE)})

    return found


@pytest.mark.parametrize(
    "name",
    ["HW3 Ada.ipynb", "lovelaceada_LATE_41_99_one-2.ipynb", f"{ONE}/{ONE}.ipynb",
     f"{ONE}.ipynb.txt", f"{ONE}.json", "a/b/c/x.ipynb", f"{ONE} (1).ipynb",
     "ONE_DIMENSION.IPYNB", "no extension"],
)  # fmt: skip
def test_a_notebook_under_another_name_is_taken_with_a_flag(find, full, name):
    found = find({name: full, "notes.md": b"see the notebook", "plot.png": b"\x89PNG"})
    assert found.notebooks == {ONE: full} and found.why == ""
    assert found.flags == (f"{name} was taken for {ASKED}.",)


def test_a_notebook_in_archives_is_taken_with_a_flag(find, full):
    inner = packed({f"{ONE}/{ASKED}": full, f"__MACOSX/{ONE}/._{ASKED}": b"\0"})
    found = find({"handin.zip": packed({"week 3/a.zip": inner, "week 3/notes.txt": b"see a.zip"})})
    assert found.notebooks == {ONE: full}
    assert found.flags[0].startswith("handin.zip/week 3/a.zip/")


def test_the_correct_name_alone_needs_no_flag(find, full):
    files = {
        ASKED: full,
        "timestamp.txt": b"2026-10-05 23:59:00 UTC",
        "data.csv": b"1",
        "a.py": b"",
    }
    assert find(files).flags == ()


def test_the_correct_name_counts_more_than_copies(find, full):
    """JupyterLab's copies have a number that a browser would give to a newer file."""
    other_text = full.replace(b"import", b"import ", 1)
    found = find({ASKED: full, f"{ONE}-Copy1.ipynb": other_text})
    assert (found.notebooks, found.flags) == ({ONE: full}, ())


def test_a_fuller_copy_counts_and_that_is_said(find, full, blank):
    found = find({ASKED: blank, "backup.ipynb": full})
    assert found.notebooks == {ONE: full}
    assert found.flags[0].startswith("backup.ipynb counts, with ")


def test_of_several_names_the_newest_is_taken(find, full):
    older = full.replace(b"import", b"import ", 1)
    found = find({"work-2.ipynb": older, "work-10.ipynb": full})
    assert found.notebooks == {ONE: full}


def test_it_is_said_if_nothing_tells_which_is_newer(find, full):
    found = find({"a.ipynb": full, "b.ipynb": full.replace(b"import", b"import ", 1)})
    assert "can't be told" in found.flags[0]


def test_a_damaged_file_of_the_correct_name_gives_way_to_a_good_one(find, full):
    found = find({ASKED: b"version https://git-lfs.github.com/spec/v1", "b.ipynb": full})
    assert found.notebooks == {ONE: full} and found.flags == (f"b.ipynb was taken for {ASKED}.",)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "has no notebook in it"),
        ({"x.rar": b"Rar!\x1a\x07\x01\x00"}, "x.rar is a RAR archive"),
        ({"x.zip": b"PK\3\4torn"}, "x.zip is "),
        ({"page.html": b"<!DOCTYPE html><html></html>"}, "page.html"),
        ({"plot.png": b"\x89PNG"}, "has no notebook in it"),
    ],
)
def test_what_is_in_place_of_a_notebook_is_named_with_what_to_do(find, files, said):
    found = find(files)
    assert found.notebooks == {} and said in found.why
    assert found.why.startswith("folder/") and "\n" not in found.why


def test_a_notebook_of_something_else_is_not_taken(find):
    scratch = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    found = find({"scratch.ipynb": nbformat.writes(scratch).encode()})
    assert found.notebooks == {} and f"no answer cells of {ONE}" in found.why


def test_notebooks_are_told_apart_by_their_cells(released):
    """Without any metadata, too."""
    names = [ONE, MANY, "planted_bugs"]
    releases = Releases({Which(name, name): released.release(name) for name in names})
    for name in names:
        answered = released.answered(name)
        assert releases.which(answered) == [Which(name, name)]
        for cell in answered.cells:
            cell.metadata = nbformat.from_dict({})
        assert releases.which(answered) == [Which(name, name)]
    assert releases.which(nbformat.v4.new_notebook()) == []


# Graded for real.


@pytest.fixture(scope="module")
def graded(course_of_the_module, full):
    """A class in which nobody has the correct name, after `autograder grade`."""
    course = course_of_the_module
    for student, files in {
        "zipped": {"handin.zip": packed({f"w/{ASKED}": full})},
        "renamed": {"HW3 Ada.ipynb": full},
        "deeper": {f"{ONE}/{ASKED}": full},
        "plain": {ASKED: full},
        "rar": {"x.rar": b"Rar!\x1a\x07\x01\x00"},
    }.items():
        for name, content in files.items():
            path = course.root / "submitted" / student / ONE / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    course.done = course.autograder("grade", ONE)
    return course


FOUND = ["zipped", "renamed", "deeper"]


@pytest.mark.parametrize("student", FOUND)
def test_it_gets_the_same_points_and_a_flag(graded, student):
    assert graded.points(ONE, student) == graded.points(ONE, "plain")
    notebook = nbformat.read(graded.path("autograded", ONE, student), as_version=4)
    assert f"was taken for {ASKED}." in notebook.metadata[FLAGS][0]
    lines = [line for line in graded.done.stdout.splitlines() if line.startswith(f"{student}: ")]
    assert f"was taken for {ASKED}" in "".join(lines)
    assert f"{student} †" in graded.done.stdout


def test_what_can_not_be_opened_says_what_to_do(graded):
    assert f"rar: submitted/rar/{ONE}/x.rar is a RAR archive" in graded.done.stdout
    assert graded.done.returncode == 1


def test_it_is_graded_once(cli, graded):
    _, out, _ = cli(graded, "grade", ONE)
    assert out.splitlines()[-1] == "4 skipped, 1 failed" or "0 graded, 4 skipped" in out


def test_stock_nbgrader_grades_what_is_found(cli, graded):
    before = {student: graded.points(ONE, student) for student in FOUND}
    done = graded.nbgrader("autograde", ONE, "--force")
    assert done.returncode == 0, done.stderr
    assert f"rar/{ONE}/x.rar is a RAR archive" in done.stderr
    for student in FOUND:
        assert graded.points(ONE, student) == before[student]
        notebook = nbformat.read(graded.path("autograded", ONE, student), as_version=4)
        assert f"was taken for {ASKED}." in notebook.metadata[FLAGS][0]
    assert (graded.root / "submitted" / "renamed" / ONE / "HW3 Ada.ipynb").exists()
    _, out, _ = cli(graded, "grade", ONE, "--student", "renamed")
    assert "1 skipped" in out


def test_a_newer_file_counts_after_stock_nbgrader_has_made_a_copy(find, full, blank):
    newer = full.replace(b"import", b"import ", 1)
    files = {ASKED: full, "HW3.ipynb": full, "HW3-2.ipynb": newer}
    assert find(files).notebooks == {ONE: newer}
