"""Level 3: the network of the course, with those bugs of the bank that nobody is asked to find.

The way back is that of `standard_form`, statement by statement, which a test compares: the notebook
has the text alone, and names what is in the cache.
"""
# The notebook shows the text of `backward`, so these functions have no annotations.
# mypy: allow-untyped-defs

import numpy as np

from autograder.truth.bugs import BANK, MUTANT
from autograder.truth.planting import Edit
from autograder.truth.practice.passes import Pass, PracticeBug


def draw(rng, m, square):
    sizes = (4, 4, 4, 1) if square else (4, 5, 3, 1)
    case = {"X": rng.normal(size=(4, m)), "Y": rng.integers(0, 2, size=(1, m))}
    for layer in (1, 2, 3):
        case[f"W{layer}"] = rng.normal(size=(sizes[layer], sizes[layer - 1]))
        case[f"b{layer}"] = rng.normal(size=(sizes[layer], 1))
    return case


def forward(X, Y, W1, b1, W2, b2, W3, b3):
    Z1 = np.dot(W1, X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = np.dot(W2, A1) + b2
    A2 = np.maximum(Z2, 0)
    Z3 = np.dot(W3, A2) + b3
    A3 = 1 / (1 + np.exp(-Z3))
    cost = np.mean(np.logaddexp(0, Z3) - Y * Z3)
    return cost, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "Z3": Z3, "A3": A3}


def backward(X, Y, W1, b1, W2, b2, W3, b3, Z1, A1, Z2, A2, Z3, A3):
    m = X.shape[1]
    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m

    dA2 = np.dot(W3.T, dZ3)
    dZ2 = dA2 * (Z2 > 0)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m

    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1 * (Z1 > 0)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    return {"dW3": dW3, "db3": db3, "dW2": dW2, "db2": db2, "dW1": dW1, "db1": db1}


PASSES = (
    Pass(
        "the course's network",
        3,
        "the network of the course, with two hidden layers",
        (
            "Z1 = W1 X + b1",
            "A1 = max(Z1, 0)",
            "Z2 = W2 A1 + b2",
            "A2 = max(Z2, 0)",
            "Z3 = W3 A2 + b3",
            "A3 = sigmoid(Z3)",
            "J = mean of log(1 + exp(Z3)) - Y Z3",
        ),
        draw,
        forward,
        backward,
        begins=("dW3", "db3"),
        on={"dW2": "Z2", "db2": "Z2", "dW1": "Z1", "db1": "Z1"},
        inputs="X",
        labels="Y",
        bias="b1",
    ),
)

OF_THE_BANK = tuple(
    PracticeBug(bug.name, bug.kinds, bug.first_wrong, bug.edits[0], bug.hint, bug.why)
    for bug in BANK
    if not bug.suspect and bug != MUTANT
)

