"""How hard the questions were, and which of them tell strong students from weak ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isclose
from statistics import correlation, fmean, quantiles

from autograder.desk.class_grades import Standing

FEWEST = 10
"""Students, for a correlation: of fewer, it is off by more than a third for no other reason."""
TOO_FEW = f"fewer than {FEWEST} students"
EVERYBODY, NOBODY = "everybody earned it", "nobody earned it"
THE_SAME = "everybody has the same points"
NO_REST = "everybody has the same points elsewhere"


@dataclass(frozen=True)
class Discrimination:
    """Whether those who earned an item are those who did well elsewhere.

    Attributes
    ----------
    value : float or None
        From -1 to 1; None if it is not defined.
    why : str
        Why it is not; otherwise "".
    """

    value: float | None
    why: str = ""


@dataclass(frozen=True)
class Item:
    """A question, or a part of one.

    Attributes
    ----------
    question : str
        The graded cell.
    part : str
        "" for the whole question.
    points : float
        The maximum.
    students : int
        How many have a score.
    earned : int
        How many have all of the points.
    mean : float or None
        The mean score; None if nobody has one.
    discrimination : Discrimination
    """

    question: str
    part: str
    points: float
    students: int
    earned: int
    mean: float | None
    discrimination: Discrimination

    @property
    def name(self) -> str:
        """The question's name, as students know it."""
        return self.question.removeprefix("test_")

    @property
    def share(self) -> float | None:
        """The share of the students who have all of the points."""
        return self.earned / self.students if self.students else None


def quartiles(values: Sequence[float]) -> tuple[float, float, float] | None:
    """The lower quartile, the median and the upper quartile; None without values.

    Between two values they are interpolated, as `numpy.percentile` does.
    """
    if len(values) < 2:
        return (values[0],) * 3 if values else None
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high


def discrimination(item: Sequence[float], rest: Sequence[float], points: float) -> Discrimination:
    """The corrected item-total correlation: of an item's scores with the points for all the rest.

    Leaving the item out of the total keeps it from being correlated with itself: S. Henrysson,
    "Correction of item-total correlations in item analysis", Psychometrika 28 (1963), 211-218.

    Parameters
    ----------
    item, rest : sequence of float
        By student.
    points : float
        The maximum of the item.
    """
    if len(item) < FEWEST:
        return Discrimination(None, TOO_FEW)
    if _is_constant(item):
        says = {points: EVERYBODY, 0.0: NOBODY}
        return Discrimination(None, says.get(item[0], THE_SAME))
    if _is_constant(rest):
        return Discrimination(None, NO_REST)
    return Discrimination(correlation(item, rest))


def questions(standings: Iterable[Standing]) -> list[Item]:
    """Each graded cell as an :class:`Item`, in the order of the notebooks."""
    graded = [each for each in standings if each.is_graded]
    complete = _complete(graded)
    found = []
    for name, points in graded[0].worth.items() if graded else ():
        of = [each for each in graded if name in each.scores and not each.scores[name].waits]
        scores = [each.scores[name].score for each in of]
        rest = [_points(each, complete - {name}) for each in of]
        found.append(_item(name, "", points, scores, rest))
    return found


def parts(standings: Iterable[Standing]) -> list[Item]:
    """Each part as an :class:`Item`, in order; without the questions that a person has scored."""
    graded = [each for each in standings if each.is_graded]
    complete = _complete(graded)
    scores: dict[tuple[str, str, float], tuple[list[float], list[float]]] = {}
    for each in graded:
        total = _points(each, complete)
        for name, findings in each.checked():
            for part in findings:
                own = part.points if part.earned else 0.0
                both = scores.setdefault((name, part.part, part.points), ([], []))
                both[0].append(own)
                both[1].append(total - own if name in complete else total)
    order = {name: place for place, name in enumerate(graded[0].worth)} if graded else {}
    ordered = sorted(scores.items(), key=lambda each: order.get(each[0][0], len(order)))
    return [_item(*key, *both) for key, both in ordered]


def _item(
    question: str, part: str, points: float, scores: Sequence[float], rest: Sequence[float]
) -> Item:
    return Item(
        question, part, points, len(scores),
        sum(score >= points or isclose(score, points) for score in scores),
        fmean(scores) if scores else None, discrimination(scores, rest, points),
    )  # fmt: skip


def _complete(graded: Sequence[Standing]) -> set[str]:
    """The cells for which everybody has a score: totals of others could not be compared."""
    names = {name for each in graded for name in each.scores}
    return {
        name
        for name in names
        if all(name in each.scores and not each.scores[name].waits for each in graded)
    }


def _points(standing: Standing, cells: Iterable[str]) -> float:
    return sum(standing.scores[name].score for name in cells)


def _is_constant(values: Sequence[float]) -> bool:
    return all(isclose(each, values[0], abs_tol=1e-9) for each in values)
