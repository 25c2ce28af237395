r"""Every derivative of the network's cost from a few passes over units, and without cancellation.

A weight moves one row of one layer, and all weights of a row move the same unit. Between two
switches of a ReLU the logits are affine in that unit, so a step of the weight W[i, j] of a layer
moves the logit of an example by exactly

    d = step * A[j] * slope[i],

where A is what the layer is given and the slope is how far the logit goes when unit i goes by one:
one pass for all weights of all units, and no second forward pass. How far a unit may go before any
ReLU behind it switches, the room, is known by the same means, so each step is taken small enough.

What a moved logit does to the cost is computed as a change, never as a difference of two costs.
With r the probability that the network gives to the wrong label, and x = d or -d as the step goes
to or from that label,

    loss(z + d) - loss(z - d) = 2 artanh(2 r t / (1 - (1 - 2 r) t^2)),    t = tanh(x / 2),

in which nothing cancels. So round-off does not grow as the step shrinks, and the step is chosen so
small that no truncation is left either.
"""

import math
from itertools import pairwise

import numpy as np

from autograder.truth.gradcheck.estimates import CENTRAL, CORNER, UNDEFINED, Estimates
from autograder.truth.network import pre_activations

FARTHEST = 2.0**-24
"""How far a step may move a logit, 6e-8: what it truncates is then below a unit round-off."""

LARGEST = 1e130
"""A logit that a step of 1 could move farther leaves no step that is a normal number."""

UNIT = np.finfo(float).eps / 2

ROUND_OFF = 64 * UNIT
"""The error that an honest backward pass, or this, makes in a sum, as a share of its terms."""

SMALLEST = 1e-280
"""Below it, numbers of double precision lose their digits."""

AT_ONCE = 2**15
"""Numbers that are worked on at the same time: more would leave the processor's cache."""


