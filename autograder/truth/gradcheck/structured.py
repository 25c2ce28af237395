r"""Every derivative of the network's cost from two passes, without cancellation or truncation.

A weight moves one row of one layer, and all weights of a row move the same unit. Between two
switches of a ReLU the logits are affine in that unit, so a step of the weight W[i, j] of a layer
moves the logit of an example by exactly

    x = step * slope[i] * A[j],

where A is what the layer is given and the slope is how far the logit goes when unit i goes by one:
one pass for all weights of all units. How far a unit may go before any ReLU behind it switches, the
room, is known by the same means, so each step is taken small enough.

What a moved logit does to the cost is computed as a change, never as a difference of two costs.
With r the probability that the network gives to the wrong label, and x counted towards that label,

    loss(z + x) - loss(z - x) = 2 (r x + r (1 - r) (1 - 2 r) x^3 / 6),

in which nothing cancels; what is left out is below x^4 / 120 of it, 1e-31 with the steps taken. The
sums of x and of x^3 over the examples are matrix products, since both factors stand apart. So
round-off does not grow as the step shrinks, and steps are so small that truncation is round-off.

Beside the network runs another one, whose inputs, weights and biases are the absolute values of
this one's. Its numbers bound what the sums of this one's are made of, and so their round-off, in
whatever order somebody sums up (Higham, Accuracy and Stability of Numerical Algorithms, 2002,
section 3.1). The two are rows of the same arrays: 0, the network; 1, its sizes; and a third row has
what belongs to x^3.
"""

from itertools import accumulate, pairwise, zip_longest

import numpy as np

from autograder.truth.gradcheck.estimates import CENTRAL, CORNER, UNDEFINED, Estimates

FARTHEST = 2.0**-24
"""How far a step may move a logit or a unit, 6e-8: x^2 / 6 is then near to a unit round-off."""

LARGEST = 1e100
"""A logit that a step of 1 could move farther leaves no room for its cube."""

UNIT = np.finfo(float).eps / 2

BACKWARD = 64
"""Round-offs that an honest backward pass makes in a sum, beside those of its forward pass."""

SMALLEST = 1e-280
"""Below it, numbers of double precision lose their digits."""

AT_ONCE = 2**15
"""Numbers that are worked on at the same time beside kinks: more would leave the cache."""


