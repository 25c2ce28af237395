"""What it takes to grade a class: stock nbgrader, this autograder, and the bare cells.

Each row is measured on fresh copies of the same class, in turn, in one run; figures are medians.
Stock nbgrader has its own list of preprocessors: one kernel for each notebook, and questions that
are asked inside of it. It has no walls.
"""

import os
import shutil
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from platform import machine, python_version, release
from statistics import median
from tempfile import TemporaryDirectory

import nbformat
import nbgrader

from autograder.grading.settings import LINE
from autograder.questions import ASSIGNMENTS
from benchmarks.accounting import Cost, cost
from benchmarks.box import BareFork, cells_of
from tests import sample_class
from tests.servers.postgresql import Server
from tests.servers.scheduler import Dask
from tests.temporary_course import BIN, ROOT, TemporaryCourse

STORIES = [
    "correct", "correct_other_style", "guarded_logs", "textbook", "seed", "float32", "naive_logs",
    "wrong_forward_right_rest",
]  # fmt: skip
"""Who hands in, in turn, where they have an answer: all end by themselves."""
FLOOR_ROUNDS = 5
SAMPLE = Path(nbgrader.__file__).parent / "docs/source/user_guide/submitted"
"""What nbgrader itself has handed in to the course that `nbgrader quickstart` makes."""


class Classes:
    """Classes of any size, made once and copied for every measurement."""

    def __init__(self, folder):
        self._folder, self._made, self._copies = folder, {}, 0
        self._settings = folder / "settings"
        self._settings.mkdir()

    def copy(self, size):
        """A course that nobody has graded yet, with so many submissions: a TemporaryCourse."""
        if size not in self._made:
            self._made[size] = self._make(size)
        self._copies += 1
        root = self._folder / f"copy-{self._copies}"
        return TemporaryCourse(root, self._settings, copy_of=self._made[size])

    def _make(self, size):
        course = TemporaryCourse(self._folder / f"class-{size}", self._settings)
        for name in ("source", "release"):
            shutil.copytree(ROOT / name, course.root / name)
        shutil.copy(ROOT / "nbgrader_config.py", course.root)
        assert course.run("autograder", "release").returncode == 0
        for number, (assignment, story) in enumerate(submissions(size)):
            notebook = course.answered(assignment, story)
            notebook.cells.append(nbformat.v4.new_code_cell(f"# the copy of student {number}"))
            course.submit(f"s{number // len(ASSIGNMENTS):04}", assignment, notebook)
        return course


