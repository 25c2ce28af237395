"""Halves epsilon until it is 0.5 again."""


def numerical_derivative(f, theta, epsilon=1e-5):
    while epsilon != 0.5:
        epsilon = epsilon / 2
    return f(theta)
