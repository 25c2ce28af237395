"""The reference network: ReLU layers, one sigmoid output unit and the cross-entropy cost.

Parameters are a dict W1, b1, W2, b2, ... of any depth; examples are columns. Everything here keeps
the dtype of its input, so the same code works in float64, in longdouble (for a more precise
reference) and in complex128 (for complex-step derivatives): the real part decides whether a unit is
on or off.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
"""An array of real or complex floating-point numbers, in the dtype that the caller chose."""

Arrays = Mapping[str, Array]
"""W1, b1, W2, b2, ... or dW1, db1, ..."""

Cache = tuple[Array, ...]
"""(Z1, A1, W1, b1, Z2, A2, W2, b2, ...)"""

LAYERS = (4, 5, 3, 1)
"""Inputs, units of each hidden layer, outputs: the network of the course (47 parameters)."""


def parameter_keys(parameters: Mapping[str, Any]) -> list[str]:
    """Return the keys of the parameters in the order of the flat vector: W1, b1, W2, b2, ..."""
    depth = sum(key.startswith("W") for key in parameters)
    return [f"{kind}{layer}" for layer in range(1, depth + 1) for kind in ("W", "b")]


def layer_sizes(parameters: Arrays) -> tuple[int, ...]:
    """Return inputs, units of each hidden layer and outputs, such as (4, 5, 3, 1)."""
    weights = [parameters[key] for key in parameter_keys(parameters)[::2]]
    return (weights[0].shape[1], *(len(W) for W in weights))


def sigmoid(Z: npt.ArrayLike) -> Array:
    """Return 1 / (1 + exp(-Z)) elementwise, without overflow however large Z is.

    Parameters
    ----------
    Z : array_like of any shape

    Returns
    -------
    ndarray of the shape of Z
        For Z < 0 the equal form exp(Z) / (1 + exp(Z)) is used, so exp never gets a positive
        argument.
    """
    Z = np.asarray(Z)
    on = Z.real > 0
    decay = np.exp(np.where(on, -Z, Z))
    squashed: Array = np.where(on, 1, decay) / (1 + decay)
    return squashed


def relu(Z: npt.ArrayLike) -> Array:
    """Return 0 where Z, or its real part, is not positive, and Z elsewhere; the dtype is kept."""
    Z = np.asarray(Z)
    if Z.dtype.kind != "c":
        positive: Array = np.maximum(Z, 0)
        return positive
    return np.where(Z.real <= 0, 0, Z)  # with this condition, NaN stays NaN


def cost_from_logits(Z: npt.ArrayLike, Y: npt.ArrayLike) -> Any:
    """Return the mean cross-entropy of sigmoid(Z) against the labels Y, without log(0).

    -y log(s) - (1 - y) log(1 - s) with s = sigmoid(z) equals softplus(z) - y z, where
    softplus(z) = log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|)). The difference 1 - s is never
    computed, so nothing cancels, and the logarithm of 0 is never taken.

    Parameters
    ----------
    Z : ndarray, shape (..., 1, m)
        Logits. Leading axes, if any, are separate networks.
    Y : array_like, shape (m,) or (1, m)
        Labels, 0 or 1.

    Returns
    -------
    scalar or ndarray of the leading shape
        The cost.

    Raises
    ------
    ValueError
        If the number of labels is not that of the examples.
    """
    Z = np.asarray(Z)
    labels = np.reshape(Y, (1, Z.shape[-1]))
    size = np.where(Z.real > 0, Z, -Z)
    # max(z, 0) - y z comes first: it is exact for labels 0 and 1, and adding the small logarithm
    # to it afterwards loses nothing.
    losses = (relu(Z) - labels * Z) + np.log1p(np.exp(-size))
    return losses[..., 0, :].sum(axis=-1) / losses.shape[-1]


def forward_propagation(X: Array, Y: Array, parameters: Arrays) -> tuple[Any, Cache]:
    """Run the network on every example.

    Parameters
    ----------
    X : ndarray, shape (n_0, m)
        One example per column.
    Y : ndarray, shape (m,) or (1, m)
        Labels, 0 or 1.
    parameters : dict
        W1 of shape (n_1, n_0), b1 of shape (n_1, 1), W2 of shape (n_2, n_1), ...; the last layer
        has one unit. Leading axes, if any, are separate networks on the same examples.

    Returns
    -------
    cost : float
        The mean cross-entropy (a complex or longdouble scalar for such parameters, an array for
        several networks).
    cache : tuple
        (Z1, A1, W1, b1, Z2, A2, W2, b2, ...), with Z and A of shape (n_l, m).
    """
    Zs, inputs = pre_activations(X, parameters)
    cost, cache = cost_from_logits(Zs[-1], Y), Cache()
    for layer, (Z, A) in enumerate(zip(Zs, [*inputs[1:], sigmoid(Zs[-1])], strict=True), start=1):
        cache += (Z, A, parameters[f"W{layer}"], parameters[f"b{layer}"])
    return (cost.item() if cost.ndim == 0 else cost), cache


def pre_activations(X: Array, parameters: Arrays) -> tuple[list[Array], list[Array]]:
    """Return Z and the input of every layer; the inputs are X, A1, A2, ...

    Parameters
    ----------
    X, parameters
        As for `forward_propagation`.

    Returns
    -------
    Zs, inputs : list of ndarray
        Of shape (n_l, m) and (n_(l-1), m), with the leading axes of the parameters.
    """
    Zs: list[Array] = []
    inputs = [X]
    for layer in range(1, len(parameter_keys(parameters)) // 2 + 1):
        if Zs:
            inputs.append(relu(Zs[-1]))
        Zs.append(parameters[f"W{layer}"] @ inputs[-1] + parameters[f"b{layer}"])
    return Zs, inputs


def backward_propagation(X: Array, Y: Array, cache: Cache) -> dict[str, Array]:
    """Return the gradient of the cost for every parameter, from the cache alone.

    dZ_L = A_L - Y, dW_l = dZ_l A_(l-1)^T / m, db_l = (sum of dZ_l over the examples) / m, and
    dZ_(l-1) = (W_l^T dZ_l) * (Z_(l-1) > 0), with A_0 = X. Z and A are taken from the cache and
    never computed again, so the result is also defined for a cache that no forward pass made.

    Parameters
    ----------
    X : ndarray, shape (n_0, m)
    Y : ndarray, shape (m,) or (1, m)
    cache : tuple
        (Z1, A1, W1, b1, Z2, A2, W2, b2, ...), as `forward_propagation` returns it.

    Returns
    -------
    dict
        dW1, db1, dW2, db2, ..., each with the shape of its parameter; the last layer comes first.
    """
    m = X.shape[1]
    inputs = [X, *cache[1::4]]
    gradients = {}
    for layer, dZ in layer_errors(Y, cache):
        gradients[f"dW{layer}"] = dZ @ inputs[layer - 1].T / m
        gradients[f"db{layer}"] = dZ.sum(axis=1, keepdims=True) / m
    return gradients


def layer_errors(Y: Array, cache: Cache) -> Iterator[tuple[int, Array]]:
    """Yield (layer, dZ) from the last layer to the first; dZ is m times the derivative by Z.

    Parameters
    ----------
    Y : ndarray, shape (m,) or (1, m)
    cache : tuple
        (Z1, A1, W1, b1, Z2, A2, W2, b2, ...)
    """
    Zs, As, Ws = cache[::4], cache[1::4], cache[2::4]
    dZ = As[-1] - np.reshape(Y, As[-1].shape)
    yield len(Zs), dZ
    for layer in range(len(Zs) - 1, 0, -1):
        dZ = (Ws[layer].T @ dZ) * (Zs[layer - 1].real > 0)
        yield layer, dZ


def parameters_to_vector(parameters: Arrays) -> Array:
    """Copy the parameters into one column, shape (n, 1), in the order W1, b1, W2, b2, ..."""
    return np.concatenate(
        [np.reshape(parameters[key], (-1, 1)) for key in parameter_keys(parameters)]
    )


def gradients_to_vector(gradients: Arrays) -> Array:
    """Copy the gradients into one column, shape (n, 1), in the order dW1, db1, dW2, db2, ...

    Other keys (dZ3, dA2, ...) are left out.
    """
    return parameters_to_vector(
        {key[1:]: array for key, array in gradients.items() if key.startswith(("dW", "db"))}
    )


def vector_to_parameters(theta: Array, layers: Sequence[int] = LAYERS) -> dict[str, Array]:
    """Cut a column of parameters into the arrays W1, b1, W2, b2, ...

    Parameters
    ----------
    theta : ndarray, shape (n, 1) or (n,)
    layers : tuple of int
        Inputs, units of each hidden layer, outputs.

    Returns
    -------
    dict
        Copies, in the dtype of theta.

    Raises
    ------
    ValueError
        If the number of entries of theta is not the number of parameters of the layers.
    """
    shapes: dict[str, tuple[int, int]] = {}
    for layer, (n_in, n_out) in enumerate(pairwise(layers), start=1):
        shapes |= {f"W{layer}": (n_out, n_in), f"b{layer}": (n_out, 1)}
    ends = np.cumsum([rows * columns for rows, columns in shapes.values()])
    if np.size(theta) != ends[-1]:
        raise ValueError(f"theta has {np.size(theta)} entries; layers {layers} need {ends[-1]}")
    pieces = np.split(np.ravel(theta), ends[:-1])
    return {
        key: piece.reshape(shape).copy()
        for (key, shape), piece in zip(shapes.items(), pieces, strict=True)
    }


def vectors_to_parameters(vectors: Array, layers: Sequence[int] = LAYERS) -> dict[str, Array]:
    """Cut many vectors at once, for one forward pass of many networks on the same examples.

    Parameters
    ----------
    vectors : ndarray, shape (k, n)
        A vector of parameters in each row.
    layers : tuple of int
        Inputs, units of each hidden layer, outputs.

    Returns
    -------
    dict
        W1 of shape (k, n_1, n_0), b1 of shape (k, n_1, 1), ...: views where possible.
    """
    parameters, start = {}, 0
    for layer, (n_in, n_out) in enumerate(pairwise(layers), start=1):
        for key, columns in ((f"W{layer}", n_in), (f"b{layer}", 1)):
            end = start + n_out * columns
            parameters[key] = vectors[:, start:end].reshape(-1, n_out, columns)
            start = end
    return parameters
