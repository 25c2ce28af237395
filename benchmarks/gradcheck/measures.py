"""The four things that are measured: time, accuracy, false alarms, bugs caught."""

import time
import tracemalloc
import warnings
from statistics import median

import numpy as np

from autograder.truth.bugs import BANK
from autograder.truth.cases import live_case, random_parameters
from autograder.truth.planting import compile_backward, plant
from benchmarks.gradcheck.ours import Seed, exact
from benchmarks.gradcheck.problem import Problem, flat
from gradcheck.network import stacked
from tests.truth.made_cases import kink_case

SIZES = {47: (4, 5, 3, 1), 921: (20, 24, 16, 1), 9765: (100, 64, 50, 1), 98817: (256, 256, 128, 1)}
BATCHES = (3, 16, 128)
LONGEST = 30.0
"""Seconds that nobody waits longer than for a single check."""

LEAST = 0.03
"""Seconds that are measured at least."""


def times(checkers, rounds):
    """Measure one check of right gradients by every checker, all in turn, in every round.

    Parameters
    ----------
    checkers : list of Checker
    rounds : int
        Fewer, but at least one, where a check takes seconds.

    Returns
    -------
    dict
        {parameters: {batch: {name: median seconds, or None where it would take too long}}}. The
        seed's loop runs on some of the parameters where all would take too long, and counts as if
        it had gone on.
    """
    found = {}
    for n, layers in SIZES.items():
        for m in BATCHES:
            problem = Problem.random(np.random.default_rng(n + m), layers, m)
            seconds = {checker.name: [] for checker in checkers}
            forward = _seconds(lambda p=problem: p.cost(p.theta))
            for turn in range(rounds):
                for checker in checkers:
                    expected = forward * checker.passes(n) * (1.5 if checker.full else 1)
                    if turn and expected > LONGEST / rounds:
                        continue
                    seconds[checker.name] += _check_once(checker, problem, expected)
            found.setdefault(n, {})[m] = {
                name: median(each) if each else None for name, each in seconds.items()
            }
            print(f"times: {n} parameters, {m} examples", flush=True)
    return found


def _check_once(checker, problem, expected):
    n, gradients = problem.theta.size, problem.gradients
    if isinstance(checker, Seed) and expected > 2:
        part = max(100, int(n * 2 / expected))
        return [_seconds(lambda: checker.gradient(problem, part), expected) * n / part]
    if expected > LONGEST:
        return []
    return [_seconds(lambda: checker.check(problem, gradients), expected)]


def _seconds(call, expected=0.0):
    """Of what is over soon, the mean of the calls that fit into LEAST, behind one that warms up."""
    if expected < 10 * LEAST:
        call()
    count, began, took = 0, time.perf_counter(), 0.0
    while took < LEAST:
        call()
        count, took = count + 1, time.perf_counter() - began
    return took / count


def memory(checker, n=98817, m=128):
    """Return the most that a check has allocated at the same time, in MB."""
    problem = Problem.random(np.random.default_rng(1), SIZES[n], m)
    gradients = problem.gradients
    stacked.idle.cache_clear()  # arrays that an earlier check has left count, too
    tracemalloc.start()
    checker.check(problem, gradients)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def accuracy(checkers, count):
    """Compare numerical gradients with long double on live cases.

    Returns
    -------
    dict
        {name: (median, worst) of max|difference| / max|gradient|}
    """
    rng, off = np.random.default_rng(1), {checker.name: [] for checker in checkers}
    for _ in range(count):
        case = live_case(rng)
        problem = Problem(case.X, case.Y, case.parameters)
        truth = exact(problem)
        for checker in checkers:
            difference = np.abs(checker.gradient(problem) - truth).max() / np.abs(truth).max()
            off[checker.name].append(float(difference))
    return {name: (median(each), max(each)) for name, each in off.items()}


def alarms(checkers, count, near_kinks=False):
    """Return {name: share of right gradients that a checker calls wrong}."""
    found = dict.fromkeys((each.name for each in checkers), 0)
    for problem in _beside_kinks(count) if near_kinks else _anywhere(count):
        for checker in checkers:
            found[checker.name] += not quietly(checker, problem, problem.gradients)
    return {name: alarmed / count for name, alarmed in found.items()}


def inconclusive(checkers, count):
    """Return {name: share of parameters beside kinks that one of our checkers can't decide}."""
    found = dict.fromkeys((each.name for each in checkers), 0)
    for problem in _beside_kinks(count):
        for checker in checkers:
            _, _, undecided = checker.report(problem, problem.gradients).count()
            found[checker.name] += undecided / problem.theta.size / count
    return found


def _anywhere(count):
    rng = np.random.default_rng(2)
    for _ in range(count):
        m = int(rng.integers(1, 21))
        yield Problem(
            rng.standard_normal((4, m)), rng.integers(0, 2, (1, m)), random_parameters(rng)
        )


def _beside_kinks(count):
    rng = np.random.default_rng(2)
    for turn in range(count):
        case = kink_case(rng, distance=10 ** rng.uniform(-9, -5), straddled=bool(turn % 2))
        yield Problem(case.X, case.Y, case.parameters)


def caught(checkers, count):
    """Say how many wrong gradients each checker calls wrong, on live cases.

    Returns
    -------
    dict
        {name: (share of the bank's bugs, share of the least caught bug, share of wrong entries of
        faint gradients, share of single entries off by a thousandth)}
    """
    rng = np.random.default_rng(3)
    backward = [compile_backward(plant(bug)) for bug in BANK]
    shares = {checker.name: np.zeros((len(BANK) + 2, count)) for checker in checkers}
    for turn in range(count):
        case = live_case(rng)
        problem = Problem(case.X, case.Y, case.parameters)
        wrong = [(problem, each(case.X, case.Y, case.cache)) for each in backward]
        wrong += [_faint(case), _single(problem, rng)]
        for checker in checkers:
            for row, (given, gradients) in enumerate(wrong):
                shares[checker.name][row, turn] = not quietly(checker, given, gradients)
    return {
        name: (rows[:-2].mean(), rows[:-2].mean(axis=1).min(), rows[-2].mean(), rows[-1].mean())
        for name, rows in shares.items()
    }


def _faint(case):
    """An input that hardly counts, and a gradient of its weights that is off by a tenth."""
    problem = Problem(case.X * np.array([[1e-6], [1], [1], [1]]), case.Y, case.parameters)
    wrong = problem.gradients["dW1"].copy()
    wrong[:, 0] *= 1.1
    return problem, problem.gradients | {"dW1": wrong}


def _single(problem, rng):
    """One entry of all, drawn among those that aren't 0, off by a thousandth of itself."""
    vector = flat(problem.gradients)
    place = rng.choice(np.flatnonzero(vector))
    gradients, start = {}, 0
    for key, array in problem.gradients.items():
        gradients[key] = array.copy()
        if start <= place < start + array.size:
            gradients[key].flat[place - start] *= 1.001
        start += array.size
    return problem, gradients


def quietly(checker, problem, gradients):
    """The checker's verdict; what it warns of is its own affair."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return checker.check(problem, {key: gradients[key] for key in problem.gradients})
