"""``python -m tests.mutants [file ...]``: change one thing at a time, print what nobody notices."""

import argparse
import json
import os
import random
import sys
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

from tests.mutants.nearest import Measured, near
from tests.mutants.operators import CONSTANT, LOGIC, mutations
from tests.mutants.run import CAUGHT, SAID, UNTESTED, copied, measured, outcomes, warm_up

HERE = Path(__file__).parent

ROOMS = {
    "autograder/box/wire.py": "tests/box/test_wire.py",
    "autograder/questions": "tests/questions",
    "autograder/truth": "tests/truth",
    "gradcheck": "tests/gradcheck",
    "autograder/grading": "tests/grading",
}
"""What is changed, and where its tests are."""

LEAST = 0.95
"""Of the changed constants so many have to be caught."""


def main():
    asked = arguments()
    modules = dict(chosen(asked.root, asked.files))
    if not modules:
        sys.exit(f"no module of {', '.join(ROOMS)} is called {', '.join(asked.files)}")
    reasons = reasons_in(asked.root)
    sources = {path: (asked.root / path).read_bytes() for path in modules}
    found = [each for path, source in sources.items() for each in mutations(path, source)]
    open_ones = [each for each in found if not reason(each, reasons)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [copied(asked.root, Path(folder, str(number))) for number in range(asked.jobs)]
        known = known_of(asked.measures, set(modules.values()), copies)
        warm_up(known)
        jobs = []
        for mutation in with_few_of_logic(open_ones, asked.logic):
            room = known[modules[mutation.path]]
            tests = near(mutation, room, sources[mutation.path])
            seconds = room.collecting + sum(room.seconds[name] for name in tests)
            jobs.append((mutation, tests, seconds))
        print(f"{len(jobs)} changes, one after the other", file=sys.stderr)
        for mutation, outcome in outcomes([*unchanged(jobs)], copies):
            if outcome == CAUGHT:
                said = "\n".join((copy.root / SAID).read_text()[-1000:] for copy in copies)
                sys.exit(f"{mutation.path}: with nothing changed, the nearest tests fail:\n{said}")
        counts = {kind: {True: 0, False: 0} for kind in (CONSTANT, LOGIC)}
        for mutation, outcome in outcomes(jobs, copies):
            counts[mutation.kind][outcome == CAUGHT] += 1
            if outcome != CAUGHT:
                print(f"{mutation}{'  (no test calls it)' * (outcome == UNTESTED)}", flush=True)
    left = [each for each in found if each.kind == CONSTANT and reason(each, reasons)]
    sys.exit(summary(counts, left, reasons))


def unchanged(jobs):
    """For each folder of tests a change that is none, with the most tests that one is tried on."""
    longest = {}
    for mutation, tests, seconds in jobs:
        room = tests[0].rpartition("/")[0] if tests else ""
        if tests and seconds > longest.get(room, (None, None, 0.0))[2]:
            longest[room] = replace(mutation, end=mutation.start, new=""), tests, seconds
    return longest.values()


def arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("files", nargs="*", help="only these modules, or those in these folders")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--logic", type=int, default=400, help="how many changes of logic, by lot")
    parser.add_argument(
        "--measures", type=Path, help="where to keep what tests call, for next time"
    )
    parser.add_argument("--root", type=Path, default=HERE.parents[1], help="another checkout")
    return parser.parse_args()


def chosen(root, wanted):
    """The modules to change, each with the folder or file of its tests."""
    for place, tests in ROOMS.items():
        files = [root / place] if (root / place).is_file() else sorted((root / place).rglob("*.py"))
        for path in (str(file.relative_to(root)) for file in files):
            if not wanted or any(Path(path).is_relative_to(each) for each in wanted):
                yield path, tests


def known_of(kept, rooms, copies):
    """What is known of the tests: measured now, or kept from another time."""
    if kept is not None and kept.is_file():
        return {room: Measured(**each) for room, each in json.loads(kept.read_text()).items()}
    known = measured(rooms, copies)
    if kept is not None:
        kept.write_text(json.dumps({room: vars(each) for room, each in known.items()}))
    return known


def with_few_of_logic(found, most):
    """All changes of constants, and of logic a sample that is always the same."""
    logic = [each for each in found if each.kind == LOGIC]
    drawn = set(random.Random(0).sample(range(len(logic)), min(most, len(logic))))
    constants = [each for each in found if each.kind == CONSTANT]
    return constants + [each for number, each in enumerate(logic) if number in drawn]


def reasons_in(root):
    """{module: {number: why it is no promise}}"""
    path = root / HERE.relative_to(HERE.parents[1]) / "choices.toml"
    return tomllib.loads(path.read_text()) if path.is_file() else {}


def reason(mutation, reasons):
    """Why a number is no promise, "" if it is one."""
    known = reasons.get(mutation.path, {})
    return next((known[name] for name in mutation.names if name in known), "")


def summary(counts, left, reasons):
    """Print the shares, and what was left out; the exit status."""
    status = 0
    for kind, count in counts.items():
        total = sum(count.values())
        share = count[True] / total if total else 1.0
        print(f"{kind}: {count[True]} of {total} changes caught, {share:.1%}")
        status |= kind == CONSTANT and share < LEAST
    if left:
        print(f"{len(left)} changes of constants left out, for these promise nothing:")
        for line in dict.fromkeys(
            f"  {each.path}: {each.where}: {reason(each, reasons)}" for each in left
        ):
            print(line)
    return status


if __name__ == "__main__":
    main()
