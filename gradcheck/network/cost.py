"""The cost of a network of ReLU layers as a function of its parameters, and faster ways."""

from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.estimates import Estimates
from gradcheck.network import structured
from gradcheck.network.stacked import Examples
from gradcheck.parameters import Floats, Parameters

Arrays = Mapping[str, npt.NDArray[Any]]
"""W1, b1, W2, b2, ..."""

LARGEST_BATCH = 2**13
"""How many numbers of one layer, for all networks and examples, a batched forward pass computes at
once for each side: more would not fit into the processor's cache."""


class NetworkCost:
    """The mean cross-entropy of a network with ReLU layers and one sigmoid output, on some data.

    Its parameters are a dict: W1 of shape (n_1, n_0), b1 of shape (n_1, 1), W2 of shape
    (n_2, n_1), ...; the last layer has one unit. Examples are columns.

    Parameters
    ----------
    X : ndarray, shape (n_0, m)
    Y : array_like, shape (m,) or (1, m)
        Labels, 0 or 1.

    Raises
    ------
    ValueError
        If there are other labels, if their number is not that of the examples, or if X is not
        finite.
    """

    def __init__(self, X: npt.ArrayLike, Y: npt.ArrayLike) -> None:
        self.X, self.Y = np.asarray(X), np.asarray(Y)
        for name, given, array in (("X", X, self.X), ("Y", Y, self.Y)):
            if isinstance(given, np.ma.MaskedArray):
                raise ValueError(f"{name} is a masked array: fill it first")
            if array.dtype.kind not in "biuf":
                raise ValueError(f"{name} holds {array.dtype} entries, not real numbers")
        with np.errstate(over="ignore"):  # of long doubles, which are refused below
            self.X, self.Y = self.X.astype(float), self.Y.astype(float)
        m = self.X.shape[-1] if self.X.ndim == 2 and self.X.size else None
        if self.Y.shape not in ((m,), (1, m)):
            raise ValueError(
                f"X has shape {self.X.shape} and Y has {self.Y.shape}; they must be (n, m) and "
                "(m,) or (1, m)"
            )
        if not np.isin(self.Y, (0, 1)).all():
            raise ValueError("Y holds labels other than 0 and 1")
        for array in (self.X, self.Y):  # our own copies, from which other arrays are computed
            array.flags.writeable = False
        self._examples = Examples(self.X, self.Y)
        if not isfinite(self._examples.largest):
            raise ValueError("X is not finite")

    def __call__(self, parameters: Arrays) -> float:
        """Return the cost."""
        self._expect(parameters, 0)
        cost: float = self._costs(parameters).item()
        return cost

    def many(self, parameters: Arrays) -> Floats:
        """Return the costs of several networks at once, shape (k,).

        Parameters
        ----------
        parameters : dict
            W1 of shape (k, n_1, n_0), b1 of shape (k, n_1, 1), ...
        """
        self._expect(parameters, 1)
        networks = len(parameters["W1"])
        units = max(array.shape[1] for array in parameters.values())
        at_once = max(1, LARGEST_BATCH // (units * self.X.shape[1]))
        return np.concatenate(
            [
                self._costs(
                    {key: array[start : start + at_once] for key, array in parameters.items()}
                )
                for start in range(0, networks, at_once)
            ]
        )

    def _costs(self, parameters: Arrays) -> Any:
        """The costs of networks in leading axes; of a complex one, its real part decides."""
        A, depth = self.X, len(parameters) // 2
        for layer in range(1, depth + 1):
            Z = parameters[f"W{layer}"] @ A + parameters[f"b{layer}"]
            positive = np.maximum(Z, 0) if Z.dtype.kind != "c" else np.where(Z.real <= 0, 0, Z)
            A = positive
        # -y log(s) - (1 - y) log(1 - s) with s = sigmoid(z) is max(z, 0) - y z + log1p(exp(-|z|)):
        # the form in which nothing cancels and no logarithm of 0 is taken.
        size = np.where(Z.real > 0, Z, -Z)
        losses = (positive - self.Y.reshape(1, -1) * Z) + np.log1p(np.exp(-size))
        return losses[..., 0, :].sum(axis=-1) / losses.shape[-1]

    def _expect(self, parameters: Any, axes: int) -> None:
        """Raise ValueError unless these are parameters of a network, after that many axes."""
        if not isinstance(parameters, dict):
            raise ValueError("the network's parameters are a dict W1, b1, W2, ...")
        shapes = tuple(np.shape(array)[axes:] for array in parameters.values())
        _expect_network(tuple(parameters), shapes, len(self.X))

    def derivatives(self, parameters: Parameters, single: bool = False) -> Estimates:
        """Return Estimates for every parameter: see `structured`.

        Parameters
        ----------
        parameters : gradcheck.parameters.Parameters
        single : bool
            Whether they are compared with gradients in single precision.
        """
        _expect_network(parameters.names, parameters.shapes, len(self.X))
        return structured.derivatives(self._examples, parameters, single)


@lru_cache(maxsize=64)
def _expect_network(
    names: tuple[str, ...], shapes: tuple[tuple[int, ...], ...], inputs: int
) -> None:
    """Raise ValueError unless names and shapes are those of W1, b1, ... for that many inputs."""
    shape_of = dict(zip(names, shapes, strict=True))
    depth = sum(name.startswith("W") for name in names)
    keys = [f"{kind}{layer}" for layer in range(1, depth + 1) for kind in ("W", "b")]
    if set(keys) != set(names) or not names:
        raise ValueError(f"the network's parameters are W1, b1, W2, ..., not {', '.join(names)}")
    for W, b in zip(keys[::2], keys[1::2], strict=True):
        units = shape_of[W][0] if len(shape_of[W]) == 2 else 0
        if keys[-2] == W:
            units = 1
        if shape_of[W] != (units, inputs):
            raise ValueError(
                f"{W} has shape {shape_of[W]}; from {inputs} inputs to {units or 'n'} "
                f"units it must have {(units or 'n', inputs)}"
            )
        if shape_of[b] != (units, 1):
            raise ValueError(f"{b} has shape {shape_of[b]}; for {units} units it is {(units, 1)}")
        inputs = units
