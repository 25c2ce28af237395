"""Random smooth costs with their gradients, and noise for them."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Cost = Callable[[Array], float]
Drawn = tuple[Cost, Callable[[Array], Array], Array]


def random_cost(rng: np.random.Generator) -> Drawn:
    """Draw a cost of one of seven families, its gradient, and where to check it."""
    n = int(rng.integers(1, 30))
    A, b = rng.standard_normal((n + 2, n)), rng.standard_normal(n + 2)
    theta = rng.standard_normal(n) * 10.0 ** rng.uniform(-2, 1)
    softened = A / np.sqrt(n)

    def log_sum_exp(t: Array) -> float:
        z = softened @ t + b
        return float(z.max() + np.log(np.exp(z - z.max()).sum()))

    def its_gradient(t: Array) -> Array:
        z = softened @ t + b
        p = np.exp(z - z.max())
        return softened.T @ (p / p.sum())

    def chained(t: Array) -> float:
        return float(np.sum(100 * (t[1:] - t[:-1] ** 2) ** 2 + (1 - t[:-1]) ** 2))

    def its_derivative(t: Array) -> Array:
        found, off = np.zeros_like(t), t[1:] - t[:-1] ** 2
        found[1:] += 200 * off
        found[:-1] += -400 * t[:-1] * off - 2 * (1 - t[:-1])
        return found

    families: list[Drawn] = [
        (log_sum_exp, its_gradient, theta),
        (lambda t: float(np.sum((A @ t - b) ** 2)), lambda t: 2 * A.T @ (A @ t - b), theta),
        (lambda t: float(np.sum(np.sin(A @ t) + b)), lambda t: A.T @ np.cos(A @ t), theta),
        (
            lambda t: float(np.sum(np.tanh(A @ t) * b) + 1),
            lambda t: A.T @ (b * (1 - np.tanh(A @ t) ** 2)),
            theta,
        ),
        (lambda t: float(np.sum(t**4 / 4 + t**3 / 3) + 1), lambda t: t**3 + t**2, theta),
        (lambda t: float(np.sum(np.log1p(t**2))), lambda t: 2 * t / (1 + t**2), theta),
        (chained, its_derivative, rng.standard_normal(max(n, 2))),
    ]
    return families[rng.integers(len(families))]


def with_noise(cost: Cost, share: float, theta: Array) -> Cost:
    """Add noise of this share of the cost: another one everywhere, but the same each time."""
    size = share * abs(cost(theta))

    def noisy(t: Array) -> float:
        drawn = int.from_bytes(blake2b(t.tobytes(), digest_size=8).digest(), "big") / 2.0**63
        return cost(t) + size * (drawn - 1)

    return noisy if share else cost
