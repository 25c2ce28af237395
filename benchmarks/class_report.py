"""What the report on a large class takes: `autograder report`, on a thousand submissions.

A few submissions are really graded. The others are copies of what grading wrote, with other
numbers in their messages and other code around their answers, and with scores in the gradebook,
written through nbgrader's own API.
"""

import json
import os
import re
import shutil
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from platform import machine, python_version, release
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from warnings import catch_warnings, simplefilter

from sqlalchemy.exc import SAWarning

from autograder.grading.clean import FINGERPRINT
from autograder.grading.fingerprint import fingerprint
from autograder.grading.task import SECONDS
from benchmarks.accounting import cost
from tests.temporary_course import BIN, ROOT, TemporaryCourse

ASSIGNMENT = "n_dimensions"
STORIES = [
    "correct", "correct_other_style", "float32", "guarded_logs", "naive_logs", "nan_everywhere",
    "never_calls_own_functions", "raises", "seed", "syntax_error", "textbook", "unsolved",
    "wrong_forward_right_rest",
]  # fmt: skip
"""Who is really graded."""
STUDENTS, ROUNDS = 1000, 3
PAIRS = 10
"""How many students have copied all answers from another one, with other names."""
REFUSED, MISSING = 5, 20
DUE = datetime(2026, 11, 1)
NAMES = ("Ada", "Blaise", "Carl", "Dora", "Emmy", "Felix", "Grace", "Hedy", "Isaac", "Joan")
NUMBER = re.compile(r"(?<![\w.])\d+\.\d+")
HEAD = re.compile(r"^(def \w+\(.*\):\n)", re.MULTILINE)
FILLER = (
    "    {name} = [{a} * k - {b} for k in range({a}) if k % {b} != {c}]\n",
    "    {name} = np.linspace({a}.0, {b}{c}.0, {c}) ** {b} - np.float64({a})\n",
    "    {name} = {{'{a}': {b}, '{b}': {c}}}.get(str({c}), {a})\n",
    "    if {a} > {b}{c}:\n        print('{name}', {c}, end='')\n",
    "    {name} = ({a} + {b}) // max({c}, 1) if {a} < {c} else abs({b} - {c})\n",
    "    for {name} in range({a} % {b}, {c}):\n        assert {name} >= 0\n",
)  # fmt: skip


def large_class(folder, students=STUDENTS):
    """A graded class of any size: a TemporaryCourse.

    Parameters
    ----------
    folder : pathlib.Path
    students : int
    """
    course = TemporaryCourse(folder / "class", folder / "settings")
    for step in ("source", "release"):
        shutil.copytree(ROOT / step, course.root / step)
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    _check(course.run("autograder", "release"))
    for story in STORIES:
        course.submit(story, ASSIGNMENT, course.answered(ASSIGNMENT, story))
    _check(course.run("autograder", "grade", ASSIGNMENT))
    with catch_warnings():
        simplefilter("ignore", SAWarning)  # of nbgrader's own way of adding a submission
        _multiply(course, students)
    return course


def _check(done):
    assert done.returncode == 0, done.stdout + done.stderr


def _multiply(course, students):
    rng = Random(0)
    graded = {
        story: json.loads(course.path("autograded", ASSIGNMENT, story).read_text())
        for story in STORIES
    }
    with course.gradebook() as book:
        scores = {
            story: {each.name: (each.auto_score, each.needs_manual_grade) for each in
                    book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, story).grades}
            for story in STORIES
        }  # fmt: skip
        for story in STORIES:
            book.remove_submission(ASSIGNMENT, story)
            book.remove_student(story)
            for step in ("submitted", "autograded"):
                shutil.rmtree(course.root / step / story)
        book.update_or_create_assignment(ASSIGNMENT, duedate=DUE.isoformat(" ") + " UTC")
        for number in range(students + MISSING):
            student = f"s{number:04}"
            book.add_student(
                student, first_name=NAMES[number % 10], last_name=f"Nobody{number}",
                email=f"{student}@example.org",
            )  # fmt: skip
            if number < students - REFUSED:
                story = STORIES[number % len(STORIES)]
                _add(book, student, scores[story], rng)
        book.db.commit()
    before = {}
    for number in range(students - REFUSED):
        notebook = graded[STORIES[number % len(STORIES)]]
        place, story = divmod(number, len(STORIES))
        copies = place < PAIRS and story == 1
        changed = before = _renamed(before) if copies else _varied(notebook, rng)
        _write(course, f"s{number:04}", changed)
    for number in range(students - REFUSED, students):
        course.submit(f"s{number:04}", ASSIGNMENT, "This is not a notebook.")


