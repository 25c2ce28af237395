"""What `planted_bugs` asks: broken code, suspects, a killing case, gradients that fool."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from autograder.questions import Question, question
from autograder.questions.given import Alone, Given, network
from autograder.questions.gradient_checkers import expect_nan_fails, expect_right, expect_values
from autograder.questions.gradients import (
    FIRST_LAYER,
    OUTPUT_LAYER,
    SECOND_LAYER,
    backward_cases,
    expect_arrays,
    faults_of_backward,
    of_live_case,
)
from autograder.questions.stand_ins import SHAPES, backward_propagation_n, numerical_gradient
from autograder.questions.student import Answer, Call, Student, describe, real_array
from autograder.questions.verdict import Marks, Wrong
from autograder.truth import bugs, checkers_to_fool, starting_code, statements
from autograder.truth.cached_draws import cached_draw
from autograder.truth.cases import Case, live_case
from autograder.truth.network import Array, Arrays, backward_propagation
from autograder.truth.planting import KINDS, ORDER, backward_with

GIVEN: dict[str, Callable[..., Any]] = {
    "forward_propagation_n": Given(network),
    "numerical_gradient": numerical_gradient,
}
"""The functions that the notebook gives, in case a cell of the student has changed them."""

NUMBER = re.compile(r"[-+]?(nan|inf|\d+\.?\d*(e[-+]?\d+)?)", re.IGNORECASE)

MOST_WORDS = 10_000
"""How many characters of a checker's output are compared."""

KILLING_CASE_X = (4, 2)
LARGEST_STEP = 0.1
ROUNDING = 1e-6
"""How much more than 0.1 the step may be: two numbers up to 10, each rounded to float32."""

LARGEST_VALUE = 10.0
LEAST_HIDDEN = 1e-3
KILLING_CASE_LOGIT = 10.0
DIFFERS = 1e-3
LEAST_TRUTH = 1e-6


