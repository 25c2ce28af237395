"""Level 2: one hidden ReLU layer and one output, fitted by least squares."""
# The notebook shows the text of `backward`, so these functions have no annotations.
# mypy: allow-untyped-defs

import numpy as np

from autograder.truth.planting import Edit
from autograder.truth.practice.passes import Pass, PracticeBug


def draw(rng, m, square):
    n, k = (4, 4) if square else (3, 4)
    return {
        "X": rng.normal(size=(n, m)), "Y": rng.normal(size=(1, m)),
        "W": rng.normal(size=(k, n)), "b": rng.normal(size=(k, 1)),
        "U": rng.normal(size=(1, k)), "c": rng.normal(size=(1, 1)),
    }  # fmt: skip


def forward(X, Y, W, b, U, c):
    Z = W @ X + b
    H = np.maximum(Z, 0)
    S = U @ H + c
    return np.mean((S - Y) ** 2) / 2, {"Z": Z, "H": H, "S": S}


def backward(X, Y, W, b, U, c, Z, H, S):
    m = X.shape[1]
    dS = (S - Y) / m
    dU = dS @ H.T
    dc = dS.sum(axis=1, keepdims=True)
    dH = U.T @ dS
    dZ = dH * (Z > 0)
    dW = dZ @ X.T
    db = dZ.sum(axis=1, keepdims=True)
    found = {"dU": dU, "dc": dc, "dW": dW, "db": db}
    return found


PASSES = (
    Pass(
        "two layers",
        2,
        "a network with one hidden layer, fitted by least squares",
        ("Z = W X + b", "H = max(Z, 0)", "S = U H + c", "J = (mean of (S - Y)^2) / 2"),
        draw,
        forward,
        backward,
        begins=("dU", "dc"),
        on={"dW": "Z", "db": "Z"},
        inputs="X",
        labels="Y",
        bias="b",
    ),
)

