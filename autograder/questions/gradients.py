"""Backward passes: asked on many cases, compared array by array, reported in students' terms."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

import numpy as np

from autograder.questions import picture
from autograder.questions.stand_ins import LARGER, forward_propagation_n
from autograder.questions.student import Answer, Call, Student, describe, real_array
from autograder.questions.verdict import Wrong
from autograder.truth.cached_draws import cached_draw
from autograder.truth.cases import Case, live_case, synthetic_cache
from autograder.truth.distances import TOLERANCE, deviation
from autograder.truth.fingerprints import Seen, bugs_like, change_of
from autograder.truth.liveness import (
    CANCELLATION,
    MOST_DRAWS,
    NoLiveCase,
    gradients_and_shares,
)
from autograder.truth.network import Array, Cache, backward_propagation
from autograder.truth.planting import ORDER

OUTPUT_LAYER = ("dW3", "db3")
SECOND_LAYER = ("dW2", "db2")
FIRST_LAYER = ("dW1", "db1")
ARRAYS = ORDER

STAND_IN = {"forward_propagation_n": forward_propagation_n}

LARGE, TINY = 10.0, 0.01
"""What the largest entry of a gradient array exceeds at least, and its smallest one at most, in a
case of all sizes."""

IMITATION = (
    "On a cache whose Z and A are unrelated to W and X, your gradients do not follow from the "
    "cache: take Z and A from the cache, and don't run the forward pass again."
)


@dataclass(frozen=True, eq=False)
class BackwardCase:
    """One call of a backward pass: its arguments, their description, and the correct arrays."""

    words: str
    X: Array
    Y: Array
    cache: Cache
    synthetic: bool = False

    @cached_property
    def truth(self) -> dict[str, Array]:
        return backward_propagation(self.X, self.Y, self.cache)


def of_live_case(case: Case, more: str = "") -> BackwardCase:
    """The call of a backward pass for a live case, with more words about it."""
    sizes = "-".join(map(str, case.layers))
    words = f"for layer sizes {sizes}, {case.m} examples and Y of shape {case.Y.shape}{more}"
    return BackwardCase(words, case.X, case.Y, case.cache)


def of_synthetic_cache(rng: np.random.Generator, **how: Any) -> BackwardCase:
    """The call of a backward pass for a cache that no forward pass made."""
    X, Y, cache = synthetic_cache(rng, **how)
    words = f"on a cache unrelated to W and X, with {X.shape[1]} examples"
    return BackwardCase(words, X, Y, cache, synthetic=True)


@cached_draw
def backward_cases(rng: np.random.Generator) -> list[BackwardCase]:
    """Live cases, larger layers, and synthetic caches; flat labels are part of other questions."""
    return [
        of_live_case(live_case(rng)),
        of_live_case(of_all_sizes(rng), f", where entries reach {LARGE:g} and more"),
        of_live_case(live_case(rng, layers=LARGER)),
        of_synthetic_cache(rng),
        of_synthetic_cache(rng, layers=LARGER),
    ]


@cached_draw
def of_all_sizes(rng: np.random.Generator) -> Case:
    """A live case in which some gradients are large and others tiny, in every array except db3.

    If a ReLU unit's own weights and bias are divided by a factor, and its outgoing weights are
    multiplied by it, the network computes what it did before. The derivatives by the former grow by
    the factor, and those by the latter shrink. (The derivative by b3 is at most 1.)
    """
    for _ in range(MOST_DRAWS):
        case = live_case(rng)
        slopes, (j, k), i = case.gradients, rng.permutation(3)[:2], rng.integers(5)
        aim = rng.uniform(2, 5) * LARGE
        first, second = np.ones((5, 1)), np.ones((3, 1))
        with np.errstate(divide="ignore"):  # a unit may be off for every example that counts
            first[i] = aim / np.abs(slopes["db1"][i])
            second[j] = aim / np.abs(slopes["db2"][j])
        second[k] = np.abs(slopes["dW3"][0, k]) / aim
        found = _rescaled(case, first, second)
        if found and _is_of_all_sizes(found):
            return found
    raise NoLiveCase(f"no case with gradients of all sizes in {MOST_DRAWS} draws")


def _rescaled(case: Case, first: Array, second: Array) -> Case | None:
    """The same network, with hidden units divided by factors; None where a factor is absurd."""
    factors = np.concatenate([first, second])
    if not ((factors > 1e-4) & (factors < 1e4)).all():
        return None
    W1, b1, W2, b2, W3, b3 = case.parameters.values()
    parameters = {
        "W1": W1 / first, "b1": b1 / first,
        "W2": W2 / second * first.T, "b2": b2 / second,
        "W3": W3 * second.T, "b3": b3,
    }  # fmt: skip
    return Case(case.X, case.Y, parameters)


def _is_of_all_sizes(case: Case) -> bool:
    """Whether it is, and examples don't cancel each other: see `liveness.fault`."""
    sizes = [np.abs(array) for key, array in case.gradients.items() if key != "db3"]
    if not all(each.max() > LARGE and each.min() < TINY for each in sizes):
        return False
    largest, shares = gradients_and_shares(case.X, case.Y, case.cache)
    return all(share <= CANCELLATION * size for share, size in zip(shares, largest, strict=True))


