"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811 (many answers to one question)

import numpy as np

from tests.questions.answers import mistake


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Divides: right at (2, 4)."""
    return theta // x


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Takes the root: right at (2, 4)."""
    return np.sqrt(theta)


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Halves theta: right at (2, 4)."""
    return theta / 2


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Differentiates by x."""
    return theta


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Returns the cost."""
    return theta * x


@mistake(loses={"value"})
def backward_propagation(x, theta):
    """Loses the sign."""
    return abs(x)