def derivatives(X, Y, parameters):
    """Return the central difference of the cost by every parameter, with its error bar.

    Parameters
    ----------
    X : ndarray, shape (n_0, m)
    Y : ndarray, shape (m,) or (1, m)
        Labels, 0 or 1.
    parameters : autograder.truth.gradcheck.parameters.Parameters
        W1, b1, W2, b2, ... in any order.

    Returns
    -------
    Estimates
        In the order of the parameters. CORNER where a unit that the parameter moves is on its kink,
        as far as round-off lets one tell; UNDEFINED everywhere if the weights are beyond 1e100.

    Raises
    ------
    ValueError
        If the logits aren't finite there.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        network = _Network(X, parameters)
        usual = network.step()
        if usual < FARTHEST / LARGEST:
            none = np.full(parameters.vector.size, np.nan)
            return Estimates(none, none, none, np.full(none.shape, UNDEFINED))
        near = network.nearest() <= 2 * FARTHEST + network.slack * network.largest
        if near:
            network.forward(near=True)
        value, error, cubic = network.sums(network.backward(Y), usual)
    error *= (UNIT * BACKWARD + network.slack) / network.m
    error += SMALLEST / usual
    step, how = np.full(value.shape, usual), np.full(value.shape, CENTRAL)
    if near:
        with np.errstate(divide="ignore", invalid="ignore"):
            _narrow(network, step)
        how[step == 0] = CORNER
        value[step == 0] = np.nan
        cubic *= (step / usual) ** 2
    value += cubic / usual
    value /= network.m
    return Estimates(value, error, step, how)


class _Layer:
    """A layer of n units that are given n_in numbers each: views of the network's arrays.

    Attributes
    ----------
    W, b : ndarray, shapes (2, n, n_in) and (2, n, 1)
    A : ndarray, shape (3, n_in, m)
        What it is given; in the third row, the cubes of that.
    Z : ndarray, shape (2, n, m)
        Pre-activations.
    on : ndarray, shape (n, m)
        Where a unit is on.
    slope : ndarray, shape (3, n, m)
        How far the logit goes, towards the wrong label, when a pre-activation goes by one; and what
        an honest backward pass sums up for it, without signs.
    """

    def __init__(self, W, b, A, Z, slope):
        self.W, self.b, self.A, self.Z, self.on, self.slope = W, b, A, Z, None, slope


class _Network:
    """The network and its sizes, and what passes over them find.

    Attributes
    ----------
    layers : list of _Layer
    arrays : list of (_Layer, str)
        For each of the parameter arrays its layer, and whether it is its "W" or its "b".
    m : int
        Examples.
    slack : float
        By how much a pre-activation may differ when somebody else sums it up, as a share of its
        size.
    largest : float
        The largest size of what a layer is given, and of the logits; 1 if they are smaller, as far
        as a bias moves its unit.
    """

    def __init__(self, X, parameters):
        arrays, (inputs, self.m) = parameters.cut(_with_sizes(parameters.vector)), X.shape
        Ws = [arrays[f"W{number}"] for number in range(1, len(arrays) // 2 + 1)]
        ends = [0, *accumulate((W.shape[1] for W in Ws), initial=inputs)]
        # One room, which the next network gets again; several would be given back and cleared.
        room = np.empty((8, ends[-1], self.m))
        self._A, self._Z, self._slope = room[:3, :-1], room[3:5, inputs:], room[5:, inputs:]
        self._A[0, :inputs] = X
        np.abs(X, out=self._A[1, :inputs])
        self.layers = [
            _Layer(W, arrays[f"b{number}"], A=room[:3, before:start], Z=room[3:5, start:end],
                   slope=room[5:, start:end])
            for number, (W, before, start, end)
            in enumerate(zip(Ws, ends, ends[1:], ends[2:], strict=False), start=1)
        ]
        self.arrays = [(self.layers[int(name[1:]) - 1], name[0]) for name in parameters.names]
        self.slack = UNIT * sum(W.shape[2] + 8 for W in Ws)
        self.forward()
        found = float(np.maximum.reduce(self._Z[1], axis=None))
        if not (np.isfinite(found) or np.isfinite(self._Z[0, -1]).all()):
            raise ValueError("the logits aren't finite at these parameters: nothing to compare")
        self.largest = max(1.0, found, float(np.maximum.reduce(self._A[1, :inputs], axis=None)))

    def forward(self, near=False):
        """Run both; with the sizes also of what is off by so little that others may have it on."""
        for layer, following in zip_longest(self.layers, self.layers[1:]):
            np.matmul(layer.W, layer.A[:2], out=layer.Z)
            layer.Z += layer.b
            layer.on = layer.Z[0] > 0
            if following is not None:
                np.multiply(layer.Z, layer.on, out=following.A[:2])
                if near:
                    Z, sizes = layer.Z
                    following.A[1] = sizes * (Z + self.slack * sizes > 0)

    def backward(self, Y):
        """Fill in the slopes, and return the probability of each wrong label, shape (m,)."""
        (logits, sizes), slope = self.layers[-1].Z, self.layers[-1].slope
        np.subtract(1, 2 * Y, out=slope[0])  # towards the wrong label is up
        wrong = 1 / (1 + np.exp(-slope[0] * logits))
        # Whoever computes A3 - Y makes an error of a unit round-off in examples with the label 1,
        # however sure the network is of them; an error of the logit is a relative one of `wrong`.
        np.maximum(wrong, Y, out=slope[1])
        slope[1] += wrong * np.minimum(sizes, 700 / self.slack)
        for layer, below in pairwise(reversed(self.layers)):
            np.matmul(layer.W.swapaxes(1, 2), layer.slope[:2], out=below.slope[:2])
            below.slope[:2] *= below.on
        return wrong[0]

    def sums(self, wrong, step):
        """For every parameter the sums over examples, shape (3, n): r x, sizes, and of x^3.

        The first is of x by step, the third the change that the step brings. Slopes are overwritten
        with the factors that they contribute.
        """
        slope, _, cubes = self._slope
        np.multiply(slope, step, out=cubes)
        cubes *= cubes * cubes * (wrong * (1 - wrong) * (1 - 2 * wrong) / 6)
        slope *= wrong
        np.multiply(self._A[0], self._A[0], out=self._A[2])
        self._A[2] *= self._A[0]
        found, end = np.empty((3, sum(layer.W[0].size + len(layer.on) for layer in self.layers))), 0
        for layer, kind in self.arrays:
            start, (_, units, columns) = end, layer.W.shape
            end += units * columns if kind == "W" else units
            place = found[:, start:end]
            if kind == "W":
                place = place.reshape(3, units, columns)
                np.matmul(layer.slope, layer.A.swapaxes(1, 2), out=place)
            else:
                np.add.reduce(layer.slope, axis=2, out=place)
        return found

    def nearest(self):
        """How near a hidden unit is to its kink."""
        return float(np.minimum.reduce(np.abs(self._Z[0, :-1]), axis=None, initial=np.inf))

    def step(self):
        """A step with which no parameter moves a unit, or the logit, farther than `FARTHEST`.

        Each layer moves at most by its largest weight times the number of units it is given times
        what these moved: a bound that is never too small and costs nothing.
        """
        moves = self.largest
        for layer in self.layers[1:]:
            scale = float(np.maximum.reduce(layer.W[1], axis=None))
            moves = max(moves, moves * scale * layer.W.shape[2])
        return FARTHEST / moves  # 0 where that bound is infinite


def _with_sizes(array):
    """An array and its absolute values, in one."""
    both = np.empty((2, *array.shape))
    both[0] = array
    np.abs(array, out=both[1])
    return both


def _narrow(network, step):
    """Write narrower steps where a ReLU would switch.

    They are half of what would switch one, and 0 where there is no room at all.
    """
    usual, rooms = step[0], [_room(layer, network.slack) for layer in network.layers[:-1]]
    strains = {id(layer): _strain(number, network.layers, rooms)
               for number, layer in enumerate(network.layers[:-1])}
    start = 0
    for layer, kind in network.arrays:
        inputs = np.abs(layer.A[0]) if kind == "W" else np.ones((1, network.m))
        strain = strains.get(id(layer), np.zeros((0, 1)))
        for unit in np.flatnonzero(strain.max(axis=1) * inputs.max() * 2 * usual > 1):
            # nan is 0 times infinity: a unit on its kink that is not moved.
            reach = np.fmax.reduce(strain[unit] * inputs, axis=1)
            close = np.flatnonzero(reach * 2 * usual > 1)
            step[start + unit * len(inputs) + close] = 0.5 / reach[close]
        start += len(layer.on) * len(inputs)


def _strain(number, layers, rooms):
    """1 / (how far Z of each unit of a hidden layer may go, in each example, until one switches).

    Its own switch, and where it is on, the switches of the hidden units behind it.
    """
    on, behind = layers[number].on, layers[number + 1 :]
    strain = np.zeros(on.shape)
    width = max(1, AT_ONCE // (on.shape[1] * max(len(layer.on) for layer in behind)))
    for start in range(0, len(on), width):
        units = slice(start, start + width)
        reach = behind[0].W[0][:, units, np.newaxis]
        for layer, following, room in zip(behind, behind[1:], rooms[number + 1 :], strict=False):
            # nan is 0 / 0: a unit that sits on its kink, but is not moved.
            strains = np.fmax.reduce(np.abs(reach) / room[:, np.newaxis])
            np.fmax(strain[units], strains, out=strain[units])
            reach = np.einsum("qk,kie->qie", following.W[0], layer.on[:, np.newaxis] * reach)
    return np.maximum(np.where(on, strain, 0.0), 1 / rooms[number])


def _room(layer, slack):
    """|Z|, or 0 where round-off may decide on which side of the kink it is."""
    Z, sizes = layer.Z
    room = np.abs(Z)
    return np.where(room > slack * sizes, room, 0.0)
