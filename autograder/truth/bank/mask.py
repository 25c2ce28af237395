"""The ReLU's derivative lets the wrong entries through, or the wrong values."""

from autograder.truth.planting import Bug, Edit

BUGS = (
    Bug(
        "dZ2_unmasked", ("mask", "chain"), "dW2",
        (Edit("dZ2", "ANY * (Z2 > 0)", "ANY"),),
        hint="What does a unit that is off pass back?",
        why="With the derivative of the activation forgotten, the shapes still fit.",
    ),
    Bug(
        "dZ1_unmasked", ("mask", "chain"), "dW1",
        (Edit("dZ1", "ANY * (Z1 > 0)", "ANY"),),
        hint="Set one input so that a unit of layer 1 is off. Can its weights change the cost?",
        why="The mask was written for one layer, and the other one was copied from a linear layer.",
    ),
    Bug(
        "dZ2_mask_inverted", ("mask", "sign"), "dW2",
        (Edit("dZ2", "Z2 > 0", "Z2 < 0"),),
        hint="Which units should learn from an example: those that are on or those that are off?",
        why="Code that zeroes what is off (dZ[Z < 0] = 0) was turned into a product by halves.",
    ),
    Bug(
        "dZ1_mask_inverted", ("mask", "sign"), "dW1",
        (Edit("dZ1", "Z1 > 0", "Z1 <= 0"),),
        hint="Find a unit that is on for one example only. Does its dW1 depend on that example?",
        why='"Drop what is at most 0" was written down as what is to be kept.',
    ),
    Bug(
        "dZ2_mask_per_unit", ("mask", "batch"), "dW2",
        (Edit("dZ2", "Z2 > 0", "np.any(Z2 > 0, axis=1, keepdims=True)"),),
        hint="Can the same unit be on for one example and off for the next?",
        why='"Dead" is said of a unit, but whether a ReLU lets a gradient pass is decided anew '
            "for every example.",
        suspect=False,
        invisible=("m=1", "constant units", "textbook"),
    ),
    Bug(
        "dZ1_mask_of_one_example", ("mask", "batch"), "dW1",
        (Edit("dZ1", "Z1 > 0", "Z1[:, :1] > 0"),),
        hint="Whose mask is used for the second example?",
        why="The mask was worked out for one example, and broadcasting spread it over all.",
        invisible=("m=1", "constant units"),
    ),
    Bug(
        "dZ1_masked_by_gradient", ("mask",), "dW1",
        (Edit("dZ1", "Z1 > 0", "dA1 > 0"),),
        hint="The derivative of the ReLU is taken where the forward pass was. Where is that?",
        why="Applying the ReLU itself to what comes back, instead of its derivative, drops the "
            "negative gradients.",
    ),
    Bug(
        "dZ2_masked_by_gradient", ("mask",), "dW2",
        (Edit("dZ2", "Z2 > 0", "dA2 > 0"),),
        hint="Is a gradient dropped because of its own sign, or because of the unit's?",
        why="relu(dA2) is one call shorter than dA2 * (Z2 > 0).",
    ),
    Bug(
        "dZ1_guided", ("mask",), "dW1",
        (Edit("dZ1", "ANY * (Z1 > 0)", "np.maximum(ANY, 0) * (Z1 > 0)"),),
        hint="Print the signs of dZ1. Is there a reason why none is negative?",
        why="Guided backpropagation, a way to draw pictures of what a network sees, does so.",
    ),
    Bug(
        "dZ1_times_activation", ("mask", "chain"), "dW1",
        (Edit("dZ1", "Z1 > 0", "A1"),),
        hint="What is the slope of the ReLU at Z = 3? And its value?",
        why="For a sigmoid the activation is part of the derivative; for a ReLU only its sign is.",
    ),
    Bug(
        "dZ2_times_activation", ("mask", "chain"), "dW2",
        (Edit("dZ2", "Z2 > 0", "A2"),),
        hint="Multiply all of b2 by ten. By how much should the slopes of the units change?",
        why="A2 is 0 where the unit is off, so that the stain looks like a mask.",
    ),
    Bug(
        "dZ1_tanh_slope", ("mask", "chain"), "dW1",
        (Edit("dZ1", "Z1 > 0", "1 - A1 ** 2"),),
        hint="Of which activation is 1 - a^2 the derivative?",
        why="Layer 1 once had the tanh; its activation was changed, its derivative wasn't.",
    ),
    Bug(
        "dZ2_tanh_slope", ("mask", "chain"), "dW2",
        (Edit("dZ2", "Z2 > 0", "1 - A2 ** 2"),),
        hint="What does this line give for a unit that is off?",
        why="The derivative stayed behind when the tanh became a ReLU.",
    ),
    Bug(
        "dZ1_leaky", ("mask",), "dW1",
        (Edit("dZ1", "Z1 > 0", "np.where(Z1 > 0, 1, 0.01)"),),
        hint="What does the forward pass do with a negative Z1?",
        why="The backward pass was taken from a network with leaky ReLUs.",
        suspect=False,
    ),
    Bug(
        "dZ2_leaky", ("mask",), "dW2",
        (Edit("dZ2", "Z2 > 0", "np.where(Z2 > 0, 1, 0.2)"),),
        hint="Does a unit that is off change the cost at all?",
        why="A leaky ReLU was given up in the forward pass only.",
    ),
    Bug(
        "dZ1_mask_at_one", ("mask",), "dW1",
        (Edit("dZ1", "Z1 > 0", "Z1 > 1"),),
        hint="Where is the corner of the ReLU?",
        why="The threshold of a step function was taken for the corner of the ReLU.",
        suspect=False,
    ),
)
