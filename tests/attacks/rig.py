"""A course with secrets in it, in which attackers are graded among honest neighbours.

Whatever an attacker may read is planted with a canary, so that it is known when it comes back;
whomever it may call listens, and a bystander waits to be killed.
"""

import json
import secrets
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat

import autograder
from tests.attacks.catalogue import THEMES, attacks
from tests.attacks.watched import Listeners, listing, rows
from tests.temporary_course import BIN, TemporaryCourse

HALLS = {
    "paper": ("pages", "notebooks", "submissions"),
    "code": ("reference", "patches", "forgeries", "files", "kernel", "network", "leftovers",
             "imitations", "pasting"),
    "limits": ("endings", "floods", "neighbours"),
}  # fmt: skip
"""Which themes are graded in one course, by one run of a command per assignment."""
BY_OURS = "code"
"""The hall that `autograder grade` grades, with several processes; the others are graded by stock
`nbgrader autograde`, and so are all of them where our settings are taken out."""
WITH_PAGES = "paper"
"""The hall whose feedback pages are made; outputs are looked at in all of them."""

NEIGHBOURS = {
    "000_correct": "correct", "000_raises": "raises",  # before the attackers, in the same run
    "999_correct": "correct", "999_raises": "raises",  # and after them
}  # fmt: skip
BEFORE = {"00_correct": "correct", "00_raises": "raises"}  # in a run before any attacker hands in
CANARY = "canary-" + secrets.token_hex(8)
"""What every secret begins with."""

LIMITS = {"code": (20, 5, 60), "limits": (2, 1, 5), "paper": (2, 1, 6)}
"""Seconds for a cell, an answer and a submission: short where attacks go up to them."""
LONGEST = 900
"""Seconds after which a run counts as stopped by its attackers, also on a busy machine."""


def students(*themes):
    """The attacks of these themes by the names under which they hand in: in reading order."""
    return {
        f"{number:03}_{attack.name}": attack
        for number, attack in enumerate(attacks().values(), 1) if attack.theme in themes
    }  # fmt: skip


def assignments(hall):
    """The assignments that are attacked in a hall."""
    return sorted({each.assignment for each in students(*HALLS[hall]).values()})


def trapped(released, folder):
    """A course whose solutions and hidden tests hold canaries; the earlier ones are graded."""
    course = TemporaryCourse(folder / "course", folder / "settings", copy_of=released)
    for path in course.root.glob("source/*/*.ipynb"):
        text = path.read_text()
        for marker in ("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS"):
            secret = f"{CANARY}-{marker.split()[2].lower()}"
            for margin in ("", "    "):
                line = f'"{margin}{marker}\\n"'
                text = text.replace(line, f'{line}, "{margin}# {secret}\\n"')
        path.write_text(text)
    shutil.rmtree(course.root / "release")
    done = course.autograder("release")
    assert done.returncode == 0, done.stdout + done.stderr
    earlier = {name: "correct" for name, each in students(*THEMES).items() if each.earlier}
    for name, story in (BEFORE | earlier).items():
        course.submit(name, "one_dimension", course.answered("one_dimension", story))
        stamp = course.path("submitted", "one_dimension", name).parent / "timestamp.txt"
        stamp.write_text("2026-01-01 00:00:00 UTC")
    done = course.nbgrader("autograde", "one_dimension")
    assert done.returncode == 0, done.stdout + done.stderr
    return course


@dataclass
class Graded:
    """A hall's attackers and their neighbours, after they were graded."""

    hall: str
    course: TemporaryCourse
    folder: Path
    run: str
    logs: dict = field(default_factory=dict)
    reports: dict = field(default_factory=dict)
    left: set = field(default_factory=set)
    changed_rows: list = field(default_factory=list)
    heard: list = field(default_factory=list)
    bystander: str = ""
    _notebooks: dict = field(default_factory=dict)

    @cached_property
    def grades(self):
        """{assignment: {student: {graded cell: score}}}."""
        return {each: self.course.grades(each) for each in assignments(self.hall)}

    def points(self, assignment, student):
        """{question: score}; None where nothing was recorded."""
        found = self.grades[assignment].get(student, {}).items()
        return {name[5:]: score for name, score in found if name.startswith("test_")}

    def notebook(self, student, assignment):
        """The graded notebook, or None; it is read once, and not to be changed."""
        path = self.course.path("autograded", assignment, student)
        if path not in self._notebooks:
            found = nbformat.read(path, as_version=4) if path.is_file() else None
            self._notebooks[path] = found
        return self._notebooks[path]

    def shown(self, student, assignment):
        """Every output of a graded notebook: (the cell's name, the output as JSON)."""
        notebook = self.notebook(student, assignment)
        for cell in notebook.cells if notebook else ():
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "own cell")
            for output in cell.get("outputs", ()):
                yield name, json.dumps(output)

    def page(self, student, assignment):
        """The text of the feedback page, or ""."""
        path = self.course.root / "feedback" / student / assignment / f"{assignment}.html"
        return path.read_text() if path.is_file() else ""


