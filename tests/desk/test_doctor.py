"""If this fails, the doctor does not say what is missing, or does not work without it."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest

from autograder.grading import gradebook
from autograder.grading.errors import CourseError
from autograder.version import PACKAGE_FOLDER, in_words
from tests.installed import change_a_question, copy_package
from tests.temporary_course import ROOT


def test_the_doctor_finds_everything_here(cli, course):
    status, out, _ = cli(course, "doctor")
    assert status == 0
    lines = out.splitlines()
    assert all(line.startswith("ok  ") for line in lines)
    for what in ("Python ", "numpy ", "nbgrader ", "alembic ", "kernel python3 ", "course "):
        assert any(line.startswith(f"ok  {what}") for line in lines)
    assert any(re.search(r"one_dimension +released, 0 submitted, 0 graded", line) for line in lines)


def test_the_doctor_changes_nothing(cli, tmp_path):
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
    """The doctor in a Python with all packages of this one except some."""
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
        [sys._base_executable, "-I", "-S", "-c", program],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        check=False,
    )


def test_the_doctor_names_what_is_missing_and_what_is_old(tmp_path):
    """Also packages that the rest of this program needs."""
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
    """Which is this one, run from its folder."""
    done = doctor_without(tmp_path, "gradient_checking")
    assert re.search(
        r"^no  gradient-checking +missing +run `pip install -e .\[grader\]`", done.stdout, re.M
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_other_commands_point_to_the_doctor(tmp_path):
    program = "import sys; sys.modules['nbgrader'] = None\nfrom autograder.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", program, "grade"],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "autograder: nbgrader is missing: run `autograder doctor`\n"


# What would stop a grading: the gradebook, the settings.


def line_about(what, out):
    (line,) = (line for line in out.splitlines() if line[4:].startswith(f"{what}  "))
    return line


def torn(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damaged(path):
    """After the beginning, which says what the file is."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * len(data[4096:]))


def of_another_version(path):
    database = sqlite3.connect(path)
    database.execute("ALTER TABLE grade RENAME COLUMN extra_credit TO bonus")
    database.commit()
    database.close()


def a_folder(path):
    path.unlink()
    path.mkdir()


def a_letter(path):
    path.write_text("Dear teacher,\n" * 1000)


@pytest.mark.parametrize("breaks", [torn, damaged, of_another_version, a_folder, a_letter])
def test_a_broken_gradebook_is_one_line(cli, course, breaks):
    """And no assignment is reported as fine."""
    breaks(course.root / "gradebook.db")
    status, out, _ = cli(course, "doctor")
    line = line_about("gradebook", out)
    assert status == 1 and line.startswith("no  ")
    assert str(course.root / "gradebook.db") in line and "restore a copy of it" in line
    assert "one_dimension" not in out


def test_a_gradebook_that_can_not_be_written_is_one_line(course):
    """As for a person who may only read it."""
    address = f"sqlite:///file:{course.root}/gradebook.db?uri=true"
    before = (course.root / "gradebook.db").read_bytes()
    gradebook.check(address)
    assert (course.root / "gradebook.db").read_bytes() == before
    with pytest.raises(CourseError, match="attempt to write a readonly database"):
        gradebook.check(f"{address}&mode=ro")


def test_a_gradebook_whose_server_does_not_answer_is_one_line(cli, course):
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    address = "postgresql+psycopg://grader:secret@127.0.0.1:9/gradebook"
    course.configure(f"c.CourseDirectory.db_url = {address!r}")
    status, out, _ = cli(course, "doctor")
    line = line_about("gradebook", out)
    assert status == 1 and line.startswith("no  ")
    assert "127.0.0.1:9" in line and "c.CourseDirectory.db_url" in line and "secret" not in line


REFUSED = {
    "c.TrustedExecute.timeout = 'abc'": "'timeout' trait of a TrustedExecute .* not the str 'abc'",
    "c.Autograde.create_student = 'x'": "'create_student' trait of an Autograde .* a boolean",
    "c.Autograde.autograde_preprocessors.append('nowhere.Such')": "No module named 'nowhere'",
    "c.Autograde.sanitize_preprocessors.append(5)": "5 among the preprocessors is not a class",
    "c.AssignLatePenalties.plugin_class = 'nowhere.Plugin'": "'nowhere.Plugin' could not be impor",
    "c.Autograde.post_convert_hook = 5": r"c\.Autograde\.post_convert_hook is 5, .* not a function",
    "c.Autograde.post_convert_hook = 'os.nothing'": r"post_convert_hook can't be imported",
}


