"""If one of these kept a part, a student would earn points for the mistake and not hear of it."""
# ruff: noqa: F811 (many answers to one question)

from functools import partial

from tests.questions.answers import mistake, slip

report = partial(slip, "n_dimensions", "gradient_report")

CLEAN, CORRUPTED = "clean_arrays", "corrupted_arrays"
NORM = "np.linalg.norm(a - b) / size if size != 0 else 0.0"

report(
    "Gives every array the global number.",
    (
        "return report",
        """a, b = gradients_to_vector(gradients), dictionary_to_vector(numerical)[0]
    difference = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
    return dict.fromkeys(report, difference)""",
    ),
    loses={CORRUPTED},
)
report(
    "Compares lengths, blind to the sign.",
    ("np.linalg.norm(a - b)", "abs(np.linalg.norm(a) - np.linalg.norm(b))"),
    loses={CORRUPTED},
)
report("Doesn't divide.", (NORM, "np.linalg.norm(a - b)"), loses={CORRUPTED})
report(
    "Divides by the size of the whole gradient.",
    (
        "size = np.linalg.norm(a) + np.linalg.norm(b)",
        "size = 2 * np.linalg.norm(dictionary_to_vector(numerical)[0]) + 1",
    ),
    loses={CORRUPTED},
)
report(
    "Adds a large number to the denominator.",
    ("np.linalg.norm(b)", "np.linalg.norm(b) + 1"),
    loses={CORRUPTED},
)
report(
    "Compares the first entry of each array.",
    ("np.linalg.norm(a - b)", "abs(a - b).flat[0] * 0"),
    loses={CORRUPTED},
)
report(
    "Squares the difference.",
    (NORM, "np.sum((a - b) ** 2) / np.sum(a**2 + b**2)"),
    loses={CORRUPTED},
)
report(
    "Divides by the larger norm.",
    (
        "np.linalg.norm(a) + np.linalg.norm(b)",
        "max(np.linalg.norm(a), np.linalg.norm(b))",
    ),
    loses={CORRUPTED},
)
report("Divides by the numerical norm.", ("np.linalg.norm(a) + ", ""), loses={CORRUPTED})
report(
    "Divides by the norm of the sum.",
    ("np.linalg.norm(a) + np.linalg.norm(b)", "np.linalg.norm(a + b)"),
    loses={CORRUPTED},
)
report("Doesn't pass epsilon on.", ("(parameters, X, Y, epsilon)", "(parameters, X, Y)"),
       loses={CORRUPTED})  # fmt: skip
report(
    "Has 1e-5 typed in for epsilon.", ("X, Y, epsilon)", "X, Y, epsilon=1e-5)"), loses={CORRUPTED}
)
report(
    "Takes the largest entry for the norm.",
    ("np.linalg.norm(", "np.max(np.abs("),
    ("abs(a) + np.max(np.abs(b)", "abs(a)) + np.max(np.abs(b))"),
    ("np.max(np.abs(a - b)", "np.max(np.abs(a - b))"),
    loses={CORRUPTED},
)
report(
    "Takes the largest difference of an entry.",
    (NORM, "np.max(np.abs(a - b) / (np.abs(a) + np.abs(b)))"),
    loses={CLEAN},
    gated={CORRUPTED},
)
report(
    "Takes the mean difference of the entries.",
    (NORM, "np.mean(np.abs(a - b) / (np.abs(a) + np.abs(b)))"),
    loses={CLEAN},
    gated={CORRUPTED},
)
report(
    "Keeps the sign of the difference.",
    ("np.linalg.norm(a - b) / size", "abs(np.sum(a - b)) / size"),
    loses={CORRUPTED},
)
report(
    "Returns whether they agree.",
    ("return report", "return {key: 1.0 * (each > 1e-6) for key, each in report.items()}"),
    loses={CORRUPTED},
)
report(
    "Rounds to three digits.",
    ("return report", "return {key: round(each, 3) for key, each in report.items()}"),
    loses={CORRUPTED},
)
report(
    "Leaves the d out of the keys.",
    ('report["d" + key]', "report[key]"),
    loses={CLEAN},
    gated={CORRUPTED},
)
report(
    "Reports the weights only.",
    ("report = {}", "report, numerical = {}, {k: v for k, v in numerical.items() if k[0] == 'W'}"),
    loses={CLEAN},
    gated={CORRUPTED},
)
report(
    "Returns a list.",
    ("return report", "return list(report.values())"),
    loses={CLEAN},
    gated={CORRUPTED},
)
report("Reports arrays of differences.", (NORM, "np.abs(a - b)"), loses={CLEAN}, gated={CORRUPTED})
report("Reports nothing.", ("return report", "return {}"), loses={CLEAN}, gated={CORRUPTED})
report(
    "Compares flat with columns.",
    ('gradients["d" + key]', 'gradients["d" + key].ravel()'),
    loses={CLEAN},
    gated={CORRUPTED},
)


@mistake(loses={CLEAN}, gated={CORRUPTED})
def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    """Calls everything clean without looking."""
    return dict.fromkeys(gradients, 0.0)


@mistake(loses={CLEAN}, gated={CORRUPTED})
def gradient_report(parameters, gradients, X, Y, epsilon=1e-5):
    """Calls everything wrong."""
    return dict.fromkeys(gradients, 1.0)
