"""Attacks by the files that a submission consists of: links, pipes, devices, names, modules."""

import contextlib
import json
import os
import shutil
from datetime import UTC, datetime, timedelta

from tests.attacks.catalogue import collect

ATTACKS, attack = collect("place")
NOTHING = {"starts_from": ""}
HONEST = {"starts_from": "correct", "exactly": True}
ASK = """
POINTS = dict(zip("fbnrge", (1.0, 1.0, 4.0, 3.0, 6.0, 3.0)))
ask = lambda name: POINTS[name[0]]
"""


def beside(folder, **files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@attack("checked submission", stock="full marks", **NOTHING)
def link_to_the_solutions(folder, told):
    """The notebook is a link to the source, which is right throughout."""
    notebook = folder / "one_dimension.ipynb"
    notebook.unlink()
    notebook.symlink_to(told["source"])


@attack("checked submission", stock="full marks", **NOTHING)
def link_to_a_neighbour(folder, told):
    """The notebook is a link to that of somebody who is right."""
    notebook = folder / "one_dimension.ipynb"
    notebook.unlink()
    notebook.symlink_to(os.path.relpath(told["neighbour"], folder))


@attack("checked submission", stock="full marks", **NOTHING)
def folder_that_is_a_link(folder, told):
    """The folder of the submission is a link to that of somebody who is right."""
    shutil.rmtree(folder)
    folder.symlink_to(os.path.dirname(told["neighbour"]))


@attack("checked submission", stock="is sent secrets, solutions and keys", **NOTHING)
def links_beside(folder, told):
    """Files beside the notebook are links to the grader's, which would come back with feedback."""
    for number, target in enumerate(
        [
            told["file"],
            told["gradebook"],
            told["source"],
            os.path.join(told["home"], ".ssh", "id_rsa"),
            "/etc/passwd",
        ]
    ):
        (folder / f"data{number}.txt").symlink_to(target)
    (folder / "folder").symlink_to(told["course"])
    (folder / "self").symlink_to(".")


@attack("checked submission", stock="no score at all", **NOTHING)
def pipe_beside(folder, told):
    """A named pipe beside the notebook: who opens it waits for ever."""
    os.mkfifo(folder / "data.csv")


@attack("checked submission", **NOTHING, harmful=True)
def pipe_for_a_notebook(folder, told):
    """The notebook is a named pipe."""
    notebook = folder / "one_dimension.ipynb"
    notebook.unlink()
    os.mkfifo(notebook)


@attack("checked submission", **NOTHING, harmful=True)
def endless_device(folder, told):
    """Files that have no end: a link to /dev/zero, and a device where this user may make one."""
    (folder / "data.csv").symlink_to("/dev/zero")
    with contextlib.suppress(OSError):  # only root may
        os.mknod(folder / "zero.csv", 0o600 | 0o020000, os.makedev(1, 5))


@attack("checked submission", **NOTHING, harmful=True)
def notebook_without_end(folder, told):
    """The notebook is a link to /dev/zero."""
    notebook = folder / "one_dimension.ipynb"
    notebook.unlink()
    notebook.symlink_to("/dev/zero")


@attack("checked submission", stock="no score at all", **NOTHING)
def folder_for_a_notebook(folder, told):
    """What is called one_dimension.ipynb is a folder."""
    notebook = folder / "one_dimension.ipynb"
    notebook.unlink()
    notebook.mkdir()
    (notebook / "one_dimension.ipynb").write_text("{}")


@attack("own files", stock="full marks", **NOTHING)
def modules_beside(folder, told):
    """An `autograder.py` beside the notebook is what a test cell imports, and gives the points."""
    beside(folder, **{"autograder.py": ASK, "autograder/__init__.py": ASK})


@attack("own files", stock="full marks", **NOTHING)
def libraries_beside(folder, told):
    """A numpy.py, a signal.py and others, which act when they are imported."""
    acts = f"""{ASK}
import sys
sys.modules["autograder"] = sys
sys.ask = ask
open({told["mark"]!r}, "w").write("x")
"""
    names = "numpy", "io", "signal", "matplotlib", "json", "contextlib", "IPython", "ipykernel"
    beside(folder, **{f"{name}.py": acts for name in names})


@attack("own files", stock="no gain", **NOTHING)
def settings_beside(folder, told):
    """Start-up files of Python, IPython, Jupyter, nbgrader and matplotlib beside the notebook."""
    where = os.path.join(told["course"], told["mark"])
    acts = f"open({where!r}, 'w').write('x')\n"
    names = (
        "sitecustomize.py",
        "usercustomize.py",
        "ipython_config.py",
        "startup.py",
        "x.pth",
        "jupyter_config.py",
        "jupyter_nbconvert_config.py",
        "nbgrader_config.py",
        ".env",
        ".ipython/profile_default/startup/x.py",
        "pyvenv.cfg",
        "matplotlibrc",
        "setup.cfg",
        "ipython_kernel_config.py",
        "conftest.py",
        "templates/feedback/index.html.j2",
    )
    beside(folder, **dict.fromkeys(names, acts))


@attack("rebuilt notebook", stock="no gain", **NOTHING)
def kernel_beside(folder, told):
    """A kernel of its own beside the notebook, which the notebook asks for."""
    spec = {
        "argv": ["touch", os.path.join(told["course"], told["mark"])],
        "language": "python",
        "display_name": "python3",
    }
    beside(
        folder,
        **{
            f"{path}/kernel.json": json.dumps(spec)
            for path in ("kernels/evil", "kernels/python3", "share/jupyter/kernels/python3", "evil")
        },
    )
    notebook = json.loads((folder / "one_dimension.ipynb").read_text())
    notebook["metadata"]["kernelspec"]["name"] = str(folder / "evil")
    (folder / "one_dimension.ipynb").write_text(json.dumps(notebook))


@attack("checked submission", stock="no gain", **HONEST)
def other_notebooks_beside(folder, told):
    """More notebooks beside the one that is asked for, with the same cells and other points."""
    notebook = json.loads((folder / "one_dimension.ipynb").read_text())
    for cell in notebook["cells"]:
        if "points" in cell["metadata"].get("nbgrader", {}):
            cell["metadata"]["nbgrader"]["points"] = 100
    beside(
        folder,
        **dict.fromkeys(
            (
                "one_dimension (1).ipynb",
                "ONE_DIMENSION.ipynb",
                "planted_bugs.ipynb",
                ".ipynb",
                ".ipynb_checkpoints/one_dimension-checkpoint.ipynb",
            ),
            json.dumps(notebook),
        ),
    )


@attack("checked submission", stock="no gain", **HONEST)
def odd_names(folder, told):
    """Files whose names are options, paths, markup, lines, bytes of no encoding, or very long."""
    names = [
        b"-rf",
        b"--force",
        b"a\nb",
        b"..\\..\\x",
        b"<img src=x onerror=attack()>.html",
        b"\xff\xfe.txt",
        b"x" * 250,
        b" ",
        b"*",
        b"$(touch x)",
        b"\x1b[2J",
        b"%s%n",
        b"con",
    ]
    for name in names:
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(b"x")


@attack("checked submission", stock="no gain", **HONEST)
def grader_files_beside(folder, told):
    """Files called gradebook.db, feedback and source, in the hope that they replace others."""
    names = (
        "gradebook.db",
        ".nbgrader.log",
        "source/one_dimension/one_dimension.ipynb",
        "feedback/one_dimension.html",
        "one_dimension.html",
        "autograded/x",
    )
    beside(folder, **dict.fromkeys(names, "<script>attack()</script>"))


@attack("checked submission", stock="no score at all", starts_from="correct")
def odd_time(folder, told):
    """The time of the submission is a text of a megabyte that holds no time."""
    beside(folder, **{"timestamp.txt": "2026-" * 200_000})


@attack("checked submission", stock="no score at all", starts_from="correct")
def time_from_a_link(folder, told):
    """The time of the submission is read from a secret, which an error message may then show."""
    (folder / "timestamp.txt").symlink_to(told["file"])


@attack("checked submission", stock="no gain", **HONEST)
def time_to_come(folder, told):
    """Was handed in tomorrow, so that nothing is ever newer."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    beside(folder, **{"timestamp.txt": f"{tomorrow:%Y-%m-%d %H:%M:%S} UTC"})


@attack("checked submission", stock="no gain", **HONEST)
def many_files(folder, told):
    """A thousand files, and a folder a hundred deep."""
    for number in range(1000):
        beside(folder, **{f"data/{number}.txt": "x"})
    (folder / "/".join(["deep"] * 100)).mkdir(parents=True)
    (folder / "/".join(["deep"] * 100) / "x.txt").write_text("x")
