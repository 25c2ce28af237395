"""Level 4: the classifier of lesson 3, which ends in a softmax."""
# The notebook shows the text of `backward`, so these functions have no annotations.
# mypy: allow-untyped-defs

import numpy as np

from autograder.truth.planting import Edit
from autograder.truth.practice.passes import Pass, PracticeBug


def draw(rng, m, square):
    n, k = (5, 5) if square else (4, 5)
    return {
        "X": rng.normal(size=(n, m)), "T": np.eye(3)[:, rng.integers(0, 3, size=m)],
        "W": rng.normal(size=(k, n)), "b": rng.normal(size=(k, 1)),
        "U": rng.normal(size=(3, k)), "c": rng.normal(size=(3, 1)),
    }  # fmt: skip


def forward(X, T, W, b, U, c):
    Z = W @ X + b
    H = np.maximum(Z, 0)
    S = U @ H + c
    S = S - S.max(axis=0)
    logs = S - np.log(np.sum(np.exp(S), axis=0))
    return -np.sum(T * logs) / X.shape[1], {"Z": Z, "H": H, "P": np.exp(logs)}


def backward(X, T, W, b, U, c, Z, H, P):
    m = X.shape[1]
    dS = (P - T) / m
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
        "the softmax network",
        4,
        "the classifier of lesson 3, with three classes",
        (
            "Z = W X + b",
            "H = max(Z, 0)",
            "S = U H + c",
            "P = softmax(S)",
            "J = -(mean of log P of the true class)",
        ),
        draw,
        forward,
        backward,
        begins=("dU", "dc"),
        on={"dW": "Z", "db": "Z"},
        inputs="X",
        labels="T",
        bias="b",
    ),
)

