"""What the walls cost, and what a submission costs behind them: CPU against a bare fork.

Both sides run the same cells, in turn, in children of equally warm interpreters: one puts walls
around them, the other only forks. Each figure is a median; it counts everybody's CPU.
"""

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

import nbformat
from rich.console import Console
from rich.table import Table

from autograder import questions
from autograder.box.preflight import proven_warden
from autograder.box.warden import ENVIRONMENT
from autograder.grading.sandboxed_student import SandboxedStudent
from tests.sample_class import fill, load

ROOT = Path(__file__).parents[1]
ROUNDS = 15
FORKS = 100
SEED = 20_26
"""As within a class, all are asked about the same cases."""


def cells_of(assignment, story="correct"):
    """The code of a submission that is run when it is graded."""
    release = nbformat.read(ROOT / "release" / assignment / f"{assignment}.ipynb", as_version=4)
    notebook = fill(release, load(story).answers(assignment))
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and "demonstration" not in cell.metadata.get("tags", ())
    ]


class BareFork:
    """CPU seconds of a child of a warm interpreter without walls, and of its fork."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bare_fork"], cwd=ROOT, env=ENVIRONMENT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self(())

    def __call__(self, cells):
        print(json.dumps(cells), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def close(self):
        """End the interpreter."""
        self._process.communicate()


class Boxed:
    """CPU seconds of a child in the box, of its zygote and of this process for it."""

    def __init__(self):
        self._warden = proven_warden()
        self._zygote = 0.0
        self(())

    def __call__(self, cells, asked=()):
        before = time.process_time()
        with self._warden.child() as child:
            for cell in cells:
                child.run(cell)
            student = SandboxedStudent(child)
            for name in asked:
                verdict = questions.judge(name, student, SEED)
                assert verdict.points == verdict.most, verdict
        here = time.process_time() - before
        zygote, self._zygote = child.own_cpu - self._zygote, child.own_cpu
        return here + zygote + child.cpu


def side_by_side(first, second, rounds):
    """Medians of two measurements, taken in turn."""
    pairs = [(first(), second()) for _ in range(rounds)]
    return [1000 * median(each) for each in zip(*pairs, strict=True)]


def main():
    """Measure, and print the table."""
    boxed, bare = Boxed(), BareFork()
    rows = [("an empty child", *side_by_side(lambda: bare(()), lambda: boxed(()), FORKS))]
    for assignment in questions.ASSIGNMENTS:
        cells, names = cells_of(assignment), questions.questions_of(assignment)
        for what, asked in (("cells alone", ()), ("cells and questions", names)):
            found = side_by_side(partial(bare, cells), partial(boxed, cells, asked), ROUNDS)
            rows.append((f"{assignment}: {what}", *found))
    bare.close()
    table = Table("CPU in ms, medians", "bare fork", "in the box", "difference")
    for what, bare, walled in rows:
        table.add_row(what, f"{bare:.1f}", f"{walled:.1f}", f"{walled - bare:+.1f}")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
