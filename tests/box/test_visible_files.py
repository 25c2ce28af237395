"""If this fails, students' code can read a copy of the package with all answers."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.box import visible_files
from autograder.box.visible_files import hidden
from autograder.box.walls import LANDLOCK, NAMESPACES
from autograder.version import PACKAGE_FOLDER
from tests.box.inside import Wardens

PYTHON = "lib/python3.11/site-packages"
SECRETS = ("truth/network.py", "questions/one_dimension.py")
PARTS = (*SECRETS, "box/wire.py")


def copy_of_the_package(folder: Path, parts: Any = PARTS) -> Path:
    """A folder like the package."""
    for part in parts:
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        (folder / part).write_text("answers")
    return folder


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A visible Python installation in which nothing needs to be hidden."""
    prefix = tmp_path / "prefix"
    copy_of_the_package(prefix / PYTHON / "numpy", ["core/numeric.py", "truth.py"])
    copy_of_the_package(prefix / PYTHON / "oracle", ["truth/of_other_people.py"])
    monkeypatch.setattr(visible_files, "shown", lambda: [str(prefix / "lib")])
    return prefix


def found(prefix: Path) -> Any:
    """The hidden paths beneath a prefix, relative to it."""
    beneath = [Path(each) for each in hidden() if Path(each).is_relative_to(prefix)]
    return sorted(str(each.relative_to(prefix)) for each in beneath)


def test_what_is_no_copy_stays_open(prefix: Path) -> None:
    assert found(prefix) == []


@pytest.mark.parametrize("place", [
    f"{PYTHON}/autograder",
    f"{PYTHON}/~utograder",
    f"{PYTHON}/autograder_before",
    "lib/python3/dist-packages/autograder",
    "lib/pypy3.11/site-packages/autograder",
])  # fmt: skip
def test_a_copy_among_the_libraries_of_any_python_is_hidden(prefix: Path, place: str) -> None:
    """Including one that pip was removing when it was stopped."""
    copy_of_the_package(prefix / place)
    assert found(prefix) == [place]


@pytest.mark.parametrize("name", ["gradcheck", "~radcheck"])
def test_the_gradient_check_is_hidden_as_well(prefix: Path, name: str) -> None:
    """It does what some questions ask for."""
    copy_of_the_package(prefix / PYTHON / name, ["asked_cost.py", "network/cost.py"])
    copy_of_the_package(prefix / PYTHON / "requests", ["network/cost.py"])
    assert found(prefix) == [f"{PYTHON}/{name}"]


def test_what_is_left_of_a_copy_is_hidden(prefix: Path) -> None:
    """Compiled modules contain the same answers."""
    left = prefix / PYTHON / "autograder"
    copy_of_the_package(left, ["truth/__pycache__/network.cpython-311.pyc"])
    assert found(prefix) == [f"{PYTHON}/autograder"]


@pytest.mark.parametrize("note", [
    ("course.pth", "# a comment\nimport site\n\0\n{checkout}\n"),
    ("easy-install.pth", "../../course\n"),
    ("gradient-checking.egg-link", "{checkout}\n.\n"),
    ("__editable___gradient_checking_0_1_0_finder.py",
     "MAPPING: dict[str, str] = {{'autograder': '{checkout}/autograder'}}\n"),
], ids=lambda note: note[0])  # fmt: skip
def test_a_checkout_that_libraries_point_to_is_hidden_with_what_was_built_in_it(
    prefix: Path, note: tuple[Any, ...]
) -> None:
    checkout = prefix / "lib" / "course"
    for place in ("autograder", "build/lib/autograder"):
        copy_of_the_package(checkout / place)
    assert found(prefix) == []
    name, text = note
    (prefix / PYTHON / name).write_text(text.format(checkout=checkout))
    assert found(prefix) == ["lib/course/autograder", "lib/course/build/lib/autograder"]