BUGS = {
    "the softmax network": (
        PracticeBug(
            "softmax_lower_weights_and_upper_biases_descend",
            ("sign",),
            "dc",
            Edit(
                "found",
                "{'dU': dU, 'dc': dc, 'dW': dW, 'db': db}",
                "{'dU': dU, 'dc': -dc, 'dW': -dW, 'db': db}",
            ),
            "Two arrays walk uphill, and what is made of the same dS does not.",
            "Two lines of the update were changed from -= to +=, and the gradients with them.",
        ),
        PracticeBug(
            "softmax_U_and_b_descend",
            ("sign",),
            "dU",
            Edit(
                "found",
                "{'dU': dU, 'dc': dc, 'dW': dW, 'db': db}",
                "{'dU': -dU, 'dc': dc, 'dW': dW, 'db': -db}",
            ),
            "Two arrays walk uphill, and what is made of the same dS does not.",
            "Two lines of the update were changed from -= to +=, and the gradients with them.",
        ),
        PracticeBug(
            "softmax_one_and_a_half",
            ("scale",),
            "dU",
            Edit("dS", "(P - T) / m", "1.5 * (P - T) / m"),
            "Everything is too large by the same factor. Does it depend on m?",
            "Three classes, counted by halves: a mean over classes was undone wrongly.",
        ),
        PracticeBug(
            "softmax_mean_over_classes",
            ("scale",),
            "dU",
            Edit("dS", "(P - T) / m", "(P - T) / (3 * m)"),
            "The ratio is one number in every case. Which number of the network is it?",
            "np.mean(T * logs) divides by the classes as well, and the cost is not written so.",
        ),
        PracticeBug(
            "softmax_c_fivefold",
            ("scale",),
            "dc",
            Edit("dc", "dS.sum(axis=1, keepdims=True)", "5 * dS.sum(axis=1, keepdims=True)"),
            "Is what flows on from there correct?",
            "Biases were to learn faster, and their gradient was changed for that.",
        ),
        PracticeBug(
            "softmax_b_of_the_first_forgotten",
            ("batch", "mask"),
            "db",
            Edit("db", "dZ.sum(axis=1, keepdims=True)", "dZ[:, 1:].sum(axis=1, keepdims=True)"),
            "Take one example. What is left to sum?",
            "Counting began at 1.",
        ),
        PracticeBug(
            "softmax_U_of_half_the_batch",
            ("batch",),
            "dU",
            Edit("dU", "dS @ H.T", "dS[:, :(m + 1) // 2] @ H[:, :(m + 1) // 2].T"),
            "Take one example, and then two.",
            "Half of the batch was held back for a test, and only here.",
        ),
        PracticeBug(
            "softmax_c_median",
            ("batch",),
            "dc",
            Edit("dc", "dS.sum(axis=1, keepdims=True)", "m * np.median(dS, axis=1, keepdims=True)"),
            "Take one example, and then several.",
            "A robust mean was meant to do good.",
        ),
        PracticeBug(
            "softmax_averaged_over_two_more",
            ("batch",),
            "dU",
            Edit("dS", "(P - T) / m", "(P - T) / (m + 2)"),
            "Compare the ratio for one example, for 3 and for 8.",
            "Two counts were added, as smoothing does with frequencies.",
        ),
        PracticeBug(
            "softmax_W_of_the_first_examples",
            ("batch",),
            "dW",
            Edit("dW", "dZ @ X.T", "dZ[:, :3] @ X[:, :3].T"),
            "Compare one example, three, and eight.",
            "A slice from a trial on a few examples was left in the code.",
        ),
        PracticeBug(
            "softmax_b_of_the_largest_unit",
            ("batch",),
            "db",
            Edit(
                "db",
                "dZ.sum(axis=1, keepdims=True)",
                "dZ.sum(axis=1, keepdims=True).max() * np.ones_like(b)",
            ),
            "Look at the entries of db in one case.",
            "max without an axis takes the largest of all, and broadcasting hides that.",
        ),
        PracticeBug(
            "softmax_classes_rolled",
            ("transpose",),
            "dU",
            Edit("dU", "dS @ H.T", "np.roll(dS, 1, axis=0) @ H.T"),
            "Sort the entries of dU, found and correct.",
            "Labels counted from 0 in one file and from 1 in another.",
        ),
        PracticeBug(
            "softmax_two_classes_exchanged_in_c",
            ("transpose",),
            "dc",
            Edit("dc", "dS.sum(axis=1, keepdims=True)", "dS[[1, 0, 2]].sum(axis=1, keepdims=True)"),
            "Which two entries of dc have changed places?",
            "Two names of classes were in another order in one of two lists.",
        ),
        PracticeBug(
            "softmax_W_rows_rolled",
            ("transpose",),
            "dW",
            Edit("dW", "dZ @ X.T", "np.roll(dZ, 1, axis=0) @ X.T"),
            "Which row of dW should be 0 for a unit that is off? Which one is?",
            "Two lists of units began at different ones.",
        ),
        PracticeBug(
            "softmax_U_columns_sorted",
            ("transpose",),
            "dU",
            Edit("dU", "dS @ H.T", "np.sort(dS @ H.T, axis=1)"),
            "Look at the order of the entries in a row of dU.",
            "The entries were sorted for a plot, and the sorted ones were returned.",
        ),
        PracticeBug(
            "softmax_focal",
            ("loss",),
            "dU",
            Edit("dS", "(P - T) / m", "(P - T) * (1 - P) / m"),
            "With one example, do the entries of dc sum to 0?",
            "Examples that are easy were to count less, as in a focal loss, which this is not.",
        ),
        PracticeBug(
            "softmax_brier",
            ("loss",),
            "dU",
            Edit("dS", "(P - T) / m", "P * (P - T) / m"),
            "With one example, do the entries of dc sum to 0?",
            "That is a part of the derivative of a squared error behind a softmax.",
        ),
        PracticeBug(
            "softmax_root_of_probabilities",
            ("loss",),
            "dU",
            Edit("dS", "(P - T) / m", "(np.sqrt(P) - T) / m"),
            "With one example, do the entries of dc sum to 0?",
            "The probabilities were made flatter, as for sampling, and the name was kept.",
        ),
        PracticeBug(
            "softmax_errors_capped",
            ("loss",),
            "dU",
            Edit("dS", "(P - T) / m", "np.clip(P - T, -0.4, 0.4) / m"),
            "Which is the largest entry of dc with one example?",
            "Clipping was put where the gradient begins.",
        ),
        PracticeBug(
            "softmax_labels_as_scores",
            ("loss",),
            "dU",
            Edit("dS", "(P - T) / m", "(P - np.exp(T) / np.exp(T).sum(axis=0)) / m"),
            "Which labels would this be the correct error for?",
            "A softmax was taken of the labels, too.",
        ),
        PracticeBug(
            "softmax_mask_of_large_units",
            ("mask",),
            "dW",
            Edit("dZ", "Z > 0", "Z > 0.3"),
            "Take single examples until a unit is only just on.",
            "Noise was to be cut off, and gradients with it.",
        ),
        PracticeBug(
            "softmax_mask_of_the_mean",
            ("mask",),
            "dW",
            Edit("dZ", "Z > 0", "Z > Z.mean(axis=0)"),
            "Take a single example. Which units are on, and which rows are not 0?",
            "A unit was taken to be on if it is above the others.",
        ),
        PracticeBug(
            "softmax_mask_of_the_next_unit",
            ("mask",),
            "dW",
            Edit("dZ", "Z > 0", "np.roll(Z, 1, axis=0) > 0"),
            "Take a single example. Whose mask has each row?",
            "Two lists of units began at different ones.",
        ),
        PracticeBug(
            "softmax_faint_leak",
            ("mask",),
            "dW",
            Edit("dZ", "Z > 0", "np.where(Z > 0, 1, 0.05)"),
            "Is the row of a unit that is off exactly 0?",
            "A leaky ReLU was tried, and the forward pass was changed back alone.",
        ),
        PracticeBug(
            "softmax_growing_slope",
            ("mask", "chain"),
            "dW",
            Edit("dZ", "Z > 0", "np.minimum(H, 1)"),
            "With one example: by how much is each row of dW off?",
            "The slope was taken to grow up to 1, as in a smooth step.",
        ),
        PracticeBug(
            "softmax_saturated_activation",
            ("chain",),
            "dU",
            Edit("dU", "dS @ H.T", "dS @ np.tanh(H).T"),
            "With one example, divide a row of dU by its dc, and compare with H.",
            "The activation was replaced on the way forward, and not here.",
        ),
        PracticeBug(
            "softmax_weights_of_one_sign",
            ("chain",),
            "dW",
            Edit("dH", "U.T", "np.maximum(U, 0).T"),
            "Which rows of dW are smaller than they should be? Look at the signs in U.",
            "The ReLU was applied to the weights.",
        ),
        PracticeBug(
            "softmax_centred_weights",
            ("chain",),
            "dW",
            Edit("dH", "U.T", "(U - U.mean(axis=1, keepdims=True)).T"),
            "What would come down to the units if all weights of a class were equal?",
            "Weights were centred for a plot, and their name was used again.",
        ),
        PracticeBug(
            "softmax_probability_twice",
            ("chain",),
            "dW",
            Edit("dH", "U.T @ dS", "U.T @ (dS * P)"),
            "Where everything up to dc is correct, what comes next?",
            "The slope of the softmax is in P - T already, and was multiplied in once more.",
        ),
        PracticeBug(
            "softmax_inputs_without_signs",
            ("chain",),
            "dW",
            Edit("dW", "dZ @ X.T", "dZ @ np.abs(X).T"),
            "With one example, divide dW by db. What should that be?",
            "Sizes of the inputs were computed for scaling, and their name was used again.",
        ),
        PracticeBug(
            "softmax_normalised",
            ("chain",),
            "dW",
            Edit("dW", "dZ @ X.T", "dZ @ X.T / np.linalg.norm(X)"),
            "Take two cases with the same m. Is the ratio the same?",
            "The inputs were to have length 1, and were given that here alone.",
        ),
    )
}
