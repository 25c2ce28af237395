"""Inputs for the questions: live cases, synthetic caches, and logits of any size."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from autograder.truth.cached_draws import cached_draw, locked
from autograder.truth.distances import deviation
from autograder.truth.liveness import (
    LARGEST_LOGIT,
    fault,
    first_without_fault,
    labels,
    pre_activations,
    straddling_biases,
)
from autograder.truth.network import (
    LAYERS,
    Array,
    Cache,
    backward_propagation,
    forward_propagation,
    layer_sizes,
    relu,
    sigmoid,
)


@dataclass(frozen=True, eq=False)
class Case:
    """Data and parameters, with the reference's results for them.

    The results are computed once, so don't change the arrays: make a new case instead.

    Attributes
    ----------
    X : ndarray, shape (n_0, m)
    Y : ndarray, shape (1, m), or (m,) after `with_flat_labels`
    parameters : dict
        W1, b1, W2, b2, ...
    """

    X: Array
    Y: Array
    parameters: dict[str, Array]

    @property
    def m(self) -> int:
        """The number of examples."""
        return int(self.X.shape[1])

    @property
    def layers(self) -> tuple[int, ...]:
        """Inputs, units of each hidden layer, outputs."""
        return layer_sizes(self.parameters)

    @cached_property
    def _forward(self) -> tuple[float, Cache]:
        return locked(forward_propagation(self.X, self.Y, self.parameters))

    @property
    def cost(self) -> float:
        """The reference's cost, a float."""
        return self._forward[0]

    @property
    def cache(self) -> Cache:
        """The reference's cache (Z1, A1, W1, b1, ...)."""
        return self._forward[1]

    @cached_property
    def _gradients(self) -> dict[str, Array]:
        return locked(backward_propagation(self.X, self.Y, self.cache))

    @property
    def gradients(self) -> dict[str, Array]:
        """The reference's gradients dW1, db1, ..., in a new dict."""
        return dict(self._gradients)

    def with_flat_labels(self) -> "Case":
        """Return the same case with labels of shape (m,)."""
        return replace(self, Y=self.Y.ravel())


@cached_draw
def live_case(
    rng: np.random.Generator, m: int | None = None, layers: tuple[int, ...] = LAYERS
) -> Case:
    """Draw a live case (see `liveness.fault`).

    The weights are normal with variance 2 / n_in. The bias of a hidden unit is drawn between two
    neighbouring pre-activations, so that the unit switches there, and the output weights are scaled
    down if a logit would be too large. So 56% to 65% of the draws are live from m = 3 to 50 (44% at
    m = 2, 84% at m = 1), compared with 1% to 8% if every number is simply normal.

    Parameters
    ----------
    rng : numpy.random.Generator
    m : int, optional
        The number of examples; by default drawn from 5 to 20.
    layers : tuple of int
        Inputs, units of each hidden layer, one output.

    Returns
    -------
    Case

    Raises
    ------
    NoLiveCase
        After 500 draws without success.
    """
    m = int(rng.integers(5, 21)) if m is None else m

    def draw() -> tuple[Case, str | None]:
        X, Y = rng.standard_normal((layers[0], m)), labels(rng, m)
        A, cache = X, Cache()
        parameters: dict[str, Array] = {}
        for layer, (n_in, n_out) in enumerate(pairwise(layers), start=1):
            W = rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in)
            if layer < len(layers) - 1:
                b = straddling_biases(rng, W @ A)
                Z = W @ A + b
                A = relu(Z)
            else:
                W *= (LARGEST_LOGIT - 1) / max(np.abs(W @ A).max(), LARGEST_LOGIT - 1)
                b = rng.uniform(-1, 1, (n_out, 1))
                Z = W @ A + b
                A = sigmoid(Z)
            parameters[f"W{layer}"], parameters[f"b{layer}"] = W, b
            cache += (Z, A, W, b)
        return Case(X, Y, parameters), fault(X, Y, cache)

    return first_without_fault(draw, f"live case with m={m}, layers={layers}")


