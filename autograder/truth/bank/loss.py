"""dZ3 isn't the derivative of this cost."""

from autograder.truth.planting import Bug, Edit

BUGS = (
    Bug(
        "dZ3_squared_error", ("loss", "chain"), "dW3",
        (Edit("dZ3", "A3 - Y", "(A3 - Y) * A3 * (1 - A3)"),),
        writes="dZ3 = (A3 - Y) * A3 * (1 - A3)",
        hint="Differentiate the cross-entropy by Z3 and see what cancels.",
        why="With the squared error, the derivative of the sigmoid stays; with the cross-entropy "
            "it cancels.",
    ),
    Bug(
        "dZ3_of_logits", ("loss", "chain"), "dW3",
        (Edit("dZ3", "A3 - Y", "Z3 - Y"),),
        writes="dZ3 = Z3 - Y",
        hint="What is compared with the label, a logit or a probability?",
        why="Linear regression compares Z with Y, and the line was taken from there.",
    ),
    Bug(
        "dZ3_rounded", ("loss",), "dW3",
        (Edit("dZ3", "A3 - Y", "np.round(A3) - Y"),),
        writes="dZ3 = np.round(A3) - Y",
        hint="Does the cost change when A3 goes from 0.7 to 0.8?",
        why="The prediction 0 or 1 was taken for the output, as in the perceptron.",
    ),
    Bug(
        "dZ3_absolute_error", ("loss", "sign"), "dW3",
        (Edit("dZ3", "A3 - Y", "np.sign(A3 - Y)"),),
        writes="dZ3 = np.sign(A3 - Y)",
        hint="Should an example that is nearly right pull as hard as one that is all wrong?",
        why="It is the derivative of |a - y|, the absolute error.",
    ),
    Bug(
        "dZ3_hinge", ("loss",), "dW3",
        (Edit("dZ3", "A3 - Y", "(1 - 2 * Y) * ((2 * Y - 1) * Z3 < 1)"),),
        writes="dZ3 = (1 - 2 * Y) * ((2 * Y - 1) * Z3 < 1)",
        hint="For which Z3 does an example with label 1 stop to count here? And in the cost?",
        why="It is the derivative of the hinge loss, by which support vector machines learn.",
    ),
    Bug(
        "dZ3_weighs_ones", ("loss",), "dW3",
        (Edit("dZ3", "A3 - Y", "(A3 - Y) * (1 + Y)"),),
        writes="dZ3 = (A3 - Y) * (1 + Y)",
        hint="Try a batch of zeros, then one of ones.",
        why="Rare labels are often given twice the weight, in the cost as well as here.",
        suspect=False,
    ),
    Bug(
        "dZ3_smoothed", ("loss",), "dW3",
        (Edit("dZ3", "A3 - Y", "A3 - (0.9 * Y + 0.05)"),),
        writes="dZ3 = A3 - (0.9 * Y + 0.05)",
        hint="For which A3 is this dZ3 zero when the label is 1?",
        why="With smoothed labels the cost is another one, and only one of the two was changed.",
    ),
    Bug(
        "dZ3_sharpened", ("loss", "chain"), "dW3",
        (Edit("dZ3", "A3 - Y", "1 / (1 + np.exp(-2 * Z3)) - Y"),),
        writes="dZ3 = 1 / (1 + np.exp(-2 * Z3)) - Y",
        hint="Is this the output that the cost was computed from?",
        why="tanh(z) contains exp(-2z), and the sigmoid was written down from there.",
    ),
    Bug(
        "dZ3_ones_only", ("loss",), "dW3",
        (Edit("dZ3", "A3 - Y", "Y * (A3 - 1)"),),
        writes="dZ3 = Y * (A3 - 1)",
        hint="What do the examples with label 0 contribute?",
        why="Only -y log(a) was differentiated; the term of the zeros was left behind.",
        suspect=False,
        invisible=("ones only",),
    ),
    Bug(
        "dZ3_zeros_only", ("loss",), "dW3",
        (Edit("dZ3", "A3 - Y", "(1 - Y) * A3"),),
        writes="dZ3 = (1 - Y) * A3",
        hint="What do the examples with label 1 contribute?",
        why="A line that begins with -y log(a) was split in two, and its first half got lost.",
        suspect=False,
    ),
)
