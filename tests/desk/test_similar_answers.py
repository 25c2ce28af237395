"""If this fails, a report misses a copied answer, or points at students who wrote their own."""

import random

import pytest

from autograder.desk.similar_answers import LEAST, normal_form, prints, similar

GIVEN = 'def answer(x):\n    """Return something."""\n    pass  # your code here\n'
LONG = '''def answer(x, epsilon=1e-7):
    """Return something."""
    weights = np.zeros(x.shape)  # as large as x
    for place in range(x.size):
        up, down = x.copy(), x.copy()
        up[place] += epsilon
        down[place] -= epsilon
        weights[place] = (np.log1p(up ** 2).sum() - np.log1p(down ** 2).sum()) / (2 * epsilon)
        if not np.isfinite(weights[place]):
            weights[place] = max(abs(up[place]), 3.5) * np.sign(x[place])
    total = np.linalg.norm(weights, ord=1)
    return {"weights": weights / total, "total": total, "worst": int(np.argmax(weights))}
'''
RENAMED = (
    LONG.replace("weights", "w").replace("place", "i").replace("up", "plus").replace("x", "theta")
    .replace("# as large as theta", "# mine").replace("    w =", "\n\n    w =")
    .replace('"""Return something."""', "").replace("total", "s").replace("/ (2 * eps", "/(2*eps")
    .replace('"s"', "'total'").replace('"w"', "'weights'").replace('"worst"', "'worst'")
    .replace("tdowntheta", "tdownx").replace("matheta", "max").replace("argmatheta", "argmax")
    .replace("etheta", "ex")
)  # fmt: skip


def of_ones_own(seed):
    """An answer of the same kind that nobody else would write."""
    rng = random.Random(seed)
    lines = ["def answer(x):"]
    for number in range(12):
        left, right = rng.choice("+-*/%"), rng.choice(["abs", "max", "len", "sum", "min", "round"])
        lines.append(f"    v{number} = {right}(x {left} {rng.randrange(99)}, {rng.random():.3f})")
        if rng.random() < 0.5:
            lines.append(f"    if v{number} > {rng.randrange(9)}:\n        x = x {left} v{number}")
    return "\n".join([*lines, "    return x"])


def found(answers, *known, words=False):
    return similar("answer", answers, dict.fromkeys(answers, (GIVEN, *known)), words)


CLASS = {f"student {seed}": of_ones_own(seed) for seed in range(20)}


def test_names_comments_and_layout_hide_nothing():
    assert normal_form(LONG) == normal_form(RENAMED)
    assert "Return something" not in normal_form(LONG) and "#" not in normal_form(LONG)
    (group,) = found({**CLASS, "ada": LONG, "bob": RENAMED})
    assert (group.students, group.same) == (("ada", "bob"), True)
    assert group.size >= LEAST


def test_a_changed_statement_hides_little():
    changed = RENAMED.replace("3.5", "4.5 + 1")
    (group,) = found({**CLASS, "ada": LONG, "bob": changed})
    assert (group.students, group.same) == (("ada", "bob"), False)


def test_what_is_not_python_is_compared_too():
    broken = LONG.replace("return {", "return {{{")
    (group,) = found({**CLASS, "ada": broken, "bob": broken.replace("down", "low")})
    assert (group.students, group.same) == (("ada", "bob"), True)


def test_three_are_one_group():
    (group,) = found({**CLASS, "ada": LONG, "bob": RENAMED, "cid": LONG.replace("down", "low")})
    assert group.students == ("ada", "bob", "cid")


def test_students_who_wrote_their_own_are_no_group():
    assert found(CLASS) == []


@pytest.mark.parametrize("text", [GIVEN, "", "def answer(x):\n    return np.log1p(x ** 2).sum()"])
def test_short_answers_accuse_nobody(text):
    assert found({**CLASS, "ada": text, "bob": text}) == []


def test_the_solution_accuses_nobody():
    """Neither itself, nor with other names; nor does the code that students started from."""
    assert found({**CLASS, "ada": LONG, "bob": LONG}, LONG) == []
    assert found({**CLASS, "ada": RENAMED, "bob": RENAMED}, LONG) == []


def test_what_was_given_does_not_count_and_a_repair_is_short():
    repaired = LONG.replace("+= epsilon", "+= epsilon / 2")
    assert found({**CLASS, "ada": repaired, "bob": repaired}, LONG) == []


def test_what_many_have_written_accuses_nobody():
    assert found({**CLASS, **{f"reader {number}": LONG for number in range(6)}}) == []
    assert len(found({**CLASS, **{f"reader {number}": LONG for number in range(5)}})) == 1


def test_answers_in_words():
    text = (
        "When a unit switches on between the two evaluations, the central difference is the mean "
        "of two slopes. So I would move the parameters a little, look at the signs of Z in all of "
        "the layers, and only then believe that the ratio of 0.5 which we have seen is a kink. In "
        "a dead unit nothing of this can be seen, because both sides are zero for any example."
    )
    own = {name: " ".join(random.Random(name).sample(text.split(), 40)) for name in CLASS}
    (group,) = found({**own, "ada": text, "bob": text.upper().replace(",", " -")}, words=True)
    assert (group.students, group.same) == (("ada", "bob"), True)


@pytest.mark.parametrize(
    "text", ["(" * 20_000, "x = '''" * 3_000, "\x00", "-" * 30_000, "'" * 29_999, "\ud800" * 50]
)
def test_any_text_is_an_answer(text):
    found({"ada": text, "bob": text + " ", "cid": text})
    normal_form(text)


def test_fingerprints_do_not_depend_on_the_process():
    """Python's own hashes do, and another choice of fingerprints would be another report."""
    assert sorted(prints("a = [1, 2, 3, 4]", False))[:1] == [3873890366293063108]
