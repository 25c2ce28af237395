"""Run a notebook's code cells with numpy and matplotlib alone, as some front end would.

``python run_cells.py NOTEBOOK HOW...`` prints, as JSON, a list of what each cell printed, once for
each HOW. It imports nothing of the project, so any Python with numpy and matplotlib can run it. HOW
is one of:

usual
    From top to bottom.
thread
    In a thread that is not the main one, as some hosts do.
no-timer
    Without ``signal.alarm`` and ``signal.setitimer``, as in JupyterLite.
a number
    The seed of a random order: first every cell twice in that order, whatever it raises; then from
    top to bottom.
"""

import contextlib
import io
import json
import linecache
import random
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import matplotlib

matplotlib.use("Agg")

Cell = dict[str, Any]
Outputs = dict[str, str]


def run(cells: list[Cell], order: list[int], namespace: dict[str, object]) -> Outputs:
    """Run these cells in this order; what each printed, and the first error of a cell."""
    said = {}
    for i in order:
        name, text = cells[i]["id"], "".join(cells[i]["source"])
        file, out = f"<cell {name}>", io.StringIO()
        linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
        with contextlib.redirect_stdout(out), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(compile(text, file, "exec"), namespace)
            except Exception as error:
                print(f"raised {type(error).__name__}: {error}")
        said[name] = out.getvalue()
    return said


@contextlib.contextmanager
def without_timers() -> Iterator[None]:
    """Leave ``signal`` as it is in JupyterLite."""
    names = [name for name in ("alarm", "setitimer") if hasattr(signal, name)]
    there = {name: getattr(signal, name) for name in names}
    for name in names:
        delattr(signal, name)
    try:
        yield
    finally:
        for name, function in there.items():
            setattr(signal, name, function)


def said(cells: list[Cell], how: str) -> Outputs:
    """What the cells print in the end, run in one of the ways."""
    everything, found = list(range(len(cells))), []

    def work() -> None:
        namespace: dict[str, object] = {"__name__": "__main__"}
        if how.isdigit():
            shuffled = everything * 2
            random.Random(how).shuffle(shuffled)
            run(cells, shuffled, namespace)
        found.append(run(cells, everything, namespace))

    if how == "thread":
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    else:
        with without_timers() if how == "no-timer" else contextlib.nullcontext():
            work()
    return found[0]


def main(path: str, *ways: str) -> None:
    """Run the notebook in these ways, and print what its cells print."""
    with open(path, encoding="utf-8") as file:
        cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
    json.dump([said(cells, how) for how in ways], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