def test_a_copy_on_the_way_to_modules_is_hidden(
    prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_of_the_package(prefix / "lib" / "more" / "autograder")
    monkeypatch.setattr(sys, "path", [*sys.path, str(prefix / "lib" / "more")])
    assert found(prefix) == ["lib/more/autograder"]


def test_a_copy_is_hidden_under_every_name_that_it_is_shown_by(
    prefix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A prefix may be a link, and its folders are visible under that path."""
    copy_of_the_package(prefix / PYTHON / "autograder")
    (prefix / "lib64").symlink_to("lib")
    (tmp_path / "link").symlink_to(prefix)
    names = [f"{tmp_path}/link/lib", f"{tmp_path}/link/lib64"]
    monkeypatch.setattr(visible_files, "shown", lambda: names)
    rest = PYTHON.removeprefix("lib")
    assert {f"{each}{rest}/autograder" for each in [*names, f"{prefix}/lib"]} <= {*hidden()}


def test_a_link_to_a_copy_hides_what_it_points_to(prefix: Path) -> None:
    copy_of_the_package(prefix / "lib" / "elsewhere" / "autograder")
    (prefix / PYTHON / "autograder").symlink_to(prefix / "lib" / "elsewhere" / "autograder")
    assert found(prefix) == ["lib/elsewhere/autograder"]


# Real walls, around a real environment with a copy that runs, or that is next to one that runs.


PROGRAM = """
import sys
sys.path.insert(0, {here!r})
from autograder.box import canary, preflight, warden
from autograder.box.visible_files import hidden
assert preflight.__file__.startswith({here!r})
canary.ATTEMPTS = {{"read_the_answers": "reading the reference"}}
begin, main, rest = warden.START.partition("main(")
warden.START = begin + {statement!r} + main + rest
started = warden.Warden({level!r})
for each in preflight.try_walls(started):
    print(each.holds, each.found, sep="|")
with started.child() as child:
    for path in {paths!r}:
        print(*(event[1] for event in child.run(f"open({{path!r}})")))
    print(child.run("import numpy.testing; from importlib.metadata import version"))
    print(child.run("assert version('numpy')"))
"""
ONLY_THE_ONE_THAT_RUNS = "from autograder.box import walls; walls.hidden = lambda: [{folder!r}]; "


@pytest.fixture(params=["the checkout", "the copy"])
def folder(request: pytest.FixtureRequest, installed: SimpleNamespace) -> Any:
    """Of the package that runs."""
    return PACKAGE_FOLDER if request.param == "the checkout" else installed.package


@pytest.fixture
def tried(wardens: Wardens, installed: SimpleNamespace, folder: Path) -> Callable[..., Any]:
    """``tried(level, statement)``: the result of a statement behind that environment's walls."""

    def run(level: str, statement: str = "") -> tuple[Any, ...]:
        wardens(level)
        paths = [str(installed.package / name) for name in SECRETS]
        program = PROGRAM.format(
            here=str(folder.parent), level=level, paths=paths,
            statement=statement.format(folder=str(folder)),
        )  # fmt: skip
        done = subprocess.run(
            [installed.bin / "python", "-I", "-c", program], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        canary, *rest = done.stdout.splitlines()
        return *canary.split("|"), rest

    return run


@pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
def test_no_copy_can_be_read_whichever_runs(tried: Callable[..., Any], level: str) -> None:
    """The walls hold, and what is next to a copy stays visible."""
    holds, _, (*met, found, listed) = tried(level)
    assert holds == "True"
    assert len(met) == len(SECRETS)
    assert all(each.split()[0] in ("FileNotFoundError", "PermissionError") for each in met)
    assert found == listed == "[]"


@pytest.mark.parametrize("level", [NAMESPACES, LANDLOCK])
@pytest.mark.parametrize("folder", ["the checkout"], indirect=True)
def test_the_canary_finds_a_copy_that_is_not_hidden(
    tried: Callable[..., Any], installed: SimpleNamespace, level: str
) -> None:
    """And the message says which one it is."""
    holds, found, _ = tried(level, ONLY_THE_ONE_THAT_RUNS)
    assert holds == "False"
    assert found.startswith(f"through: {installed.folder}/lib")
    assert "/autograder/truth/" in found or "/gradcheck/network/" in found
