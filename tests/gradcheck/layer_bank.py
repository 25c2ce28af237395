"""Twenty layers with hand-written backward passes, and classic bugs in them.

Each layer is a forward pass f(*inputs) and a vjp(upstream, *inputs), in numpy. A bug replaces the
vjp.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Function = Callable[..., Any]

EPSILON = 1e-5
"""What normalisations add to a variance."""


@dataclass(frozen=True)
class Layer:
    """A layer and inputs for it.

    Attributes
    ----------
    name : str
    f, vjp : callable
        As `gradcheck.check_vjp` takes them.
    inputs : callable
        ``inputs(rng)`` draws a tuple of inputs.
    """

    name: str
    f: Function
    vjp: Function
    inputs: Callable[[np.random.Generator], tuple[Any, ...]]


@dataclass(frozen=True)
class LayerBug:
    """A mistake in a layer's backward pass.

    Attributes
    ----------
    name, layer : str
    vjp : callable
    hides_from_ones : bool
        Whether it does not show with an upstream gradient of ones.
    """

    name: str
    layer: str
    vjp: Function
    hides_from_ones: bool


LAYERS: dict[str, Layer] = {}
BUGS: dict[str, LayerBug] = {}


def _normal(*shapes: tuple[int, ...]) -> Callable[[np.random.Generator], tuple[Any, ...]]:
    return lambda rng: tuple(rng.standard_normal(shape) for shape in shapes)


def _layer(f: Function, vjp: Function, inputs: Any) -> None:
    LAYERS[f.__name__] = Layer(f.__name__, f, vjp, inputs)


def _bug(layer: str, hides_from_ones: bool = False) -> Any:
    def add(vjp: Function) -> Function:
        BUGS[vjp.__name__] = LayerBug(vjp.__name__, layer, vjp, hides_from_ones)
        return vjp

    return add


# Linear maps and biases.


def linear(x: Array, W: Array, b: Array) -> Array:
    return x @ W.T + b


def linear_vjp(u: Array, x: Array, W: Array, b: Array) -> tuple[Array, ...]:
    return u @ W, u.T @ x, u.sum(axis=0)


_layer(linear, linear_vjp, _normal((4, 3), (3, 3), (3,)))


@_bug("linear")
def linear_without_the_transpose(u: Array, x: Array, W: Array, b: Array) -> tuple[Array, ...]:
    return u @ W.T, u.T @ x, u.sum(axis=0)


@_bug("linear")
def linear_with_the_mean_of_the_bias(u: Array, x: Array, W: Array, b: Array) -> tuple[Array, ...]:
    return u @ W, u.T @ x, u.mean(axis=0)


def add_bias(x: Array, b: Array) -> Array:
    return x + b


def add_bias_vjp(u: Array, x: Array, b: Array) -> tuple[Array, ...]:
    return u, u.sum(axis=0)


_layer(add_bias, add_bias_vjp, _normal((4, 4), (4,)))


@_bug("add_bias", hides_from_ones=True)
def bias_summed_over_the_wrong_axis(u: Array, x: Array, b: Array) -> tuple[Array, ...]:
    return u, u.sum(axis=1)


def residual(x: Array, W: Array, scale: Array) -> Array:
    return x + scale * np.tanh(x @ W)


def residual_vjp(u: Array, x: Array, W: Array, scale: Array) -> tuple[Array, ...]:
    a = np.tanh(x @ W)
    z = u * scale * (1 - a**2)
    return u + z @ W.T, x.T @ z, np.sum(u * a)


_layer(residual, residual_vjp, _normal((4, 3), (3, 3), ()))


@_bug("residual")
def residual_without_the_skip(u: Array, x: Array, W: Array, scale: Array) -> tuple[Array, ...]:
    dx, dW, dscale = residual_vjp(u, x, W, scale)
    return dx - u, dW, dscale


# Activations.


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def relu_vjp(u: Array, x: Array) -> Array:
    return u * (x > 0)


_layer(relu, relu_vjp, _normal((4, 5)))


@_bug("relu", hides_from_ones=True)
def relu_by_the_sign_of_the_upstream(u: Array, x: Array) -> Array:
    """Guided backpropagation, which is a picture, not a gradient."""
    return u * (x > 0) * (u > 0)


ROOT = np.sqrt(2 / np.pi)


def gelu_tanh(x: Array) -> Array:
    return 0.5 * x * (1 + np.tanh(ROOT * (x + 0.044715 * x**3)))


def gelu_tanh_vjp(u: Array, x: Array) -> Array:
    t = np.tanh(ROOT * (x + 0.044715 * x**3))
    return u * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * ROOT * (1 + 3 * 0.044715 * x**2))


_layer(gelu_tanh, gelu_tanh_vjp, _normal((3, 5)))


def gelu_sigmoid(x: Array) -> Array:
    return x / (1 + np.exp(-1.702 * x))


def gelu_sigmoid_vjp(u: Array, x: Array) -> Array:
    s = 1 / (1 + np.exp(-1.702 * x))
    return u * (s + 1.702 * x * s * (1 - s))


_layer(gelu_sigmoid, gelu_sigmoid_vjp, _normal((3, 5)))


@_bug("gelu_sigmoid")
def gelu_forward_by_sigmoid_backward_by_tanh(u: Array, x: Array) -> Array:
    return gelu_tanh_vjp(u, x)


# Softmax and its costs.


def softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_vjp(u: Array, x: Array) -> Array:
    p = softmax(x)
    return p * (u - np.sum(p * u, axis=-1, keepdims=True))


_layer(softmax, softmax_vjp, _normal((3, 4)))


@_bug("softmax", hides_from_ones=True)
def softmax_with_a_plain_mean(u: Array, x: Array) -> Array:
    return softmax(x) * (u - u.mean(axis=-1, keepdims=True))


@_bug("softmax")
def softmax_by_its_diagonal(u: Array, x: Array) -> Array:
    p = softmax(x)
    return u * p * (1 - p)


def cross_entropy(x: Array, labels: Array) -> Any:
    shifted = x - x.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(logs[np.arange(len(x)), labels])


def cross_entropy_vjp(u: Any, x: Array, labels: Array) -> tuple[Array, None]:
    p = softmax(x)
    p[np.arange(len(x)), labels] -= 1
    return u * p / len(x), None


_layer(
    cross_entropy,
    cross_entropy_vjp,
    lambda rng: (rng.standard_normal((4, 3)), rng.integers(0, 3, 4)),
)


@_bug("cross_entropy", hides_from_ones=True)
def cross_entropy_that_ignores_its_upstream(u: Any, x: Array, labels: Array) -> Any:
    return cross_entropy_vjp(1.0, x, labels)


# Normalisations.


def layer_norm(x: Array, gamma: Array, beta: Array) -> Array:
    return gamma * _normed(x, -1)[0] + beta


def layer_norm_vjp(u: Array, x: Array, gamma: Array, beta: Array) -> tuple[Array, ...]:
    normed, spread = _normed(x, -1)
    return _back_through_norm(u * gamma, normed, spread, -1), (u * normed).sum(0), u.sum(0)


def _normed(x: Array, axis: int) -> tuple[Array, Array]:
    """x without its mean, in units of its spread; and the spread."""
    spread = np.sqrt(x.var(axis=axis, keepdims=True) + EPSILON)
    return (x - x.mean(axis=axis, keepdims=True)) / spread, spread


def _back_through_norm(u: Array, normed: Array, spread: Array, axis: int) -> Array:
    shift, scale = (each.mean(axis=axis, keepdims=True) for each in (u, u * normed))
    return (u - shift - normed * scale) / spread


_layer(layer_norm, layer_norm_vjp, _normal((3, 5), (5,), (5,)))


@_bug("layer_norm")
def layer_norm_without_the_variance_path(
    u: Array, x: Array, gamma: Array, beta: Array
) -> tuple[Array, ...]:
    normed, spread = _normed(x, -1)
    v = u * gamma
    return (v - v.mean(axis=-1, keepdims=True)) / spread, (u * normed).sum(0), u.sum(0)


def batch_norm(x: Array, gamma: Array, beta: Array) -> Array:
    return gamma * _normed(x, 0)[0] + beta


def batch_norm_vjp(u: Array, x: Array, gamma: Array, beta: Array) -> tuple[Array, ...]:
    normed, spread = _normed(x, 0)
    return _back_through_norm(u * gamma, normed, spread, 0), (u * normed).sum(0), u.sum(0)


_layer(batch_norm, batch_norm_vjp, _normal((5, 3), (3,), (3,)))


def fixed_batch_norm(x: Array, gamma: Array, beta: Array, mean: Array, variance: Array) -> Array:
    """In evaluation mode, with the mean and the variance of the training."""
    return gamma * (x - mean) / np.sqrt(variance + EPSILON) + beta


def fixed_batch_norm_vjp(
    u: Array, x: Array, gamma: Array, beta: Array, mean: Array, variance: Array
) -> tuple[Array, ...]:
    spread = np.sqrt(variance + EPSILON)
    dx, normed = u * gamma / spread, (x - mean) / spread
    dvariance = -0.5 * np.sum(u * gamma * normed, axis=0) / (variance + EPSILON)
    return dx, (u * normed).sum(0), u.sum(0), -dx.sum(0), dvariance


_layer(
    fixed_batch_norm,
    fixed_batch_norm_vjp,
    lambda rng: (*_normal((5, 3), (3,), (3,), (3,))(rng), rng.uniform(0.5, 2, 3)),
)


@_bug("batch_norm")
def batch_norm_of_evaluation_mode(
    u: Array, x: Array, gamma: Array, beta: Array
) -> tuple[Array, ...]:
    return fixed_batch_norm_vjp(u, x, gamma, beta, x.mean(axis=0), x.var(axis=0))[:3]


@_bug("batch_norm", hides_from_ones=True)
def batch_norm_with_another_variance(
    u: Array, x: Array, gamma: Array, beta: Array
) -> tuple[Array, ...]:
    """With m - 1 in the backward pass, and m in the forward pass."""
    normed, spread = _normed(x, 0)
    v, m = u * gamma, len(x)
    scale = (v * normed).sum(axis=0) / (m - 1)
    return (v - v.mean(axis=0) - normed * scale) / spread, (u * normed).sum(0), u.sum(0)


def rms_norm(x: Array, gamma: Array) -> Array:
    return gamma * x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + EPSILON)


def rms_norm_vjp(u: Array, x: Array, gamma: Array) -> tuple[Array, ...]:
    size = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + EPSILON)
    v, normed = u * gamma, x / size
    dx = (v - normed * np.mean(v * normed, axis=-1, keepdims=True)) / size
    return dx, (u * normed).sum(axis=0)


_layer(rms_norm, rms_norm_vjp, _normal((3, 5), (5,)))


@_bug("rms_norm")
def rms_norm_with_a_sum(u: Array, x: Array, gamma: Array) -> tuple[Array, ...]:
    """The sum over the features in place of the mean, in the backward pass only."""
    size = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + EPSILON)
    v, normed = u * gamma, x / size
    dx = (v - normed * np.sum(v * normed, axis=-1, keepdims=True)) / size
    return dx, (u * normed).sum(axis=0)


def unit_length(x: Array) -> Array:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def unit_length_vjp(u: Array, x: Array) -> Array:
    size = np.linalg.norm(x, axis=-1, keepdims=True)
    y = x / size
    return (u - y * np.sum(u * y, axis=-1, keepdims=True)) / size


_layer(unit_length, unit_length_vjp, _normal((3, 4)))


@_bug("unit_length")
def unit_length_with_a_fixed_length(u: Array, x: Array) -> Array:
    return u / np.linalg.norm(x, axis=-1, keepdims=True)


# Pools and convolutions.


def max_pool(x: Array) -> Array:
    """Of each two neighbours, the edges repeated: those are ties of one and the same number."""
    return _pairs(x).max(axis=-1)


def _pairs(x: Array) -> Array:
    return np.pad(x, ((0, 0), (1, 1)), mode="edge").reshape(len(x), -1, 2)


def max_pool_vjp(u: Array, x: Array) -> Array:
    pairs = _pairs(x)
    first = np.arange(2) == pairs.argmax(axis=-1, keepdims=True)
    return _without_edges((u[..., np.newaxis] * first).reshape(len(x), -1))


def _without_edges(dpadded: Array) -> Array:
    dx = dpadded[:, 1:-1].copy()
    dx[:, 0] += dpadded[:, 0]
    dx[:, -1] += dpadded[:, -1]
    return dx


_layer(max_pool, max_pool_vjp, _normal((3, 6)))


@_bug("max_pool")
def max_pool_that_sends_ties_twice(u: Array, x: Array) -> Array:
    pairs = _pairs(x)
    largest = pairs == pairs.max(axis=-1, keepdims=True)
    return _without_edges((u[..., np.newaxis] * largest).reshape(len(x), -1))


@_bug("max_pool", hides_from_ones=True)
def max_pool_that_mixes_up_its_windows(u: Array, x: Array) -> Array:
    """np.tile where np.repeat is meant."""
    pairs = _pairs(x)
    first = np.arange(2) == pairs.argmax(axis=-1, keepdims=True)
    return _without_edges(np.tile(u, 2) * first.reshape(len(x), -1))


def average_pool(x: Array) -> Array:
    return x.reshape(*x.shape[:-1], -1, 2).mean(axis=-1)


def average_pool_vjp(u: Array, x: Array) -> Array:
    return np.repeat(u, 2, axis=-1) / 2


_layer(average_pool, average_pool_vjp, _normal((3, 8)))


@_bug("average_pool")
def average_pool_that_forgets_its_size(u: Array, x: Array) -> Array:
    return np.repeat(u, 2, axis=-1)


def convolution(x: Array, w: Array) -> Array:
    return np.correlate(x, w, "valid")


def convolution_vjp(u: Array, x: Array, w: Array) -> tuple[Array, ...]:
    return np.convolve(u, w), np.correlate(x, u, "valid")


_layer(convolution, convolution_vjp, _normal((8,), (3,)))


@_bug("convolution")
def convolution_that_is_not_flipped(u: Array, x: Array, w: Array) -> tuple[Array, ...]:
    return np.correlate(u, w, "full"), np.correlate(x, u, "valid")


def convolution_2d(x: Array, w: Array, b: Array) -> Array:
    """Images (m, channels, rows, columns) and kernels (filters, channels, rows, columns)."""
    return np.einsum("mcijkl,fckl->mfij", _windows(x, w), w) + b[:, np.newaxis, np.newaxis]


def _windows(x: Array, w: Array) -> Array:
    return np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))


def convolution_2d_vjp(u: Array, x: Array, w: Array, b: Array) -> tuple[Array, ...]:
    dx, (rows, columns) = np.zeros_like(x), u.shape[2:]
    for k, row in enumerate(np.moveaxis(w, 2, 0)):
        for n, weights in enumerate(np.moveaxis(row, 2, 0)):
            dx[:, :, k : k + rows, n : n + columns] += np.einsum("mfij,fc->mcij", u, weights)
    return dx, np.einsum("mfij,mcijkl->fckl", u, _windows(x, w)), u.sum(axis=(0, 2, 3))


_layer(convolution_2d, convolution_2d_vjp, _normal((2, 2, 4, 4), (2, 2, 2, 2), (2,)))


@_bug("convolution_2d")
def convolution_2d_with_a_transposed_kernel(
    u: Array, x: Array, w: Array, b: Array
) -> tuple[Array, ...]:
    _, dw, db = convolution_2d_vjp(u, x, w, b)
    return convolution_2d_vjp(u, x, w.swapaxes(2, 3), b)[0], dw, db


# Tokens.


def embedding(table: Array, words: Array) -> Array:
    return table[words]


def embedding_vjp(u: Array, table: Array, words: Array) -> tuple[Array, None]:
    dtable = np.zeros_like(table)
    np.add.at(dtable, words, u)
    return dtable, None


_layer(
    embedding,
    embedding_vjp,
    lambda rng: (rng.standard_normal((4, 3)), np.array([0, 2, 2, 1])),
)


@_bug("embedding")
def embedding_that_overwrites(u: Array, table: Array, words: Array) -> tuple[Array, None]:
    dtable = np.zeros_like(table)
    dtable[words] = u
    return dtable, None


def attention(q: Array, k: Array, v: Array, hidden: Array) -> Array:
    """A single head; hidden marks the keys that a query does not see."""
    return _attended(q, k, hidden) @ v


def _attended(q: Array, k: Array, hidden: Array) -> Array:
    return softmax(np.where(hidden, -np.inf, q @ k.T / np.sqrt(q.shape[1])))


def attention_vjp(u: Array, q: Array, k: Array, v: Array, hidden: Array) -> tuple[Any, ...]:
    p = _attended(q, k, hidden)
    dp = u @ v.T
    ds = p * (dp - np.sum(p * dp, axis=1, keepdims=True)) / np.sqrt(q.shape[1])
    return ds @ k, ds.T @ q, p.T @ u, None


_layer(
    attention,
    attention_vjp,
    lambda rng: (*_normal((4, 3), (4, 3), (4, 2))(rng), np.triu(np.ones((4, 4), bool), 1)),
)


@_bug("attention")
def attention_without_the_transposed_softmax(
    u: Array, q: Array, k: Array, v: Array, hidden: Array
) -> tuple[Any, ...]:
    dq, dk, _, _ = attention_vjp(u, q, k, v, hidden)
    return dq, dk, _attended(q, k, hidden) @ u, None


@_bug("attention")
def attention_without_the_root_of_its_width(
    u: Array, q: Array, k: Array, v: Array, hidden: Array
) -> tuple[Any, ...]:
    dq, dk, dv, _ = attention_vjp(u, q, k, v, hidden)
    return dq * np.sqrt(q.shape[1]), dk * np.sqrt(q.shape[1]), dv, None


def dropout(x: Array, kept: Array) -> Array:
    return x * kept / 0.5


def dropout_vjp(u: Array, x: Array, kept: Array) -> tuple[Array]:
    return (u * kept / 0.5,)


_layer(
    dropout,
    dropout_vjp,
    lambda rng: (rng.standard_normal((3, 4)), np.arange(12).reshape(3, 4) % 3 > 0),
)


@_bug("dropout")
def dropout_with_its_mask_twice(u: Array, x: Array, kept: Array) -> tuple[Array]:
    return (u * (kept / 0.5) ** 2,)


def gru_cell(x: Array, h: Array, W: Array, U: Array) -> Array:
    """The next state; W and U hold the rows of the update gate, the reset gate and the rest."""
    z, _, _, n = _gates(x, h, W, U)
    return (1 - z) * n + z * h


def _gates(x: Array, h: Array, W: Array, U: Array) -> tuple[Array, ...]:
    (a, b, c), (d, e, f) = np.split(W @ x, 3), np.split(U @ h, 3)
    z, r = 1 / (1 + np.exp(-a - d)), 1 / (1 + np.exp(-b - e))
    return z, r, f, np.tanh(c + r * f)


def gru_cell_vjp(u: Array, x: Array, h: Array, W: Array, U: Array) -> tuple[Array, ...]:
    z, r, f, n = _gates(x, h, W, U)
    dz, dn = u * (h - n) * z * (1 - z), u * (1 - z) * (1 - n**2)
    dr = dn * f * r * (1 - r)
    into_W, into_U = np.concatenate([dz, dr, dn]), np.concatenate([dz, dr, dn * r])
    return W.T @ into_W, u * z + U.T @ into_U, np.outer(into_W, x), np.outer(into_U, h)


_layer(gru_cell, gru_cell_vjp, _normal((2,), (3,), (9, 2), (9, 3)))


@_bug("gru_cell")
def gru_cell_without_the_path_through_its_reset_gate(
    u: Array, x: Array, h: Array, W: Array, U: Array
) -> tuple[Array, ...]:
    z, r, _, n = _gates(x, h, W, U)
    dz, dn = u * (h - n) * z * (1 - z), u * (1 - z) * (1 - n**2)
    into_W, into_U = (np.concatenate([dz, 0 * dn, each]) for each in (dn, dn * r))
    return W.T @ into_W, u * z + U.T @ into_U, np.outer(into_W, x), np.outer(into_U, h)
