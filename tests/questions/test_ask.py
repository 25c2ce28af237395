"""If this fails, a verdict can't be repeated, or the grader's mistakes cost students points."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import ask, questions
from autograder.grading.local_student import LocalStudent
from autograder.questions import GraderFailed, Question, find, judge, question, questions_of
from autograder.questions.student import Student
from autograder.questions.verdict import Marks, Wrong
from tests.questions.notebook import ASSIGNMENTS, Notebook
from tests.questions.plain_values import PLAIN

QUESTIONS = [(assignment, name) for assignment in ASSIGNMENTS for name in questions_of(assignment)]


def asked_in(namespace: dict[str, Any], name: str, seed: int | None = None) -> float:
    """What `ask` returns to a notebook with these global variables."""
    namespace["found"] = None
    exec(f"from autograder import ask\nfound = ask({name!r}, seed={seed})", namespace)
    found: float = namespace["found"]
    return found


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A question that fails at its first case."""

    @question(value=1)
    def broken(student: Student, rng: np.random.Generator, marks: Marks) -> None:
        with marks.part("value"):
            raise LookupError(f"no such case: {rng.integers(100)}")

    monkeypatch.setattr(questions, "find", lambda name: broken)
    return broken


class TestAsk:
    def test_it_asks_the_notebook_that_calls(self, capsys: pytest.CaptureFixture[str]) -> None:
        namespace: dict[str, Any] = {}
        exec("def forward_propagation(x, theta):\n    return theta * x", namespace)
        most = find("forward_propagation").points
        assert asked_in(namespace, "forward_propagation") == most
        said = capsys.readouterr().out
        assert said.startswith(f"forward_propagation: {most:g} of {most:g} points\n  + value")

    def test_it_returns_a_built_in_float_and_the_verdict_is_printed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for text in ("return theta * x", "return theta + x"):
            namespace: dict[str, Any] = {}
            exec(f"def forward_propagation(x, theta):\n    {text}", namespace)
            points = asked_in(namespace, "forward_propagation", seed=3)
            assert type(points) is float
            said = capsys.readouterr().out
            assert said == str(judge("forward_propagation", LocalStudent(namespace), 3)) + "\n"

    def test_a_notebook_without_the_function_earns_nothing(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for _, name in QUESTIONS:
            assert asked_in({}, name) == 0
            assert "is not defined" in capsys.readouterr().out

    def test_a_function_that_was_never_written_earns_nothing(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for _, name in QUESTIONS:
            assert asked_in({name: lambda *arguments, **by_name: None}, name) == 0
        assert "Did you write it, and does it end in `return`?" in capsys.readouterr().out

    def test_an_unknown_question_is_the_grader_s_mistake(self) -> None:
        with pytest.raises(GraderFailed, match="is called 'forward'; the questions are forw"):
            ask("forward")

    def test_a_broken_question_gives_no_score(
        self, broken: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(GraderFailed, match="this is not the student's fault"):
            ask("broken")
        assert capsys.readouterr().out == ""


class TestJudge:
    @pytest.mark.parametrize(("assignment", "name"), QUESTIONS)
    def test_the_same_seed_gives_the_same_verdict(self, assignment: str, name: str) -> None:
        for answers in ({}, {name: "def " + name + "(*a, **k):\n    return a[-1]"}):
            verdicts = {str(Notebook(assignment, answers).judge(name, seed=5)) for _ in range(2)}
            assert len(verdicts) == 1

    def test_every_verdict_tells_its_seed_and_can_be_replayed(self) -> None:
        notebook = Notebook("one_dimension", {"error_sweep": "def error_sweep(*a): return a[3]"})
        first = notebook.judge("error_sweep", seed=None)
        assert notebook.judge("error_sweep", first.seed) == first
        assert str(first).endswith(f"cases drawn with seed {first.seed}")

    def test_fresh_seeds_are_drawn(self) -> None:
        notebook = Notebook("one_dimension")
        seeds = {notebook.judge("forward_propagation", seed=None).seed for _ in range(20)}
        assert len(seeds) == 20
        # No two alike for long, and each a number that JSON and JavaScript keep whole.
        assert 2**40 < max(seeds) < 2**53

    def test_a_broken_question_tells_its_seed_and_breaks_again(self, broken: Any) -> None:
        said = []
        for _ in range(2):
            with pytest.raises(GraderFailed, match="'broken' failed at seed 11") as failed:
                judge("broken", LocalStudent({}), 11)
            said.append(str(failed.value))
            assert isinstance(failed.value.__cause__, LookupError)
        assert said[0] == said[1]

    def test_a_question_that_uses_an_undeclared_part_is_broken(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def asks(student: Student, rng: np.random.Generator, marks: Marks) -> None:
            with marks.part("vlaue"):
                raise Wrong("never noted")

        monkeypatch.setattr(questions, "find", lambda name: Question("q", {"value": 1}, asks))
        with pytest.raises(GraderFailed, match="declares no part 'vlaue'"):
            judge("q", LocalStudent({}), 0)

    def test_an_interrupt_is_passed_on(self) -> None:
        def forward_propagation(x: Any, theta: Any) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            judge("forward_propagation", LocalStudent(dict(locals())), 0)

    def test_the_grader_s_own_arithmetic_is_silent(self) -> None:
        def relative_difference(a: Any, b: Any) -> Any:
            return np.inf

        before = np.geterr()
        judge("relative_difference", LocalStudent(dict(locals())), 0)
        assert np.geterr() == before


@pytest.mark.parametrize("name", [name for _, name in QUESTIONS if name != "diagnosis"])
@settings(deadline=None, derandomize=True, max_examples=12)
@given(values=st.lists(PLAIN, min_size=1, max_size=4))
def test_whatever_comes_back_is_never_the_grader_s_mistake(name: str, values: Any) -> None:
    asked = iter(range(10**6))

    def answer(*arguments: Any, **by_name: Any) -> Any:
        return values[next(asked) % len(values)]

    judge(name, LocalStudent({name: answer}), 0)


@settings(deadline=None, derandomize=True)
@given(value=PLAIN)
def test_whatever_a_variable_holds_is_never_the_grader_s_mistake(value: Any) -> None:
    judge("diagnosis", LocalStudent({"diagnosis": value}), 0)


@pytest.mark.parametrize("odd", ["'text'", "[[1], [2, 3]]", "None", "len", "{}", "1j"])
@pytest.mark.parametrize(
    "name", ["forward_propagation_n", "backward_propagation_n", "numerical_gradient"]
)
def test_whatever_is_put_into_the_arguments_is_never_the_grader_s_mistake(
    name: str, odd: Any
) -> None:
    notebook = Notebook("n_dimensions")
    notebook.namespace["right"] = notebook.namespace[name]
    spoil = f"""
def {name}(*arguments, **by_name):
    answer = right(*arguments, **by_name)
    for each in arguments:
        if isinstance(each, dict):
            each["W1"] = {odd}
    return answer
"""
    exec(spoil, notebook.namespace)
    verdict = notebook.judge(name, seed=0)
    assert verdict.points == verdict.most - (name != "backward_propagation_n")


def test_an_answer_that_forgets_half_of_itself_is_never_the_grader_s_mistake() -> None:
    notebook = Notebook("n_dimensions")
    notebook.namespace["right"] = notebook.namespace["backward_propagation_n"]
    forgetful = """
calls = []

def backward_propagation_n(X, Y, cache):
    calls.append(1)
    return right(X, Y, cache) if len(calls) < {calls} else {{"dW3": [[1], [2, 3]]}}
"""
    for calls in range(1, 14):
        exec(forgetful.format(calls=calls), notebook.namespace)
        notebook.judge("backward_propagation_n", seed=0)