def faults_of_backward(
    student: Student,
    name: str,
    cases: Sequence[BackwardCase],
    help: str,
    given: Mapping[str, Callable[..., Any]] = STAND_IN,
) -> dict[str, Wrong | None]:
    """Ask a backward pass on every case.

    Parameters
    ----------
    student : autograder.questions.student.Student
    name : str
        The function to ask.
    cases : list of BackwardCase
    help : {"none", "where", "what"}
        What else to say about the first array that is wrong.
    given : mapping of str to callable
        The functions that stand in for the student's own.

    Returns
    -------
    dict of str to Wrong or None
        For each of the six arrays, the first thing that is wrong with it.

    Raises
    ------
    Wrong
        If an array is correct for caches that a forward pass made and wrong for a synthetic one:
        the function does not compute it from the cache.
    """
    faults: dict[str, Wrong | None] = dict.fromkeys(ARRAYS)
    imitated = False
    answers: list[Seen] = []
    calls = [Call((case.X, case.Y, case.cache), given) for case in cases]
    for case, answer in zip(cases, student.call_each(name, calls), strict=True):
        truth = case.truth
        answers.append(Seen(case.X, case.Y, case.cache, truth, _arrays_of(answer)))
        for array in ARRAYS:
            if not faults[array]:
                faults[array] = fault_of_array(answer, array, truth[array], case.words)
                imitated |= case.synthetic and bool(faults[array])
    if imitated:
        raise Wrong(IMITATION)
    first, fault = next(((name, each) for name, each in faults.items() if each), ("", None))
    if fault:
        said = " ".join([*_likeness(first, answers, help), str(fault)])
        faults[first] = Wrong(said, fault.picture)
    return faults


def _arrays_of(answer: Answer) -> dict[str, Array]:
    """The arrays of real numbers in an answer, by name."""
    found = {}
    for key in ARRAYS:
        with suppress(Wrong, KeyError):
            found[key] = real_array(answer.dictionary()[key], key)
    return found


def _likeness(first: str, answers: Sequence[Seen], help: str) -> Sequence[str]:
    """Further sentences about wrong gradients, as far as `help` allows."""
    if help == "what":
        likely, change = bugs_like(answers), change_of(first, answers)
        if likely:
            looks = f"Your {first} is {change}, and your" if change else "Your"
            return f"{looks} gradients are those that `{likely[0].writes}` gives.", likely[0].hint
        if change:
            return (f"Your {first} is {change}.",)
    right = ARRAYS[: ARRAYS.index(first)]
    fits = all(_fits(seen.found.get(first), seen.truth[first]) for seen in answers)
    if help == "none" or not right or not fits:
        return ()  # a missing array, or one of another shape, is a matter of its own line
    return (f"{first} is the first array that is wrong: look between it and {right[-1]}.",)


