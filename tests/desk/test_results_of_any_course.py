"""If this fails, a platform shows the results of other courses wrongly, or not at all."""

import json

import nbformat
import pytest

from tests.desk.gradescope import read_results

ASSIGNMENT = "two"
ANSWER = "### BEGIN SOLUTION\ndef {name}():\n    return 1\n### END SOLUTION"
TEST = "assert {name}() == 1, 'it\\nis \\x1b[31m<b>wrong</b>'"


def cell(name, source, points=None, locked=False):
    made = nbformat.v4.new_code_cell(source, id=name)
    made.metadata.nbgrader = {
        "grade_id": name, "grade": points is not None, "solution": not locked, "locked": locked,
        "task": False, "schema_version": 3,
    } | ({} if points is None else {"points": points})  # fmt: skip
    return made


@pytest.fixture(scope="module")
def course(course_of_the_module):
    """An assignment of two notebooks, whose tests are asserts; one of them fails by itself."""
    course = course_of_the_module
    (course.root / "course_secret").write_text("a secret that only this test knows")
    folder = course.root / "source" / ASSIGNMENT
    folder.mkdir()
    for name in ("one", "other"):
        cells = [cell(name, ANSWER.format(name=name)),
                 cell(f"test_{name}", TEST.format(name=name), 3, locked=True),
                 cell(f"test_again_{name}", TEST.format(name=name), 2, locked=True)]  # fmt: skip
        notebook = nbformat.v4.new_notebook(cells=cells)
        nbformat.write(notebook, folder / f"{name}.ipynb")
    done = course.run("autograder", "release", ASSIGNMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    return course


@pytest.fixture
def results(course, cli, tmp_path):
    """The results of a submission of the first notebook, with an answer."""
    release = nbformat.read(course.root / "release" / ASSIGNMENT / "one.ipynb", as_version=4)

    def results(answer):
        release.cells[0].source = answer
        (tmp_path / "one.ipynb").write_text(json.dumps(release))
        output = tmp_path / "results.json"
        command = ["results", str(tmp_path / "one.ipynb"), "--to", "gradescope", "--student", "ada"]
        status, _, err = cli(course, *command, "--output", str(output))
        assert (status, err) == (0, "")
        return read_results(output)

    return results


def test_a_test_with_asserts_is_one_test(results):
    found = results("def one():\n    print('<i>')\n    return 1")
    assert found["score"] == 5
    first, second, *missing = found["tests"]
    assert (first["name"], first["score"], first["max_score"]) == ("one/one", 3, 3)
    assert (second["name"], second["score"], second["max_score"]) == ("one/again_one", 2, 2)
    assert first["output"] == "<i>"
    for each in missing:
        assert (each["score"], each["status"]) == (0, "failed")
    assert [each["max_score"] for each in missing] == [3, 2]
    assert "two: 5 of 10 points." in found["output"]
    assert "other.ipynb is missing: 0 points." in found["output"]
    assert "forged" not in found["output"]


def test_what_it_says_is_text(results):
    found = results("def one():\n    return 2")
    assert found["score"] == 0
    assert found["tests"][0]["output"] == "AssertionError: it\nis <b>wrong</b>"
