"""A verdict on every single gradient, which neither a kink nor round-off can turn into a lie.

One norm over all parameters hides a wrong gradient among larger ones, and one epsilon for all of
them crosses kinks here and drowns in round-off there. This check takes each parameter by itself,
carries an error bar, and says "inconclusive" where no finite difference is to be trusted.
"""

from dataclasses import dataclass, fields

import numpy as np

from autograder.truth.network import (
    forward_propagation,
    gradient_keys,
    gradients_to_vector,
    parameter_keys,
)

EPSILONS = (1e-5, 1e-6, 1e-7)
"""The customary step, and what is tried when a ReLU switches within twice of it."""

LARGEST_EPSILON = 0.1
ROUND_OFF = np.finfo(float).eps / 2


@dataclass(frozen=True, eq=False)
class Report:
    """What the check found, by array: dicts of dW1, db1, ..., with arrays shaped as the parameters.

    Attributes
    ----------
    verdicts : dict of str arrays
        "pass", "fail" or "inconclusive" for each parameter.
    reasons : dict of str arrays
        The verdict in words, with the numbers that it rests on.
    analytic, numeric, errors : dict of float arrays
        The gradient as given, the finite difference and its error bar; nan where there is none.
    """

    verdicts: dict
    reasons: dict
    analytic: dict
    numeric: dict
    errors: dict

    @property
    def passed(self):
        """True when no parameter failed and at least one was decided."""
        verdicts = self.vector("verdicts")
        return bool((verdicts != "fail").all() and (verdicts == "pass").any())

    def vector(self, attribute):
        """Return one of the attributes as a column, shape (n, 1), in vector order."""
        return gradients_to_vector(getattr(self, attribute))

    def __str__(self):
        lines = [f"{'array':<6}{'pass':>6}{'fail':>6}{'inconclusive':>14}"]
        for key, verdicts in self.verdicts.items():
            counts = [np.sum(verdicts == verdict) for verdict in ("pass", "fail", "inconclusive")]
            line = f"{key:<6}{counts[0]:>6}{counts[1]:>6}{counts[2]:>14}"
            worst = "fail" if counts[1] else "inconclusive"
            for index in np.argwhere(verdicts == worst)[:1]:
                place = ", ".join(map(str, index))
                line += f"  {key}[{place}]: {self.reasons[key][tuple(index)]}"
            lines.append(line)
        return "\n".join(lines)


def check_gradients(parameters, gradients, X, Y):
    """Compare every gradient with a finite difference of the reference cost.

    With D(h) the central difference, D1 = D(1e-5) and D2 = D(2e-5), truncation and round-off leave
    an error bar e = 4 |D2 - D1| + 8 u max(1, |J|) / epsilon, u = 2^-53. (The truncation error of D1
    is a third of D2 - D1.) A gradient g fails when |g - D1| > 1e-7 max(|g|, |D1|) + e.

    When a ReLU switches between theta - 2 epsilon and theta + 2 epsilon, epsilon/10 and epsilon/100
    are tried, then one-sided differences of second order; when every one of them meets a kink, or
    a unit sits exactly on its kink, the verdict is "inconclusive". When e exceeds 1% of the
    gradient, wider steps are tried as long as no logit moves by 0.01, and the smallest e counts.

    Parameters
    ----------
    parameters : dict
        W1, b1, W2, b2, ... in float64.
    gradients : dict
        dW1, db1, ..., shaped as their parameters; other keys are left out. NaN and infinity fail.
    X : ndarray, shape (n_0, m)
    Y : ndarray, shape (m,) or (1, m)

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If an array is missing, has another shape than its parameter or isn't real; it is named.
    """
    found = {field.name: {} for field in fields(Report)}
    base, cache = forward_propagation(X, Y, parameters)

    for key, name in zip(parameter_keys(parameters), gradient_keys(parameters), strict=True):
        analytic = _array(gradients, name, parameters[key].shape)
        rows = []
        for index in np.ndindex(analytic.shape):
            look = _look(parameters, key, index, X, Y, cache)
            rows.append(_judge(analytic[index], *_difference(look, base, analytic[index])))
        for attribute, column in zip(found, zip(*rows, strict=True), strict=True):
            found[attribute][name] = np.array(column).reshape(analytic.shape)
    return Report(**found)


