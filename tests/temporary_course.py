"""A course in a temporary folder, for tests that release, hand in and grade for real."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, redirect_stderr, suppress
from glob import glob
from io import StringIO
from pathlib import Path
from warnings import catch_warnings, simplefilter

import nbformat
import pytest
from jupyter_core.application import NoStart
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grading.refuse_changes import points_of
from tests import sample_class

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
# A port that is free when it is looked for may be taken by the time the kernel starts.
KERNELS_WITHOUT_PORTS = """
import atexit, shutil, tempfile
folder = tempfile.mkdtemp(prefix="kernel-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
c.KernelManager.transport = "ipc"
c.KernelManager.ip = f"{folder}/socket"
"""


def run_here(folder, arguments, environment=os.environ):
    """Run our command in a folder, inside this process, which is warm: a CompletedProcess."""
    path = sys.path[:]
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        for name, value in environment.items():  # nbgrader_config.py lengthens the PATH
            patched.setenv(name, value)
        result = CliRunner().invoke(app, arguments)
        sys.path[:] = path
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert "Traceback" not in result.output
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def _subcommands(program):
    """The command of a program, the command of that one, as in `nbgrader db student`, ..."""
    while (program := getattr(program, "subapp", None)) is not None:
        yield program


class TemporaryCourse:
    """A course folder, and the commands that people run in it.

    Parameters
    ----------
    root : pathlib.Path
        Where it is, or where `copy_of` is copied to.
    settings : pathlib.Path
        Stands in for the Jupyter and IPython settings of whoever runs the tests.
    copy_of : TemporaryCourse, optional
    """

    def __init__(self, root, settings, copy_of=None):
        self.root, self.settings = root, settings
        (settings / "jupyter").mkdir(parents=True, exist_ok=True)
        (settings / "jupyter" / "jupyter_config.py").write_text(KERNELS_WITHOUT_PORTS)
        if copy_of is not None:
            shutil.copytree(copy_of.root, root, dirs_exist_ok=True)

    @property
    def environment(self):
        settings = {"JUPYTER_CONFIG_DIR": "jupyter", "IPYTHONDIR": "ipython"}
        paths = {name: str(self.settings / folder) for name, folder in settings.items()}
        return {**os.environ, **paths}

    def start(self, command, *arguments, **options):
        """Start one of the environment's commands in the course folder."""
        options = {
            "cwd": self.root,
            "env": self.environment,
            "text": True,
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **options,
        }
        return subprocess.Popen([BIN / command, *arguments], **options)

    def run(self, command, *arguments, **options):
        """Run one of the environment's commands to its end: a CompletedProcess."""
        process = self.start(command, *arguments, **options)
        out, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def autograder(self, *arguments):
        """Run our command in this process: a CompletedProcess."""
        return run_here(self.root, arguments, self.environment)

    def wait_for_a_grade(self, running):
        """Wait until something has been graded by a process, which must not end before."""
        # Path.glob would also look into hidden folders, which are gone when a grade is complete.
        while not glob(f"{self.root}/autograded/*/*/*.ipynb"):
            assert running.poll() is None, running.communicate()
            time.sleep(0.02)

    def nbgrader(self, *arguments):
        """Run a command of nbgrader in this process, which is warm: a CompletedProcess."""
        said, path = StringIO(), sys.path[:]
        with pytest.MonkeyPatch.context() as patched, redirect_stderr(said), catch_warnings():
            simplefilter("ignore")  # as in a process of its own
            patched.chdir(self.root)
            for name, value in self.environment.items():
                patched.setenv(name, value)
            patched.setenv("PATH", os.pathsep.join([str(BIN), os.environ["PATH"]]))
            program = NbGraderApp()
            try:
                program.initialize([*arguments])
                with suppress(NoStart):  # how it says that a command of its has ended
                    program.start()
                status = 0
            except SystemExit as ended:
                status = ended.code or 0
            finally:
                for each in reversed([*_subcommands(program)]):
                    each.clear_instance()
                sys.path[:] = path
        return subprocess.CompletedProcess(arguments, status, "", said.getvalue())

    def configure(self, line):
        """Add a line to nbgrader_config.py."""
        with (self.root / "nbgrader_config.py").open("a") as file:
            file.write(f"\n{line}\n")

    def path(self, step, assignment, student="."):
        return self.root / step / student / assignment / f"{assignment}.ipynb"

    @contextmanager
    def source(self, assignment):
        """The cells of a source by id, to be changed."""
        path = self.path("source", assignment)
        notebook = nbformat.read(path, as_version=4)
        yield {cell.id: cell for cell in notebook.cells}
        nbformat.write(notebook, path)

    def release(self, assignment):
        """The notebook that students get."""
        return nbformat.read(self.path("release", assignment), as_version=4)

    def worth(self, assignment):
        """{graded cell: points} of the release, in its order."""
        return points_of(self.release(assignment))

    def coded(self, assignment):
        """The points of all that is graded by questions."""
        worth = self.worth(assignment).items()
        return sum(points for name, points in worth if name.startswith("test_"))

    def answered(self, assignment, story="correct"):
        """The notebook with the answers of a story of the sample class."""
        answers = sample_class.load(story).answers(assignment)
        return sample_class.fill(self.release(assignment), answers)

    def submit(self, student, assignment, notebook):
        """Put a notebook, or whatever text or bytes somebody took for one, into submitted/."""
        path = self.path("submitted", assignment, student)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(notebook, dict):
            notebook = json.dumps(notebook)
        path.write_bytes(notebook if isinstance(notebook, bytes) else notebook.encode())
        return path

    def gradebook(self):
        """The open gradebook."""
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    def grades(self, assignment):
        """{student: {graded cell: automatic score}}; None where there is no score."""
        with self.gradebook() as gradebook:
            submissions = gradebook.find_notebook(assignment, assignment).submissions
            return {
                each.student.id: {grade.name: grade.auto_score for grade in each.grades}
                for each in submissions
            }

    def points(self, assignment, student):
        """{question: automatic score} of one student's code, without the written answers."""
        found = self.grades(assignment)[student].items()
        return {name[5:]: score for name, score in found if name.startswith("test_")}