BUGS = {
    "the course's network": (
        *OF_THE_BANK,
        PracticeBug(
            "course_dW3_tenth",
            ("scale",),
            "dW3",
            Edit("dW3", "np.dot(dZ3, A2.T) / m", "0.1 * np.dot(dZ3, A2.T) / m"),
            "Is what flows on from there correct?",
            "The learning rate was multiplied in while the line was written.",
        ),
        PracticeBug(
            "course_dA1_tripled",
            ("scale",),
            "dW1",
            Edit("dA1", "np.dot(W2.T, dZ2)", "3 * np.dot(W2.T, dZ2)"),
            "Where does the factor come in?",
            "A larger learning rate for the first layer was meant, and written into its gradient.",
        ),
        PracticeBug(
            "course_dW2_ascends",
            ("sign",),
            "dW2",
            Edit("dW2", "np.dot(dZ2, A1.T) / m", "-np.dot(dZ2, A1.T) / m"),
            "One array walks uphill, and nothing flows on from it.",
            "The update of this layer was changed from -= to += at some time, and its gradient "
            "with it.",
        ),
        PracticeBug(
            "course_dW3_ascends",
            ("sign",),
            "dW3",
            Edit("dW3", "np.dot(dZ3, A2.T) / m", "np.dot(-dZ3, A2.T) / m"),
            "Does db3, which is made of the same dZ3, have the correct sign?",
            "The line was copied from code in which the error is Y - A3.",
        ),
        PracticeBug(
            "course_db1_ascends",
            ("sign",),
            "db1",
            Edit(
                "db1", "np.sum(dZ1, axis=1, keepdims=True)", "np.sum(-dZ1, axis=1, keepdims=True)"
            ),
            "Does dW1, which is made of the same dZ1, have the correct sign?",
            "The bias was a threshold once, which is subtracted.",
        ),
        PracticeBug(
            "course_db2_of_the_last_forgotten",
            ("batch", "mask"),
            "db2",
            Edit(
                "db2",
                "np.sum(dZ2, axis=1, keepdims=True)",
                "np.sum(dZ2[:, :-1], axis=1, keepdims=True)",
            ),
            "Take one example. What is left to sum?",
            "The end of a range was taken for its last element.",
        ),
        PracticeBug(
            "course_dW1_of_every_other_example",
            ("batch",),
            "dW1",
            Edit("dW1", "np.dot(dZ1, X.T)", "np.dot(dZ1[:, ::2], X[:, ::2].T)"),
            "Take one example, and then two.",
            "A stride from a trial on half of the data was left in the code.",
        ),
        PracticeBug(
            "course_db3_median",
            ("batch",),
            "db3",
            Edit(
                "db3",
                "np.sum(dZ3, axis=1, keepdims=True) / m",
                "np.median(dZ3, axis=1, keepdims=True)",
            ),
            "Take one example, two, and three.",
            "A robust mean was meant to do good.",
        ),
        PracticeBug(
            "course_batches_are_even",
            ("batch",),
            "dW3",
            Edit("m", "X.shape[1]", "X.shape[1] + X.shape[1] % 2"),
            "Compare the ratio for 3 examples and for 8.",
            "m was rounded up, since batches were taken to have an even number of examples.",
        ),
        PracticeBug(
            "course_dW1_inputs_rolled",
            ("transpose",),
            "dW1",
            Edit("dW1", "np.dot(dZ1, X.T)", "np.dot(dZ1, np.roll(X, 1, axis=0).T)"),
            "Sort the entries of dW1, found and correct.",
            "A column of the file was read twice, and everything behind it moved by one.",
        ),
        PracticeBug(
            "course_dW2_units_in_reverse",
            ("transpose",),
            "dW2",
            Edit("dW2", "np.dot(dZ2, A1.T)", "np.dot(dZ2, A1[::-1].T)"),
            "Are the correct numbers there, in other places?",
            "Units were listed from the last to the first in one of two places.",
        ),
        PracticeBug(
            "course_db2_sorted",
            ("transpose",),
            "db2",
            Edit(
                "db2",
                "np.sum(dZ2, axis=1, keepdims=True)",
                "np.sort(np.sum(dZ2, axis=1, keepdims=True), axis=0)",
            ),
            "Look at the order of the entries of db2.",
            "The entries were sorted for a plot, and the sorted ones were returned.",
        ),
        PracticeBug(
            "course_labels_forgotten",
            ("loss",),
            "dW3",
            Edit("dZ3", "A3 - Y", "A3 - 0.5"),
            "Change the labels and nothing else. Does the gradient move?",
            "A sigmoid is centred at a half, and centring was not what was asked for.",
        ),
        PracticeBug(
            "course_error_cubed",
            ("loss",),
            "dW3",
            Edit("dZ3", "A3 - Y", "(A3 - Y) ** 3"),
            "With one example, divide db3 by A3 - Y.",
            "Small errors were to count less, and the cost was not changed with it.",
        ),
        PracticeBug(
            "course_errors_capped",
            ("loss",),
            "dW3",
            Edit("dZ3", "A3 - Y", "np.clip(A3 - Y, -0.5, 0.5)"),
            "Does an example that is badly wrong pull harder than one that is a little wrong?",
            "Clipping was put where the gradient begins.",
        ),
        PracticeBug(
            "course_dZ2_mask_below_zero",
            ("mask",),
            "dW2",
            Edit("dZ2", "Z2 > 0", "Z2 > -0.5"),
            "Take a single example, and look at a unit that is only just off.",
            "A margin for round-off was meant, and it became a large one.",
        ),
        PracticeBug(
            "course_dZ1_capped",
            ("mask",),
            "dW1",
            Edit("dZ1", "(Z1 > 0)", "((Z1 > 0) & (Z1 < 1))"),
            "Take a single example, and look at a unit that is far on.",
            "That is the slope of a ReLU that is cut off at 1.",
        ),
        PracticeBug(
            "course_dZ2_exponential_tail",
            ("mask",),
            "dW2",
            Edit("dZ2", "Z2 > 0", "np.where(Z2 > 0, 1, np.exp(Z2))"),
            "What does a unit that is off pass back?",
            "That is the slope of the ELU, to which the forward pass was never changed.",
        ),
        PracticeBug(
            "course_dA2_sizes_of_weights",
            ("chain",),
            "dW2",
            Edit("dA2", "W3.T", "np.abs(W3).T"),
            "Compare the signs of the rows of dW2 with those of W3.",
            "Sizes of weights were computed for a plot, and their name was used again.",
        ),
        PracticeBug(
            "course_dW1_decays",
            ("chain", "mask"),
            "dW1",
            Edit("dW1", "np.dot(dZ1, X.T) / m", "np.dot(dZ1, X.T) / m + 0.1 * W1"),
            "What is left of dW1 in the row of a unit that is off?",
            "The derivative of a weight decay was added, but the cost has no such term.",
        ),
        PracticeBug(
            "course_dW3_pattern",
            ("chain",),
            "dW3",
            Edit("dW3", "A2.T", "(Z2 > 0).T"),
            "With one example, divide dW3 by db3. What should that be?",
            "The mask of the layer was at hand, and its activation was meant.",
        ),
        PracticeBug(
            "course_dW2_activation_squared",
            ("chain",),
            "dW2",
            Edit("dW2", "A1.T", "(A1**2).T"),
            "With one example, divide dW2 by db2, and compare with A1.",
            "A power was left over from another feature.",
        ),
        PracticeBug(
            "course_dA1_error_of_the_output",
            ("chain",),
            "dW1",
            Edit("dA1", "np.dot(W2.T, dZ2)", "np.dot(W2.T, dZ2 * dZ3)"),
            "Change the labels of one example. How does dW1 answer?",
            "The error of the output had been multiplied in already, and was once more.",
        ),
    )
}
