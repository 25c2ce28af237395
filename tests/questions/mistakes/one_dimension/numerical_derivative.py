"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811, F821 (many answers to one question; their names are those of the notebook)

import numpy as np

from tests.questions.answers import mistake


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Steps to one side."""
    return (f(theta + epsilon) - f(theta)) / epsilon


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Steps back only."""
    return (f(theta) - f(theta - epsilon)) / epsilon


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Steps by two epsilon to one side."""
    return (f(theta + 2 * epsilon) - f(theta)) / (2 * epsilon)


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Ignores epsilon."""
    return (f(theta + 1e-5) - f(theta - 1e-5)) / 2e-5


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Steps by half an epsilon to both sides."""
    return (f(theta + epsilon / 2) - f(theta - epsilon / 2)) / epsilon


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Scales the step with theta."""
    step = epsilon * max(1, abs(theta))
    return (f(theta + step) - f(theta - step)) / (2 * step)


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Takes five points: better, and not what was asked."""
    far = f(theta - 2 * epsilon) - f(theta + 2 * epsilon)
    return (far + 8 * (f(theta + epsilon) - f(theta - epsilon))) / (12 * epsilon)


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Takes the complex step: better, and not what was asked."""
    return f(theta + 1j * epsilon).imag / epsilon


@mistake(loses={"error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Rounds to four digits."""
    return round((f(theta + epsilon) - f(theta - epsilon)) / (2 * epsilon), 4)


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Divides by one epsilon."""
    return (f(theta + epsilon) - f(theta - epsilon)) / epsilon


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Forgets the brackets around 2 epsilon."""
    return (f(theta + epsilon) - f(theta - epsilon)) / 2 * epsilon


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Mixes up plus and minus."""
    return (f(theta - epsilon) - f(theta + epsilon)) / (2 * epsilon)


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Works in float32."""
    theta, epsilon = np.float32(theta), np.float32(epsilon)
    return (np.float32(f(theta + epsilon)) - np.float32(f(theta - epsilon))) / (2 * epsilon)


@mistake(loses={"value", "error_law"})
def numerical_derivative(f, theta, epsilon=1e-5):
    """Differentiates its own function instead of f."""
    return (forward_propagation(1, theta + epsilon) - forward_propagation(1, theta)) / epsilon
