"""If this fails, a call of a stand-in can keep the grader busy, fill its memory, or stop it."""

import time
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.questions import judge, questions_of, stand_ins
from autograder.questions.functions_of_one_number import pairs
from autograder.questions.given import Given
from autograder.questions.other_costs import other_cost
from autograder.questions.student import Answer, Student
from autograder.truth import network
from autograder.truth.cases import live_case, synthetic_cache
from autograder.truth.network_differences import network_gradient
from tests.questions.notebook import ASSIGNMENTS, cells, text_of
from tests.questions.plain_values import ANYTHING, HUGE
from tests.thorough import THOROUGH

STEADY = settings(
    deadline=None,
    derandomize=True,
    max_examples=25 * THOROUGH,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)

CASE = live_case(np.random.default_rng(1))
CACHE = synthetic_cache(np.random.default_rng(2), CASE.m)[2]

STAND_INS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "product": (stand_ins.product, (1.5, 2.0)),
    "central_difference": (stand_ins.central_difference, (np.sin, 0.5, 1e-5)),
    "relative_difference": (stand_ins.relative_difference, (1.0, np.ones(()))),
    "a_pair": (stand_ins.of_numbers(pairs(np.random.default_rng(4))[0][1]), (1.5, 2.0)),
    "another_pair": (stand_ins.of_numbers(pairs(np.random.default_rng(4))[1][2]), (1.5, 2.0)),
    "sines": (
        other_cost(np.random.default_rng(3), CASE)[0]["forward_propagation_n"],
        (CASE.X, CASE.Y, CASE.parameters),
    ),
    "forward": (stand_ins.forward_propagation_n, (CASE.X, CASE.Y, CASE.parameters)),
    "backward": (stand_ins.backward_propagation_n, (CASE.X, CASE.Y, CACHE)),
    "numerical": (stand_ins.numerical_gradient, (CASE.parameters, CASE.X, CASE.Y, 1e-5)),
    "of_sines": (
        other_cost(np.random.default_rng(3), CASE)[0]["numerical_gradient"],
        (CASE.parameters, CASE.X, CASE.Y, 1e-5),
    ),
}
"""Every kind of stand-in that runs in the grader, with arguments that it is meant for."""

each_stand_in = pytest.mark.parametrize("name", STAND_INS)

LONG, LARGE = 1.0, 8 << 20
"""Seconds and bytes: far more than any ordinary call takes."""


def survives(function: Callable[..., Any], *arguments: Any, **by_name: Any) -> None:
    """Call it; whatever happens must be quick, small, and an ordinary exception at most."""
    tracemalloc.start()
    begun = time.process_time()
    try:
        with np.errstate(all="ignore"):
            function(*arguments, **by_name)
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        assert len(str(error)) < 2000
    finally:
        taken, most = time.process_time() - begun, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert taken < LONG
    assert most < LARGE


@each_stand_in
@STEADY
@given(data=st.data())
def test_any_arguments(name: str, data: st.DataObject) -> None:
    function, right = STAND_INS[name]
    survives(function, *data.draw(st.lists(ANYTHING, max_size=len(right) + 1)))


@each_stand_in
@STEADY
@given(data=st.data())
def test_right_arguments_but_one(name: str, data: st.DataObject) -> None:
    function, right = STAND_INS[name]
    place = data.draw(st.integers(0, len(right) - 1))
    survives(function, *right[:place], data.draw(ANYTHING), *right[place + 1 :])


@pytest.mark.parametrize("name", ["product", "relative_difference", "a_pair", "another_pair"])
@STEADY
@given(a=st.one_of(HUGE, ANYTHING), b=HUGE)
def test_two_that_would_broadcast(name: str, a: Any, b: Any) -> None:
    survives(STAND_INS[name][0], a, b)


@pytest.mark.parametrize("name", ["forward", "backward", "numerical", "of_sines"])
@STEADY
@given(data=st.data(), odd=ANYTHING)
def test_one_odd_array_inside(name: str, data: st.DataObject, odd: Any) -> None:
    function, right = STAND_INS[name]
    place = [isinstance(each, dict | tuple) for each in right].index(True)
    inside = right[place]
    if isinstance(inside, dict):
        inside = inside | {data.draw(st.sampled_from([*inside])): odd}
    else:
        at = data.draw(st.integers(0, 11))
        inside = (*inside[:at], odd, *inside[at + 1 :])
    survives(function, *right[:place], inside, *right[place + 1 :])


@STEADY
@given(back=ANYTHING, other=ANYTHING, theta=st.one_of(st.floats(), HUGE))
def test_a_function_that_returns_anything(back: Any, other: Any, theta: Any) -> None:
    said = iter([back, other])
    survives(stand_ins.central_difference, lambda t: next(said), theta)


