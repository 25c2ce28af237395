"""What `n_dimensions` asks: the gradient check of a small network, and its tools."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.questions import picture, question
from autograder.questions.directional_checks import expect_largest, two_of_three
from autograder.questions.gradient_checkers import (
    NETWORK,
    RIGHT_CASES,
    Asked,
    Replacing,
    ask_checker,
    ask_checker_each,
    expect_nan_fails,
    expect_right,
    expect_sign,
    expect_values,
)
from autograder.questions.gradients import (
    ARRAYS,
    FIRST_LAYER,
    OUTPUT_LAYER,
    SECOND_LAYER,
    STAND_IN,
    backward_cases,
    expect_arrays,
    expect_unchanged,
    fault_of_array,
    faults_of_backward,
    of_all_sizes,
    of_live_case,
    share_of_largest,
)
from autograder.questions.other_costs import DECADES, foreseen_steps, other_cost, weights_of_a_cost
from autograder.questions.reports import (
    expect_bugs_found,
    expect_report,
    with_tiny_gradients,
    wrong_reports,
)
from autograder.questions.student import Answer, Call, Student, describe, real_array
from autograder.questions.verdict import (
    NOT_CHECKED,
    Marks,
    Wrong,
    expect_something_right,
    is_small,
)
from autograder.truth.cases import Case, live_case, logit_case
from autograder.truth.distances import TOLERANCE, deviation
from autograder.truth.network import Array, Arrays
from autograder.truth.network_differences import network_gradient

CACHE = ("Z1", "A1", "W1", "b1", "Z2", "A2", "W2", "b2", "Z3", "A3", "W3", "b3")
BATCHES = (1, 3, 50)
WIDE = 2e-2
"""A step so wide that a one-sided difference, or one with another step, is visibly off."""


def read_forward(answer: Answer) -> tuple[Any, Any]:
    """The cost and the cache from the answer of a forward pass, whatever they are."""
    value = answer.returned()
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Wrong(f"{answer.function} returned {describe(value)}, not the pair (cost, cache).")
    return value[0], value[1]


def expect_cost(answer: Answer, case: Case, words: str) -> None:
    found = real_array(read_forward(answer)[0], "The cost is")
    if found.size != 1:
        raise Wrong(f"The cost is {describe(found)}, not one number.")
    cost = float(found.reshape(()))
    if not abs(cost - case.cost) <= TOLERANCE * abs(case.cost):
        raise Wrong(f"{words} the cost is {case.cost:.6g}; yours is {cost:.6g}.")


def expect_cache(answer: Answer, case: Case, words: str) -> None:
    _, cache = read_forward(answer)
    if not isinstance(cache, tuple | list) or len(cache) != len(CACHE):
        raise Wrong(f"The cache is {describe(cache)}, not a tuple of 12: {', '.join(CACHE)}.")
    for name, found, truth in zip(CACHE, cache, case.cache, strict=True):
        array = real_array(found, f"{name} is")
        if array.shape != truth.shape:
            raise Wrong(f"{words} {name} in the cache is {describe(array)}, not {truth.shape}.")
        if not deviation(array, truth) <= TOLERANCE:
            raise Wrong(f"{words} {name} in the cache has a wrong value.")


def forward(student: Student, cases: Sequence[Case]) -> Sequence[Answer]:
    calls = [Call((case.X, case.Y, case.parameters)) for case in cases]
    return student.call_each("forward_propagation_n", calls, watching=True)


def of_any_batch(rng: np.random.Generator) -> list[Case]:
    """Batches of any size, each with Y as a row and as a flat array."""
    rows = [live_case(rng, m) for m in BATCHES]
    return [case for row in rows for case in (row, row.with_flat_labels())]


@question(cost=2, cache=1, any_batch=1, large_logits=1)
def forward_propagation_n(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    cases = [live_case(rng) for _ in range(3)]
    answers = forward(student, cases)
    with marks.part("cost"):
        for case, answer in zip(cases, answers, strict=True):
            expect_cost(answer, case, f"For {case.m} examples,")
    with marks.part("cache"):
        for case, answer in zip(cases, answers, strict=True):
            expect_cache(answer, case, f"For {case.m} examples,")
    with marks.part("any_batch"):
        cases = of_any_batch(rng)
        for case, answer in zip(cases, forward(student, cases), strict=True):
            words = f"For {case.m} examples and Y of shape {case.Y.shape},"
            if marks.earned("cost"):
                expect_cost(answer, case, words)
            if marks.earned("cache"):
                expect_cache(answer, case, words)
            read_forward(answer)
            expect_unchanged(answer, (case.X, case.Y, case.parameters), ("X", "Y", "parameters"))
        expect_something_right(marks, ("cost", "cache"))
    with marks.part("large_logits"):
        case = logit_case(rng)
        (answer,) = forward(student, [case])
        expect_cost(answer, case, "With logits of 800 and -800,")


LAYER_PARTS = {
    "output_layer": OUTPUT_LAYER,
    "second_layer": SECOND_LAYER,
    "first_layer": FIRST_LAYER,
}


def _expect_some(right: Sequence[str]) -> None:
    if not right:
        raise Wrong(f"{NOT_CHECKED} one of the arrays is correct")


@question(output_layer=2, second_layer=3, first_layer=3, any_batch=1, float64_and_shapes=1)
def backward_propagation_n(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    name = "backward_propagation_n"
    try:
        faults = faults_of_backward(student, name, backward_cases(rng), marks.help)
    except Wrong as imitation:
        for part in marks.parts:
            with marks.part(part):
                raise imitation
        return
    for part, arrays in LAYER_PARTS.items():
        with marks.part(part):
            expect_arrays(faults, arrays)
    # A wrong array has already lost its own part; the parts below check only the correct ones.
    right = [array for array in ARRAYS if not faults[array]]
    with marks.part("any_batch"):
        asked = [of_live_case(case) for case in of_any_batch(rng)]
        calls = [Call((each.X, each.Y, each.cache), STAND_IN) for each in asked]
        for each, answer in zip(asked, student.call_each(name, calls), strict=True):
            for array in right:
                fault = fault_of_array(answer, array, each.truth[array], each.words)
                if fault:
                    raise fault
        _expect_some(right)
    with marks.part("float64_and_shapes"):
        _expect_some(right)
        row = live_case(rng)
        both = [(each.X, each.Y, each.cache) for each in (row, row.with_flat_labels())]
        calls = [Call(each, STAND_IN) for each in both]
        answers = student.call_each(name, calls, watching=True)
        case = of_live_case(row)
        for array in right:
            fault = fault_of_array(answers[0], array, case.truth[array], case.words)
            if fault:
                raise fault
            found = np.asarray(answers[0].dictionary()[array])
            if found.dtype != np.float64 or found.shape != case.truth[array].shape:
                shape = case.truth[array].shape
                raise Wrong(f"{array} must be float64 of shape {shape}; it is {describe(found)}.")
        for answer, given in zip(answers, both, strict=True):
            if not answer.failure:  # with flat labels; another part checks that
                expect_unchanged(answer, given, ("X", "Y", "cache"))


def numerical(student: Student, case: Case, replacing: Replacing, **by_name: Any) -> Answer:
    arguments = case.parameters, case.X, case.Y
    asked = {"replacing": replacing, "watching": True, **by_name}
    return student.call("numerical_gradient", *arguments, **asked)


def expect_vector(answer: Answer, truth: Array, words: str, tolerance: float = TOLERANCE) -> None:
    found = answer.array()
    if found.shape != truth.shape:
        raise Wrong(f"{answer.function} returned {describe(found)}; its shape must be (47, 1).")
    off = deviation(found, truth)
    if not off <= tolerance:
        finite = np.isfinite(found)
        says = f"contains NaN or infinity, first at index {np.argmin(finite)}"
        if finite.all():
            worst = np.argmax(np.abs(found - truth))
            says = f"is off by {share_of_largest(off, 'the')}, most at index {worst}"
        seen = picture.of_arrays("the 47 derivatives", found.T, truth.T)
        raise Wrong(f"{words} {answer.function} {says}.", seen)


def expect_gradient(answer: Answer, case: Case, epsilon: float) -> None:
    truth = network_gradient(case.parameters, case.X, case.Y, epsilon)
    expect_vector(answer, truth, f"With epsilon = {epsilon:g},")


@question(value=4, uses_the_forward_function=2, nothing_changed=1)
def numerical_gradient(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    large, case = of_all_sizes(rng), live_case(rng)
    # So near 0, the derivatives of a sum of sines are of like sizes: none can be left out.
    near = {key: rng.uniform(-0.5, 0.5, each.shape) for key, each in case.parameters.items()}
    calm = replace(case, parameters=near)
    answers: list[tuple[Case, Answer]] = []

    def ask(case: Case, replacing: Replacing, **by_name: Any) -> Answer:
        answer = numerical(student, case, replacing, **by_name)
        answers.append((case, answer))
        return answer

    plain, spread = (other_cost(rng, case, decades)[0] for decades in (0.0, DECADES))

    def with_other_cost(case: Case, others: Replacing, epsilon: float) -> tuple[Answer, Array]:
        cost = foreseen_steps(rng, others["forward_propagation_n"], case, epsilon)
        truth = others["numerical_gradient"](case.parameters, case.X, case.Y, epsilon)
        return ask(case, {"forward_propagation_n": cost}, epsilon=epsilon), truth

    answer, truth = with_other_cost(calm, plain, WIDE)
    words = "With another cost in place of forward_propagation_n (call it by its name)"
    with marks.part("uses_the_forward_function"):
        # Wide enough for any difference formula; the other part checks which one it is.
        expect_vector(answer, truth, f"{words},", tolerance=0.1)
    with marks.part("value"):
        if marks.earned("uses_the_forward_function"):
            expect_vector(answer, truth, f"{words} and epsilon = {WIDE:g},")
            expect_vector(*with_other_cost(case, spread, 1e-5), f"{words} and epsilon = 1e-05,")
        else:
            for each, epsilon in ((case, WIDE), (large, 1e-5)):
                expect_gradient(ask(each, STAND_IN, epsilon=epsilon), each, epsilon)
    with marks.part("nothing_changed"):
        # Whatever they are: another part checks that.
        if all(answer.failure or answer.value is None for _, answer in answers):
            answers[-1][1].returned()
        for case, answer in answers:
            if not answer.failure and answer.value is not None:
                given = case.parameters, case.X, case.Y
                expect_unchanged(answer, given, ("parameters", "X", "Y"))
        expect_something_right(marks, ("value", "uses_the_forward_function"))


@question(right_gradients=3, wrong_gradients=3, sign_and_nan=2)
def gradient_check_n(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    with marks.part("right_gradients"):
        expect_right(student, "gradient_check_n", rng)
    if not marks.earned("right_gradients"):
        return
    with marks.part("wrong_gradients"):
        expect_values(student, "gradient_check_n", rng, count=int(rng.integers(8, 13)))
    with marks.part("sign_and_nan"):
        expect_sign(student, "gradient_check_n", live_case(rng))
        expect_nan_fails(student, "gradient_check_n", rng)


@question(clean_arrays=2, corrupted_arrays=2)
def gradient_report(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    def reports(asked: Iterable[Asked]) -> Iterator[Answer]:
        return ask_checker_each(student, "gradient_report", asked)

    with marks.part("clean_arrays"):
        cases = [
            with_tiny_gradients(rng) if number % 4 == 0 else live_case(rng)
            for number in range(RIGHT_CASES - 1)
        ]
        others, gradients_of = other_cost(rng, cases[-1])
        asked = [Asked(case, case.gradients) for case in cases]
        asked.append(Asked(cases[-1], gradients_of(cases[-1].parameters), others))
        for answer in reports(asked):
            expect_report(answer, {})
    if not marks.earned("clean_arrays"):
        return
    with marks.part("corrupted_arrays"):
        wrong = wrong_reports(rng)
        answers = reports([asked for asked, _, _ in wrong])
        for (_, values, words), answer in zip(wrong, answers, strict=True):
            expect_report(answer, values, words)
        expect_bugs_found(reports, rng, int(rng.integers(8, 13)))


@question(verdict=2, cost=1)
def directional_check(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    def ask(
        case: Case, gradients: Arrays, replacing: Replacing = NETWORK, **by_name: Any
    ) -> Answer:
        return ask_checker(student, "directional_check", case, gradients, replacing, **by_name)

    with marks.part("verdict"):
        case = live_case(rng)
        bad = two_of_three(lambda found: is_small(found, 1e-4), ask, case, case.gradients)
        if bad:
            raise Wrong(f"Correct gradients gave {bad[-1]:.3e}; they must give less than 1e-4.")
        case = live_case(rng)  # a new one, so that its correct gradients are not known
        halved = {key: 0.5 * array for key, array in case.gradients.items()}
        found = ask(case, halved, directions=2, seed=0).number()
        if not found > 1e-4:
            raise Wrong(
                f"Half of the correct gradients gave {found:.3e}; they must give more than 1e-4."
            )
        expect_largest(student, "directional_check", case, weights_of_a_cost(rng))
    with marks.part("cost"):
        # With the grader's own stand-ins, so that the grader counts.
        case = live_case(rng)
        counts = 3, 1
        asked = [Asked(case, case.gradients, by_name={"directions": count}) for count in counts]
        answers = ask_checker_each(student, "directional_check", asked)
        for directions, answer in zip(counts, answers, strict=True):
            answer.number()
            # One call of the numerical gradient hides 94 runs of the network.
            runs = answer.calls["forward_propagation_n"] + 94 * answer.calls["numerical_gradient"]
            if runs > 2 * directions:
                raise Wrong(
                    f"{directions} directions took {runs} evaluations of the cost; at most "
                    f"{2 * directions} are allowed."
                )