def grade(hall, base, folder, only=None, stock=False):
    """Grade the attackers of a hall: a Graded.

    Parameters
    ----------
    hall : str
    base : TemporaryCourse
        What `trapped` made; it is copied.
    folder : pathlib.Path
        Where all of it takes place.
    only : collection of str, optional
        Names of attacks; all of the hall by default.
    stock : bool, optional
        By nbgrader in any case.
    """
    run, (cell, call, submission) = secrets.token_hex(6), LIMITS[hall]
    for name in ("home", "elsewhere", "settings"):
        (folder / name).mkdir(parents=True)
    course = TemporaryCourse(folder / "course", folder / "settings", copy_of=base)
    course.configure(f"c.Execute.timeout = c.TrustedExecute.timeout = {cell}")
    course.configure(f"c.TrustedExecute.call_timeout = {call}")
    course.configure(f"c.TrustedExecute.submission_timeout = {submission}")
    rig = Graded(hall, course, folder, run)
    listeners = Listeners(run, course.root)
    bystander = subprocess.Popen(["sleep", "1000"], env={"SECRET": f"{CANARY}-bystander"})
    told = _plant(rig) | listeners.told | {"bystander": bystander.pid}
    for student, attack in students(*HALLS[hall]).items():
        if only is None or attack.name in only:
            _submission(rig, student, attack, {**told, "mark": f"{run}-{attack.name}"})
    own = {**students(*HALLS[hall]), **NEIGHBOURS}
    files, grades = listing(rig, own), rows(course, BEFORE)
    try:
        for assignment in assignments(hall):
            _run(rig, "grade" if hall == BY_OURS and not stock else "autograde", assignment)
        rig.left = listing(rig, own) ^ files
        rig.changed_rows = sorted(grades ^ rows(course, BEFORE))
        if hall == WITH_PAGES:
            for assignment in assignments(hall):
                _run(rig, "generate_feedback", assignment)
        state = Path(f"/proc/{bystander.pid}/stat").read_text().rpartition(")")[2].split()
        rig.bystander = f"{state[0]}, nice {state[16]}"
        rig.heard = [*listeners.heard]
    finally:
        listeners.close()
        bystander.kill()
        bystander.wait()
    return rig


def _plant(rig):
    """Plant secrets and honest neighbours; what attackers know of it."""
    course = rig.course
    for assignment in assignments(rig.hall):
        for student, story in NEIGHBOURS.items():
            notebook = course.answered(assignment, story)
            secret = nbformat.v4.new_code_cell(f"# {CANARY}-neighbour")
            notebook.cells.append(secret)
            course.submit(student, assignment, notebook)
    home = rig.folder / "home"
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_rsa").write_text(f"{CANARY}-key\n")
    (home / ".bash_history").write_text(f"{CANARY}-history\n")
    (course.root / "secret.txt").write_text(f"{CANARY}-file\n")
    (course.root / "course_secret").write_text(f"{CANARY}-of-everybody-s-bugs\n")
    return {
        "run": rig.run,
        "course": str(course.root),
        "home": str(home),
        "elsewhere": str(rig.folder / "elsewhere"),
        "package": str(Path(autograder.__file__).parent),
        "file": str(course.root / "secret.txt"),
        "gradebook": str(course.root / "gradebook.db"),
        "neighbour": str(course.path("submitted", "one_dimension", "000_correct")),
        "source": str(course.path("source", "one_dimension")),
    }


def _submission(rig, student, attack, told):
    course, assignment = rig.course, attack.assignment
    notebook = attack.notebook(course.release(assignment), told)
    path = course.submit(student, assignment, notebook)
    if attack.earlier:
        (path.parent / "timestamp.txt").write_text("2026-02-01 00:00:00 UTC")
    if attack.place:
        attack.place(path.parent, told)


def _run(rig, command, assignment):
    """One command, under a keeper; its log and what the keeper says of it."""
    report = rig.folder / f"{command}-{assignment}.json"
    log = rig.folder / f"{command}-{assignment}.log"
    keeper = [str(Path(__file__).with_name("keeper.py")), str(report), str(LONGEST)]
    name = "autograder" if command == "grade" else "nbgrader"
    program = [str(BIN / name), command, assignment]
    if command == "generate_feedback":  # pages of those that are merely huge take their time
        huge = [name for name, each in students(*HALLS[rig.hall]).items() if each.harmful]
        program.append(f"--CourseDirectory.student_id_exclude={','.join(huge)}")
    environment = rig.course.environment | {
        "HOME": str(rig.folder / "home"),
        "XDG_CACHE_HOME": str(rig.folder / "settings"),  # the zygotes' list of fonts
        "TMPDIR": str(rig.folder / "elsewhere"),
        "GRADER_SECRET": f"{CANARY}-environment",
    }
    with log.open("w") as file:
        subprocess.run(
            [sys.executable, *keeper, *program],
            cwd=rig.course.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=True,
        )
    rig.logs[command, assignment] = log.read_text()
    rig.reports[command, assignment] = json.loads(report.read_text())


def grade_all(released, folder, halls=HALLS, only=None, configure=None):
    """Grade all attackers, all halls at once, since some wait for limits: {hall: Graded}."""
    base = trapped(released, folder / "base")
    if configure:
        base.configure(configure)
    with ThreadPoolExecutor(len(HALLS)) as pool:
        jobs = {
            hall: pool.submit(grade, hall, base, folder / hall, only, stock=bool(configure))
            for hall in halls
        }
        return {hall: job.result() for hall, job in jobs.items()}
