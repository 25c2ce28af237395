"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

import numpy as np

from tests.questions.answers import mistake


@mistake(loses={"truncation_side"})
def error_sweep(f, df, theta, epsilons):
    """Keeps the sign of the error."""
    return np.array([numerical_derivative(f, theta, e) - df(theta) for e in epsilons])


@mistake(loses={"truncation_side"})
def error_sweep(f, df, theta, epsilons):
    """Divides by the derivative."""
    truth = df(theta)
    return np.array([abs(numerical_derivative(f, theta, e) - truth) / abs(truth) for e in epsilons])


@mistake(loses={"truncation_side"})
def error_sweep(f, df, theta, epsilons):
    """Steps to one side."""
    return np.array([abs((f(theta + e) - f(theta)) / e - df(theta)) for e in epsilons])


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Squares the error's root: returns the error law instead of the error."""
    third = (df(theta + 1e-3) - 2 * df(theta) + df(theta - 1e-3)) / 1e-6
    return 1e-16 / epsilons + np.abs(third) * epsilons**2 / 3


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Ignores the epsilons."""
    return np.array([abs(numerical_derivative(f, theta) - df(theta)) for _ in epsilons])


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Goes from the largest epsilon to the smallest."""
    errors = [abs(numerical_derivative(f, theta, e) - df(theta)) for e in sorted(epsilons)]
    return np.array(errors[::-1])


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Goes from the smallest epsilon to the largest."""
    return np.array([abs(numerical_derivative(f, theta, e) - df(theta)) for e in sorted(epsilons)])


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Works in float32."""
    theta = np.float32(theta)
    steps = np.asarray(epsilons, dtype=np.float32)
    slopes = [np.float32(f(theta + e) - f(theta - e)) / (2 * e) for e in steps]
    return np.abs(np.array(slopes) - np.float32(df(theta)))


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Returns the largest error only."""
    return max(abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons)


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Returns the slopes instead of their errors."""
    return np.array([numerical_derivative(f, theta, e) for e in epsilons])


@mistake(loses={"truncation_side", "roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Returns logarithms for the plot."""
    errors = [abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons]
    return np.log10(np.array(errors))


@mistake(loses={"roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Avoids epsilons below 1e-6."""
    steps = np.maximum(epsilons, 1e-6)
    return np.array([abs(numerical_derivative(f, theta, e) - df(theta)) for e in steps])


@mistake(loses={"roundoff_side"})
def error_sweep(f, df, theta, epsilons):
    """Sets errors below 1e-4 to zero, as round-off."""
    errors = np.array([abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons])
    return np.where(epsilons < 1e-4, 0.0, errors)
