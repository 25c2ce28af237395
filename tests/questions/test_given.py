"""If this fails, a given function can't run where a student's code runs."""

import ast
import builtins
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from autograder.box.wire import asking, digest
from autograder.questions import given, judge, questions_of
from autograder.questions.functions_of_one_number import pairs
from autograder.questions.given import Given
from autograder.questions.other_costs import foreseen_steps, other_cost
from autograder.questions.student import Answer, Student
from autograder.truth.cases import live_case
from autograder.truth.distances import deviation
from autograder.truth.network import (
    Array,
    Arrays,
    gradients_to_vector,
    parameters_to_vector,
    vector_to_parameters,
)
from gradcheck import numerical_gradient
from tests.questions.notebook import ASSIGNMENTS, Notebook

FUNCTIONS = [
    value
    for value in vars(given).values()
    if isinstance(value, types.FunctionType)
    and value.__module__ == given.__name__
    and not value.__name__.startswith("_")
]


class TestForeseen:
    @pytest.mark.parametrize("epsilon", [1e-5, 2e-2])
    def test_the_steps_of_an_answer_are_foreseen_bit_for_bit(self, epsilon: Any) -> None:
        """All of them except one, which the grader has to see."""
        rng = np.random.default_rng(8)
        case = live_case(rng)
        others, _ = other_cost(rng, case)
        foreseen = foreseen_steps(rng, others["forward_propagation_n"], case, epsilon)
        asked = []

        def cost(X: Array, Y: Array, parameters: Arrays) -> Any:
            asked.append(digest(asking(0, (X, Y, parameters), {})))
            return foreseen(X, Y, parameters)

        student = Notebook("n_dimensions").student
        arguments = case.parameters, case.X, case.Y
        answer = student.call(
            "numerical_gradient", *arguments, epsilon=epsilon,
            replacing={"forward_propagation_n": cost},
        )  # fmt: skip
        assert answer.array().shape == (47, 1)
        ahead = {digest(asking(0, each, {})) for each in foreseen.calls}
        assert len(asked) == 94
        assert len(ahead) == 93
        assert len(ahead & set(asked)) == 93


class Overheard(Student):
    """A notebook's student that records what is passed in both directions."""

    def __init__(self, student: Student) -> None:
        self._student = student
        self.given: list[Given] = []

    def call(
        self,
        name: str,
        *arguments: Any,
        replacing: Mapping[str, Callable[..., Any]] | None = None,
        **by_name: Any,
    ) -> Answer:
        handed = [*arguments, *by_name.values(), *(replacing or {}).values()]
        self.given += [each for each in handed if isinstance(each, Given)]
        return self._student.call(name, *arguments, replacing=replacing, **by_name)

    def value(self, name: str) -> Answer:
        return self._student.value(name)

    def source(self, name: str) -> str:
        return self._student.source(name)


@pytest.fixture(scope="module")
def handed_out() -> list[Given]:
    """Every Given of one round of all questions."""
    found: list[Given] = []
    for assignment in ASSIGNMENTS:
        notebook = Notebook(assignment)
        for name in questions_of(assignment):
            student = Overheard(notebook.student)
            judge(name, student, seed=5)
            found += student.given
    return found


def rebuilt(each: Given) -> Callable[..., Any]:
    """The function as it is on the other side, which gets only its source and its constants."""
    namespace: dict[str, Any] = {"np": np}
    exec(each.source, namespace)
    return lambda *arguments, **by_name: namespace[each.name](
        *arguments, **by_name, **each.constants
    )


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.__name__)
def test_it_uses_nothing_but_numpy(function: Callable[..., Any]) -> None:
    tree = ast.parse(Given(function).source)
    names = [each for each in ast.walk(tree) if isinstance(each, ast.Name)]
    own = {
        each.id
        for each in ast.walk(tree)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    arguments = {each.arg for each in ast.walk(tree) if isinstance(each, ast.arg)}
    assert {each.id for each in names} - own - arguments - {*vars(builtins)} <= {"np"}
    assert function.__closure__ is None


def test_every_one_of_them_is_handed_out(handed_out: list[Given]) -> None:
    assert {each.name for each in handed_out} == {each.__name__ for each in FUNCTIONS}


def test_constants_are_numbers_and_arrays(handed_out: list[Given]) -> None:
    for each in handed_out:
        constants = [*each.constants.values()]
        for value in constants:
            if isinstance(value, dict):
                constants += value.values()
            else:
                assert isinstance(value, float | np.ndarray)


def test_from_the_source_alone_comes_the_same_by_position_and_by_name(
    handed_out: list[Given],
) -> None:
    case = live_case(np.random.default_rng(1))
    network = {"X": case.X, "Y": case.Y, "parameters": case.parameters}
    for each in handed_out:
        code = each.function.__code__
        names = code.co_varnames[: code.co_argcount - len(each.constants)]
        by_name = {name: network.get(name, 0.7) for name in names}
        there = rebuilt(each)
        found = [
            one for call in (each, there) for one in (call(*by_name.values()), call(**by_name))
        ]
        numbers = [one[0] if isinstance(one, tuple) else one for one in found]
        assert numbers == numbers[:1] * 4


class TestNetwork:
    @pytest.mark.parametrize("m", [1, 3, 50])
    def test_it_is_the_reference(self, m: int) -> None:
        case = live_case(np.random.default_rng(2), m)
        for one in (case, case.with_flat_labels()):
            cost, cache = given.network(one.X, one.Y, one.parameters)
            assert cost == pytest.approx(case.cost, rel=1e-14)
            for found, truth in zip(cache, case.cache, strict=True):
                assert deviation(found, truth) < 1e-14


class TestSlopes:
    @pytest.mark.parametrize(
        ("function", "slope", "constants"),
        [
            (lambda t: 1.7 * np.sin(1.7 * t), given.slope_of_sine, {"k": 1.7}),
            (lambda t: np.exp(-t), given.slope_of_decay, {}),
            (lambda t: t**3 - 2 * t**2 + t / 2, given.slope_of_cubic, {"a": 1, "b": -2, "c": 0.5}),
        ],
        ids=["sine", "decay", "cubic"],
    )
    def test_of_one_number(
        self,
        function: Callable[..., Any],
        slope: Callable[..., Any],
        constants: Mapping[str, float],
    ) -> None:
        t, step = np.array([-0.3, 0.4, 1.2]), 1e-30
        truth = function(t + 1j * step).imag / step
        np.testing.assert_allclose(slope(t, **constants), truth, rtol=0, atol=1e-14)

    def test_of_a_pair(self) -> None:
        for _, forward, backward, x, theta in pairs(np.random.default_rng(5), factor=2.0):
            truth = forward(x, theta + 1e-30j).imag / 1e-30
            assert backward(x, theta) == pytest.approx(2 * truth, rel=1e-14)

    def test_of_the_sum_of_sines(self) -> None:
        rng = np.random.default_rng(3)
        case = live_case(rng)
        replacing, gradients = other_cost(rng, case)
        cost = replacing["forward_propagation_n"]

        def cost_of_vector(theta: Any) -> Any:
            return cost(case.X, case.Y, vector_to_parameters(theta))[0]

        theta = parameters_to_vector(case.parameters)
        found = replacing["numerical_gradient"](case.parameters, case.X, case.Y, 2e-2)
        loop = numerical_gradient(cost_of_vector, theta, "central", 2e-2)
        np.testing.assert_allclose(found, loop, rtol=0, atol=1e-12)
        truth = gradients_to_vector(gradients(case.parameters))
        found = replacing["numerical_gradient"](case.parameters, case.X, case.Y)
        assert deviation(found, truth) < 1e-9
