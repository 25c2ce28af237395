"""If this fails, what JupyterLab saves gets into git, or a release isn't what was written."""

import nbformat
import pytest

from autograder.grading.tidy import left_over, tidy, tidy_file
from tests.saved_by_jupyterlab import new_cell, save
from tests.temporary_course import ROOT

ASSIGNMENT = "one_dimension"
SOURCE = ROOT / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
NOTEBOOKS = [*ROOT.glob("source/*/*.ipynb"), *ROOT.glob("notebooks/*.ipynb")]


@pytest.fixture
def copy(tmp_path):
    """A copy of a source."""
    path = tmp_path / "source" / ASSIGNMENT / SOURCE.name
    path.parent.mkdir(parents=True)
    path.write_bytes(SOURCE.read_bytes())
    return path


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_tidy_notebook_is_not_changed(path, tmp_path):
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    assert tidy_file(copy, path.stem) == []
    assert copy.read_bytes() == path.read_bytes()


def test_what_jupyterlab_adds_is_cleared(copy):
    save(copy)
    assert (copy.parent / ".ipynb_checkpoints").is_dir(), "it really was JupyterLab's server"
    assert copy.read_bytes() != SOURCE.read_bytes()
    (line,) = tidy_file(copy, ASSIGNMENT)
    assert line.startswith("cleared what an editor had left in it")
    assert copy.read_bytes() == SOURCE.read_bytes()


def ids(path):
    return [cell.id for cell in nbformat.read(path, as_version=4).cells]


def test_new_cells_get_ids_that_stay(copy):
    new = [
        new_cell("markdown", text)
        for text in (
            "## A new section, with [a link](https://example.org)\n\nText.",
            "## A new section",
            "**3 ways** to go on",
            "...",
        )
    ]
    save(copy, lambda cells: cells.extend(new))
    tidy_file(copy, ASSIGNMENT)
    given = ids(copy)[-4:]
    assert given == ["a_new_section_with_a_link", "a_new_section", "ways_to_go_on", "markdown"]
    save(copy, lambda cells: cells[-1].update(source="# Something else"))
    tidy_file(copy, ASSIGNMENT)
    assert ids(copy)[-4:] == given


def test_two_cells_never_share_an_id(copy):
    """Nor does one take the name of an nbgrader cell below it."""
    new = [new_cell("markdown", text) for text in ("Setup", "Setup", "The end")]
    save(copy, lambda cells: cells.__setitem__(slice(0, 0), new))
    tidy_file(copy, ASSIGNMENT)
    found = ids(copy)
    assert found[:2] == ["setup_2", "setup_3"] and len({*found}) == len(found)


def test_the_id_of_an_nbgrader_cell_is_its_grade_id(copy):
    """Even if it was copied from elsewhere."""

    def change(cells):
        (cell,) = (each for each in cells if each.id == "test_error_sweep")
        cell.id = "0f4b8f7e-1111-4222-8333-444455556666"

    save(copy, change)
    tidy_file(copy, ASSIGNMENT)
    assert copy.read_bytes() == SOURCE.read_bytes()


def test_a_notebook_from_before_there_were_ids():
    notebook = nbformat.read(SOURCE, as_version=4)
    names = [cell.pop("id") for cell in notebook.cells if "nbgrader" in cell.metadata]
    for cell in notebook.cells:
        cell.pop("id", None)
    notebook.nbformat_minor = 4
    tidy(notebook)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells if "nbgrader" in cell.metadata] == names


def test_deliberate_metadata_is_kept(copy):
    """Tags, slides, hidden code, Colab's forms, and unknown metadata."""
    meant = {
        "tags": ["demonstration"],
        "slideshow": {"slide_type": "slide"},
        "editable": False,
        "jupyter": {"source_hidden": True},
        "cellView": "form",
        "reviewed": "by two",
    }
    notebook = nbformat.read(copy, as_version=4)
    notebook.cells[0].metadata.update(nbformat.from_dict(meant))
    tidy(notebook)
    assert notebook.cells[0].metadata == meant