def _fits(found: Any, truth: Array) -> bool:
    """Whether there is an array, and its shape is the expected one except for axes of length 1."""
    return found is not None and bool(found.squeeze().shape == truth.squeeze().shape)


def other_name(found: Mapping[Any, Any], array: str) -> str:
    """A question about the key that may have been meant for a missing array, or ""."""
    layer = array[1:].lower()
    for key in found:
        if key not in ARRAYS and str(key)[:9].lower().lstrip("d_") == layer:
            return f' Did you call it "{key}"?'
    return ""


def share_of_largest(off: float, whose: str) -> str:
    """Say how far off an array is, measured by "its" or "the" largest entry.

    Examples
    --------
    >>> share_of_largest(0.00012, "its"), share_of_largest(3.14, "the")
    ('0.012% of its largest entry', '3.1 times the largest entry')
    """
    share = float(f"{off:.2g}")
    much = f"{100 * share:g}% of" if share <= 1 else f"{share:g} times"
    return f"{much} {whose} largest entry"


def fault_of_array(answer: Answer, array: str, truth: Array, where: str) -> Wrong | None:
    """What is wrong with one array of an answer. Another part checks its exact shape."""
    try:
        gradients = answer.dictionary()
        if array not in gradients:
            where = f"from what {answer.function} returned."
            raise Wrong(f"{array} is missing {where}{other_name(gradients, array)}")
        found = real_array(gradients[array], f"{array} is")
        if not _fits(found, truth):
            raise Wrong(f"{array} is {describe(found)}, not of shape {truth.shape}, {where}.")
    except Wrong as wrong:
        return wrong
    found = found.reshape(truth.shape)
    off = deviation(found, truth)
    if off <= TOLERANCE:
        return None
    says = f"is off by {share_of_largest(off, 'its')}"
    if not np.isfinite(off):
        says = "contains NaN or infinity"
    return Wrong(f"{array} {says} {where}.", picture.of_arrays(array, found, truth))


def expect_arrays(faults: Mapping[str, Wrong | None], arrays: Collection[str]) -> None:
    """Raise Wrong if something is wrong with any of these arrays, and say what."""
    wrong = {name: each for name, each in faults.items() if name in arrays and each}
    if not wrong:
        return
    said = [*dict.fromkeys(map(str, wrong.values()))]
    if len(said) > 2:  # six messages would hide the first one
        said = [said[0], f"Also wrong: {', '.join([*wrong][1:])}."]
    pictures = [each.picture for each in wrong.values() if each.picture]
    raise Wrong(" ".join(said), pictures[0] if pictures else None)


def expect_unchanged(answer: Answer, given: Sequence[Any], names: Sequence[str]) -> None:
    """Raise Wrong if a call changed its arguments, even by a single bit."""
    for before, after, name in zip_longest(given, answer.arguments[: len(given)], names):
        if not _same(before, after):
            both_arrays = isinstance(before, np.ndarray) and isinstance(after, np.ndarray)
            if both_arrays and before.shape != after.shape:
                raise Wrong(
                    f"{answer.function} changed the shape of {name} from {before.shape} to "
                    f"{after.shape}: give the reshaped array a new name."
                )
            raise Wrong(f"{answer.function} changed {name}; work on a copy.")


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, dict):
        return (
            isinstance(after, dict)
            and before.keys() == after.keys()
            and all(_same(before[key], after[key]) for key in before)
        )
    if isinstance(before, tuple):
        return (
            isinstance(after, tuple)
            and len(before) == len(after)
            and all(map(_same, before, after))
        )
    return (
        isinstance(after, np.ndarray)
        and before.shape == after.shape
        and before.dtype == after.dtype
        and before.tobytes() == after.tobytes()
    )