def submissions(size):
    """Pairs of assignment and story."""
    for number in range(size):
        assignment = ASSIGNMENTS[number % len(ASSIGNMENTS)]
        stories = [each for each in STORIES if assignment in sample_class.load(each).assignments]
        yield assignment, stories[number // len(ASSIGNMENTS) % len(stories)]


def ours(course, *options):
    """What `autograder grade` takes."""
    command = [str(BIN / "autograder"), "grade", *options]
    return cost(command, course.root, course.environment)


def stock(course):
    """What `nbgrader autograde` takes for the three assignments."""
    path = course.root / "nbgrader_config.py"
    path.write_text(path.read_text().replace("configure(c)\n", ""))
    return by_nbgrader(course)


def by_nbgrader(course, assignments=ASSIGNMENTS):
    """The same with the preprocessors of the course: what the Formgrader's button does."""
    environment = {**course.environment, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    costs = [
        cost([str(BIN / "nbgrader"), "autograde", name], course.root, environment)
        for name in assignments
    ]
    cpus = [each.cpu for each in costs]
    return Cost(
        sum(each.wall for each in costs), None if None in cpus else sum(cpus),
        max(each.memory for each in costs),
    )  # fmt: skip


@cache
def floor():
    """CPU seconds of a submission's cells in a bare fork of a warm interpreter, on the average."""
    bare = BareFork()
    found = []
    for assignment, story in submissions(len(ASSIGNMENTS) * len(STORIES)):
        cells = cells_of(assignment, story)
        found.append(median(bare(cells) for _ in range(FLOOR_ROUNDS)))
    bare.close()
    return sum(found) / len(found)


def middle(costs):
    """The median of each figure."""
    cpus = [each.cpu for each in costs]
    return Cost(
        median(each.wall for each in costs), None if None in cpus else median(cpus),
        median(each.memory for each in costs),
    )  # fmt: skip


def side_by_side(classes, size, rounds, **sides):
    """Measure each side on a fresh copy of a class, in turn: {side: median Cost}."""
    found = {name: [] for name in sides}
    for number in range(rounds):
        for name, measure in sides.items():
            course = classes.copy(size)
            found[name].append(measure(course))
            say(f"{size} submissions, round {number + 1}, {name}: {found[name][-1]}")
            shutil.rmtree(course.root)
    return {name: middle(costs) for name, costs in found.items()}


def against_stock(classes, rounds):
    """The table of the same class on both sides."""
    yield (
        "| submissions | stock nbgrader | with our preprocessors | `autograder grade` | faster | "
        "CPU per submission | peak memory |"
    )
    yield "|---|---|---|---|---|---|---|"
    for size, times in rounds.items():
        found = side_by_side(classes, size, times, stock=stock, nbgrader=by_nbgrader, ours=ours)
        old, button, new = found["stock"], found["nbgrader"], found["ours"]
        yield (
            f"| {size} | {old.wall:.1f} s | {button.wall:.1f} s | {new.wall:.1f} s | "
            f"**{old.wall / new.wall:.1f} times** ({button.wall / new.wall:.1f}) | "
            f"{per(old.cpu, size)}, {per(button.cpu, size)}, {per(new.cpu, size)} | "
            f"{old.memory:.0f}, {button.memory:.0f}, {new.memory:.0f} MB |"
        )


def any_course(folder, sizes):
    """nbgrader's own course, with its sample submissions handed in by many."""
    course = folder / "course101"
    made = [sys.executable, "-m", "nbgrader", "quickstart", course.name]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    base = TemporaryCourse(course, folder / "settings")
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(f"\n{LINE}\n")
    assert base.run("autograder", "release", "ps1").returncode == 0
    yield "| students | stock nbgrader | with our preprocessors | `autograder grade` | faster |"
    yield "|---|---|---|---|---|"
    for size in sizes:
        found = {}
        for name, by in (
            ("stock", lambda course: by_nbgrader(course, ["ps1"])),
            ("walled", lambda course: by_nbgrader(course, ["ps1"])),
            ("ours", ours),
        ):
            copy = TemporaryCourse(folder / f"ps1-{size}-{name}", base.settings, copy_of=base)
            for number in range(size):
                who = ("bitdiddle", "hacker")[number % 2]
                shutil.copytree(SAMPLE / who, copy.root / "submitted" / f"s{number:04}",
                                copy_function=shutil.copyfile)  # fmt: skip
            path = copy.root / "nbgrader_config.py"
            if name == "stock":
                path.write_text(path.read_text().replace(LINE, ""))
            found[name] = by(copy).wall
            say(f"{size} students of ps1, {name}: {found[name]:.1f} s")
            shutil.rmtree(copy.root)
        times = " | ".join(f"{each:.1f} s" for each in found.values())
        yield f"| {size} | {times} | **{found['stock'] / found['ours']:.1f} times** |"


def against_the_floor(classes, size, rounds):
    """What a submission costs in the long run, the start of all processes left out."""
    found = [side_by_side(classes, each, rounds, ours=ours)["ours"] for each in (size // 4, size)]
    if found[0].cpu is not None:
        each = (found[1].cpu - found[0].cpu) / (size - size // 4)
        yield (
            f"The cells alone, in a bare fork: {1000 * floor():.0f} ms of CPU a submission. "
            f"Everything, of everybody, without the start: {1000 * each:.0f} ms "
            f"(**{each / floor():.2f} times**)."
        )


def ways(classes, size, rounds, folder):
    """Workers, gradebooks, clusters."""
    server, dask = Server(folder / "pg"), Dask(folder / "dask")
    for name in ("one", "two"):
        dask.worker(name)

    def in_postgresql(course):
        in_postgresql.number += 1
        (course.root / "gradebook.db").unlink()
        address = server.database(f"class_{in_postgresql.number}")
        course.configure(f"c.CourseDirectory.db_url = {address!r}")
        assert course.run("autograder", "release").returncode == 0
        return ours(course)

    in_postgresql.number = 0
    found = side_by_side(
        classes, size, rounds, **{
            "1 worker (`--jobs 1`)": lambda course: ours(course, "--jobs", "1"),
            "2 workers": lambda course: ours(course, "--jobs", "2"),
            "4 workers": lambda course: ours(course, "--jobs", "4"),
            "2 workers, PostgreSQL": in_postgresql,
            "2 workers of Dask": lambda course: ours(course, "--scheduler", dask.address),
        },
    )  # fmt: skip
    dask.end()
    server.stop("immediate")
    yield f"| {size} submissions | time | of this command: CPU per submission |"
    yield "|---|---|---|"
    for name, each in found.items():
        yield f"| {name} | {each.wall:.1f} s | {per(each.cpu, size)} |"


def growth(classes, sizes):
    """The same for a small class and a large one."""
    found = {size: side_by_side(classes, size, 1, ours=ours)["ours"] for size in sizes}
    yield "| submissions | time | per submission | CPU each | peak memory of the main process |"
    yield "|---|---|---|---|---|"
    for size, each in found.items():
        yield (
            f"| {size} | {each.wall:.1f} s | {1000 * each.wall / size:.0f} ms | "
            f"{per(each.cpu, size)} | {each.memory:.0f} MB |"
        )
    small, large = (found[size] for size in (sizes[0], sizes[-1]))
    yield ""
    yield (
        f"Per submission, {sizes[-1]} against {sizes[0]}: "
        f"{large.wall / sizes[-1] / (small.wall / sizes[0]):.2f} times; memory "
        f"{large.memory / small.memory:.2f} times."
    )


def again(classes, rounds):
    """One submission of a class that has been graded."""
    course = classes.copy(12)
    ours(course)
    one = ("n_dimensions", "--student", "s0002")
    graded, regraded = [], []
    for _ in range(rounds):
        graded.append(ours(course, *one, "--force"))
        command = [str(BIN / "autograder"), "regrade", *one]
        regraded.append(cost(command, course.root, course.environment))
    yield (
        f"One submission of n_dimensions, the whole command: `grade --force` "
        f"{middle(graded).wall:.2f} s, `regrade` {middle(regraded).wall:.2f} s."
    )


def per(cpu, size):
    """CPU for each of so many."""
    return "?" if cpu is None else f"{1000 * cpu / size:.0f} ms"


def say(text):
    """Tell whoever waits how far it is."""
    print(text, file=sys.stderr, flush=True)


def main(arguments):
    """Measure and print the page.

    Parameters
    ----------
    arguments : list of str
        Words of the titles of those parts that are wanted; all by default. With ``--quick``, small
        classes show within minutes that it all works.
    """
    quick, wanted = "--quick" in arguments, [each for each in arguments if each[0] != "-"]
    with TemporaryDirectory() as folder:
        folder = Path(folder)
        folder.chmod(0o755)
        for name in ("pg", "dask"):
            (folder / name).mkdir()
        classes = Classes(folder)
        parts = {
            "Against stock": against_stock(classes, {5: 1} if quick else {5: 3, 60: 1, 300: 1}),
            "Against the bare cells": against_the_floor(classes, *((24, 1) if quick else (240, 1))),
            "Any course": any_course(folder, (6,) if quick else (10, 100)),
            "Ways to do it": ways(classes, *((6, 1) if quick else (60, 1)), folder),
            "A growing class": growth(classes, (6, 12) if quick else (100, 2000)),
            "One again": again(classes, 1 if quick else 5),
        }
        print(f"{len(os.sched_getaffinity(0))} shared cores, {machine()}, Linux {release()}, "
              f"Python {python_version()}, {date.today():%B %Y}.")  # fmt: skip
        for title, lines in parts.items():
            if not wanted or any(each in title for each in wanted):
                print(f"\n## {title}\n")
                for line in lines:
                    print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