BUGS = {
    "two layers": (
        PracticeBug(
            "two_upper_layer_descends",
            ("sign",),
            "dU",
            Edit(
                "found",
                "{'dU': dU, 'dc': dc, 'dW': dW, 'db': db}",
                "{'dU': -dU, 'dc': -dc, 'dW': dW, 'db': db}",
            ),
            "Two arrays walk uphill, and what is made of the same dS does not.",
            "The minus sign of the update was put into the results of one layer.",
        ),
        PracticeBug(
            "two_biases_descend",
            ("sign",),
            "dc",
            Edit(
                "found",
                "{'dU': dU, 'dc': dc, 'dW': dW, 'db': db}",
                "{'dU': dU, 'dc': -dc, 'dW': dW, 'db': -db}",
            ),
            "What do the two wrong arrays have in common?",
            "Biases that are subtracted, as thresholds are, have a gradient with the other sign.",
        ),
        PracticeBug(
            "two_weights_descend",
            ("sign",),
            "dU",
            Edit(
                "found",
                "{'dU': dU, 'dc': dc, 'dW': dW, 'db': db}",
                "{'dU': -dU, 'dc': dc, 'dW': -dW, 'db': db}",
            ),
            "What do the two wrong arrays have in common?",
            "The loop over the weights held the minus sign of the update, that over the biases "
            "did not.",
        ),
        PracticeBug(
            "two_error_tenfold",
            ("scale",),
            "dU",
            Edit("dS", "(S - Y) / m", "10 * (S - Y) / m"),
            "Everything is too large by the same factor.",
            "A weight of this cost among others was multiplied in twice.",
        ),
        PracticeBug(
            "two_threefold_on_the_way_down",
            ("scale",),
            "dW",
            Edit("dH", "U.T @ dS", "3 * U.T @ dS"),
            "Where does the factor come in, before dH or behind it?",
            "A larger learning rate for the first layer was meant, and written into its gradient.",
        ),
        PracticeBug(
            "two_rate_in_U",
            ("scale",),
            "dU",
            Edit("dU", "dS @ H.T", "0.1 * dS @ H.T"),
            "Is what flows on from there correct?",
            "The learning rate was multiplied in while the line was written.",
        ),
        PracticeBug(
            "two_fifth_of_b",
            ("scale",),
            "db",
            Edit("db", "dZ.sum(axis=1, keepdims=True)", "dZ.sum(axis=1, keepdims=True) / 5"),
            "The ratio is one number in every case. Does it depend on m?",
            "An old number of examples, or of units, is written into the line.",
        ),
        PracticeBug(
            "two_c_of_the_last_forgotten",
            ("batch", "chain"),
            "dc",
            Edit("dc", "dS.sum(axis=1, keepdims=True)", "dS[:, :-1].sum(axis=1, keepdims=True)"),
            "Take one example. What is left to sum?",
            "The end of a range was taken for its last element.",
        ),
        PracticeBug(
            "two_every_other_example",
            ("batch",),
            "dW",
            Edit("dW", "dZ @ X.T", "dZ[:, ::2] @ X[:, ::2].T"),
            "Take one example, and then two.",
            "A stride from a trial on half of the data was left in the code.",
        ),
        PracticeBug(
            "two_batches_are_even",
            ("batch",),
            "dU",
            Edit("m", "X.shape[1]", "X.shape[1] + X.shape[1] % 2"),
            "Compare the ratio for 3 examples and for 8.",
            "m was rounded up, since batches were taken to have an even number of examples.",
        ),
        PracticeBug(
            "two_batches_are_of_four",
            ("batch",),
            "dU",
            Edit("m", "X.shape[1]", "max(X.shape[1], 4)"),
            "Compare the ratio for one example, for 3 and for 8.",
            "A guard against small batches changed the mean of all batches below it.",
        ),
        PracticeBug(
            "two_b_by_the_units_that_are_on",
            ("batch",),
            "db",
            Edit(
                "db",
                "dZ.sum(axis=1, keepdims=True)",
                "dZ.sum(axis=1, keepdims=True) / np.maximum((Z > 0).sum(axis=1, keepdims=True), 1)",
            ),
            "Divide what was found by what is correct, unit by unit. What do you get for a unit "
            "that is on for three examples?",
            "The mean was taken once more, over those examples for which the unit is on.",
        ),
        PracticeBug(
            "two_c_smallest",
            ("batch",),
            "dc",
            Edit("dc", "dS.sum(axis=1, keepdims=True)", "m * dS.min(axis=1, keepdims=True)"),
            "Take one example, and then several.",
            "min stands where sum should be: completion in an editor offers both.",
        ),
        PracticeBug(
            "two_inputs_upside_down",
            ("transpose",),
            "dW",
            Edit("dW", "dZ @ X.T", "dZ @ X[::-1].T"),
            "Sort the entries of dW, found and correct.",
            "A file was read from the last column to the first, in one of two places.",
        ),
        PracticeBug(
            "two_units_rolled",
            ("transpose",),
            "dU",
            Edit("dU", "dS @ H.T", "dS @ np.roll(H, 2, axis=0).T"),
            "Are the correct numbers there, in other places?",
            "Two lists of units began at different ones.",
        ),
        PracticeBug(
            "two_b_sorted",
            ("transpose",),
            "db",
            Edit(
                "db",
                "dZ.sum(axis=1, keepdims=True)",
                "np.sort(dZ.sum(axis=1, keepdims=True), axis=0)",
            ),
            "Look at the order of the entries of db.",
            "The entries were sorted for a plot, and the sorted ones were returned.",
        ),
        PracticeBug(
            "two_labels_forgotten",
            ("loss",),
            "dU",
            Edit("dS", "(S - Y) / m", "S / m"),
            "Change the labels and nothing else. Does the gradient move?",
            "The labels enter the cost through S - Y only, and here they are left out.",
        ),
        PracticeBug(
            "two_error_squared",
            ("loss",),
            "dU",
            Edit("dS", "(S - Y) / m", "(S - Y) ** 2 / m"),
            "Can dc have one sign only?",
            "The cost itself stands where its derivative should be.",
        ),
        PracticeBug(
            "two_errors_capped",
            ("loss",),
            "dU",
            Edit("dS", "(S - Y) / m", "np.clip(S - Y, -0.3, 0.3) / m"),
            "Does a larger error pull harder?",
            "That is the derivative of Huber's loss, which is linear for large errors.",
        ),
        PracticeBug(
            "two_too_much_only",
            ("loss",),
            "dU",
            Edit("dS", "(S - Y) / m", "np.maximum(S - Y, 0) / m"),
            "For which examples is the gradient of a single example 0?",
            "Only outputs that are too large were to be punished, as in another project.",
        ),
        PracticeBug(
            "two_mask_at_a_half",
            ("mask",),
            "dW",
            Edit("dZ", "Z > 0", "Z > 0.5"),
            "Take single examples until a unit is only just on.",
            "The threshold of a decision was taken for that of the ReLU.",
        ),
        PracticeBug(
            "two_mask_below_zero",
            ("mask",),
            "dW",
            Edit("dZ", "Z > 0", "Z > -1"),
            "Take a single example, and look at a unit that is only just off.",
            "A margin for round-off was meant, and it became a large one.",
        ),
        PracticeBug(
            "two_mask_of_the_size",
            ("mask",),
            "dW",
            Edit("dZ", "Z > 0", "np.abs(Z) > 0.7"),
            "What does a unit that is far off pass back, and one that is only just on?",
            "A unit was taken to be on if its value is large, whatever its sign.",
        ),
        PracticeBug(
            "two_exponential_tail",
            ("mask",),
            "dW",
            Edit("dZ", "Z > 0", "np.where(Z > 0, 1, np.exp(Z))"),
            "What does a unit that is off pass back?",
            "That is the slope of the ELU, to which the forward pass was never changed.",
        ),
        PracticeBug(
            "two_capped_relu",
            ("mask",),
            "dW",
            Edit("dZ", "(Z > 0)", "((Z > 0) & (Z < 1))"),
            "Take a single example, and look at a unit that is far on.",
            "That is the slope of a ReLU that is cut off at 1.",
        ),
        PracticeBug(
            "two_pattern_for_activation",
            ("chain",),
            "dU",
            Edit("dU", "dS @ H.T", "dS @ (Z > 0).T"),
            "With one example, divide dU by dc. What should that be?",
            "The mask of the layer was at hand, and its activation was meant.",
        ),
        PracticeBug(
            "two_size_for_activation",
            ("chain",),
            "dU",
            Edit("dU", "dS @ H.T", "dS @ np.abs(Z).T"),
            "With one example, divide dU by dc, and compare with H.",
            "The absolute value was taken for the ReLU; they agree for units that are on.",
        ),
        PracticeBug(
            "two_weights_without_signs",
            ("chain",),
            "dW",
            Edit("dH", "U.T", "np.abs(U).T"),
            "Compare the signs of the rows of dW with those of U.",
            "Sizes of weights were computed for a plot, and their name was used again.",
        ),
        PracticeBug(
            "two_output_for_error",
            ("chain",),
            "dW",
            Edit("dH", "U.T @ dS", "U.T @ S / m"),
            "Change the labels. Which arrays move?",
            "S and dS differ in one letter.",
        ),
        PracticeBug(
            "two_decay_of_U",
            ("chain",),
            "dU",
            Edit("dU", "dS @ H.T", "dS @ H.T + 0.1 * U"),
            "Take a case in which the error is nearly 0. What is left of dU?",
            "The derivative of a weight decay was added, but the cost has no such term.",
        ),
        PracticeBug(
            "two_clipped",
            ("chain",),
            "dU",
            Edit("dU", "dS @ H.T", "np.clip(dS @ H.T, -0.2, 0.2)"),
            "Which is the largest entry of dU that you have seen?",
            "Gradients were clipped for the update, and the clipped ones were returned.",
        ),
        PracticeBug(
            "two_inputs_squared",
            ("chain",),
            "dW",
            Edit("dW", "dZ @ X.T", "dZ @ (X**2).T"),
            "With one example, divide dW by db. What should that be?",
            "A power of the input was left over from another feature.",
        ),
    )
}
