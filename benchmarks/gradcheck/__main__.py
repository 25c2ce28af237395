"""Measure all gradient checks side by side, and write the figures, a page and two pictures."""

import json
import os
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import machine, python_version, release

from benchmarks.gradcheck import measures, pictures, tables
from benchmarks.gradcheck.ours import OURS, Directions, Robust, RobustOfAny, Seed, Structured
from benchmarks.gradcheck.peers import PEERS, Numdifftools, ScipyDerivative

FOLDER = Path(__file__).parent
FIGURES = FOLDER / "figures.json"


def main(quick):
    """Measure, write, print.

    Parameters
    ----------
    quick : bool
        Few rounds and few networks: to see that everything works, not for figures.
    """
    peers = [peer for peer in PEERS if peer.installed]
    missing = [peer.name for peer in PEERS if not peer.installed]
    few, many, cases = (50, 200, 2) if quick else (1000, 10000, 20)
    numeric = [*OURS[:5], *(peer for peer in peers if isinstance(peer, ScipyDerivative))]
    slow = [peer for peer in peers if isinstance(peer, Numdifftools)]
    sure = [Seed(), Robust(), RobustOfAny(), Directions(), *peers]
    found = {
        "made": {
            "date": str(date.today()), "cores": os.cpu_count(), "machine": machine(),
            "linux": release().partition("-")[0], "python": python_version(),
            "versions": {package: _version(package) for package in (
                "numpy", "torch", "jax", "autograd", "scipy", "numdifftools")},
            "not installed": missing,
        },
        "seconds": measures.times([*OURS, *peers], 3 if quick else 5),
        "megabytes": measures.memory(Robust()),
        "accuracy": measures.accuracy(numeric, few) | measures.accuracy(slow, few // 10),
        "alarms": {
            "many": many, "few": few // 2, "kinks": few // 5,
            "inconclusive": measures.inconclusive([Robust(), RobustOfAny()], few // 5),
            "random": measures.alarms([Seed(), Structured(), Robust()], many)
            | measures.alarms([each for each in sure if not isinstance(each, Seed | Robust)],
                              few // 2),
            "near kinks": measures.alarms(sure, few // 5, near_kinks=True),
        },
        "cases": cases,
        "caught": measures.caught(sure, cases),
    }
    text = json.dumps(found, indent=1)
    page = tables.page(json.loads(text))
    if not quick:
        FIGURES.write_text(text + "\n")
        (FOLDER / "README.md").write_text(page)
        pictures.write(json.loads(text), FOLDER)
    print(page)


def _version(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    main("--quick" in sys.argv)