@question(output_layer=1, second_layer=1, first_layer=1)
def repaired_backward(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    try:
        cases = backward_cases(rng)
        faults = faults_of_backward(student, "repaired_backward", cases, marks.help)
    except Wrong as imitation:
        for part in marks.parts:
            with marks.part(part):
                raise imitation
        return
    layers = OUTPUT_LAYER, SECOND_LAYER, FIRST_LAYER
    for part, arrays in zip(marks.parts, layers, strict=True):
        with marks.part(part):
            expect_arrays(faults, arrays)


@question(right_gradients=1, wrong_gradients=2)
def repaired_check(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    name = "repaired_check"
    with marks.part("right_gradients"):
        right = expect_right(student, name, rng, GIVEN, own_loop=True)
    if not marks.earned("right_gradients"):
        return
    with marks.part("wrong_gradients"):
        expect_values(student, name, rng, 8, GIVEN, own_loop=True)
        nan = expect_nan_fails(student, name, rng, GIVEN, own_loop=True)
        said, again = (NUMBER.sub("", each.printed[:MOST_WORDS]).split() for each in (right, nan))
        if said and said == again:
            raise Wrong(
                "For gradients with a NaN it prints the same words as for correct gradients."
            )


FIELDS = {"first_wrong": ORDER, "kind": tuple(KINDS)}
POINTS = {"first_wrong": 1, "kind": 2}


@question(**{f"{name}_{field}": POINTS[field] for name in bugs.SEALED for field in FIELDS})
def diagnosis(
    student: Student, rng: np.random.Generator, marks: Marks, key: Mapping[str, str]
) -> None:
    answer = student.value("diagnosis")
    for name in bugs.SEALED:
        bug = bugs.by_name(key[name])
        accepted = {"first_wrong": (bug.first_wrong,), "kind": bug.kinds}
        for field, words in FIELDS.items():
            with marks.part(f"{name}_{field}"):
                said = _diagnosed(answer, name, field)
                if said.lower() not in map(str.lower, words):
                    raise Wrong(f"{describe(said)} is not one of {', '.join(words)}.")
                if said.lower() not in map(str.lower, accepted[field]):
                    raise Wrong(f"{said} does not fit the evidence of {name} in your copy.")


diagnosis = replace(diagnosis, is_told=False)


def _diagnosed(answer: Answer, name: str, field: str) -> str:
    fields = answer.dictionary().get(name)
    if not isinstance(fields, dict) or not isinstance(fields.get(field), str):
        raise Wrong(f'diagnosis["{name}"]["{field}"] is not filled in with a string.')
    return str(fields[field]).strip()


ACTIVATIONS = """
def sigmoid(Z):
    return np.exp(-np.logaddexp(0, -Z))

def relu(Z):
    return np.maximum(Z, 0)
"""
"""What a suspect may use besides numpy, as the notebook gives it."""


@cache
def _given(name: str, bug: str) -> tuple[list[str], frozenset[str]]:
    """The statements of a suspect as it was given, and the names in them."""
    function, lines = statements.definition(starting_code.suspect(name, bug), name)
    names = (each.id for each in ast.walk(function) if isinstance(each, ast.Name))
    return lines, frozenset(names)


def read_repair(student: Student, name: str, bug: str) -> tuple[Alone, str]:
    """A suspect as the student wrote it, and what is wrong with the statements that differ.

    Raises Wrong if there is no such function, or if it has another signature.
    """
    given, names = _given(name, bug)
    text = student.source(name)
    if not text and (failure := student.call(name).failure).startswith("is not defined"):
        raise Wrong(f"{name} {failure}")  # it says at which error a cell has stopped
    try:
        function, lines = statements.definition(text, name, names)
    except ValueError as error:
        raise Wrong(f"{error}.") from None
    told = statements.told(name, given, lines)
    if lines[0] != given[0]:
        raise Wrong(f"{told}.")
    return Alone(name, ACTIVATIONS + ast.unparse(function)), told and f"{told}."


def _suspect(name: str) -> Question:
    def asks(
        student: Student, rng: np.random.Generator, marks: Marks, key: Mapping[str, str]
    ) -> None:
        with marks.part("repaired"):
            alone, told = read_repair(student, name, key[name])
            batches = [of_live_case(live_case(rng, m)) for m in (1, 3)]
            cases = backward_cases(rng) + batches
            try:
                faults = faults_of_backward(student, name, cases, marks.help, {name: alone})
                expect_arrays(faults, ORDER)
            except Wrong as wrong:
                raise Wrong(f"{wrong} {told}".strip(), wrong.picture) from None
            if told:
                raise Wrong(told)

    asks.__name__ = name
    return replace(question(repaired=3)(asks), of_a_text=True)


suspect_a, suspect_b, suspect_c = map(_suspect, bugs.OPEN)


def read_case(answer: Answer) -> Case:
    """A student's (X, Y, parameters) as a Case; raises Wrong if it breaks a rule."""
    value = answer.returned()
    if not isinstance(value, tuple | list) or len(value) != 3 or not isinstance(value[2], dict):
        raise Wrong(f"killing_case returned {describe(value)}, not (X, Y, parameters).")
    X, Y = (real_array(each, f"{name} is") for each, name in zip(value, "XY", strict=False))
    if X.shape != KILLING_CASE_X:
        raise Wrong(
            f"X is {describe(X)}; it must have shape {KILLING_CASE_X}: two examples, one in each "
            "column."
        )
    if Y.shape not in ((2,), (1, 2)) or not np.isin(Y, (0, 1)).all():
        raise Wrong(f"Y is {describe(Y)}; it must hold 2 labels, each 0 or 1.")
    parameters = {key: _parameter(value[2], key) for key in SHAPES}
    case = Case(X.astype(float), Y.reshape(1, 2).astype(float), parameters)
    _expect_within("X", case.X, LARGEST_VALUE)
    _expect_one_step(*case.X.T)
    for key, array in parameters.items():
        _expect_within(key, array, LARGEST_VALUE)
    Z1, Z2, Z3 = case.cache[::4]
    _expect_within("Z3", Z3, KILLING_CASE_LOGIT)
    nearest = min(np.abs(Z1).min(), np.abs(Z2).min())
    if not nearest >= LEAST_HIDDEN:
        raise Wrong(f"A hidden |Z| is {nearest:.1e}; each must be at least {LEAST_HIDDEN:g}.")
    return case


def _expect_one_step(first: Array, second: Array) -> None:
    rows = np.flatnonzero(first != second)
    if rows.size == 0:
        raise Wrong(
            "The two examples are the same. Change exactly one number of one of them, by at most "
            f"{LARGEST_STEP:g}."
        )
    steps = np.abs(first - second)
    if rows.size > 1:
        found = ", ".join(f"by {steps[row]:.2g} in row {row}" for row in rows)
        raise Wrong(
            f"The two examples differ in {rows.size} numbers of X: {found}. They must differ in "
            "exactly one: copy a column, and change one row."
        )
    step = steps[rows[0]]
    if not step <= LARGEST_STEP + ROUNDING:
        raise Wrong(
            f"The two examples differ by {step:.6g} in row {rows[0]} of X; at most "
            f"{LARGEST_STEP:g} is allowed. Move them closer together."
        )


def _parameter(parameters: Mapping[str, Any], key: str) -> Array:
    array = real_array(parameters.get(key), f"{key} is")
    if array.shape != SHAPES[key]:
        raise Wrong(f"{key} is {describe(array)}; it must have shape {SHAPES[key]}.")
    return array.astype(float)


def _expect_within(name: str, array: Array, largest: float) -> None:
    size = np.abs(array).max()
    if not np.isfinite(size):
        raise Wrong(f"{name} contains NaN or infinity.")
    if not size <= largest:
        raise Wrong(f"{name} has a value of size {size:.8g}; at most {largest:g} is allowed.")


@question(kills=4)
def killing_case(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    with marks.part("kills"):
        off = mutant_is_off(read_case(student.call("killing_case")))
        if not off > DIFFERS:
            raise Wrong(
                f"On this case the mutant's gradients differ from the correct ones by {off:.1e} "
                f"of the largest entry; more than {DIFFERS:g} is needed. What does the mutant do "
                "differently, and what must differ between two examples for it to show?"
            )


def mutant_is_off(case: Case) -> float:
    """Return the mutant's largest error in an array, relative to the array's largest entry."""
    mutant = backward_with(bugs.MUTANT)(case.X, case.Y, case.cache)
    truth = backward_propagation(case.X, case.Y, case.cache)
    sizes = {key: np.abs(truth[key]).max() for key in ORDER}
    return max(
        (
            float(np.abs(mutant[key] - truth[key]).max() / size)
            for key, size in sizes.items()
            if size >= LEAST_TRUTH
        ),
        default=0.0,
    )


@cached_draw
def fooling_case(rng: np.random.Generator) -> Case:
    """A live case on which every broken checker passes the correct gradients with a margin."""
    for _ in range(100):
        case = live_case(rng)
        said = [
            checkers_to_fool.run_checker(name, case.parameters, case.gradients, case.X, case.Y)
            for name in checkers_to_fool.CHECKERS
        ]
        if max(said) < checkers_to_fool.PASSES_BELOW / 10:
            return case
    raise ValueError("in none of 100 cases did all broken checkers pass the correct gradients")


@question(checker_a=1, checker_b=2, checker_c=2)
def fool_the_checker(student: Student, rng: np.random.Generator, marks: Marks) -> None:
    cases = [fooling_case(rng) for _ in range(2)]
    earlier = ["repaired_backward", *bugs.OPEN]
    given = GIVEN | dict.fromkeys(earlier, backward_propagation_n)
    calls = [Call((case.parameters, case.X, case.Y), given) for case in cases]
    answers = student.call_each("fool_the_checker", calls)
    for name in checkers_to_fool.CHECKERS:
        with marks.part(name):
            for case, answer in zip(cases, answers, strict=True):
                expect_fooled(name, case, read_gradients(answer, name))


def read_gradients(answer: Answer, name: str) -> dict[str, Array]:
    """The gradients meant for one checker; raises Wrong unless they are finite and fit in shape."""
    gradients = answer.dictionary().get(name)
    if not isinstance(gradients, dict):
        raise Wrong(f'"{name}" holds {describe(gradients)}, not a dict of gradients.')
    found = {}
    for key, shape in SHAPES.items():
        array = real_array(gradients.get(f"d{key}"), f"d{key} for {name} is")
        if array.shape != shape or not np.isfinite(array).all():
            raise Wrong(f"d{key} for {name} must hold finite numbers and have shape {shape}.")
        found[f"d{key}"] = array.astype(float)
    return found


def expect_fooled(name: str, case: Case, gradients: Arrays) -> None:
    """Raise Wrong unless the broken checker passes them and a correct one does not."""
    said = checkers_to_fool.run_checker(name, case.parameters, gradients, case.X, case.Y)
    if not said < checkers_to_fool.PASSES_BELOW:
        raise Wrong(f"{name} was not fooled: it returned {said:.2e}, and passes below 1e-5.")
    truth = checkers_to_fool.right_check(case.parameters, gradients, case.X, case.Y)
    if not truth > checkers_to_fool.WRONG_ABOVE:
        raise Wrong(
            f"{name} passed them, but a correct check gives only {truth:.1e}: they are not wrong "
            "enough."
        )
