"""All passes to practise on, level by level, and the bugs that are planted in them."""

from autograder.truth.practice import (
    course_network,
    layers,
    scalar,
    softmax_network,
    two_layers,
)

LEVELS = (scalar, two_layers, course_network, softmax_network, layers)
PASSES = {each.name: each for level in LEVELS for each in level.PASSES}
BUGS = {name: bugs for level in LEVELS for name, bugs in level.BUGS.items()}
"""By the name of the pass."""
