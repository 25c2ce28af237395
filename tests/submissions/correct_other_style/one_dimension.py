"""Right answers to one_dimension, as other people write them."""

import numpy as np

forward_propagation = lambda x, theta: np.dot(theta, x)  # noqa: E731


def backward_propagation(x, theta):
    dtheta = np.array([float(x)])
    return dtheta[0]


def numerical_derivative(f, theta, epsilon=1e-5):
    left, right = (f(theta + sign * epsilon) for sign in (-1, 1))
    return np.float64(0.5 * (right - left) / epsilon)


def relative_difference(a, b):
    a, b = np.array(a, dtype=float), np.array(b, dtype=float)
    if a.shape != b.shape:
        raise ValueError(a.shape, b.shape)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    norm = lambda v: np.sqrt(np.sum(v**2))  # noqa: E731
    return norm(a - b) / (norm(a) + norm(b)) if norm(a) + norm(b) > 0 else 0.0


def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    approx = numerical_derivative(lambda t: forward_propagation(x, t), theta, epsilon=epsilon)
    difference = relative_difference(np.array([approx]), np.array([backward_propagation(x, theta)]))
    print("(I looked at", x, theta, end=")\n")
    if print_msg:
        print("difference:", difference)
    return np.array([[difference]])


def error_sweep(f, df, theta, epsilons):
    e = np.asarray(epsilons)
    return np.abs((f(theta + e) - f(theta - e)) / (2 * e) - df(theta))


explain_zero = """
Because of round-off an honest difference is tiny but not 0. And 4 // 2 = sqrt(4) = 2.
"""
