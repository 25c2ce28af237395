"""The house keeps its own rules: packages, arrows between rooms, sizes, and nobody's addresses."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import LONGEST
from tests.temporary_course import BIN, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = {
    extra: {(each := Requirement(line)).name: each for line in lines}
    for extra, lines in PROJECT["optional-dependencies"].items()
}
LIBRARY = sorted((ROOT / "gradcheck").rglob("*.py"))
MODULES = sorted((ROOT / "autograder").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

# What each room may import of the package, and of the world besides the standard library.
ROOMS = {
    "truth": ({"truth"}, {"numpy", "matplotlib"}),  # a report draws itself, when it is asked to
    "questions": ({"questions", "truth"}, {"numpy"}),
    "hunts": ({"hunts", "truth"}, {"numpy"}),
    "box": ({"box"}, {"numpy", "IPython", "traitlets"}),
    "grading": ({"grading", "hunts", "questions", "truth", "box", "stopping"}, None),
    "batch": ({"batch", "grading", "questions", "truth", "box", "stopping", "version"}, None),
    "desk": ({"desk", "grading", "questions", "truth", "box", "stopping", "version"}, None),
}


def test_the_tests_that_are_named_are_there():
    """In the Makefile, which gives them targets, and in the list of those that come first."""
    named = re.findall(r"\btests/[\w/]+(?:\.py)?", (ROOT / "Makefile").read_text())
    named += [f"tests/{name}" for name in LONGEST]
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []


# Packages.


def test_conda_and_pip_install_the_same():
    """environment.yml holds Python, pip, this package, and what pyproject.toml asks for."""
    lines = (ROOT / "environment.yml").read_text().splitlines()
    listed = [line.strip()[2:] for line in lines if line.strip().startswith("- ")]
    assert listed.count("-e .[grader]") == 1
    wanted = [Requirement(line) for line in listed if re.match(r"[a-z][a-z0-9-]*[<>]", line)]
    found = {each.name: str(each.specifier) for each in wanted}
    assert found.pop("python") == PROJECT["requires-python"]
    assert found == {name: str(each.specifier) for name, each in EXTRAS["grader"].items()}
    assert set(listed) - {str(each) for each in wanted} == {
        "conda-forge",
        "pip",
        "pip:",
        "-e .[grader]",
    }


PINNED = re.compile(
    r"([\w.-]+)(?:\[[\w, -]+\])?==(\S+)(?: ;[^#]*?)?((?: +--hash=sha256:[0-9a-f]{64})*) *"
)


LOCKS = ["requirements.lock", "benchmarks/gradcheck/peers.lock"]


def pinned(name):
    """{package: (version, hashes)} of a lock file."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]
    found = [PINNED.fullmatch(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    return {match[1]: (match[2], match[3].split()) for match in found}


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name):
    lock = pinned(name)
    assert len(lock) > (50 if name == "requirements.lock" else 20)
    assert [name for name, (_, hashes) in lock.items() if not hashes] == []


def test_a_package_that_is_asked_for_with_an_extra_is_pinned_with_it():
    """Else some versions of pip look for the newest one too, and refuse it: it has no hash."""
    text = (ROOT / "requirements.lock").read_text()
    locked = {re.split(r"[\[=]", line)[0]: line for line in text.splitlines() if "==" in line}
    asked = [
        (each.name, extra)
        for package in distributions()
        if canonicalize_name(package.name) in locked
        for each in map(Requirement, package.requires or ())
        if each.name in locked and (each.marker is None or each.marker.evaluate({"extra": ""}))
        for extra in each.extras
    ]
    assert ("jsonschema", "format-nongpl") in asked
    assert [found for found in asked if f"[{found[1]}]" not in locked[found[0]]] == []


def test_the_locks_cover_what_is_asked_for():
    lock, peers = map(pinned, LOCKS)
    wanted_here = {**EXTRAS["grader"], **EXTRAS["test"], **EXTRAS["browser"], **EXTRAS["site"]}
    for name, wanted in wanted_here.items():
        assert wanted.specifier.contains(lock[name][0]), name
    for name, wanted in EXTRAS["peers"].items():
        assert wanted.specifier.contains(peers[name][0]), name


def test_the_peers_leave_the_other_packages_as_they_are():
    """Else installing them would measure, and then grade, with another numpy."""
    lock, peers = map(pinned, LOCKS)
    assert {name for name in {*lock} & {*peers} if lock[name][0] != peers[name][0]} == set()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address(name):
    """Where packages come from is the business of whoever installs them."""
    text = (ROOT / name).read_text()
    options = set(re.findall(r"(?:^|\s)(--?[a-z][\w-]*)", text))
    assert options == {"--hash"}
    assert not re.search(r"https?:|file:|@ ", text)


# Rooms.


def imports(path):
    """The modules that a file imports, wherever in it: dotted names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module
            if node.module == "autograder":
                yield from (f"autograder.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_run_one_way(path):
    """The wall between answers and students' code is a wall of imports, too."""
    room = path.relative_to(ROOT / "autograder").parts[0]
    ours, theirs = ROOMS.get(room, (None, None))
    for module in imports(path):
        top, _, rest = module.partition(".")
        if top == "autograder" and ours is not None:
            assert rest.partition(".")[0] in ours, f"{path.name} imports {module}"
        elif theirs is not None:
            assert top in theirs | sys.stdlib_module_names, f"{path.name} imports {module}"


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_library_imports_nothing_else_of_the_project_and_numpy_alone(path):
    """A report draws itself, a bar is shown, and a function of torch or jax is adapted, with what
    is there when it is asked for."""
    top = {module.partition(".")[0] for module in imports(path)}
    asked_for = {"matplotlib", "tqdm", "rich"}
    if path.name == "adapters.py":
        asked_for = {"torch", "jax"}
    assert top <= {"gradcheck", "numpy"} | asked_for | sys.stdlib_module_names


def test_the_package_asks_for_numpy_alone():
    assert [Requirement(line).name for line in PROJECT["dependencies"]] == ["numpy"]


def test_every_room_is_known():
    """A new room says here whom it may call."""
    rooms = {
        path.relative_to(ROOT / "autograder").parts[0]
        for path in MODULES
        if path.parent != ROOT / "autograder"
    }
    assert rooms <= set(ROOMS)


@pytest.mark.parametrize("path", MODULES + LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text())), "opens with what it is"


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_says_in_one_line_what_it_guards(path):
    opening = ast.get_docstring(ast.parse(path.read_text()))
    assert opening and "\n" not in opening


# Text.


@pytest.fixture(scope="module")
def tracked():
    """{name: text} of every text file in git."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nothing says which files belong to it")
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    texts = {}
    for name in filter(None, listed.split("\0")):
        data = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b"\0"
        if b"\0" not in data:
            texts[name] = data.decode()
    return texts


def test_no_file_knows_the_machine_it_was_written_on(tracked):
    home = "|".join(["root", "home", "Users", "work", "mnt", "tmp"])
    machine = re.compile(rf"(?<![\w.<>~*}})/])/(?:{home})/\w|[A-Z]:\\\\Users")
    found = {name: match[0] for name, text in tracked.items() if (match := machine.search(text))}
    assert found == {}


def test_text_files_end_their_lines_as_git_says(tracked):
    assert [name for name, text in tracked.items() if "\r" in text] == []
    assert [name for name, text in tracked.items() if text and not text.endswith("\n")] == []


def test_ruff_finds_nothing():
    """Modules and notebooks."""
    command = [BIN / "ruff", "check", "--no-cache", "--output-format=concise"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
