"""What `one_dimension` asks: the 1-D gradient check of J(theta) = theta * x, and its tools."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from autograder.questions import picture, question, stand_ins
from autograder.questions.functions_of_one_number import Function, Pair, pairs, smooth_functions
from autograder.questions.stand_ins import of_numbers
from autograder.questions.student import Answer, Call, Student, describe
from autograder.questions.verdict import Marks, Wrong, is_small

TOLERANCE = 1e-6

SMALL_DIFFERENCES = (-3, -5, -7, -9)
SMALL_TOLERANCE = 1e-3
"""Powers of ten of small relative differences, and how precisely they are expected: of 1e-9, the
numbers themselves have seven digits."""

ERROR = "the error of the derivative"

FORWARD = {"forward_propagation": stand_ins.product}
TOOLS = {
    "numerical_derivative": stand_ins.central_difference,
    "relative_difference": stand_ins.relative_difference,
}


def expect(
    answer: Answer,
    truth: float,
    case: str,
    hint: str,
    tolerance: float = TOLERANCE,
    scale: float | None = None,
) -> None:
    """Raise Wrong unless the answer is the number `truth`, to `tolerance` of its size."""
    found = answer.number()
    allowed = tolerance * (abs(truth) if scale is None else scale)
    if not abs(found - truth) <= allowed:
        raise Wrong(f"{case} {answer.function} returned {found:.8g}, which is wrong. {hint}")


@question(value=1)
def forward_propagation(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    with marks.part("value"):
        x, theta = rng.uniform(0.5, 4, 2)
        numbers = [(x, theta), (-x, theta), (x, -theta), (0.0, theta), (x, 0.0)]
        numbers += [(3, -2), (np.float64(x), np.float64(-theta))]
        answers = student.call_each("forward_propagation", [Call(each) for each in numbers])
        for (x, theta), answer in zip(numbers, answers, strict=True):
            hint = "J is theta times x, for any two numbers."
            expect(answer, theta * x, f"For x = {x:.4g} and theta = {theta:.4g}", hint)


@question(value=1)
def backward_propagation(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    with marks.part("value"):
        numbers = [(sign * rng.uniform(1.3, 1.9), rng.uniform(5.2, 5.8)) for sign in (1, -1, 1, -1)]
        calls = [Call(each, FORWARD) for each in numbers]
        answers = student.call_each("backward_propagation", calls)
        for (x, theta), answer in zip(numbers, answers, strict=True):
            hint = "How fast does theta * x grow when theta does?"
            expect(answer, x, f"For x = {x:.4g} and theta = {theta:.4g}", hint)


@question(value=2, error_law=2)
def numerical_derivative(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    cases = smooth_functions(rng)
    with marks.part("value"):
        calls = [Call((of_numbers(f), theta)) for _, f, _, theta in cases]
        answers = student.call_each("numerical_derivative", calls)
        for (name, _, df, theta), answer in zip(cases, answers, strict=True):
            # Wide enough for a one-sided quotient, which the other part checks.
            scale = 1 + abs(df(theta))
            case = f"At theta = {theta:.4g} the slope of {name} is {df(theta):.6g};"
            expect(answer, df(theta), case, "Which step is the difference divided by?", 1e-4, scale)
    with marks.part("error_law"):
        # At 1e-3 the error law is below the round-off of float32 or of a rounded result.
        asked = [*product((1e-2, 1e-3), cases)]
        calls = [
            Call((of_numbers(f), theta), by_name={"epsilon": epsilon})
            for epsilon, (_, f, _, theta) in asked
        ]
        answers = student.call_each("numerical_derivative", calls)
        for (epsilon, (name, f, df, theta)), answer in zip(asked, answers, strict=True):
            error, law = (
                answer.number() - df(theta),
                stand_ins.central_difference(f, theta, epsilon) - df(theta),
            )
            if not abs(error - law) <= 0.01 * abs(law):
                raise Wrong(
                    f"With epsilon = {epsilon:g} a central difference misses the slope of {name} "
                    f"at theta = {theta:.4g} by {law:.3e}; yours misses it by {error:.3e}. Step by "
                    "exactly epsilon to both sides."
                )


def compared(rng: np.random.Generator, shape: tuple[int, ...]) -> list[tuple[str, Any, Any, float]]:
    """Pairs of numbers or arrays that differ much, in the sign, and by less and less.

    Returns
    -------
    list of (str, a, b, float)
        In words, the pair, and how precisely its relative difference is expected. None is near
        zero, where a small number added to the denominator would show.
    """
    a = rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape)
    b = a * rng.uniform(0.2, 0.8) + 0.1 * rng.normal(size=shape)
    found = [(a, b, TOLERANCE), (b, a, TOLERANCE), (a, -a, TOLERANCE)]
    for power in SMALL_DIFFERENCES:
        size = rng.uniform(1.1, 1.9) * 10.0**power
        found.append((a, a + size * a * rng.uniform(1, 2, shape), SMALL_TOLERANCE))
    if not shape:
        found = [(float(a), float(b), tolerance) for a, b, tolerance in found]
    elif a.size > 1:
        left = np.zeros(shape)
        left.flat[:2] = 1.0, 0.0
        found.append((left, np.roll(left, 1), TOLERANCE))  # zeros in both, but not 0 against 0
    return [(_in_words(a, b), a, b, tolerance) for a, b, tolerance in found]


def _in_words(a: Any, b: Any) -> str:
    """What two numbers or arrays are, for a message."""
    if not np.shape(a):
        return f"the numbers {a:.12g} and {b:.12g}"
    near = stand_ins.relative_difference(a, b)
    apart = f" that differ by {near:.4g}" if near < 0.01 else ""
    return f"arrays of shape {np.shape(a)}{apart}"


def with_nan(rng: np.random.Generator) -> list[tuple[str, Any, Any]]:
    """Pairs with NaN, in words first; some of them agree where NaN counts as 0, or not at all."""
    spoilt = rng.normal(size=6)
    spoilt[rng.integers(6)] = np.nan
    zero = np.nan_to_num(spoilt)
    numbers = "six numbers, one of which is NaN,"
    return [
        (f"{numbers} against six ones", spoilt, np.ones(6)),
        (f"{numbers} against the same with 0 in its place", spoilt, zero),
        (f"six numbers against {numbers} where they have 0", zero, spoilt),
        (f"{numbers} against themselves", spoilt, spoilt),
        ("three NaN against three zeros", np.full(3, np.nan), np.zeros(3)),
        ("1.5 against NaN", 1.5, np.nan),
        ("NaN against 0.0", np.nan, 0.0),
        ("NaN against NaN", np.nan, np.nan),
    ]


@question(value=2, edge_cases=1)
def relative_difference(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    def ask_each(asked: Sequence[tuple[Any, Any]]) -> Sequence[Answer]:
        return student.call_each("relative_difference", [Call(each) for each in asked])

    with marks.part("value"):
        hint = "It is the norm of a - b over the sum of the two norms."
        asked = [each for shape in ((), (), (7,), (5, 1)) for each in compared(rng, shape)]
        answers = ask_each([(a, b) for _, a, b, _ in asked])
        for (what, a, b, tolerance), answer in zip(asked, answers, strict=True):
            expect(answer, stand_ins.relative_difference(a, b), f"For {what}", hint, tolerance)
    with marks.part("edge_cases"):
        zeros, spoilt, column = (0.0, np.zeros(4)), with_nan(rng), rng.normal(size=(5, 1))
        *answers, last = ask_each([
            *((zero, zero) for zero in zeros),
            *((a, b) for _, a, b in spoilt),
            (column[:, 0], column),
        ])  # fmt: skip
        if any(answer.number() != 0 for answer in answers[: len(zeros)]):
            raise Wrong("0 against 0 must give 0.0: the two agree.")
        for (words, _, _), answer in zip(spoilt, answers[len(zeros) :], strict=True):
            if answer.raised != "ValueError" and answer.number() < 1e-2:
                found = f"{answer.function} returned {answer.number():.3g}"
                raise Wrong(f"NaN must never look like agreement, but for {words} {found}.")
        if last.raised != "ValueError":
            got = last.failure or f"returned {describe(last.value)}"
            raise Wrong(f"Shapes (5,) and (5, 1) must raise a ValueError; yours {got}.")


def check_pair(
    student: Student, forward: Pair, backward: Pair, x: float, theta: float, **by_name: Any
) -> Answer:
    """The answer of the student's `gradient_check` for another pair of functions.

    They run in the grader: code that could read them would know the difference without a check.
    """
    forward, backward = of_numbers(forward), of_numbers(backward)
    replacing = {"forward_propagation": forward, "backward_propagation": backward, **TOOLS}
    return student.call("gradient_check", x, theta, replacing=replacing, **by_name)


@question(right_pairs=2, wrong_pairs=2, uses_both_and_epsilon=2)
def gradient_check(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    with marks.part("right_pairs"):
        for cost, forward, backward, x, theta in pairs(rng):
            # The grader counts the calls: a difference near 0 doesn't show that both were called.
            answer = check_pair(student, forward, backward, x, theta)
            for name in ("forward_propagation", "backward_propagation"):
                if not answer.failure and not answer.calls[name]:
                    raise Wrong(f"gradient_check never called {name}: call it by its name.")
            found = answer.number()
            if not is_small(found, 1e-6):
                raise Wrong(
                    f"With J = {cost} and its correct derivative in place of your two functions, "
                    f"x = {x:.4g} and theta = {theta:.4g}, the difference is {found:.3e}. It must "
                    "be below 1e-6."
                )
    with marks.part("wrong_pairs"):
        factors = rng.uniform(1.01, 1.1), rng.uniform(1.5, 3), -1.0, 0.0
        for turn, factor in enumerate(factors):
            cost, forward, backward, x, theta = pairs(rng, factor)[turn % 3]
            answer = check_pair(student, forward, backward, x, theta)
            case = (
                f"With J = {cost} and {factor:.4g} times its derivative in place of your functions,"
            )
            hint = "Return relative_difference of the numerical and the analytic derivative."
            expect(answer, abs(factor - 1) / (abs(factor) + 1), case, hint, 1e-3)
    with marks.part("uses_both_and_epsilon"):
        for cost, forward, backward, x, theta in pairs(rng):
            epsilon = rng.uniform(0.2, 0.3)
            plus, minus = forward(x, theta + epsilon), forward(x, theta - epsilon)
            truth = stand_ins.relative_difference(
                (plus - minus) / (2 * epsilon), backward(x, theta)
            )
            asked = student, forward, backward, x, theta
            quiet = check_pair(*asked, epsilon=epsilon, print_msg=False)
            case = f"With J = {cost} in place of your functions and epsilon = {epsilon:.3g},"
            hint = "Step by exactly epsilon to both sides, and call both functions by their names."
            expect(quiet, truth, case, hint, 1e-3)
        loud = check_pair(*asked, epsilon=epsilon, print_msg=True)
        if loud.printed == quiet.printed:
            raise Wrong("print_msg=True must print a message that print_msg=False does not.")


def watched(f: Function, asked_at: list[npt.NDArray[Any]]) -> Function:
    """`f`, which notes in a list where it is called."""

    def noting(t: Any) -> Any:
        asked_at.append(np.ravel(t))
        return f(t)

    return noting


def expect_steps(
    asked_at: list[npt.NDArray[Any]], theta: float, epsilons: npt.NDArray[Any]
) -> None:
    """Raise Wrong unless a function was called at nearly all of these distances from `theta`."""
    steps = np.abs(np.concatenate([np.zeros(0), *asked_at]).real.astype(float) - theta)
    taken = sum(bool(np.any(np.abs(steps - each) <= 0.05 * each)) for each in epsilons)
    if taken < 25:
        raise Wrong(f"f was called at {taken} of {epsilons.size} steps: use each epsilon as given.")


@question(truncation_side=2, roundoff_side=1)
def error_sweep(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    def sweep(
        f: Function, df: Function, theta: float, epsilons: npt.NDArray[Any]
    ) -> npt.NDArray[Any]:
        # The function runs in the grader: code that could read it would know its errors by the law.
        f = of_numbers(f)
        answer = student.call("error_sweep", f, df, theta, epsilons, replacing=TOOLS)
        errors = answer.array()
        if errors.size != epsilons.size:
            raise Wrong(
                f"For {epsilons.size} epsilons error_sweep returned {describe(answer.value)}, but "
                "one error for each epsilon was expected."
            )
        return errors.reshape(-1).astype(float)

    with marks.part("truncation_side"):
        for name, f, df, theta in smooth_functions(rng):
            epsilons = rng.permutation(np.geomspace(1e-3, 1e-1, 5))
            truth = np.abs(stand_ins.central_difference(f, theta, epsilons) - df(theta))
            errors = sweep(f, df, theta, epsilons)
            if not np.all(np.abs(errors - truth) <= 0.01 * truth):
                worst = np.argmax(~(np.abs(errors - truth) <= 0.01 * truth))
                raise Wrong(
                    f"The error of the derivative of {name} at theta = {theta:.4g} with epsilon = "
                    f"{epsilons[worst]:.3g} is {truth[worst]:.4e}; yours is {errors[worst]:.4e}.",
                    picture.of_curves(ERROR, epsilons, errors, truth),
                )
    with marks.part("roundoff_side"):
        # Only up to 1e-8: above, the truncation of a one-sided difference may change the slope.
        epsilons = rng.permutation(np.geomspace(1e-13, 1e-8, 29))
        name, f, df, theta = smooth_functions(rng)[rng.integers(3)]
        asked_at: list[npt.NDArray[Any]] = []
        found = sweep(watched(f, asked_at), df, theta, epsilons)
        expect_steps(asked_at, theta, epsilons)
        errors = np.abs(found)  # the other part checks the sign
        seen = np.isfinite(errors) & (errors > 0)
        if seen.sum() < 25:
            raise Wrong(f"For {name}, only {seen.sum()} of 29 errors are finite and above 0.")
        slope = np.polyfit(np.log10(epsilons[seen]), np.log10(errors[seen]), 1)[0]
        if not abs(slope + 1) <= 0.3:
            law = stand_ins.central_difference(f, theta, epsilons) - df(theta)
            raise Wrong(
                "Below epsilon = 1e-8 the error must grow like 1/epsilon (slope -1 on log axes); "
                f"for {name} yours has slope {slope:.2f}. Use float64 and the epsilons as given.",
                picture.of_curves(ERROR, epsilons, errors, law),
            )
