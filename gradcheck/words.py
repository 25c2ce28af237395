"""A report in words: the table, what is said of an entry, and what else there is to say."""

from typing import TYPE_CHECKING

import numpy as np

from gradcheck.estimates import ONE_SIDED, STATIONARY
from gradcheck.hints import LITTLE, WIDE, solver_hint, told_apart
from gradcheck.parameters import Floats
from gradcheck.verdicts import FAIL, INCONCLUSIVE, NOT_CHECKED, PASS

if TYPE_CHECKING:
    from gradcheck.report import Report

RATHER = 100
"""Among gradients that are off by little, those that are off by more than so many times that count
as wrong for another reason."""

MOST_SAID = 3
"""Of how many arrays it is said one by one that nothing is known."""

COARSE_COST = 1e-10
"""Noise above this share of a cost is more than the round-off of double precision."""

ALSO = 2
"""How many failures of an array are named besides the one that is shown."""

ALIKE = 0.01
"""Failures whose ratios to the derivative are this near to each other are off by one factor."""


def table(report: "Report") -> str:
    """Return the counts of every array, how far it is off, and the entry to look at first."""
    width = max(5, *(len(name) for name in report.names)) + 1
    lines = [f"{'array':<{width}}{'pass':>6}{'fail':>6}{'inconclusive':>14}{'off by':>9}"]
    for name in report.names:
        counts = report.count(name)
        line = f"{name:<{width}}{counts[0]:>6}{counts[1]:>6}{counts[2]:>14}{_off(report, name):>9}"
        if counts[FAIL] or counts[INCONCLUSIVE]:
            line += f"  {worst(report, name)}"
        lines.append(line)
    return "\n".join([*lines, *report.notes])


def _off(report: "Report", name: str) -> str:
    """By what share of itself an entry of an array is off at most, of those that are decided."""
    start = report.starts[name]
    inside = slice(start, start + report.found_in(name).size)
    found, how = report.found[inside], report.estimates.how[inside]
    decided = (found == FAIL) | ((found == PASS) & (how != STATIONARY))
    if not decided.any():
        return "-"
    claimed, value, error = (
        each[inside][decided]
        for each in (report.gradient, report.estimates.value, report.estimates.error)
    )
    with np.errstate(all="ignore"):
        off, size = np.abs(claimed - value), np.maximum(np.abs(claimed), np.abs(value))
        shares = np.where(size <= error, 0.0, off / size)  # 0, as nearly as it can be seen
    shares = shares[np.isfinite(shares)]
    return f"{shares.max():.1g}".replace("e-0", "e-") if shares.size else "-"


def worst(report: "Report", name: str) -> str:
    """Say which entry of an array to look at first, and why; and which others fail."""
    index = report.worst(name)
    place = f"[{', '.join(map(str, index))}]" if index else ""
    return f"{name}{place}: {report.reason(name, *index)}{_others(report, name, index)}"


def _others(report: "Report", name: str, index: tuple[int, ...]) -> str:
    """What the other failures of an array are: off by the same factor, or where they are."""
    failed = report.found_in(name) == FAIL
    if np.count_nonzero(failed) < 2:
        return ""
    claimed, value = report.analytic[name][failed], report.numeric[name][failed]
    with np.errstate(all="ignore"):
        factors = claimed / value
        factor = float(np.median(factors))
        if (np.abs(factors - factor) <= ALIKE * min(abs(factor), abs(factor - 1))).all():
            by = f"{factor:.3g}" if abs(factor - 1) > ALIKE else f"1 {factor - 1:+.2g}"
            return f"; all {factors.size} are off by the factor {by}"
    others = [each for each in np.argwhere(failed).tolist() if tuple(each) != index]
    more = f" and {len(others) - ALSO} more" if len(others) > ALSO else ""
    return f"; also {', '.join(map(str, others[:ALSO]))}{more}"


