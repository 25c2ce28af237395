r"""Every derivative of the network's cost from two passes, without cancellation or truncation.

A weight moves one row of one layer, and all weights of a row move the same unit. Between two
switches of a ReLU the logits are affine in that unit, so a step of the weight W[i, j] of a layer
moves the logit of an example by exactly

    x = step * slope[i] * A[j],

where A is the input of the layer, and slope[i] is how far the logit moves when unit i moves by one:
one pass gives it for all weights of all units. The same pass tells how far a unit may move before
any ReLU after it switches (its room), so each step is made small enough.

The effect of a moved logit on the cost is computed as a change, never as a difference of two costs.
With r the probability that the network gives to the wrong label, and x counted towards that label,

    loss(z + x) - loss(z - x) = 2 (r x + r (1 - r) (1 - 2 r) x^3 / 6),

in which nothing cancels; what is left out is below x^4 / 120 of it, 1e-31 with the steps taken. The
sums of x and of x^3 over the examples are matrix products, because both are products of a factor of
the unit and a factor of the input. So round-off does not grow as the step shrinks, and the steps
are so small that truncation is no larger than round-off.
"""

from collections.abc import Sequence

import numpy as np

from gradcheck.estimates import COARSE, CORNER, NOTHING, UNDEFINED, Estimates
from gradcheck.network.stacked import (
    KEPT,
    ROUND_OFF,
    ROUND_OFF_SINGLE,
    Examples,
    StackedLayer,
    StackedNetwork,
    idle,
)
from gradcheck.parameters import Floats, Parameters

FARTHEST = 2.0**-24
"""How far a step may move a logit or a unit, 6e-8: x^2 / 6 is then close to a unit round-off."""

LARGEST = 1e100
"""The largest distance that a step of 1 may move a logit, so that its cube does not overflow."""

SMALLEST, SMALLEST_SINGLE = 1e-280, 1e-37
"""Below these, numbers in double and in single precision lose digits."""

AT_ONCE = 2**15
"""How many numbers are processed at the same time near kinks: more would not fit into the cache."""


@np.errstate(all="ignore")
def derivatives(examples: Examples, parameters: Parameters, single: bool = False) -> Estimates:
    """Return the central difference of the cost for every parameter, with its error bar.

    Parameters
    ----------
    examples : gradcheck.network.stacked.Examples
    parameters : gradcheck.parameters.Parameters
        W1, b1, W2, b2, ... in any order.
    single : bool
        Whether the gradients to compare with were computed in single precision. The error bars are
        the round-off that a correct gradient may have.

    Returns
    -------
    Estimates
        In the order of the parameters. CORNER where a unit that the parameter moves is on its kink,
        up to round-off; COARSE where a sum of 0 shows nothing; UNDEFINED everywhere if the weights
        are beyond 1e100.

    Raises
    ------
    ValueError
        If the logits are not finite there.
    """
    shape = parameters.names, parameters.shapes, examples.Y.size
    waiting = idle(*shape)
    try:
        network = waiting.pop()
    except IndexError:
        network = StackedNetwork(*shape)
    unit, smallest = (ROUND_OFF_SINGLE, SMALLEST_SINGLE) if single else (ROUND_OFF, SMALLEST)
    if network.unit != unit:
        network.compare_in(unit)
    try:
        return _estimates(network, examples, parameters.vector, smallest)
    finally:
        if network.size <= KEPT:
            waiting.append(network)


def _estimates(
    network: StackedNetwork, examples: Examples, vector: Floats, smallest: float
) -> Estimates:
    network.fill(vector, examples)
    usual = FARTHEST / network.farthest()
    if not usual >= FARTHEST / LARGEST:  # or NaN
        if not network.finite():
            raise ValueError("the logits are not finite at these parameters: nothing to compare")
        none = np.full(vector.shape, np.nan)
        return Estimates(none, none, none, np.full(vector.shape, UNDEFINED))
    near = network.nearest() <= 2 * FARTHEST + network.slack * network.largest
    if near:
        network.forward(near=True)
    network.backward(examples, near)
    value, error, cubic = network.sums(usual)
    error += smallest / usual
    step, how = np.empty(value.shape), np.zeros(value.shape, int)
    step.fill(usual)
    if near:
        step = _narrowed(network, usual)[network.inside]
        how[step == 0] = CORNER
        value[step == 0] = np.nan
        cubic *= (step / usual) ** 2
    value += cubic
    if error[error.argmax()] > NOTHING:
        how[(value == 0) & (error > NOTHING)] = COARSE
    return Estimates(value, error, step, how)


def _narrowed(network: StackedNetwork, usual: float) -> Floats:
    """The steps of all weights: smaller where a ReLU would switch.

    There they are half of the step that would switch it, and 0 if the room is 0.
    """
    hidden, step = network.layers[:-1], np.full(network.layers[-1].place.stop, usual)
    rooms = [_room(layer, network.slack) for layer in hidden]
    for number, layer in enumerate(hidden):
        strain, inputs = _strain(number, network.layers, rooms), np.abs(layer.A[0])
        steps = step[layer.place].reshape(layer.W[0].shape)
        for unit in np.flatnonzero(strain.max(axis=1) * inputs.max() * 2 * usual > 1):
            # nan is 0 times infinity: a unit on its kink that does not move.
            reach = np.fmax.reduce(strain[unit] * inputs, axis=1)
            close = np.flatnonzero(reach * 2 * usual > 1)
            steps[unit, close] = 0.5 / reach[close]
    return step


def _strain(number: int, layers: Sequence[StackedLayer], rooms: Sequence[Floats]) -> Floats:
    """1 / (how far Z of each unit of a hidden layer may move, in each example, until one switches).

    That counts its own switch and, where it is on, the switches of the hidden units after it.
    """
    on, behind = layers[number].on, layers[number + 1 :]
    strain = np.zeros(on.shape)
    width = max(1, AT_ONCE // (on.shape[1] * max(len(layer.on) for layer in behind)))
    for start in range(0, len(on), width):
        units = slice(start, start + width)
        reach = behind[0].W[0][:, units, np.newaxis]
        for layer, following, room in zip(behind, behind[1:], rooms[number + 1 :], strict=False):
            # nan is 0 / 0: a unit that is on its kink, but does not move.
            strains = np.fmax.reduce(np.abs(reach) / room[:, np.newaxis])
            np.fmax(strain[units], strains, out=strain[units])
            reach = np.einsum("qk,kie->qie", following.W[0], layer.on[:, np.newaxis] * reach)
    return np.maximum(np.where(on, strain, 0.0), 1 / rooms[number])


def _room(layer: StackedLayer, slack: float) -> Floats:
    """|Z|, or 0 where round-off decides on which side of the kink it is."""
    Z, sizes = layer.Z
    room = np.abs(Z)
    return np.where(room > slack * sizes, room, 0.0)
