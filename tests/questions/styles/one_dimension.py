"""If one of these lost a part, students would lose points for their style of writing code."""
# ruff: noqa: F811 (many answers to one question)

import numpy as np

from tests.questions.answers import style


@style
def forward_propagation(x, theta):
    """Makes it a float and says so."""
    J = float(np.multiply(x, theta))
    print("J =", J)
    return J


@style
def forward_propagation(x, theta):
    """Returns an array of one entry."""
    return np.array([theta * x])


@style
def forward_propagation(x, theta):
    """Is written for vectors."""
    return np.atleast_1d(theta) @ np.atleast_1d(x)


@style
def backward_propagation(x, theta):
    """Asks its own forward function."""
    return forward_propagation(x, 1)


@style
def backward_propagation(x, theta):
    """Returns an array without axes."""
    return np.array(x)


@style
def backward_propagation(x, theta):
    """Divides the cost by theta."""
    return forward_propagation(x, theta) / theta


@style
def backward_propagation(x, theta):
    """Takes a central difference."""
    J_plus, J_minus = forward_propagation(x, theta + 1e-7), forward_propagation(x, theta - 1e-7)
    return (J_plus - J_minus) / 2e-7


@style
def numerical_derivative(f, theta, epsilon=1e-5):
    """Asks numpy for the gradient of three values."""
    return np.gradient(f(np.array([theta - epsilon, theta, theta + epsilon])), epsilon)[1]


@style
def numerical_derivative(f, theta, epsilon=1e-5):
    """Moves theta there and back."""
    theta += epsilon
    J_plus = f(theta)
    theta -= 2 * epsilon
    J_minus = f(theta)
    return np.diff([J_minus, J_plus]) / (2 * epsilon)


@style
def numerical_derivative(f, theta, epsilon=1e-5):
    """Takes the mean of the slopes to either side."""
    right = (f(theta + epsilon) - f(theta)) / epsilon
    left = (f(theta) - f(theta - epsilon)) / epsilon
    return (left + right) / 2


@style
def numerical_derivative(f, theta, epsilon=1e-5):
    """Divides by the step that was really taken."""
    plus, minus = theta + epsilon, theta - epsilon
    return np.asarray((f(plus) - f(minus)) / (plus - minus))


@style
def relative_difference(a, b):
    """Raises a ValueError for NaN as well."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape or np.isnan(a).any() or np.isnan(b).any():
        raise ValueError("can't compare these")
    norms = np.linalg.norm(a) + np.linalg.norm(b)
    return 0.0 if norms == 0 else np.linalg.norm(a - b) / norms


@style
def relative_difference(a, b):
    """Keeps the denominator away from zero."""
    if np.shape(a) != np.shape(b):
        raise ValueError("can't compare these")
    norms = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(np.subtract(a, b)) / max(norms, 1e-300)


@style
def relative_difference(a, b):
    """Adds a little to the denominator, and returns a total disagreement for NaN."""
    if np.shape(a) != np.shape(b):
        raise ValueError("can't compare these")
    a, b = np.ravel(a), np.ravel(b)
    difference = np.sqrt(np.dot(a - b, a - b)) / (np.sqrt(a @ a) + np.sqrt(b @ b) + 1e-12)
    return 1.0 if np.isnan(difference) else difference


@style
def relative_difference(a, b):
    """Adds a hundred millionth to the denominator."""
    if np.shape(a) != np.shape(b):
        raise ValueError("can't compare these")
    a, b = np.asarray(a), np.asarray(b)
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b) + 1e-8)


@style
def relative_difference(a, b):
    """Asks first whether they are equal."""
    if np.shape(a) != np.shape(b):
        raise ValueError("can't compare these")
    if np.array_equal(a, b):
        return 0.0
    return np.linalg.norm(np.subtract(a, b)) / (np.linalg.norm(a) + np.linalg.norm(b))


@style
def relative_difference(a, b):
    """Works in longdouble, with a root of a sum."""
    if np.shape(a) != np.shape(b):
        raise ValueError("can't compare these")
    a, b = np.longdouble(a), np.longdouble(b)
    size = np.sqrt(np.sum(a**2)) + np.sqrt(np.sum(b**2))
    return np.sqrt(np.sum((a - b) ** 2)) / size if size != 0 else np.longdouble(0)


@style
def relative_difference(a, b):
    """Takes a tiny size for zero."""
    if np.shape(a) != np.shape(b):
        raise ValueError("can't compare these")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return 0.0 if size < 1e-12 else np.linalg.norm(np.subtract(a, b)) / size


@style
def relative_difference(a, b):
    """Treats numbers and arrays separately."""
    if isinstance(a, float | int) and isinstance(b, float | int):
        return 0.0 if a == b else abs(a - b) / (abs(a) + abs(b))
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} and {b.shape}")
    if not a.any() and not b.any():
        return 0
    return np.sqrt(((a - b) ** 2).sum()) / (np.sqrt((a**2).sum()) + np.sqrt((b**2).sum()))


@style
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Writes out every step, and prints them all the time."""
    theta_plus, theta_minus = theta + epsilon, theta - epsilon
    J_plus, J_minus = forward_propagation(x, theta_plus), forward_propagation(x, theta_minus)
    print("J:", J_plus, J_minus)
    approx = (J_plus - J_minus) / (2 * epsilon)
    grad = backward_propagation(x, theta)
    difference = np.linalg.norm(grad - approx) / (np.linalg.norm(grad) + np.linalg.norm(approx))
    if print_msg:
        print("fine" if difference < 1e-7 else "hm")
    return difference