def derivatives(X, Y, parameters):
    """Return the central difference of the cost by every parameter, with its error bar.

    Parameters
    ----------
    X : ndarray, shape (n_0, m)
    Y : ndarray, shape (m,) or (1, m)
        Labels, 0 or 1.
    parameters : dict
        W1, b1, W2, b2, ... in float64, in any order.

    Returns
    -------
    Estimates
        In the order of the dict. CORNER where a unit that the parameter moves is on its kink, as
        far as round-off lets one tell; UNDEFINED everywhere if the weights are beyond 1e130.

    Raises
    ------
    ValueError
        If the logits aren't finite there.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        Zs, inputs = pre_activations(X, parameters)
    if not np.isfinite(Zs[-1]).all():
        raise ValueError("the logits aren't finite at these parameters: nothing to compare")
    layers, slack = [], None
    for number, (Z, A) in enumerate(zip(Zs, inputs, strict=True), start=1):
        layers.append(_Layer(parameters[f"W{number}"], parameters[f"b{number}"], Z, A, slack))
        slack = np.where(-layers[-1].slack < Z, layers[-1].slack, 0.0)
    step, may_switch = _step(layers)
    if step < FARTHEST / LARGEST:
        none = np.full(sum(array.size for array in parameters.values()), np.nan)
        return Estimates(none, none, none, np.full(none.shape, UNDEFINED))
    wrong = _backwards(layers, np.reshape(Y, Zs[-1].shape) > 0)
    arrays = [(layers[int(name[1:]) - 1], name[0] == "W") for name in parameters]
    value = _quotients_of(arrays, wrong, step)
    error = np.concatenate([layer.terms(weights) for layer, weights in arrays])
    error *= ROUND_OFF / X.shape[1]
    error += SMALLEST / step
    step, how = np.full(value.shape, step), np.full(value.shape, CENTRAL)
    if may_switch:
        with np.errstate(divide="ignore", invalid="ignore"):
            _narrow(arrays, layers, wrong, value, step)
        how[step == 0] = CORNER
    return Estimates(value, error, step, how)


class _Layer:
    """What is known of a layer of n units that are given n_in numbers each.

    Attributes
    ----------
    W, Z, A : ndarray, shapes (n, n_in), (n, m) and (n_in, m)
        Weights, pre-activations, and what the layer is given.
    scales, sizes : ndarray
        The absolute values of W; and of A, with its round-off in units of `ROUND_OFF`.
    scale, largest : float
        The largest of |W|; and of |A| and the 1 by which a bias moves its unit.
    slack : ndarray, shape (n, m)
        By how much Z may differ when somebody else sums it up, here and in the layers before.
    slope, share : ndarray, shape (n, m)
        How far the logit goes, towards the wrong label, when a pre-activation goes by one; and what
        an honest backward pass sums up for it, without signs.
    """

    def __init__(self, W, b, Z, A, slack):
        self.W, self.Z, self.A = W, Z, A
        self.scales, self.sizes = np.abs(W), np.abs(A)
        self.scale = float(np.maximum.reduce(self.scales, axis=None))
        self.largest = max(float(np.maximum.reduce(self.sizes, axis=None)), 1.0)
        with np.errstate(over="ignore"):
            self.slack = (self.scales @ self.sizes + np.abs(b)) * ((len(A) + 8) * UNIT)
            if slack is not None:
                self.slack += self.scales @ slack
                self.sizes = self.sizes + slack / ROUND_OFF
        self.slope = self.share = None

    def moves(self, weights, units=slice(None), room=None):
        """How fast each weight, or each bias, of some units moves the logits: shape (k, m)."""
        slope, (columns, m) = self.slope[units], self.A.shape
        if not weights:
            return slope if room is None else np.copy(slope)
        if room is not None:
            room = room[: slope.size * columns].reshape(len(slope), columns, m)
        return np.multiply(slope[:, np.newaxis], self.A, out=room).reshape(-1, m)

    def terms(self, weights):
        """What an honest backward pass sums up for each weight, or bias, in one row."""
        if weights:
            return (self.share @ self.sizes.T).ravel()
        return np.add.reduce(self.share, axis=1)


def _backwards(layers, ones):
    """Fill in slopes and shares, and return the probability of each wrong label, shape (1, m)."""
    # Towards the wrong label is up.
    slope = np.where(ones, -1.0, 1.0)
    wrong = np.exp(-np.logaddexp(0, -slope * layers[-1].Z))
    # Whoever computes A3 - Y makes an error of a unit round-off in examples with the label 1,
    # however sure the network is of them; and an error of the logit is a relative one of `wrong`.
    share = np.where(ones, 1.0, wrong) + wrong * (np.minimum(layers[-1].slack, 700) / ROUND_OFF)
    for layer, below in zip(reversed(layers), [*reversed(layers[:-1]), None], strict=True):
        layer.slope, layer.share = slope, share
        if below is not None:
            on = below.Z > 0
            slope, share = layer.W.T @ slope * on, layer.scales.T @ share * on
    return wrong


def _quotients_of(arrays, wrong, step):
    """(J(theta + step) - J(theta - step)) / (2 step) for all weights and biases, shape (n,)."""
    if sum(layer.W.size for layer, weights in arrays if weights) * wrong.size <= AT_ONCE:
        moves = np.concatenate([layer.moves(weights) for layer, weights in arrays])
        return _quotients(moves, wrong, step)
    longest = max(layer.W.shape[1] for layer, weights in arrays) * wrong.size
    rooms = np.empty((2, max(AT_ONCE, longest)))  # used again, so that they stay in the cache
    return np.concatenate([
        _quotients(layer.moves(weights, units, rooms[0]), wrong, step, rooms[1])
        for layer, weights in arrays for units in _portions(*layer.W.shape, wrong.size)
    ])


def _quotients(moves, wrong, step, room=None):
    """The difference quotients for parameters that move the logits as fast as this, shape (k, m).

    The moves are overwritten. A step is a number, or of shape (k, 1).
    """
    moves *= step / 2
    t = np.tanh(moves, out=moves)
    below = np.multiply(t, t, out=None if room is None else room[: t.size].reshape(t.shape))
    below *= 2 * wrong - 1
    below += 1
    t *= 2 * wrong
    t /= below
    # arctanh gives half of the change, the step is half of the way between the two ends.
    return np.add.reduce(np.arctanh(t, out=t), axis=1) / (np.ravel(step) * wrong.size)


def _step(layers):
    """The step for this network, and whether a ReLU is so near that some need one of their own.

    Each layer moves at most by its largest entry times the number of units it is given times what
    these moved: a bound that is never too small and costs nothing.
    """
    nearest = [float(np.minimum.reduce(np.abs(layer.Z), axis=None)) for layer in layers[:-1]]
    farthest, moves = [0.0] * len(layers), 0.0
    for number, layer in enumerate(layers):
        moves = max(layer.largest, moves * layer.scale * len(layer.A))
        farthest[number] = moves
    step = FARTHEST / moves  # 0 where that bound is infinite
    rooms = zip(nearest, farthest, layers, strict=False)
    return step, any(max(2 * step * far, float(np.maximum.reduce(layer.slack, axis=None))) >= Z
                     for Z, far, layer in rooms)


def _narrow(arrays, layers, wrong, value, step):
    """Write narrower steps, and the quotients with them, where a ReLU would switch.

    A step is half of what would switch one, and 0 where there is no room at all; there the quotient
    is nan.
    """
    usual = step[0]
    strains = {id(layer): _strain(number, layers) for number, layer in enumerate(layers[:-1])}
    start = 0
    for layer, weights in arrays:
        columns = layer.W.shape[1] if weights else 1
        strain = strains.get(id(layer), np.zeros((0, 1)))
        inputs = layer.A if weights else np.ones((1, wrong.size))
        for unit in np.flatnonzero(strain.max(axis=1) * layer.largest * 2 * usual > 1):
            # nan is 0 times infinity: a unit on its kink that is not moved.
            reach = np.fmax.reduce(strain[unit] * np.abs(inputs), axis=1)
            close = np.flatnonzero(reach * 2 * usual > 1)
            rows, narrow = start + unit * columns + close, (0.5 / reach[close])[:, np.newaxis]
            value[rows] = _quotients(layer.slope[unit] * inputs[close], wrong, narrow)
            step[rows] = narrow[:, 0]
        start += len(layer.W) * columns


def _strain(number, layers):
    """1 / (how far Z of each unit of a hidden layer may go, in each example, until one switches).

    Its own switch, and where it is on, the switches of the hidden units behind it.
    """
    Z, behind = layers[number].Z, layers[number + 1 :]
    strain = np.zeros(Z.shape)
    for units in _portions(len(Z), Z.shape[1], max(len(layer.Z) for layer in behind)):
        reach = behind[0].W[:, units, np.newaxis]
        for layer, next_layer in pairwise(behind):
            # nan is 0 / 0: a unit that sits on its kink, but is not moved.
            strains = np.fmax.reduce(np.abs(reach) / _room(layer)[:, np.newaxis])
            np.fmax(strain[units], strains, out=strain[units])
            reach = np.einsum("qk,kie->qie", next_layer.W, (layer.Z > 0)[:, np.newaxis] * reach)
    return np.maximum(np.where(Z > 0, strain, 0.0), 1 / _room(layers[number]))


def _room(layer):
    """|Z|, or 0 where round-off may decide on which side of the kink it is."""
    room = np.abs(layer.Z)
    return np.where(room > layer.slack, room, 0.0)


def _portions(count, *sizes):
    """Slices of so many things that each portion holds at most AT_ONCE numbers, or one thing."""
    width = max(1, AT_ONCE // math.prod(sizes))
    return (slice(start, start + width) for start in range(0, count, width))
