"""Right answers to one_dimension."""

import numpy as np


def forward_propagation(x, theta):
    return theta * x


def backward_propagation(x, theta):
    return x


def numerical_derivative(f, theta, epsilon=1e-5):
    return (f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon)


def relative_difference(a, b):
    if np.shape(a) != np.shape(b):
        raise ValueError("the shapes differ")
    total = np.linalg.norm(a) + np.linalg.norm(b)
    if total == 0:
        return 0.0
    return np.linalg.norm(np.subtract(a, b)) / total


def gradient_check(x, theta, epsilon=1e-7, print_msg=False):
    J_plus = forward_propagation(x, theta + epsilon)
    J_minus = forward_propagation(x, theta - epsilon)
    gradapprox = (J_plus - J_minus) / (2 * epsilon)
    grad = backward_propagation(x, theta)
    difference = relative_difference(grad, gradapprox)
    if print_msg:
        if difference < 1e-7:
            print("The gradient is right")
        else:
            print("The gradient is wrong")
    return difference


def error_sweep(f, df, theta, epsilons):
    errors = np.zeros(len(epsilons))
    for i, epsilon in enumerate(epsilons):
        errors[i] = abs(numerical_derivative(f, theta, epsilon) - df(theta))
    return errors


explain_zero = """
Rounding: the quotient of two rounded values is hardly ever exactly right, so 0.0 means that the
same number was compared with itself, or that both sides are 0. At (2, 4) theta // x and
sqrt(theta) are 2 as well, so a wrong derivative passes.
"""
