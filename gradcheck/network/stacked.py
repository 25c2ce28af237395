"""The network and its absolute values in the same arrays: three rows that every pass fills at once.

Row 0 is the network. Row 1 is the network whose inputs, weights and biases are the absolute values
of those in row 0: its numbers bound the terms of the sums in row 0, and so their round-off, in any
order of summation (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1).
Row 2 holds the cubes that `structured` needs of both factors of a change.

Biases are the last column of their layer's weights, whose input is a 1; each hidden layer has one
more unit that passes this 1 on. For a small network most time is spent on calling numpy, not on the
numbers, so every array and every view is made once and reused for networks of the same shape.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from gradcheck.parameters import Floats, Integers

ROUND_OFF, ROUND_OFF_SINGLE = (float(np.finfo(kind).eps) / 2 for kind in (float, np.float32))

ONE, ZERO = np.array(1.0), np.array(0.0)
"""Numbers that numpy does not have to convert at every call."""

UNKNOWN = 0.1
"""A logit error above this may change a probability by more than its derivative says."""

BACKWARD = 64
"""How many round-offs a correct backward pass makes in a sum, besides those of the forward pass."""

KEPT = 2**21
"""A network with at most this many numbers is kept for the next one of its shape: 16 MB."""

AT_ONCE = 2**12
"""Up to this many products of a unit and an input, one product of all is faster than a product for
each layer."""


class Examples:
    """The data that all networks are given.

    Parameters
    ----------
    X : ndarray of float, shape (n_0, m)
    Y : ndarray of float, shape (m,) or (1, m)
        Labels, 0 or 1.

    Attributes
    ----------
    given : ndarray, shape (2, n_0 + 1, m)
        X and a row of ones, and their absolute values.
    Y, right, wrong : ndarray, shape (m,)
        The labels; the direction in which the logits should go, 1 or -1; and the opposite one.
    largest : float
        The largest entry of `given`: at least 1, and NaN or infinite if one of them is.
    """

    def __init__(self, X: Floats, Y: Floats) -> None:
        inputs, m = X.shape
        self.given = np.empty((2, inputs + 1, m))
        self.given[0, :-1] = X
        self.given[0, -1] = 1
        np.abs(self.given[0], out=self.given[1])
        self.Y = Y.reshape(m)
        self.right = 2 * self.Y - ONE
        self.wrong = -self.right
        sizes = self.given[1].reshape(-1)
        self.largest = float(sizes[sizes.argmax()])


class StackedLayer:
    """A layer of h units with c inputs each: views of the network's arrays.

    Attributes
    ----------
    W : ndarray, shape (2, h, c)
        Weights, with the biases in the last column; in a hidden layer, the last row passes the 1
        on.
    A : ndarray, shape (3, c, m)
        The inputs.
    Z : ndarray, shape (2, h, m)
        Pre-activations.
    on : ndarray, shape (h, m)
        1 where a unit is on, above zero, and 0 where it is off.
    maybe : ndarray, shape (h, m)
        The same near kinks, with a 1 also where another order of summation may have it on.
    slope : ndarray, shape (3, h, m)
        How far the logit moves, towards the wrong label, when a pre-activation moves by one; and
        the same sum of absolute values, which bounds the round-off of a correct backward pass.
    place : slice
        Where the weights are among the weights of all layers.
    """

    def __init__(self, W: Floats, A: Floats, Z: Floats, slope: Floats, place: slice) -> None:
        self.W, self.A, self.Z, self.slope, self.place = W, A, Z, slope, place
        self.on = self.maybe = np.empty(Z[0].shape)
        # The same arrays again, in the form that the passes use.
        self.W_up, self.A_two, self.Z_own, self.slope_two = (
            W.swapaxes(1, 2),
            A[:2],
            Z[0],
            slope[:2],
        )


class StackedNetwork:
    """All arrays of a network of some shape, which the passes fill.

    Parameters
    ----------
    names, shapes : tuple
        The names and shapes of the parameters W1, b1, W2, b2, ... in any order.
    m : int
        The number of examples.

    Attributes
    ----------
    layers : list of StackedLayer
    inside : ndarray of int, shape (n,)
        Where every parameter is among the weights of all layers.
    slack : float
        By how much a pre-activation may differ with another order of summation, as a share of its
        size.
    largest : float
        The largest absolute value among the inputs of the layers and the logits, and at least 1;
        NaN or infinite if one of them is.
    size : int
        How many numbers its arrays have.
    """

    def __init__(self, names: tuple[str, ...], shapes: tuple[tuple[int, ...], ...], m: int) -> None:
        by_name = dict(zip(names, shapes, strict=True))
        wide = [by_name[f"W{number}"][1] + 1 for number in range(1, len(names) // 2 + 1)]
        high = [*wide[1:], 1]
        ends = [*accumulate(h * c for h, c in zip(high, wide, strict=True))]
        places = [slice(start, end) for start, end in pairwise([0, *ends])]
        rows = [*accumulate(wide, initial=0), sum(wide) + 1]
        room = np.zeros((8, rows[-1], m))
        A, slope, Z = room[:6:2], room[1:6:2], room[6:]
        self._A, self._slope, self._Z = A[:, :-1], slope[:, wide[0] :], Z[:, wide[0] :]
        self._factors, self._cubes = room[:2], room[4:6]
        self._weights = np.zeros((2, ends[-1]))
        self.layers = [
            StackedLayer(
                self._weights[:, place].reshape(2, h, c),
                A[:, start:middle],
                Z[:, middle:end],
                slope[:, middle:end],
                place,
            )
            for h, c, place, start, middle, end in zip(
                high, wide, places, rows, rows[1:], rows[2:], strict=False
            )
        ]
        for layer in self.layers[:-1]:
            layer.W[:, -1, -1] = 1
        self.inside = np.concatenate([self._of(name, places, wide) for name in names])
        self._sums, self._m, self._share = sum(c + 7 for c in wide), m, np.array(1 / m)
        self.compare_in(ROUND_OFF)
        # Where the weights of a layer begin, and where its 1 is, which is not a weight.
        self._bounds = [
            bound
            for end, place in zip(ends, places, strict=True)
            for bound in (place.start, end - 1)
        ][:-1]
        self._views()
        self._products()
        self.size = room.size + self._weights.size + self._found.size

    @staticmethod
    def _of(name: str, places: Sequence[slice], wide: Sequence[int]) -> Integers:
        """Where the entries of a parameter are among all weights."""
        number = int(name[1:]) - 1
        grid = np.arange(places[number].start, places[number].stop).reshape(-1, wide[number])
        units = grid if number == len(wide) - 1 else grid[:-1]
        return (units[:, :-1] if name[0] == "W" else units[:, -1]).ravel()

    def _views(self) -> None:
        """Views of what the passes use."""
        self._own, self._sizes = self._weights
        self._X = self.layers[0].A_two
        self._Z_sizes, self._hidden = self._Z[1].reshape(-1), self._Z[0, :-1].reshape(-1)
        self._distances = np.empty(self._hidden.shape)
        self._logits, self._logit_sizes = self._Z[:, -1]
        self._towards, self._towards_sizes = self._slope[0, -1], self._slope[1, -1]
        self._steps = [(layer, following.A_two) for layer, following in pairwise(self.layers)]
        self._back = [(layer, below) for below, layer in [*pairwise(self.layers)][::-1]]
        self._slope_own, self._slope_cubes = self._slope[0], self._slope[2]

    def _products(self) -> None:
        """What is multiplied for the sums, and where every parameter is in the products."""
        high, wide = self._slope.shape[1], self._A.shape[1]
        if high * wide > AT_ONCE:
            self._found = np.empty((3, self._weights.shape[1]))
            self._where = self.inside
            self._pairs = [
                (
                    layer.slope,
                    layer.A.swapaxes(1, 2),
                    self._found[:, layer.place].reshape(3, *layer.W.shape[1:]),
                )
                for layer in self.layers
            ]
            return
        self._found = np.empty((3, high * wide))
        self._pairs = [(self._slope, self._A.swapaxes(1, 2), self._found.reshape(3, high, wide))]
        all_with_all = np.arange(high * wide).reshape(high, wide)
        top = left = 0
        where = []
        for layer in self.layers:
            _, h, c = layer.W.shape
            where.append(all_with_all[top : top + h, left : left + c].ravel())
            top, left = top + h, left + c
        self._where = np.concatenate(where)[self.inside]

    def compare_in(self, unit: float) -> None:
        """Set the unit round-off to expect: ROUND_OFF or ROUND_OFF_SINGLE."""
        self.unit, self.slack = unit, unit * self._sums
        self._slacks = np.array((unit * BACKWARD + self.slack) / self._m)

    def fill(self, vector: Floats, examples: Examples) -> None:
        """Fill in the parameters, shape (n,), and run the forward pass."""
        self._own[self.inside] = vector
        np.abs(self._own, out=self._sizes)
        self._X[...] = examples.given
        self.forward()
        largest = float(self._Z_sizes[self._Z_sizes.argmax()])  # as .max(), in a third of its time
        more = largest > examples.largest or largest != largest
        self.largest = largest if more else examples.largest

    def forward(self, near: bool = False) -> None:
        """Run both forward passes; near kinks, a unit that is barely off counts as on in row 1."""
        for layer, following in self._steps:
            np.matmul(layer.W, layer.A_two, out=layer.Z)
            np.heaviside(layer.Z_own, ZERO, out=layer.on)
            np.multiply(layer.Z, layer.on, out=following)
            if near:
                Z, sizes = layer.Z
                layer.maybe = (Z + self.slack * sizes > 0).astype(float)
                following[1] = sizes * layer.maybe
        last = self.layers[-1]
        np.matmul(last.W, last.A_two, out=last.Z)

    def finite(self) -> bool:
        """Whether the logits are finite."""
        return bool(np.isfinite(self._logits).all())

    def nearest(self) -> float:
        """The distance of the nearest hidden unit to its kink; 1 without hidden units."""
        if not self._hidden.size:
            return 1.0
        np.abs(self._hidden, out=self._distances)
        return float(self._distances[self._distances.argmin()])

    def farthest(self) -> float:
        """The farthest that a unit or the logit may move when any parameter moves by one.

        Each layer moves at most by its largest weight times the number of its inputs times how far
        these move: a bound that is never too small and is cheap to compute.
        """
        moves, scales = self.largest, np.maximum.reduceat(self._sizes, self._bounds).tolist()[2::2]
        for layer, scale in zip(self.layers[1:], scales, strict=True):
            moves = max(moves, moves * scale * layer.W.shape[2])
        return moves

    def backward(self, examples: Examples, near: bool = False) -> None:
        """Fill in the slopes; near kinks, a unit that is barely off counts as on in row 1."""
        wrong = np.exp(examples.right * self._logits)
        wrong += ONE
        np.reciprocal(wrong, out=wrong)
        right = ONE - wrong
        self._wrong, self._right, self._change = wrong, right, wrong * right
        self._towards[...] = examples.wrong
        # Computing A3 - Y makes an error of a unit round-off in examples with label 1, however sure
        # the network is of them. A small error of the logit changes the probability by its
        # derivative; a large one, by up to the probability itself.
        known = self.slack * self.largest < UNKNOWN
        sizes = self._logit_sizes * (self._change if known else wrong)
        sizes += np.maximum(wrong, examples.Y)
        if not known:  # then a probability may have any value
            np.maximum(sizes, (self.slack * self._logit_sizes > UNKNOWN) / self.slack, out=sizes)
        np.multiply(sizes, self._slacks, out=self._towards_sizes)
        for layer, below in self._back:
            np.matmul(layer.W_up, layer.slope_two, out=below.slope_two)
            if near:
                below.slope_two[0] *= below.on
                below.slope_two[1] *= below.maybe
            else:
                np.multiply(below.slope_two, below.on, out=below.slope_two)

    def sums(self, step: float) -> Floats:
        """For every parameter, means over the examples, shape (3, n).

        The first row is the mean of r x divided by the step, the second is how far that may be off
        by round-off, and the third is what the term with x^3 adds to the first. The slopes are
        overwritten with the factors that they contribute.
        """
        cubic = self._right - self._wrong
        cubic *= self._change
        cubic *= self._share
        cubic *= step * step / 6
        np.multiply(self._factors, self._factors, out=self._cubes)
        self._cubes *= self._factors
        self._slope_cubes *= cubic
        self._slope_own *= self._wrong * self._share
        for slope, A, found in self._pairs:
            np.matmul(slope, A, out=found)
        return self._found.take(self._where, axis=1)


@lru_cache(maxsize=8)
def idle(
    names: tuple[str, ...], shapes: tuple[tuple[int, ...], ...], m: int
) -> list[StackedNetwork]:
    """Return the networks of a shape that are not in use: a list to take from and to add to.

    Parameters
    ----------
    names, shapes : tuple
        The names and shapes of the parameters.
    m : int
        The number of examples.
    """
    return []
