"""The bank of planted bugs.

To add one: append a `Bug` to `BANK`. `tests/truth/test_bugs.py` then measures that it runs, which
gradient it corrupts first, that live cases show it, and on which of these special inputs it hides:

- "m=1", "m=3", "m=4": that many examples;
- "flat labels": Y of shape (m,) instead of (1, m);
- "ones only": every label is 1;
- "constant units": every hidden unit is on for all examples or off for all of them;
- "textbook": the textbook case.

A bug that a teacher could name in two ways lists every kind that counts. One that is known from
elsewhere, given away in another part, plain to see, or not sure to show itself in the same place
on every live case is for the lessons only: suspect=False.
"""

from autograder.truth.planting import Bug, Edit, plant

BANK = (
    Bug(
        "dW2_doubled", ("scale",), "dW2",
        (Edit("dW2", "ANY / m", "ANY * 2 / m"),),
        hint="Divide the dW2 of the code by the numerical one, entry by entry.",
        why="The classic exercise plants this factor, and half of its readers leave it in.",
        suspect=False,
    ),
    Bug(
        "db1_quadrupled", ("scale", "batch"), "db1",
        (Edit("db1", "ANY / m", "4. / m * ANY"),),
        hint="Every db is the same average of its dZ. Which one isn't?",
        why="The other bug of the classic exercise: one character in front of a familiar line.",
        suspect=False,
    ),
    Bug(
        "dW3_halved", ("scale", "batch"), "dW3",
        (Edit("dW3", "ANY / m", "ANY / (2 * m)"),),
        hint="Does the cost carry a factor 1/2 that the derivative of a square would cancel?",
        why="1 / (2m) belongs to the squared error, where it makes the derivative look tidy.",
    ),
    Bug(
        "dZ3_reversed", ("sign", "loss"), "dW3",
        (Edit("dZ3", "A3 - Y", "Y - A3"),),
        hint="If A3 is above the label, should the logit's gradient be positive or negative?",
        why='"Target minus output" is the error of the perceptron rule, which adds its updates.',
    ),
    Bug(
        "db2_descends", ("sign",), "db2",
        (Edit("db2", "ANY / m", "-ANY / m"),),
        hint="Look at the signs of the numerical gradient beside yours, array by array.",
        why="The minus of gradient descent slips from the update into the gradient.",
    ),
    Bug(
        "dZ2_unmasked", ("mask", "chain"), "dW2",
        (Edit("dZ2", "ANY * (Z2 > 0)", "ANY"),),
        hint="What does a unit that is off pass back?",
        why="With the derivative of the activation forgotten, the shapes still fit.",
    ),
    Bug(
        "dZ2_mask_inverted", ("mask", "sign"), "dW2",
        (Edit("dZ2", "Z2 > 0", "Z2 < 0"),),
        hint="Which units should learn from an example: those that are on or those that are off?",
        why="Code that zeroes what is off (dZ[Z < 0] = 0) was turned into a product by halves.",
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
        "dZ1_masked_by_gradient", ("mask",), "dW1",
        (Edit("dZ1", "Z1 > 0", "dA1 > 0"),),
        hint="The derivative of the ReLU is taken where the forward pass was. Where is that?",
        why="Applying the ReLU itself to what comes back, instead of its derivative, drops the "
            "negative gradients.",
    ),
    Bug(
        "dZ1_times_activation", ("mask", "chain"), "dW1",
        (Edit("dZ1", "Z1 > 0", "A1"),),
        hint="What is the slope of the ReLU at Z = 3? And its value?",
        why="For a sigmoid the activation is part of the derivative; for a ReLU only its sign is.",
    ),
    Bug(
        "dZ1_leaky", ("mask",), "dW1",
        (Edit("dZ1", "Z1 > 0", "np.where(Z1 > 0, 1, 0.01)"),),
        hint="What does the forward pass do with a negative Z1?",
        why="The backward pass was taken from a network with leaky ReLUs.",
        suspect=False,
    ),
    Bug(
        "dA1_skips_mask", ("chain", "mask"), "dW1",
        (Edit("dA1", "dZ2", "dA2"),),
        hint="W2 multiplies A1 to give Z2, so which gradient goes back through W2?",
        why="dA2 and dZ2 have one shape, and the wrong one is a single letter away.",
    ),
    Bug(
        "dW2_from_Z1", ("chain", "mask"), "dW2",
        (Edit("dW2", "A1", "Z1"),),
        hint="What was W2 multiplied with in the forward pass?",
        why="Z1 and A1 have one shape, and both came out of the same layer.",
    ),
    Bug(
        "dA2_sigmoid_twice", ("chain", "loss"), "dW2",
        (Edit("dA2", "dZ3", "dZ3 * A3 * (1 - A3)"),),
        hint="dW3 is right. What happens to dZ3 on its way down from there?",
        why="The derivative of the sigmoid is looked for and not found, because A3 - Y already "
            "contains it.",
    ),
    Bug(
        "m_from_inputs", ("batch", "scale"), "dW3",
        (Edit("m", "X.shape[1]", "X.shape[0]"),),
        hint="Every array is off by one and the same factor. What is m?",
        why="In most libraries the rows are the examples; in this course the columns are.",
        invisible=("m=4",),
    ),
    Bug(
        "m_from_label_rows", ("batch", "scale"), "dW3",
        (Edit("m", "X.shape[1]", "len(Y)"),),
        hint="What is len(Y) when Y has shape (1, m)?",
        why="len counts the first axis, which is the examples only while the labels are flat.",
        suspect=False,
        invisible=("m=1", "flat labels"),
    ),
    Bug(
        "m_typed_in", ("batch", "scale"), "dW3",
        (Edit("m", "X.shape[1]", "3"),),
        hint="Try another number of examples.",
        why="A number read off the first example that was tried stays in the code.",
        suspect=False,
        invisible=("m=3", "textbook"),
    ),
    Bug(
        "dW1_not_averaged", ("batch", "scale"), "dW1",
        (Edit("dW1", "ANY / m", "ANY"),),
        hint="Show the examples twice. Which gradients should change?",
        why="The product sums over the examples by itself, so that the average is easily "
            "forgotten.",
        invisible=("m=1",),
    ),
    Bug(
        "db2_averaged_twice", ("batch", "scale"), "db2",
        (Edit("db2", "np.sum(ANY, axis=1, keepdims=True)", "np.mean(ANY, axis=1, keepdims=True)"),),
        hint="How often does db2 divide by the number of examples?",
        why="np.mean was put in for np.sum, and the division beside it stayed.",
        invisible=("m=1",),
    ),
    Bug(
        "db1_last_example", ("batch",), "db1",
        (Edit("db1", "np.sum(dZ1, axis=1, keepdims=True)", "dZ1[:, -1:]"),),
        hint="Which examples does db1 depend on?",
        why="A loop over the examples that assigns where it should add keeps only the last one.",
        invisible=("m=1",),
    ),
    Bug(
        "dW2_reshaped", ("transpose",), "dW2",
        (Edit("dW2", "np.dot(dZ2, A1.T)", "np.reshape(np.dot(A1, dZ2.T), W2.shape)"),),
        hint="Find the entries of the numerical dW2 in yours. Where are they?",
        why="The product came out with its axes swapped, and reshape made the error message go "
            "away.",
    ),
    Bug(
        "dW1_examples_reshaped", ("transpose",), "dW1",
        (Edit("dW1", "X.T", "X.reshape(m, -1)"),),
        hint="Write X.T and X.reshape(m, -1) on paper for two inputs and three examples.",
        why="reshape gives the right shape, but it cuts the rows up instead of turning them.",
        invisible=("m=1",),
    ),
    Bug(
        "dA1_weights_reshaped", ("transpose", "chain"), "dW1",
        (Edit("dA1", "W2.T", "W2.reshape(-1, W2.shape[0])"),),
        hint="Which weight leads from the second unit of layer 1 to the first unit of layer 2?",
        why="Only the shape was asked for, and reshape delivers every shape there is.",
    ),
    Bug(
        "dZ3_squared_error", ("loss", "chain"), "dW3",
        (Edit("dZ3", "A3 - Y", "(A3 - Y) * A3 * (1 - A3)"),),
        hint="Differentiate the cross-entropy by Z3 and see what cancels.",
        why="With the squared error, the derivative of the sigmoid stays; with the cross-entropy "
            "it cancels.",
    ),
    Bug(
        "dZ3_rounded", ("loss",), "dW3",
        (Edit("dZ3", "A3 - Y", "np.round(A3) - Y"),),
        hint="Does the cost change when A3 goes from 0.7 to 0.8?",
        why="The prediction 0 or 1 was taken for the output, as in the perceptron.",
    ),
    Bug(
        "dZ3_ones_only", ("loss",), "dW3",
        (Edit("dZ3", "A3 - Y", "Y * (A3 - 1)"),),
        hint="What do the examples with label 0 contribute?",
        why="Only -y log(a) was differentiated; the term of the zeros was left behind.",
        suspect=False,
        invisible=("ones only",),
    ),
)

