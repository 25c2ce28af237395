"""Measure all gradient checks side by side, and write the figures, a page and two pictures."""

import json
import os
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import machine, python_version, release

from benchmarks.gradcheck import measures, pictures, tables
from benchmarks.gradcheck.layers import layers
from benchmarks.gradcheck.ours import OURS, Directions, Robust, RobustOfAny, Seed
from benchmarks.gradcheck.peers import PEERS, Numdifftools, ScipyDerivative

FOLDER = Path(__file__).parent
FIGURES = FOLDER / "figures.json"


def main(quick, only_times=False):
    """Measure, write, print.

    Parameters
    ----------
    quick : bool
        Few rounds and few networks: to see that everything works, not for figures.
    only_times : bool
        Measure the times again, on a quieter machine, and keep all that does not depend on it.
    """
    peers = [peer for peer in PEERS if peer.installed]
    missing = [peer.name for peer in PEERS if not peer.installed]
    networks, few, cases = (200, 25, (4, 2)) if quick else (10000, 500, (200, 20))
    numeric = [*OURS[:5], *(peer for peer in peers if isinstance(peer, ScipyDerivative))]
    slow = [peer for peer in peers if isinstance(peer, Numdifftools)]
    # Whose claims are tried on many cases, and who is too slow for that.
    often, seldom = [Seed(), Robust(), RobustOfAny()], [Directions(), *peers]
    if only_times:
        found = json.loads(FIGURES.read_text())
        found["seconds"] = measures.times([*OURS, *peers], 5)
        found["made"] |= {"times": str(date.today())}
        found["made"].pop("since", None)
        _write(found)
        return
    found = {
        "made": {
            "date": str(date.today()),
            "cores": os.cpu_count(),
            "machine": machine(),
            "linux": release().partition("-")[0],
            "python": python_version(),
            "versions": {
                package: _version(package)
                for package in ("numpy", "torch", "jax", "autograd", "scipy", "numdifftools")
            },
            "not installed": missing,
            "tolerances": {peer.package: found for peer in peers if (found := peer.tolerances())},
        },
        "seconds": measures.times([*OURS, *peers], 3 if quick else 5),
        "megabytes": measures.memory(Robust()),
        "accuracy": measures.accuracy(numeric, 2 * few) | measures.accuracy(slow, few // 5),
        "alarms": {
            "many": networks,
            "few": few,
            "inconclusive": measures.inconclusive(often[1:], networks),
            "random": measures.alarms(often, networks) | measures.alarms(seldom, few),
            "near kinks": measures.alarms(often, networks, near_kinks=True)
            | measures.alarms(seldom, few, near_kinks=True),
        },
        "cases": cases,
        "caught": measures.caught(often, cases[0]) | measures.caught(seldom, cases[1]),
        "layers": layers(3 if quick else 20),
    }
    if quick:
        print(tables.page(json.loads(json.dumps(found))))
    else:
        _write(found)


def _write(found):
    """Write the figures, the page and the pictures, and print the page."""
    text = json.dumps(found, indent=1)
    page = tables.page(json.loads(text))
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
    main("--quick" in sys.argv, "--times" in sys.argv)
