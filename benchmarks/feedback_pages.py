"""What pages of feedback take: stock nbgrader's, and ours, on the same graded notebooks.

Stock nbgrader reads the same course without our settings: its own exporter and template, one page
after the other. The middle column is its command with our settings, which writes our pages.
"""

import os
import sys
from datetime import date
from pathlib import Path
from platform import machine, python_version, release
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.accounting import cost
from benchmarks.class_report import ASSIGNMENT, REFUSED, large_class
from benchmarks.grading import middle, per, say
from tests.temporary_course import BIN, TemporaryCourse

STUDENTS, ROUNDS = 100, 3
STOCK = [str(BIN / "nbgrader"), "generate_feedback", ASSIGNMENT, "--force"]
OURS = [str(BIN / "autograder"), "feedback", ASSIGNMENT]


def sides(folder, students):
    """{name: (course, command)}: each has its own copy of one graded class."""
    course = large_class(folder, students)
    stock = TemporaryCourse(folder / "stock", course.settings, copy_of=course)
    path = stock.root / "nbgrader_config.py"
    path.write_text(path.read_text().replace("configure(c)\n", ""))
    return {"stock": (stock, STOCK), "nbgrader": (course, STOCK), "ours": (course, OURS)}


def main(arguments):
    """Measure and print; with a number, a class of that size."""
    size = next((int(each) for each in arguments if each.isdigit()), STUDENTS)
    with TemporaryDirectory() as folder:
        found = {name: [] for name in ("stock", "nbgrader", "ours")}
        made = sides(Path(folder), size)
        for number in range(ROUNDS):
            for name, (course, command) in made.items():
                environment = {
                    **course.environment, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"
                }  # fmt: skip
                found[name].append(cost(command, course.root, environment))
                say(f"round {number + 1}, {name}: {found[name][-1]}")
        pages = size - REFUSED
        bytes_ = {
            name: median(each.stat().st_size for each in course.root.glob("feedback/*/*/*.html"))
            for name, (course, _) in made.items()
        }
    print(f"{len(os.sched_getaffinity(0))} shared cores, {machine()}, Linux {release()}, "
          f"Python {python_version()}, {date.today():%B %Y}.\n")  # fmt: skip
    print(f"| {pages} pages | time | pages per second | CPU per page | less CPU | page |")
    print("|---|---|---|---|---|---|")
    titles = {
        "stock": "stock nbgrader",
        "nbgrader": "`nbgrader generate_feedback`, our settings",
        "ours": "`autograder feedback`",
    }
    for name, title in titles.items():
        took = middle(found[name])
        less = "?"
        if took.cpu is not None:
            both = zip(found["stock"], found[name], strict=True)
            less = f"{median(old.cpu / new.cpu for old, new in both):.1f} times"
        print(
            f"| {title} | {took.wall:.1f} s | {pages / took.wall:.1f} | {per(took.cpu, pages)} | "
            f"{less} | {bytes_[name] / 1e3:.0f} kB |"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
