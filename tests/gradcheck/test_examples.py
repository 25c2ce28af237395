"""If this fails, an example in a README or a docstring of `gradcheck` does not run as it stands."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys

import pytest

import gradcheck
from tests.temporary_course import ROOT

README = ROOT / "gradcheck" / "README.md"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = [module.name for module in pkgutil.walk_packages(gradcheck.__path__, prefix="gradcheck.")]


@pytest.mark.parametrize("name", ["gradcheck", *MODULES])
def test_the_examples_of_a_module(name: str) -> None:
    assert not doctest.testmod(importlib.import_module(name), optionflags=OPTIONS).failed


def test_public_functions_have_examples() -> None:
    """Those that this page of the house asks for; a class is shown where it is returned."""
    for name in gradcheck.__all__:
        if name in ("NetworkCost", "Report", "numerical_gradient"):
            continue
        assert ">>> " in getattr(gradcheck, name).__doc__


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)


def test_the_readme_runs_from_top_to_bottom() -> None:
    """As it would be pasted. A comment behind a print, and a table below it, is what it prints."""
    code = "\n".join(blocks("python"))
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    said = re.findall(r"^print\(.*\)  # (.*)$", code, re.MULTILINE)
    tables = [block for block in blocks("text") if block.startswith("array")]
    assert len(said) >= 8
    assert tables
    for expected in (said, "".join(tables).splitlines()):
        printed = iter(done.stdout.splitlines())
        for line in expected:  # each is searched for below the one before
            start = line.partition("...")[0].rstrip()
            assert any(each.startswith(start) for each in printed), f"{line}\n{done.stdout}"


def test_the_readme_opens_with_ten_lines() -> None:
    assert len([line for line in blocks("python")[0].splitlines() if line.strip()]) <= 11
    assert README.read_text().index("pip install .") < README.read_text().index("```python")


def test_importing_takes_nothing_but_numpy() -> None:
    """No framework, no plots, nothing else of the project."""
    code = (
        "import sys, numpy; before = {*sys.modules}; import gradcheck;"
        "new = [sys.modules[name] for name in {*sys.modules} - before];"
        "print(*{each.__name__.partition('.')[0] for each in new if getattr(each, '__file__', 0)})"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True)
    new = {*done.stdout.split()}
    assert "gradcheck" in new
    assert new <= {"gradcheck", "numpy"} | sys.stdlib_module_names