def reason(report: "Report", i: int) -> str:
    """Say why the i-th of all entries has its verdict, with the numbers behind it."""
    gradient, value, error = (
        float(each[i]) for each in (report.gradient, report.estimates.value, report.estimates.error)
    )
    found, how, what = report.found[i], int(report.estimates.how[i]), report.estimates.words(i)
    if not np.isfinite(gradient):
        return f"{gradient} is not a finite number"
    if found == NOT_CHECKED:
        return "not checked"
    if found == INCONCLUSIVE and how == ONE_SIDED:
        return (
            f"{gradient:.6g}, but the cost has a corner nearby: its slope to one side is "
            f"{value:.6g}"
        )
    if found == INCONCLUSIVE:
        return what
    if found == FAIL and np.isnan(value):
        return f"{gradient:.6g}, but {what}"
    with np.errstate(over="ignore"):
        off = abs(gradient - value)
    beside = " next to a corner" if how == ONE_SIDED else ""
    if found == FAIL:
        claimed, says = told_apart(gradient, value)
        return f"{claimed}, but the cost says {says} (off by {off:.2g}, error bar {error:.1g})"
    if how == STATIONARY:
        return f"{gradient:.2g}, and the cost says {what}"
    if not gradient and not value:
        return f"0, and the cost says 0 to within {error:.1g} ({what})"
    share = off / max(abs(gradient), abs(value))
    return (
        f"{gradient:.6g}, off by {off:.1g}, which is {share:.1g} of it (error bar {error:.1g}"
        f"{beside})"
    )


def notes(report: "Report") -> list[str]:
    """Return what else there is to say: what was not checked, what failures may come from."""
    said = [
        f"{name} is not known to be correct: {how_few(report, name)} could be decided"
        for name in report.undecided[:MOST_SAID]
    ]
    if len(report.undecided) > MOST_SAID:
        said.append(f"The same holds for {len(report.undecided) - MOST_SAID} more arrays")
    noise = report.estimates.noise
    if report.undecided and noise and noise.spread > COARSE_COST * noise.scale:
        said.append(
            f"The cost is off by {noise.spread:.1g} from place to place. If it computes in "
            "float32, let it compute in float64"
        )
    if report.checked < report.found.size:
        missed = 1 - 0.01 ** (1 / report.checked)
        said.append(
            f"{report.checked} of {report.found.size} were checked, drawn at random: with 99% "
            f"probability they show a mistake in {missed:.1%} of all, or more"
        )
    if _all_off_by_little(report):
        said.append(_solver_hint(report))
    return said


def how_few(report: "Report", name: str) -> str:
    """How many entries of an array of which nothing is known were decided."""
    zeros, _, unknown = report.count(name)
    of = f"of its {zeros + unknown} entries"
    if zeros + unknown < report.found_in(name).size:
        of += " that were checked"
    return f"{f'only zeros, {zeros}' if zeros else 'none'} {of}"


def _all_off_by_little(report: "Report") -> bool:
    """Whether most fail, and most of these by very little of themselves."""
    passed, failed, _ = report.count()
    if not failed or failed < passed:
        return False
    _, shares = _off_by(report)
    return bool(np.median(shares) <= LITTLE)


def _off_by(report: "Report") -> tuple[Floats, Floats]:
    """By how much those that fail are off, and by what share of themselves."""
    claimed, found = (
        each[report.found == FAIL] for each in (report.gradient, report.estimates.value)
    )
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(claimed - found)
        shares = off / np.maximum(np.abs(claimed), np.abs(found))
    return off, np.where(np.isfinite(shares), shares, 1.0)


def _solver_hint(report: "Report") -> str:
    off, shares = _off_by(report)
    sizes = np.maximum(1.0, np.abs(report.parameters.vector[report.found == FAIL]))
    little = shares <= RATHER * LITTLE
    share = float(shares[little].max())
    what = f"The gradients that fail are off by little, {share:.1g} of themselves at most."
    return solver_hint(what, float((WIDE * off * sizes)[little].max()), share)
