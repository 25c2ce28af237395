"""The doctor says what is missing, and works where it is missing; else nobody finds out."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nbformat

from tests.temporary_course import ROOT


def test_the_doctor_finds_everything_here(cli, course):
    status, out, _ = cli(course, "doctor")
    assert status == 0
    lines = out.splitlines()
    assert all(line.startswith("ok  ") for line in lines)
    for what in ("Python ", "numpy ", "nbgrader ", "alembic ", "kernel python3 ", "course "):
        assert any(line.startswith(f"ok  {what}") for line in lines)
    assert any(re.search(r"one_dimension +released, 0 handed in, 0 graded", line) for line in lines)


def test_the_doctor_looks_and_touches_nothing(cli, tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copytree(ROOT / "source", tmp_path / "source")
    status, out, _ = cli(tmp_path, "doctor")
    assert status == 0 and "run `autograder release one_dimension`" in out
    assert {path.name for path in tmp_path.iterdir()} == {"nbgrader_config.py", "source"}


def test_the_doctor_outside_a_course(cli, tmp_path):
    status, out, _ = cli(tmp_path, "doctor")
    assert status == 1
    assert re.search(r"no  course +none .*change to the folder of the course", out)


def doctor_without(tmp_path, *missing, instead=None):
    """The doctor in a Python that has every package of this one but some."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for path in Path(nbformat.__file__).parent.parent.iterdir():
        if not any(path.name == name or path.name.startswith(f"{name}-") for name in missing):
            (packages / path.name).symlink_to(path)
    for name, text in (instead or {}).items():
        (packages / name).mkdir()
        (packages / name / "METADATA").write_text(text)
    program = (
        f"import sys; sys.path += [{str(packages)!r}, {str(ROOT)!r}]\n"
        "from autograder.cli import app; app(['doctor'], prog_name='autograder')"
    )
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return subprocess.run(
        [sys._base_executable, "-I", "-S", "-c", program], cwd=tmp_path, text=True,
        capture_output=True, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}, check=False,
    )


def test_the_doctor_names_what_is_missing_and_what_is_old(tmp_path):
    """Also packages that the rest of this program can't do without."""
    old = {"numpy-1.26.4.dist-info": "Name: numpy\nVersion: 1.26.4\n"}
    here = f"numpy-{version('numpy')}.dist-info"
    done = doctor_without(tmp_path, "nbgrader", "rich", here, instead=old)
    assert (done.returncode, done.stderr) == (1, "")
    for line in (
        "no  nbgrader +missing +run `pip install 'nbgrader>=0.9.6'`, or `make .venv`",
        "no  rich +missing +run `pip install 'rich>=13.9'`, or `make .venv`",
        r"no  numpy +1\.26\.4 +run `pip install 'numpy>=2\.1'`, or `make .venv`",
        "no  alembic +missing +nbgrader needs it .*: run `pip install alembic`",
        r"ok  matplotlib +\d.*",
    ):
        assert len(re.findall(rf"^{line}$", done.stdout, re.MULTILINE)) == 1, line


def test_the_doctor_names_a_package_that_was_never_installed(tmp_path):
    """This one, run from its folder."""
    done = doctor_without(tmp_path, "gradient_checking")
    assert re.search("^no  gradient-checking +missing +run `pip install -e .`", done.stdout, re.M)
    assert (done.returncode, done.stderr) == (1, "")


def test_the_other_commands_send_to_the_doctor(tmp_path):
    program = "import sys; sys.modules['nbgrader'] = None\nfrom autograder.cli import app; app()"
    done = subprocess.run([sys.executable, "-c", program, "grade"], cwd=tmp_path, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "autograder: nbgrader is missing: run `autograder doctor`\n"