CONTROLS = (
    Edit("dZ2", "ANY * (Z2 > 0)", "np.multiply(ANY, A2 > 0)"),
    Edit("db1", "np.sum(ANY, axis=1, keepdims=True) / m", "np.mean(ANY, axis=1, keepdims=True)"),
)
"""Changes that leave every gradient as it was, and must never be called bugs."""

TEXTBOOK_BUGS = ("dW2_doubled", "db1_quadrupled")
"""The two bugs of the classic exercise."""

FIXED_DRAW = {
    "suspect_a": "dZ1_masked_by_gradient",
    "suspect_b": "db2_averaged_twice",
    "suspect_c": "dZ3_squared_error",
}
"""The suspects of the release that isn't personal: three kinds, three different places."""


def by_name(name):
    """Return the bug of that name; KeyError when the bank has none."""
    for bug in BANK:
        if bug.name == name:
            return bug
    raise KeyError(f"no bug named {name!r} in the bank")


MUTANT = by_name("dZ2_mask_per_unit")
"""What `killing_case` must show. The textbook case can't: in its second layer every unit is on, or
off, for all three examples. More examples alone don't help either; it takes a unit that switches
between two of them, which is what makes a case live."""


def suspect_source(name, bug):
    """Return the start code of a suspect's cell: a backward pass with that name and that bug."""
    return plant(bug, name=name)
