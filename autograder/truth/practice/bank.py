"""All passes to practise on, level by level, and the bugs that are planted in them."""

from autograder.truth.practice import (
    course_network,
    layer_bugs,
    layers,
    scalar,
    softmax_network,
    two_layers,
)

LEVELS = (scalar, two_layers, course_network, softmax_network, layers)
PASSES = {each.name: each for level in LEVELS for each in level.PASSES}
BUGS = scalar.BUGS | two_layers.BUGS | course_network.BUGS | softmax_network.BUGS | layer_bugs.BUGS
"""By the name of the pass."""
