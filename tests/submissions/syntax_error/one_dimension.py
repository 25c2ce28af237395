"""A bracket is missing."""


def numerical_derivative(f, theta, epsilon=1e-5):
    return (f(theta + epsilon) - f(theta - epsilon) / (2 * epsilon)
