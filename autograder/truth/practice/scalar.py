"""Level 1: a curve with three numbers, where every gradient is a number."""
# The notebook shows the text of `backward`, so these functions have no annotations.
# mypy: allow-untyped-defs

import numpy as np

from autograder.truth.planting import Edit
from autograder.truth.practice.passes import Pass, PracticeBug


def draw(rng, m, square):
    a, b, c = rng.uniform(0.5, 2, size=3)
    return {"x": rng.normal(size=m), "y": rng.normal(size=m), "a": a, "b": b, "c": c}


def forward(x, y, a, b, c):
    s = np.tanh(b * x + c)
    e = a * s - y
    return np.mean(e**2) / 2, {"s": s, "e": e}


def backward(x, y, a, b, c, s, e):
    m = x.size
    de = e / m
    da = np.sum(de * s)
    ds = a * de
    dh = ds * (1 - s**2)
    dc = np.sum(dh)
    db = np.sum(dh * x)
    return {"da": da, "dc": dc, "db": db}


PASSES = (
    Pass(
        "curve",
        1,
        "a curve with three numbers",
        ("h = b x + c", "s = tanh(h)", "e = a s - y", "J = (mean of e^2) / 2"),
        draw,
        forward,
        backward,
        begins=("da", "dc"),
        inputs="x",
        labels="y",
    ),
)

BUGS = {
    "curve": (
        PracticeBug(
            "curve_error_reversed",
            ("sign",),
            "da",
            Edit("de", "e / m", "-e / m"),
            "Does the error count what is too much, or what is too little?",
            "Somebody wrote y - a s for the error, which is as good for its square.",
        ),
        PracticeBug(
            "curve_c_descends",
            ("sign",),
            "dc",
            Edit("dc", "np.sum(dh)", "-np.sum(dh)"),
            "One of the three numbers walks uphill.",
            "The minus sign of gradient descent was put into the gradient already.",
        ),
        PracticeBug(
            "curve_amplitude_negated",
            ("sign",),
            "dc",
            Edit("ds", "a * de", "-a * de"),
            "Which two gradients are made of the same ds?",
            "A sign was carried along from an earlier form of the error.",
        ),
        PracticeBug(
            "curve_half_forgotten",
            ("scale",),
            "da",
            Edit("de", "e / m", "2 * e / m"),
            "What is the derivative of e^2 / 2?",
            "The cost has a half in front, so that the 2 of the square disappears. Here it stayed.",
        ),
        PracticeBug(
            "curve_rate_in_b",
            ("scale",),
            "db",
            Edit("db", "np.sum(dh * x)", "0.1 * np.sum(dh * x)"),
            "Divide what was found by what is correct, for several cases.",
            "The learning rate was multiplied in while the line was written.",
        ),
        PracticeBug(
            "curve_thrice",
            ("scale",),
            "dc",
            Edit("dh", "ds * (1 - s**2)", "3 * ds * (1 - s**2)"),
            "The two gradients behind the tanh are too large. By how much?",
            "An experiment with a larger step was left in the code.",
        ),
        PracticeBug(
            "curve_not_averaged",
            ("batch",),
            "da",
            Edit("de", "e / m", "e"),
            "Is the ratio the same with three examples as with eight?",
            "The cost is a mean, and its gradient was written as if it were a sum.",
        ),
        PracticeBug(
            "curve_c_averaged_again",
            ("batch",),
            "dc",
            Edit("dc", "np.sum(dh)", "np.mean(dh)"),
            "How does the ratio depend on the number of examples?",
            "de holds the 1/m already, and the mean divides once more.",
        ),
        PracticeBug(
            "curve_root",
            ("batch",),
            "da",
            Edit("de", "e / m", "e / np.sqrt(m)"),
            "Compare the ratio for one example, three and eight.",
            "The root of m belongs to a norm or a standard error, not to a mean.",
        ),
        PracticeBug(
            "curve_first_example",
            ("batch",),
            "db",
            Edit("db", "np.sum(dh * x)", "dh[0] * x[0]"),
            "Take one example, and then several.",
            "The line was tried with one example, and the sum was forgotten.",
        ),
        PracticeBug(
            "curve_mean_of_the_inputs",
            ("batch",),
            "db",
            Edit("db", "np.sum(dh * x)", "np.sum(dh) * np.mean(x)"),
            "Take one example, and then several.",
            "The sum of products is not the product of the sums.",
        ),
        PracticeBug(
            "curve_without_labels",
            ("loss",),
            "da",
            Edit("de", "e / m", "a * s / m"),
            "Change the labels and nothing else. Does the gradient move?",
            "The labels enter the cost through the error only, and here they are left out.",
        ),
        PracticeBug(
            "curve_sign_of_the_error",
            ("loss",),
            "da",
            Edit("de", "e / m", "np.sign(e) / m"),
            "Does a larger error pull harder?",
            "That is the derivative of the mean absolute error, a cost of another form.",
        ),
        PracticeBug(
            "curve_error_squared",
            ("loss",),
            "da",
            Edit("de", "e / m", "e**2 / m"),
            "Can a gradient of this cost have one sign only?",
            "The cost itself stands where its derivative should be.",
        ),
        PracticeBug(
            "curve_slope_of_a_sigmoid",
            ("chain",),
            "dc",
            Edit("dh", "1 - s**2", "s * (1 - s)"),
            "Which function has this slope?",
            "s (1 - s) is the slope of the sigmoid, written from memory.",
        ),
        PracticeBug(
            "curve_slope_forgotten",
            ("chain",),
            "dc",
            Edit("dh", "ds * (1 - s**2)", "ds"),
            "What lies between s and h?",
            "The tanh was left out on the way back. For small h its slope is nearly 1.",
        ),
        PracticeBug(
            "curve_slope_not_squared",
            ("chain",),
            "dc",
            Edit("dh", "1 - s**2", "1 - s"),
            "Try inputs so small that s is nearly 0, and then large ones.",
            "A square was lost in typing.",
        ),
        PracticeBug(
            "curve_slope_at_the_input",
            ("chain",),
            "dc",
            Edit("dh", "1 - s**2", "1 - (b * x + c)**2"),
            "At which value is the slope 1 - t^2: at h, or at tanh(h)?",
            "The formula was written for the output of the tanh, and used with its input.",
        ),
        PracticeBug(
            "curve_amplitude_forgotten",
            ("chain",),
            "dc",
            Edit("ds", "a * de", "de"),
            "Is the ratio another one in every case? Which number of the case is it?",
            "e = a s - y: the derivative by s is a.",
        ),
        PracticeBug(
            "curve_b_for_x",
            ("chain",),
            "db",
            Edit("db", "np.sum(dh * x)", "np.sum(dh * b)"),
            "Divide db by dc. Which number is that?",
            "In the product b x, the derivative by b is x, and not b.",
        ),
        PracticeBug(
            "curve_labels_for_s",
            ("chain",),
            "da",
            Edit("da", "np.sum(de * s)", "np.sum(de * y)"),
            "What is e differentiated by a?",
            "The derivative of a s - y by a is s; y is the other term.",
        ),
    )
}