def synthetic_cache(
    rng: np.random.Generator, m: int | None = None, layers: tuple[int, ...] = LAYERS
) -> tuple[Array, Array, Cache]:
    """Draw data and a cache that no forward pass made.

    Z, W, b and X are drawn independently; A is relu(Z) in hidden layers and sigmoid(Z) in the last
    one. The gradients of `network.backward_propagation` are still defined. Code that runs the
    forward pass again, from X and W, gets other gradients: off by a tenth or more in every dW. The
    cache is live in the sense of `liveness.fault`.

    Parameters
    ----------
    rng : numpy.random.Generator
    m : int, optional
        The number of examples; by default drawn from 5 to 20.
    layers : tuple of int

    Returns
    -------
    X : ndarray, shape (n_0, m)
    Y : ndarray, shape (1, m)
    cache : tuple
        (Z1, A1, W1, b1, Z2, A2, W2, b2, ...)

    Raises
    ------
    NoLiveCase
        After 500 draws without success.
    """
    m = int(rng.integers(5, 21)) if m is None else m

    def draw() -> tuple[tuple[Array, Array, Cache], str | None]:
        X, Y, cache = rng.standard_normal((layers[0], m)), labels(rng, m), Cache()
        parameters = random_parameters(rng, layers)
        for layer, units in enumerate(layers[1:], start=1):
            if layer < len(layers) - 1:
                Z = pre_activations(rng, units, m)
                A = relu(Z)
            else:
                Z = rng.uniform(-LARGEST_LOGIT, LARGEST_LOGIT, (units, m))
                A = sigmoid(Z)
            cache += (Z, A, parameters[f"W{layer}"], parameters[f"b{layer}"])
        found = fault(X, Y, cache) or _likeness_of_a_rerun(X, Y, cache, parameters)
        return (X, Y, cache), found

    return first_without_fault(draw, f"synthetic cache with m={m}, layers={layers}")


def logit_case(rng: np.random.Generator, logit: float = 800.0) -> Case:
    """Draw a case whose largest logits are +logit and -logit, with the correct and the wrong label.

    The largest and the smallest logit of a live case are stretched to the given size, and both
    examples are included twice, once with each label. log(A3) or log(1 - A3) is then infinite, and
    nan after a product with 0; `network.cost_from_logits` is finite.

    Parameters
    ----------
    rng : numpy.random.Generator
    logit : float

    Returns
    -------
    Case
    """
    case = live_case(rng)
    last = len(case.layers) - 1
    Z = case.cache[-4][0]
    stretch = 2 * logit / np.ptp(Z)
    shift = -stretch * (Z.max() + Z.min()) / 2
    ends = [Z.argmax(), Z.argmin()]
    return Case(
        X=np.hstack([case.X, case.X[:, ends]]),
        Y=np.hstack([case.Y, 1 - case.Y[:, ends]]),
        parameters=case.parameters
        | {
            f"W{last}": case.parameters[f"W{last}"] * stretch,
            f"b{last}": case.parameters[f"b{last}"] * stretch + shift,
        },
    )


def random_parameters(
    rng: np.random.Generator, layers: tuple[int, ...] = LAYERS
) -> dict[str, Array]:
    """Draw standard normal parameters W1, b1, W2, b2, ... for these layers, live or not."""
    parameters = {}
    for layer, (n_in, n_out) in enumerate(pairwise(layers), start=1):
        parameters[f"W{layer}"] = rng.standard_normal((n_out, n_in))
        parameters[f"b{layer}"] = rng.standard_normal((n_out, 1))
    return parameters


def _likeness_of_a_rerun(
    X: Array, Y: Array, cache: Cache, parameters: Mapping[str, Array]
) -> str | None:
    """Return a fault if running the forward pass again gives nearly the correct gradients."""
    truth = backward_propagation(X, Y, cache)
    rerun = backward_propagation(X, Y, forward_propagation(X, Y, parameters)[1])
    if any(deviation(rerun[key], truth[key]) < 0.1 for key in truth if key.startswith("dW")):
        return "gradients like those of a new forward pass"
    return None