def _array(gradients, name, shape):
    if name not in gradients:
        raise ValueError(f"{name} is missing from the gradients")
    array = np.asarray(gradients[name])
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, its parameter has {shape}")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} holds {array.dtype} entries, not real numbers")
    return array.astype(float)


def _look(parameters, key, index, X, Y, cache):
    """Return a function of some steps of one parameter: the costs there.

    It answers None when a ReLU switches on the way or a logit moves farther than `reach`. Looking
    at the end points is enough: while the layers below keep their pattern, Z is affine in the step,
    so it can't cross zero and come back.
    """
    patterns, logits = [np.sign(Z) for Z in cache[:-4:4]], cache[-4]

    def look(steps, reach=np.inf):
        moved = np.repeat(parameters[key][np.newaxis], len(steps), axis=0)
        moved[:, *index] += steps
        costs, there = forward_propagation(X, Y, parameters | {key: moved})
        # The sign is 0 exactly on a kink, so leaving one counts as a switch on either side.
        same = all((np.sign(Z) == pattern).all()
                   for Z, pattern in zip(there[:-4:4], patterns, strict=True))
        return costs if same and np.abs(there[-4] - logits).max() < reach else None

    return look


def _difference(look, base, gradient):
    """Return the best finite difference of one parameter, its error bar and how it was made."""
    for epsilon in EPSILONS:
        if (found := _central(look, base, epsilon)) is not None:
            break
    else:
        for epsilon in EPSILONS:
            for side in (epsilon, -epsilon):
                if (found := _one_sided(look, base, side)) is not None:
                    return found
        return np.nan, np.nan, f"a ReLU switches within {2 * EPSILONS[-1]:g} on either side"

    while found[1] > 0.01 * max(abs(gradient), abs(found[0])) and epsilon < LARGEST_EPSILON:
        epsilon *= 10
        if (wider := _central(look, base, epsilon, reach=0.01)) is None:
            break
        found = min(found, wider, key=lambda estimate: estimate[1])
    return found


def _central(look, base, epsilon, reach=np.inf):
    costs = look(epsilon * np.array([1, -1, 2, -2]), reach)
    if costs is None:
        return None
    D1, D2 = (costs[0] - costs[1]) / (2 * epsilon), (costs[2] - costs[3]) / (4 * epsilon)
    error = 4 * abs(D2 - D1) + 8 * ROUND_OFF * max(1, abs(base)) / epsilon
    return D1, error, f"central difference, epsilon {epsilon:g}"


def _one_sided(look, base, epsilon):
    """Difference towards the sign of epsilon, also with an error of second order.

    Its coefficients (-3, 4, -1) / (2 epsilon) carry four times the round-off of the central one.
    """
    costs = look(epsilon * np.array([1, 2, 4]))
    if costs is None:
        return None
    D1 = (-3 * base + 4 * costs[0] - costs[1]) / (2 * epsilon)
    D2 = (-3 * base + 4 * costs[1] - costs[2]) / (4 * epsilon)
    error = 4 * abs(D2 - D1) + 32 * ROUND_OFF * max(1, abs(base)) / abs(epsilon)
    return D1, error, f"one-sided difference beside a kink, epsilon {epsilon:g}"


def _judge(gradient, numeric, error, how):
    """Return a row of the report: verdict, reason, analytic, numeric, error."""
    allowed = 1e-7 * max(abs(gradient), abs(numeric)) + error
    if not np.isfinite(gradient):
        verdict, reason = "fail", f"{gradient} is not a finite number"
    elif not np.isfinite(numeric):
        verdict, reason = "inconclusive", how
    elif abs(gradient - numeric) > allowed:
        verdict, reason = "fail", f"{gradient:.6g}, but the cost says {numeric:.6g} ({how})"
    else:
        verdict, reason = "pass", f"within {allowed:.1g} of the {how}"
    return verdict, reason, gradient, numeric, error
