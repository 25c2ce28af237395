"""Bugs in the ways back of the layers of level 5."""

from autograder.truth.planting import Edit
from autograder.truth.practice.passes import PracticeBug

_NO_VARIANCE = "How do the entries of X enter Y: directly, through the mean, and how else?"

BUGS = {
    "layer normalisation": (
        PracticeBug(
            "layer_norm_without_variance", ("chain",), "dX",
            Edit("dX", "dN - mean - along", "dN - mean"),
            _NO_VARIANCE,
            "The standard deviation was treated as a constant.",
        ),
        PracticeBug(
            "layer_norm_without_mean", ("chain",), "dX",
            Edit("dX", "dN - mean - along", "dN - along"),
            "Add the same number to a whole row of X. By how much does Y change? So what is the "
            "sum of a row of dX?",
            "The mean was treated as a constant.",
        ),
        PracticeBug(
            "layer_norm_variance_of_u", ("chain",), "dX",
            Edit("along", "dN * N", "u * N"),
            "Set g to ones in your mind: is dX correct then?",
            "u and dN differ by g, and g is 1 at the start of a training.",
        ),
        PracticeBug(
            "layer_norm_divided_by_the_variance", ("chain",), "dX",
            Edit("dX", "(dN - mean - along) / D", "(dN - mean - along) / D**2"),
            "Divide what was found by what is correct, row by row.",
            "The variance and its root have similar names in many codes.",
        ),
        PracticeBug(
            "layer_norm_of_columns", ("chain",), "dX",
            Edit("mean", "dN.mean(axis=1, keepdims=True)", "dN.mean(axis=0, keepdims=True)"),
            "Over which axis was the mean taken on the way forward?",
            "The lines were copied from batch normalisation.",
        ),
        PracticeBug(
            "layer_norm_gain_of_the_inputs", ("chain",), "dg",
            Edit("dg", "u * N", "u * X"),
            "By what is g multiplied?",
            "X was written for the normalised X.",
        ),
        PracticeBug(
            "layer_norm_gain_averaged", ("batch",), "dg",
            Edit("dg", "(u * N).sum(axis=0)", "(u * N).mean(axis=0)"),
            "Compare the ratio for one row, three and eight.",
            "The 1/m belongs to the cost, which is above this layer.",
        ),
        PracticeBug(
            "layer_norm_shift_of_the_last_row", ("batch",), "ds",
            Edit("ds", "u.sum(axis=0)", "u[-1]"),
            "Take one row, and then several.",
            "Broadcasting forwards is a sum backwards, which was left out.",
        ),
    ),
    "batch normalisation": (
        PracticeBug(
            "batch_norm_in_evaluation_mode", ("chain",), "dX",
            Edit("dX", "(dN - mean - along) / D", "dN / D"),
            "Change one example. Do the outputs of the others move?",
            "With running statistics, as in evaluation, that would be correct.",
        ),
        PracticeBug(
            "batch_norm_without_variance", ("chain",), "dX",
            Edit("dX", "dN - mean - along", "dN - mean"),
            _NO_VARIANCE,
            "The standard deviation was treated as a constant. Under ones nobody can tell.",
        ),
        PracticeBug(
            "batch_norm_unbiased", ("chain",), "dX",
            Edit("along", "(dN * N).mean(axis=0)", "(dN * N).sum(axis=0) / (len(X) - 1)"),
            "Does the error shrink as the batch grows?",
            "m - 1 belongs to another estimate of the variance, which the way forward doesn't use.",
        ),
        PracticeBug(
            "batch_norm_gain_descends", ("sign",), "dg",
            Edit("dg", "(u * N).sum(axis=0)", "-(u * N).sum(axis=0)"),
            "One array walks uphill.",
            "The minus sign of the update was put into the gradient.",
        ),
        PracticeBug(
            "batch_norm_gain_forgotten", ("chain",), "dX",
            Edit("dN", "u * g", "u"),
            "By what is the upstream gradient multiplied before it reaches N?",
            "g is 1 at the start of a training, and then it makes no difference.",
        ),
    ),
    "softmax": (
        PracticeBug(
            "softmax_plain_mean", ("chain",), "dX",
            Edit("dX", "u - weighted", "u - u.mean(axis=1, keepdims=True)"),
            "What is the sum of a row of dX, and what should it be?",
            "The mean is weighted with P. Under ones both are 1.",
        ),
        PracticeBug(
            "softmax_diagonal_only", ("chain",), "dX",
            Edit("dX", "P * (u - weighted)", "P * (1 - P) * u"),
            "Raise one entry of a row of X. What happens to the others of P?",
            "The slope of the sigmoid was taken for each entry by itself.",
        ),
        PracticeBug(
            "softmax_as_an_exponential", ("chain",), "dX",
            Edit("dX", "P * (u - weighted)", "P * u"),
            "Add the same number to a whole row of X. By how much does P change?",
            "The denominator was treated as a constant.",
        ),
        PracticeBug(
            "softmax_of_the_whole_batch", ("batch",), "dX",
            Edit("weighted", "(u * P).sum(axis=1, keepdims=True)", "(u * P).sum()"),
            "Take one row, and then several.",
            "A sum without an axis is that of all rows, and broadcasting hides that.",
        ),
    ),
    "convolution": (
        PracticeBug(
            "convolution_not_flipped", ("chain",), "dX",
            Edit("dX", "w[j]", "w[2 - j]"),
            "Which entries of w should the first entry of X meet, on the way forward?",
            "The way back turns the kernel round, and here it was used as it is.",
        ),
        PracticeBug(
            "convolution_kernel_reversed", ("transpose",), "dw",
            Edit("dw", "np.array([np.sum(u * X[:, j:j + 4]) for j in range(3)])",
                 "np.array([np.sum(u * X[:, j:j + 4]) for j in range(3)])[::-1]"),
            "Sort the entries of dw, found and correct.",
            "The kernel is turned round for dX, and was for dw as well.",
        ),
        PracticeBug(
            "convolution_kernel_of_the_first_row", ("batch",), "dw",
            Edit("dw", "np.sum(u * X[:, j:j + 4])", "np.sum(u[0] * X[0, j:j + 4])"),
            "Take one row, and then several.",
            "The kernel is shared by all rows, so that their shares have to be summed.",
        ),
        PracticeBug(
            "convolution_moved_by_one", ("transpose",), "dX",
            Edit("dX", "np.pad(ANY, ((0, 0), (j, 2 - j)))",
                 "np.roll(np.pad(ANY, ((0, 0), (j, 2 - j))), 1, axis=1)"),
            "Sort the entries of a row of dX, found and correct.",
            "The kernel was taken to be centred on the way back only.",
        ),
        PracticeBug(
            "convolution_kernel_by_its_positions", ("scale",), "dw",
            Edit("dw", "np.sum(u * X[:, j:j + 4])", "np.sum(u * X[:, j:j + 4]) / 4"),
            "The ratio is one number in every case. Does it depend on m?",
            "The mean over the positions was taken instead of the sum.",
        ),
    ),
    "max pooling": (
        PracticeBug(
            "max_pool_of_sizes", ("chain", "transpose"), "dX",
            Edit("won", "pairs == pairs.max(axis=2, keepdims=True)",
                 "np.abs(pairs) == np.abs(pairs).max(axis=2, keepdims=True)"),
            "Look at a pair with a large negative number.",
            "Sizes were compared on the way back only.",
        ),
        PracticeBug(
            "max_pool_shared", ("chain",), "dX",
            Edit("dX", "u[:, :, None] * won", "u[:, :, None] * np.full(pairs.shape, 0.5)"),
            "What does the smaller one of two neighbours get?",
            "That is the way back of average pooling.",
        ),
        PracticeBug(
            "max_pool_to_the_loser", ("transpose",), "dX",
            Edit("dX", "won", "~won"),
            "Sort the entries of dX, found and correct.",
            "A condition was turned round.",
        ),
        PracticeBug(
            "max_pool_positive_only", ("chain",), "dX",
            Edit("dX", "won", "(won & (pairs > 0))"),
            "Look at a pair of two negative numbers.",
            "A ReLU stood behind the pooling once.",
        ),
    ),
    "embedding": (
        PracticeBug(
            "embedding_averaged", ("batch",), "dE",
            Edit("dE", "chosen.T @ u",
                 "chosen.T @ u / np.maximum(chosen.sum(axis=0), 1)[:, None]"),
            "Divide what was found by what is correct, row by row. How often was each chosen?",
            "A row that is chosen often was to learn no faster than others.",
        ),
        PracticeBug(
            "embedding_of_the_next_row", ("transpose",), "dE",
            Edit("chosen", "np.eye(3)[i]", "np.eye(3)[i - 1]"),
            "Sort the entries of dE, found and correct.",
            "Indices counted from 1 in one of two places, and -1 is the last row.",
        ),
        PracticeBug(
            "embedding_overwritten", ("batch",), "dE",
            Edit("dE", "chosen.T @ u",
                 "np.array([u[i == row][-1:].sum(axis=0) for row in range(3)])"),
            "Take one example, and then so many that some row is chosen twice.",
            "dE[i] = u keeps the last of several, and dE[i] += u does the same in numpy.",
        ),
    ),
    "attention": (
        PracticeBug(
            "attention_values_of_the_transposed", ("chain",), "dV",
            Edit("dV", "A.T @ u", "A @ u"),
            "Take two rows. Which rows of V does the first output use, and how much of each?",
            "A is square, so that nothing complains where its transpose was forgotten.",
        ),
        PracticeBug(
            "attention_without_its_softmax", ("chain",), "dQ",
            Edit("dS", "A * (dA - (dA * A).sum(axis=1, keepdims=True))", "A * dA"),
            "Add the same number to a whole row of S. By how much does A change?",
            "The denominator of the softmax was treated as a constant.",
        ),
        PracticeBug(
            "attention_softmax_of_columns", ("chain",), "dQ",
            Edit("dS", "(dA * A).sum(axis=1, keepdims=True)",
                 "(dA * A).sum(axis=0, keepdims=True)"),
            "Along which axis does A sum to 1?",
            "The axis was right for the transposed matrix.",
        ),
        PracticeBug(
            "attention_scale_forgotten", ("scale", "chain"), "dQ",
            Edit("dQ", "dS @ K / np.sqrt(Q.shape[1])", "dS @ K"),
            "What is the ratio, and how does it depend on the number of columns?",
            "The root of n was divided by on the way forward only.",
        ),
        PracticeBug(
            "attention_keys_for_queries", ("chain",), "dK",
            Edit("dK", "dS.T @ Q", "dS.T @ K"),
            "By what is K multiplied on the way forward?",
            "The line was copied from that of dQ.",
        ),
        PracticeBug(
            "attention_keys_of_the_transposed", ("chain",), "dK",
            Edit("dK", "dS.T @ Q", "dS @ Q"),
            "Which of the two is asked, and which asks?",
            "dS is square, so that nothing complains where its transpose was forgotten.",
        ),
    ),
}  # fmt: skip