def _add(book, student, scores, rng):
    """A submission in the gradebook, as grading records it."""
    late = timedelta(hours=rng.uniform(-100, 5))
    submission = book.add_submission(ASSIGNMENT, student, timestamp=DUE + late)
    (notebook,) = submission.notebooks
    for grade in notebook.grades:
        grade.auto_score, grade.needs_manual_grade = scores[grade.name]
    if late > timedelta():
        notebook.late_submission_penalty = 2.0


def _varied(notebook, rng):
    """A graded notebook with other numbers in its messages, and statements of its own."""
    changed = json.loads(json.dumps(notebook))
    for cell in changed["cells"]:
        for finding in cell["metadata"].get("verdict", {}).get("findings", ()):
            finding["message"] = NUMBER.sub(lambda _: f"{rng.random():.4f}", finding["message"])
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = HEAD.sub(
                lambda found: found[1] + _filler(rng), cell["source"], count=1
            )
    changed["metadata"][SECONDS] = round(rng.lognormvariate(0, 0.5), 3)
    if rng.random() < 0.1:
        changed["metadata"]["flags"] = [f"Cell {rng.randrange(30)} was guessed to be an answer."]
    return changed


def _filler(rng):
    return "".join(
        each.format(
            name=f"t{rng.randrange(100)}", a=rng.randrange(9), b=rng.randrange(1, 9),
            c=rng.randrange(9),
        )
        for each in rng.sample(FILLER, 4)
    )  # fmt: skip


def _renamed(notebook):
    """A copy with other names in it, and a comment."""
    text = json.dumps(notebook)
    return json.loads(re.sub(r"\bt(\d+)\b", r"own_\1", text))


def _write(course, student, notebook):
    submitted = json.dumps({**notebook, "metadata": {"of": student}})
    notebook["metadata"][FINGERPRINT] = fingerprint(submitted.encode())
    for step, text in (("submitted", submitted), ("autograded", json.dumps(notebook))):
        path = course.path(step, ASSIGNMENT, student)
        path.parent.mkdir(parents=True)
        path.write_text(text)


def main(arguments):
    """Measure and print; with a number, a class of that size, and with a folder, keep it there."""
    size = next((int(each) for each in arguments if each.isdigit()), STUDENTS)
    kept = [Path(each) for each in arguments if not each.isdigit()]
    with TemporaryDirectory() as folder:
        course = large_class(kept[0] if kept else Path(folder), size)
        print(f"{len(os.sched_getaffinity(0))} shared cores, {machine()}, Linux {release()}, "
              f"Python {python_version()}, {date.today():%B %Y}.\n")  # fmt: skip
        print("| submissions | time | CPU | peak memory | page | load before |")
        print("|---|---|---|---|---|---|")
        for options in ([], ["--anonymous"]):
            load = os.getloadavg()[0]
            command = [str(BIN / "autograder"), "report", ASSIGNMENT, *options]
            took = [cost(command, course.root, course.environment) for _ in range(ROUNDS)]
            page = (course.root / "report" / f"{ASSIGNMENT}.html").stat().st_size / 1e3
            cpu = "?" if took[0].cpu is None else f"{median(each.cpu for each in took):.1f} s"
            wall = median(each.wall for each in took)
            print(
                f"| {size} {' '.join(options)} | {wall:.1f} s | {cpu} "
                f"| {max(each.memory for each in took):.0f} MB | {page:.0f} kB | {load:.1f} |"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