@pytest.mark.parametrize("setting", REFUSED)
def test_a_setting_that_grading_refuses_is_found_before(cli, course, setting):
    """In the same words as grading."""
    course.submit("ada", "one_dimension", course.answered("one_dimension"))
    course.configure(setting)
    status, out, _ = cli(course, "doctor")
    found = re.search(r"^no  settings +can't be used +(.*)$", out, re.MULTILINE)
    assert status == 1 and found
    assert re.search(REFUSED[setting], found[1]) and "0x" not in found[1]
    status, out, err = cli(course, "grade", "one_dimension")
    assert status == 1
    assert found[1] in [line.removeprefix("autograder: ") for line in (out + err).splitlines()]


def test_a_setting_that_stops_nbgrader_is_one_line_too(cli, course):
    course.configure("c.CourseDirectory.db_url = 5")
    for command in ("doctor", "grade"):
        status, out, err = cli(course, command)
        assert status == 1 and "'db_url' trait of a CourseDirectory" in out + err


MISSPELT = {
    "c.TrustedExecute.timout": "did you mean c.TrustedExecute.timeout?",
    "c.TrustedExcute.memory": "did you mean c.TrustedExecute.memory?",
    "c.Autograde.create_studnt": "did you mean c.Autograde.create_student?",
    "c.ClearSolutions.code_stubs": "did you mean c.ClearSolutions.code_stub?",
    "c.CourseDirectory.xyz": "it has no effect: delete it",
}
KNOWN = {
    "c.NbGraderPreprocessor.enabled": True, "c.BaseConverter.permissions": 444,
    "c.ServerApp.port": 8888, "c.CourseDirectory.student_id_exclude": "",
}  # fmt: skip


def test_a_misspelt_setting_is_named_with_the_nearest_name(cli, course):
    """nbgrader's and ours; settings of other programs are left alone."""
    for name in MISSPELT:
        course.configure(f"{name} = 'any'")
    for name, value in KNOWN.items():
        course.configure(f"{name} = {value!r}")
    status, out, _ = cli(course, "doctor")
    assert status == 1
    for name, remedy in MISSPELT.items():
        assert re.fullmatch(rf"no  {re.escape(name)} +no such setting +{re.escape(remedy)}",
                            line_about(name, out))  # fmt: skip
    assert not any(name in out for name in KNOWN)


def test_grading_warns_of_a_misspelt_setting(cli, course):
    """And continues; the output for programs stays the same."""
    course.submit("ada", "one_dimension", course.answered("one_dimension"))
    course.configure("c.TrustedExecute.timout = 5")
    status, out, err = cli(course, "grade", "--json")
    assert status == 0 and json.loads(out)["counts"]["done"] == 1
    assert err == (
        "autograder: nbgrader_config.py: c.TrustedExecute.timout: did you mean "
        "c.TrustedExecute.timeout?\n"
    )


# Which package runs.


def test_the_doctor_says_which_package_runs_and_which_other_there_is(
    cli, course, installed, monkeypatch
):
    monkeypatch.syspath_prepend(installed.packages)
    status, out, _ = cli(course, "doctor")
    assert status == 0
    assert line_about("autograder", out).split(maxsplit=2)[2] == in_words()
    assert str(installed.package) in line_about("another copy", out)


def test_the_doctor_finds_two_packages(course, installed):
    """`autograder` and stock nbgrader would each run a different one."""
    copy_package(course.root)
    change_a_question(course.root / "autograder")
    done = course.run(installed.bin / "autograder", "doctor")
    assert str(installed.package) in line_about("autograder", done.stdout)
    line = line_about("one package", done.stdout)
    assert line.startswith("no  ") and f"{course.root}/autograder" in line
    assert str(PACKAGE_FOLDER) not in done.stdout