@each_stand_in
def test_too_many_and_unknown_arguments(name: str) -> None:
    function, right = STAND_INS[name]
    survives(function, *range(100_000))
    with pytest.raises(TypeError):
        function(*right, 1, 2, 3)
    with pytest.raises(TypeError):
        function(*right, colour=3)


@pytest.mark.parametrize("sizes", [(10**5, 4), (5, 10**5), (0, 4), (5,), (4, 5)])
def test_a_network_of_other_shapes(sizes: Any) -> None:
    odd = CASE.parameters | {"W1": np.zeros(sizes)}
    for call in (
        lambda: stand_ins.forward_propagation_n(CASE.X, CASE.Y, odd),
        lambda: stand_ins.numerical_gradient(odd, CASE.X, CASE.Y),
    ):
        with pytest.raises(ValueError, match="W1"):
            call()


def test_too_many_examples() -> None:
    X, Y = np.zeros((4, 101)), np.zeros((1, 101))
    with pytest.raises(ValueError, match="X is an array of shape"):
        stand_ins.forward_propagation_n(X, Y, CASE.parameters)


class TestLimits:
    """What is just too much for a stand-in is refused before anything is computed."""

    def test_4096_numbers(self):
        assert "for more than 4,096 numbers" in " ".join(stand_ins.numbers.__doc__.split())
        for most, more in (
            (np.ones(4096), np.ones(4097)),
            (np.ones((64, 64)), np.ones((64, 65))),
            (np.ones((4096, 0)), np.ones((4097, 0))),
            ([1.0] * 4096, [1.0] * 4097),
            ([[1.0] * 64] * 63, [[1.0] * 64] * 64),  # the lists count, too
            ([np.ones(2000)] * 2, [np.ones(2000)] * 3),
        ):
            assert stand_ins.numbers(most).size == np.size(most)
            with pytest.raises(ValueError, match="an argument"):
                stand_ins.numbers(more)

    def test_they_stay_4096_where_they_broadcast(self):
        assert stand_ins.product(np.ones((64, 1)), np.ones(64)).size == 4096
        with pytest.raises(ValueError, match="broadcast to too many numbers"):
            stand_ins.product(np.ones((64, 1)), np.ones(65))

    def test_4_axes(self):
        assert stand_ins.numbers(np.ones((1,) * 4)).size == 1
        with pytest.raises(ValueError, match="has 5 axes"):
            stand_ins.numbers(np.ones((1,) * 5))

    def test_whole_numbers_that_fit_into_a_float(self):
        assert stand_ins.numbers(2**1000 - 1) == 2**1000 - 1
        with pytest.raises(ValueError, match="hundreds of digits"):
            stand_ins.numbers(2**1001)

    def test_4_arguments(self):
        four = stand_ins.of_numbers(lambda *numbers: sum(numbers))
        assert four(1, 2, 3, 4) == 10
        with pytest.raises(TypeError, match="5 arguments were given"):
            four(1, 2, 3, 4, 5)

    def test_100_examples(self):
        for m in (1, 100):
            case = live_case(np.random.default_rng(1), m)
            assert stand_ins.forward_propagation_n(case.X, case.Y, case.parameters)[0] == case.cost
        for m in (0, 101):
            with pytest.raises(ValueError, match="for each of 1 to 100 examples"):
                stand_ins.forward_propagation_n(np.ones((4, m)), np.ones(m), CASE.parameters)

    def test_a_cache_of_12(self):
        for cache in (CACHE[:11], (*CACHE, CACHE[0])):
            with pytest.raises(ValueError, match="a tuple of 12 arrays was expected"):
                stand_ins.backward_propagation_n(CASE.X, CASE.Y, cache)


def test_the_usual_step_is_the_one_that_the_notebooks_name():
    """``numerical_derivative(f, theta, epsilon=1e-5)``, and the same of `numerical_gradient`."""
    for assignment, function in (
        ("one_dimension", "numerical_derivative(f, theta"),
        ("n_dimensions", "numerical_gradient(parameters, X, Y"),
    ):
        assert f"`{function}, epsilon=1e-5)`" in text_of(assignment)
    sines = other_cost(np.random.default_rng(3), CASE)[0]["numerical_gradient"]
    for function, arguments in (
        (stand_ins.central_difference, (np.exp, 0.5)),
        (stand_ins.numerical_gradient, (CASE.parameters, CASE.X, CASE.Y)),
        (sines, (CASE.parameters, CASE.X, CASE.Y)),
    ):
        np.testing.assert_array_equal(function(*arguments), function(*arguments, 1e-5))