@style
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Passes functions of its own to its own tools."""
    from functools import partial

    approx = numerical_derivative(partial(forward_propagation, x), theta, epsilon=epsilon)
    difference = relative_difference(np.array(approx), np.array(backward_propagation(x, theta)))
    message = f"{difference:.2e}"
    if print_msg:
        print(message)
    return np.longdouble(difference)


@style
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Compares arrays of one entry."""
    t = np.array([theta])
    approx = numerical_derivative(lambda t: forward_propagation(x, t), t, epsilon)
    difference = relative_difference(approx, np.reshape(backward_propagation(x, theta), 1))
    if print_msg:
        print(difference)
    return difference


@style
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Passes everything by name."""

    def J(t):
        return forward_propagation(x=x, theta=t)

    grad = backward_propagation(theta=theta, x=x)
    approx = numerical_derivative(f=J, theta=theta, epsilon=epsilon)
    if print_msg:
        print(grad, approx)
    return relative_difference(a=grad, b=approx)


@style
def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    """Works in longdouble, and hands it on."""
    x, theta, epsilon = np.longdouble(x), np.longdouble(theta), np.longdouble(epsilon)
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon)
    grad = np.longdouble(backward_propagation(x, theta))
    if print_msg:
        print(grad, approx)
    return relative_difference(grad, np.longdouble(approx))


@style
def numerical_derivative(f, theta, epsilon=1e-5):
    """Works in longdouble."""
    theta, epsilon = np.longdouble(theta), np.longdouble(epsilon)
    return (np.longdouble(f(theta + epsilon)) - f(theta - epsilon)) / (2 * epsilon)


@style
def error_sweep(f, df, theta, epsilons):
    """Has a function that returns numbers of numpy."""

    def g(t):
        return np.longdouble(f(t))

    return np.array([abs(numerical_derivative(g, theta, e) - df(theta)) for e in epsilons])


@style
def error_sweep(f, df, theta, epsilons):
    """Passes everything by name."""
    slopes = [numerical_derivative(epsilon=e, theta=theta, f=f) for e in epsilons]
    return np.abs(np.array(slopes) - df(theta))


@style
def error_sweep(f, df, theta, epsilons):
    """Returns a list."""
    return [abs(numerical_derivative(f, theta, e) - df(theta)) for e in epsilons]


@style
def error_sweep(f, df, theta, epsilons):
    """Hands over all epsilons at once."""
    return np.abs(numerical_derivative(f, theta, epsilons) - df(theta))


@style
def error_sweep(f, df, theta, epsilons):
    """Fills an array, entry by entry."""
    errors = np.empty_like(epsilons)
    for i in range(len(epsilons)):
        errors[i] = np.abs(df(theta) - numerical_derivative(f, theta, epsilon=epsilons[i]))
    return errors


@style
def error_sweep(f, df, theta, epsilons):
    """Maps, and keeps more digits than asked for."""
    slope = np.longdouble(df(theta))
    return np.fromiter((abs(numerical_derivative(f, theta, e) - slope) for e in epsilons), float)


@style
def error_sweep(f, df, theta, epsilons):
    """Calls f with all points at once."""
    return abs((f(theta + epsilons) - f(theta - epsilons)) / (2 * epsilons) - df(theta))