def test_what_only_a_person_can_fix_is_named(copy):
    def change(cells):
        flags = {
            "grade": False,
            "grade_id": "cell-0f4b8f7e",
            "locked": True,
            "points": 0,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
        cells += [new_cell("code", "x = 1"), new_cell("code", "y = 1")]
        cells[-1].metadata["nbgrader"] = flags

    save(copy, change)
    notebook = nbformat.read(copy, as_version=4)
    notebook.metadata.kernelspec.name = "conda-env-teaching-py"
    notebook.metadata.authors = [{"name": "Ada"}]
    nbformat.write(notebook, copy)
    _, kernel, authors, new, unnamed = tidy_file(copy, ASSIGNMENT)
    assert "its kernel is 'conda-env-teaching-py'" in kernel
    assert "its metadata has 'authors'" in authors
    assert new.startswith("the code cell x_1 is neither read-only nor an answer")
    assert unnamed.startswith("the cell cell-0f4b8f7e still has a generated name")


def test_names_are_not_checked_without_questions(copy):
    """nbgrader's own courses are full of cell-0f4b8f7e; only their ids become words."""
    notebook = nbformat.read(copy, as_version=4)
    notebook.cells.append(new_cell("code", "x = 1"))
    tidy(notebook)
    assert [*left_over(notebook, "essay")] == []


def test_stock_nbgrader_releases_the_same(course):
    """An untidy source, by both commands, with checkpoints beside everything."""
    source, release = (course.path(step, ASSIGNMENT) for step in ("source", "release"))
    wanted = release.read_bytes()
    save(source)
    save(release)
    done = course.nbgrader("generate_assignment", ASSIGNMENT, "--force")
    assert done.returncode == 0, done.stderr
    assert release.read_bytes() == wanted
    assert [path.name for path in release.parent.iterdir()] == [release.name]
    done = course.autograder("release", ASSIGNMENT)
    assert done.returncode == 0 and release.read_bytes() == wanted
    assert source.read_bytes() == SOURCE.read_bytes()


def test_checkpoints_are_not_submissions(cli, course):
    handed_in = course.submit("ada", ASSIGNMENT, course.answered(ASSIGNMENT))
    for path in (handed_in, *(course.path(step, ASSIGNMENT) for step in ("source", "release"))):
        folder = path.parent
        while folder != course.root:
            beside = folder / ".ipynb_checkpoints"
            beside.mkdir()
            (beside / f"{ASSIGNMENT}-checkpoint.ipynb").write_bytes(path.read_bytes())
            folder = folder.parent
    for command in (["release"], ["grade"], ["feedback"]):
        status, out, err = cli(course, *command)
        assert (status, err) == (0, ""), out
        assert "checkpoint" not in out
    assert {*course.grades(ASSIGNMENT)} == {"ada"}
    made = course.path("autograded", ASSIGNMENT, "ada")
    assert [path.name for path in made.parent.iterdir()] == [made.name]


def test_lessons_are_tidied_as_well(cli, course):
    lessons = course.root / "notebooks"
    lessons.mkdir()
    (lesson,) = ROOT.glob("notebooks/0_*.ipynb")
    cli(course, "release", ASSIGNMENT)
    copy = lessons / lesson.name
    copy.write_bytes(lesson.read_bytes())
    notebook = nbformat.read(copy, as_version=4)
    notebook.cells.append(new_cell("markdown", "Bye."))
    nbformat.write(notebook, copy)
    status, out, _ = cli(course, "release", ASSIGNMENT)
    assert status == 0
    assert f"notebooks/{lesson.name}: cleared what an editor had left in it" in out
    assert ids(copy)[-1] == "bye"
    copy.write_text("<<<<<<< HEAD\n")
    status, out, err = cli(course, "release", ASSIGNMENT)
    assert (status, out) == (1, "")
    assert err.startswith(f"autograder: notebooks/{lesson.name} is not a notebook")