class TestHonestCalls:
    """The checks of the arguments don't change the result."""

    @pytest.mark.parametrize(
        "number",
        [2, 2.0, True, np.float64(2), np.float32(2), np.float16(2), np.longdouble(2), np.int64(2),
         np.uint8(2), np.bool_(True), np.array(2.0), np.array(2, "g"), np.array(2, "e"), [2.0],
         [np.longdouble(2)]],
    )  # fmt: skip
    def test_numbers_of_any_kind(self, number: Any) -> None:
        assert stand_ins.product(1.5, number) == 1.5 * np.asarray(number)
        assert stand_ins.relative_difference(number, number) == 0
        slope = stand_ins.central_difference(lambda t: t**2, number, 0.5)
        assert slope == pytest.approx(2 * np.asarray(number, dtype=float))

    def test_arrays_of_any_kind(self) -> None:
        for dtype in ("f4", "f8", "i8", "g"):
            array = np.arange(5).astype(dtype)
            found = stand_ins.product(1.5, array)
            np.testing.assert_array_equal(found, array * 1.5)
            assert found.dtype == (array * 1.5).dtype

    def test_a_sweep_of_epsilons(self) -> None:
        epsilons = np.geomspace(1e-8, 1e-1, 100)
        found = stand_ins.central_difference(np.exp, 0.3, epsilons)
        truth = (np.exp(0.3 + epsilons) - np.exp(0.3 - epsilons)) / (2 * epsilons)
        np.testing.assert_array_equal(found, truth)

    def test_other_shapes_are_no_difference_but_an_error(self) -> None:
        with pytest.raises(ValueError, match=r"\(5,\) and \(5, 1\)"):
            stand_ins.relative_difference(np.ones(5), np.ones((5, 1)))

    @pytest.mark.parametrize("change", [np.float32, np.float64, np.longdouble, np.ndarray.tolist])
    def test_the_network_in_other_types(self, change: Any) -> None:
        kinds = {np.float32: 1e-5}
        parameters = {
            key: change(array) if change is not np.ndarray.tolist else array.tolist()
            for key, array in CASE.parameters.items()
        }
        cost, cache = stand_ins.forward_propagation_n(CASE.X, CASE.Y, parameters)
        assert cost == pytest.approx(CASE.cost, rel=kinds.get(change, 1e-14))
        assert len(cache) == 12
        found = stand_ins.numerical_gradient(parameters, CASE.X, CASE.Y, 1e-3)
        truth = network_gradient(CASE.parameters, CASE.X, CASE.Y, 1e-3)
        np.testing.assert_allclose(found, truth, atol=kinds.get(change, 1e-12))

    @pytest.mark.parametrize("Y", [CASE.Y, CASE.Y[0], CASE.Y.astype(bool), CASE.Y[0].tolist()])
    def test_labels_of_any_kind(self, Y: Any) -> None:
        assert stand_ins.forward_propagation_n(CASE.X, Y, CASE.parameters)[0] == CASE.cost

    def test_more_keys_than_needed(self) -> None:
        more = CASE.parameters | {"W4": np.ones(3), "note": np.ones(2)}
        assert stand_ins.forward_propagation_n(CASE.X, CASE.Y, more)[0] == CASE.cost

    def test_one_example_at_a_time(self) -> None:
        one = CASE.X[:, [0]], CASE.Y[:, [0]], CASE.parameters
        truth = network.forward_propagation(*one)[0]
        assert stand_ins.forward_propagation_n(*one)[0] == truth

    def test_larger_layers(self) -> None:
        case = live_case(np.random.default_rng(4), 50, stand_ins.LARGER)
        assert stand_ins.forward_propagation_n(case.X, case.Y, case.parameters)[0] == case.cost
        found = stand_ins.backward_propagation_n(case.X, case.Y, case.cache)
        for key, array in case.gradients.items():
            np.testing.assert_array_equal(found[key], array)


class Idle(Student):
    """Returns no answers, and records what it was given."""

    def __init__(self) -> None:
        self.handed: dict[str, Callable[..., Any]] = {}

    def call(
        self,
        name: str,
        *arguments: Any,
        replacing: Mapping[str, Callable[..., Any]] | None = None,
        **by_name: Any,
    ) -> Answer:
        functions = {f"{name}'s argument": each for each in arguments if callable(each)}
        self.handed |= functions | dict(replacing or {})
        calls = dict.fromkeys([*range(len(arguments)), *(replacing or {})], 1)
        return Answer(name, np.zeros((47, 1)), arguments=arguments, calls=calls)

    def value(self, name: str) -> Answer:
        return Answer(name, {})

    def source(self, name: str) -> str:
        return cells("planted_bugs")[name].source


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_question_hands_out_anything_else(assignment: str) -> None:
    """A stand-in that checks nothing would accept any caller."""
    for question in questions_of(assignment):
        student = Idle()
        judge(question, student, seed=1)
        for function in student.handed.values():
            if not isinstance(function, Given):
                with pytest.raises((ValueError, TypeError)):
                    function("x", "x", "x")
                with pytest.raises((ValueError, TypeError)):
                    function(np.zeros((10**9, 0)), np.zeros((0, 10**9)))
