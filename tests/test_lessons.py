"""The lessons run anywhere, and what they claim comes out of their own code."""

import ast
import builtins
import itertools
import json
import re
import sys
from collections import Counter
from decimal import Decimal
from statistics import NormalDist

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from autograder.grading.bug_hunts import cells as written_cells
from autograder.truth.bugs import BANK, MUTANT
from gradcheck import check_gradients
from tests.temporary_course import ROOT
from tests.test_notebooks import EMOJI, code_of, is_demonstration
from tests.truth.analogues import statement

MOST_LINES = {"demonstration": 40, "other": 25, "written": 350}
WRITTEN = {name for name, _ in written_cells()}
"""What `autograder release` writes into the bug hunts: our modules, and the bank."""
LESSONS = {
    path.stem: nbformat.read(path, as_version=4) for path in sorted(ROOT.glob("notebooks/*.ipynb"))
}
EACH = pytest.mark.parametrize("name", LESSONS)
ASKING = [
    "1_one_dimension",
    "2_n_dimensions",
    "3_planted_bugs",
    "4_in_practice",
    "5_layers",
]
"""The lessons that ask for guesses and end their sections with two questions each."""

WITHOUT_QUIZ = {
    "The network": "says what the sections after it are about",
    "The bug zoo": "is read in the section after it",
    "A checklist": "repeats what the others teach",
    "On your own": "asks by itself",
}
"""Sections that teach nothing of their own, and why."""

QUESTION = re.compile(
    r"\*\*Question (?P<number>\d)\.\*\* .+\n\n"
    r"(?P<options>(?:- \*\*[A-D]\.\*\* .+\n){4})\n"
    r"<details><summary>Answer</summary>\n\n"
    r"\*\*(?P<correct>[A-D]) is correct\.\*\* .+\n\n"
    r"(?P<reasons>(?:- \*\*[A-D]:\*\* .+\n){3})\n"
    r"</details>"
)


def unfolded(source):
    """A markdown cell without what stands behind <details>."""
    return re.sub(r"<details>.*?</details>", "", source, flags=re.DOTALL)


def is_quiz(cell):
    """Whether a cell is a question with four options."""
    return cell.id.startswith("quiz_")


def questions_in(name):
    """{id of a quiz: what `QUESTION` finds in it}."""
    return {c.id: QUESTION.fullmatch(c.source) for c in LESSONS[name].cells if is_quiz(c)}


def sections(name):
    """[(heading, its cells)] of a lesson, in order."""
    found = []
    for cell in LESSONS[name].cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            found.append((cell.source.split("\n")[0].removeprefix("## "), []))
        if found:
            found[-1][1].append(cell)
    return found


def run(name):
    """What the code cells of a lesson define, run from top to bottom as Run All would."""
    made = {"__name__": "__main__"}
    for cell in code_of(LESSONS[name]):
        exec(compile(cell.source, f"{name}, cell {cell.id}", "exec"), made)
    return made


@pytest.fixture(scope="module", autouse=True)
def nothing_pops_up():
    """Pictures are drawn and thrown away, with the settings of before afterwards."""
    kept = matplotlib.rcParams.copy()
    plt.switch_backend("agg")
    with matplotlib.rc_context({"figure.max_open_warning": 0}):
        yield
    plt.close("all")
    matplotlib.rcParams.update(kept)


@pytest.fixture(scope="module")
def ran():
    """{name of a lesson: what it has defined}, each run once."""
    return {}


@pytest.fixture
def lesson(request, ran):
    """What the lesson has defined of which the test is called, such as test_1_...."""
    number = re.match(r"test_(\d)", request.node.name)[1]
    return defined(next(name for name in LESSONS if name.startswith(number)), ran)


def defined(name, ran):
    """What a lesson has defined; it runs if it hasn't yet."""
    if name not in ran:
        ran[name] = run(name)
    return ran[name]


# The files.


def test_there_are_the_seven_of_the_syllabus():
    assert [*LESSONS] == [
        "0_start_here",
        "1_one_dimension",
        "2_n_dimensions",
        "3_planted_bugs",
        "4_in_practice",
        "5_layers",
        "bug_hunts",
    ]


@EACH
def test_the_file_is_a_clean_notebook(name):
    notebook = LESSONS[name]
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    for cell in code_of(notebook):
        assert (cell.outputs, cell.execution_count) == ([], None), cell.id
    assert (ROOT / "notebooks" / f"{name}.ipynb").read_text() == nbformat.writes(notebook) + "\n"
    ids = [cell.id for cell in notebook.cells]
    assert len({*ids}) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", each) for each in ids)


@EACH
def test_it_reads_like_the_others(name):
    cells = LESSONS[name].cells
    for promise in ("What you'll do:", "What you'll learn:", "What you need:", "Time:"):
        assert f"**{promise}**" in cells[0].source
    assert any(cell.source.startswith("## On your own\n") for cell in cells)
    for cell in cells:
        assert not EMOJI.search(cell.source), cell.id
        if cell.cell_type == "code":
            kind = "demonstration" if is_demonstration(cell) else "other"
            kind = "written" if cell.id in WRITTEN else kind
            assert cell.source.count("\n") + 1 <= MOST_LINES[kind], cell.id
        else:
            lines = [
                line
                for line in unfolded(cell.source).splitlines()
                if line.strip(" |-:") and "colab-badge.svg" not in line
            ]
            assert len(lines) <= 8, f"{cell.id} has {len(lines)} lines"


@EACH
def test_every_question_has_its_answer_behind_details(name):
    cells = LESSONS[name].cells
    begin = next(i for i, cell in enumerate(cells) if cell.source.startswith("## On your own\n"))
    questions = [cell for cell in cells[begin:] if cell.id.startswith("try_it")]
    assert len(questions) >= 2
    for number, cell in enumerate(questions, 1):
        assert re.findall(r"^\*\*\((\d)\)\*\*", cell.source, re.M) == [str(number)]
        # Without the blank lines, what is folded is not read as markdown.
        assert cell.source.endswith("\n\n</details>")
        assert cell.source.count("\n\n<details><summary>Answer</summary>\n\n") == 1


@pytest.mark.parametrize("name", ASKING)
def test_a_quiz_is_a_question_with_four_options(name):
    """Each is a line and explained once, and one is named as correct.

    Unfolded that is five lines, so that a quiz keeps the limit of all prose.
    """
    for quiz, each in questions_in(name).items():
        assert each, f"{quiz} has another form"
        options = dict(re.findall(r"^- \*\*(.)\.\*\* (.+)$", each["options"], re.M))
        assert [*options] == [*"ABCD"], quiz
        assert len({*options.values()}) == 4, quiz
        reasons = re.findall(r"^- \*\*(.):\*\*", each["reasons"], re.M)
        assert reasons == sorted({*"ABCD"} - {each["correct"]}), quiz
        assert each["number"] == ("2" if quiz.endswith("_2") else "1"), quiz


@pytest.mark.parametrize("name", ASKING)
def test_a_section_that_teaches_ends_with_two_questions(name):
    inside = []
    for heading, cells in sections(name):
        quizzes = [cell.id for cell in cells if is_quiz(cell)]
        assert len(quizzes) == 2 * (heading not in WITHOUT_QUIZ), heading
        if quizzes:
            assert [cell.id for cell in cells[-2:]] == [quizzes[0], f"{quizzes[0]}_2"], heading
        inside += quizzes
    assert inside == [*questions_in(name)]


@pytest.mark.parametrize("name", ASKING)
def test_the_correct_letter_can_t_be_guessed(name):
    """Letters are spread evenly, and the correct option isn't known by its length."""
    questions = questions_in(name).values()
    letters = Counter(each["correct"] for each in questions)
    assert max(letters.values()) - min(letters[each] for each in "ABCD") <= 1
    longest = 0
    for each in questions:
        lengths = {line[4]: len(line) for line in each["options"].splitlines()}
        longest += lengths.pop(each["correct"]) > max(lengths.values())
    assert longest <= 0.35 * len(questions)


def test_sections_without_a_quiz_are_there():
    headings = {heading for name in ASKING for heading, _ in sections(name)}
    assert {*WITHOUT_QUIZ} < headings


def taken_up(name):
    """{name of a guess: the call that takes it up} in a lesson, from cells after the guess."""
    calls, asked = {}, set()
    for cell in code_of(LESSONS[name]):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "take_up":
                guess = node.args[0].id
                assert guess in asked and guess not in calls, guess
                calls[guess] = node
        if cell.id.startswith("guess_"):
            asked.add(cell.id)
    assert asked == {*calls}
    return calls


@pytest.mark.parametrize("name", ASKING)
def test_what_surprises_is_guessed_first(name):
    """In a cell that says nothing yet, below the question; a later cell takes it up."""
    cells = LESSONS[name].cells
    assert len(taken_up(name)) >= 4
    for i, cell in enumerate(cells):
        if cell.id.startswith("guess_"):
            (line,) = cell.source.splitlines()
            (assigned,) = ast.parse(line).body
            assert (assigned.targets[0].id, assigned.value.value in (None, "")) == (cell.id, True)
            assert "  # " in line, "what may be written"
            assert "**Guess first.** " in cells[i - 1].source, cell.id


ODD_GUESSES = [
    *(None, "", "  ", "a lot", "1e-5", "nan", "dW\nand db", "x" * 999, b"3", 0, -1, 3, 1.5, True),
    *(float("nan"), float("inf"), 10**5000, 3j, [], [1, 2], {"a": 1}, np.arange(3), object, len),
]
"""What people may write into a cell for a guess."""


@pytest.mark.parametrize("name", ASKING)
def test_any_guess_is_taken_up_in_one_line(name, ran):
    made = defined(name, ran)
    for guess, call in taken_up(name).items():
        code = compile(ast.Expression(call), guess, "eval")
        for written in ODD_GUESSES:
            said = eval(code, {**made, guess: written})
            assert re.fullmatch(r"Your guess: .{1,40}\. Found: .{1,20}\.( .*)?", said), said
        found = eval(compile(ast.Expression(call.args[1]), guess, "eval"), made)
        assert eval(code, {**made, guess: None}).startswith("Your guess: none yet.")
        assert eval(code, {**made, guess: found}).endswith(" That is close.")
        if not isinstance(found, str):
            assert eval(code, {**made, guess: f" {found}%"}).endswith(" That is close.")
        other = "another" if isinstance(found, str) else 20 * float(found) + 1
        assert eval(code, {**made, guess: other}).endswith(" read on to see why.")


def test_guesses_are_taken_up_in_the_same_way_everywhere():
    tools = [cell for name in ASKING for cell in code_of(LESSONS[name]) if cell.id == "take_up"]
    assert len(tools) == len(ASKING)
    assert len({cell.source for cell in tools}) == 1
    assert all(cell.metadata.jupyter.source_hidden for cell in tools)


def test_3_any_names_for_the_sealed_four_are_printed(lesson, capsys):
    (cell,) = (
        cell for cell in code_of(LESSONS["3_planted_bugs"]) if cell.id == "detective_at_work"
    )
    last = ast.parse(cell.source).body[-1:]
    code = compile(ast.Module(last, []), cell.id, "exec")
    for written in [
        *ODD_GUESSES,
        {"one": "c sign"},
        {"one": 3, "two": None, "three": [], "four": {}},
    ]:
        exec(code, {**lesson, "guesses": written})
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines] == ["one", "two", "three", "four"]


@EACH
def test_every_picture_is_told_in_words(name):
    """For whoever can't see it: in the cell after the picture, or after the one that shows it."""
    cells = LESSONS[name].cells
    pictures = [i for i, cell in enumerate(cells) if "plt.show()" in cell.source]
    assert pictures or name != "0_start_here"
    for i in pictures:
        told = next(cell for cell in cells[i:] if cell.cell_type == "markdown")
        assert "*In words:* " in told.source, cells[i].id


@EACH
def test_heat_maps_can_be_read_without_colours(name):
    for cell in code_of(LESSONS[name]):
        if "imshow(" in cell.source:
            assert "plt.colorbar(" in cell.source, cell.id
            assert '"+" if' in cell.source or ":+." in cell.source, cell.id


def anchors(cells):
    """The headings of a notebook as JupyterLab links to them."""
    titles = [
        line.lstrip("# ")
        for cell in cells
        for line in unfolded(cell.source).splitlines()
        if cell.cell_type == "markdown" and re.match("#+ ", line)
    ]
    return [title.replace(" ", "-") for title in titles]


@EACH
def test_its_links_lead_somewhere(name):
    folder, cells = ROOT / "notebooks", LESSONS[name].cells
    told = [cell.source for cell in cells if cell.id not in WRITTEN]
    links = [link for text in told for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    for link in links:
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        there = nbformat.read(folder / path, as_version=4).cells if path else cells
        assert not anchor or anchor in anchors(there), link
    number, assignment = name.split("_", 1)
    if number in "123":
        home = f"../release/{assignment}/{assignment}.ipynb"
        assert home in cells[0].source and home in cells[-1].source
    assert len({*anchors(cells)}) == len(anchors(cells)), "or a link is ambiguous"
    assert all(re.fullmatch(r"[A-Za-z-]+", anchor) for anchor in anchors(cells)[1:])


@EACH
def test_it_gives_no_answer_away(name):
    """No function that the graded notebooks ask for, under the name they ask for it."""
    asked = {
        cell.metadata.nbgrader.grade_id
        for path in ROOT.glob("source/*/*.ipynb")
        for cell in nbformat.read(path, 4).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for cell in code_of(LESSONS[name]):
        assert not asked & {*re.findall(r"^def (\w+)|^(\w+) = ", cell.source, re.M)}


@pytest.mark.parametrize("name", ["1_one_dimension", "3_planted_bugs"])
def test_widgets_may_be_missing(monkeypatch, capsys, name):
    """Then a sentence stands where the slider would, and the picture above it is for everybody."""
    usual = builtins.__import__

    def without(name, *arguments, **by_name):
        if name.partition(".")[0] == "ipywidgets":
            raise ImportError(name)
        return usual(name, *arguments, **by_name)

    monkeypatch.setattr(builtins, "__import__", without)
    for module in [each for each in sys.modules if each.partition(".")[0] == "ipywidgets"]:
        monkeypatch.delitem(sys.modules, module)
    made = run(name)
    assert "ipywidgets is not installed" in capsys.readouterr().out
    assert not {"explore", "step_through"} & {*made}


# What they claim.


def test_0_the_slip_is_silent_and_heard(lesson):
    assert (np.diff(lesson["costs_correct"]) < 0).all()
    assert (np.diff(lesson["costs_slipped"]) < 0).all(), "both go downhill"
    assert 30 < lesson["costs_slipped"][-1] / lesson["costs_correct"][-1] < 50
    assert lesson["costs_correct"][0] == lesson["costs_slipped"][0] == pytest.approx(57, abs=0.5)
    assert lesson["costs_slipped"][-1] == pytest.approx(1.67, abs=5e-3)
    assert lesson["costs_slipped"][40] == pytest.approx(1.67, abs=0.01), "within about 40 steps"
    assert lesson["costs_correct"][-1] == pytest.approx(0.04, abs=5e-3)
    leads = lesson["costs_slipped"] < lesson["costs_correct"]
    assert 35 < leads.sum() < 45 and not leads[50:].any(), "some forty steps"
    theta = lesson["end_slipped"]
    assert np.abs(lesson["slipped"](theta)).max() < 1e-2 < np.abs(lesson["gradient"](theta)).max()
    assert 10**8.5 < lesson["apart_slipped"] / lesson["apart_correct"] < 1e9


def test_0_the_answers_are_true(lesson):
    J, theta, apart, by_steps = (lesson[name] for name in ("J", "theta", "apart", "by_steps"))
    gradient = lesson["gradient"](theta)
    assert lesson["apart_correct"] == pytest.approx(9e-11, rel=0.1)
    assert apart(gradient, by_steps(J, theta, 1e-1)) == pytest.approx(0.009, rel=0.1)
    assert 3e-5 < apart(gradient, by_steps(J, theta, 1e-13)) < 1e-3, "some 1e-4"
    slips = [apart(gradient * [1 + slip, 1], by_steps(J, theta)) for slip in (1e-3, 1e-8, 1e-10)]
    assert slips[:2] == pytest.approx([5e-4, 5e-9], rel=0.1)
    assert slips[0] / lesson["apart_correct"] > 1e6 and slips[2] < 2 * lesson["apart_correct"]


def test_1_the_error_law_holds(lesson):
    assert lesson["order_one"] == pytest.approx(1, abs=0.1)
    assert lesson["order_both"] == pytest.approx(2, abs=0.01)
    np.testing.assert_allclose(lesson["error_both"], lesson["predicted"], rtol=1e-2)
    for measured, formula in lesson["best"].values():
        assert 1 / 4 < measured / formula < 4, "the formula gets the size right"
    best = {name: formula for name, (_, formula) in lesson["best"].items()}
    assert 1e-6 < best["exp t at 1"] < 1e-5
    assert best["1000 + sin t at 0.3"] > 5 * best["exp t at 1"] > 10 * best["sin 50t at 0.3"]
    measured, formula = lesson["best"]["sin 50t at 0.3"]
    assert measured > formula, "a little higher"
    assert 0.3 * 50 * np.cos(15) / np.sin(15) == pytest.approx(-17.5, abs=0.1), "seventeen times"


def test_1_the_usual_steps_are_as_good_as_it_says(lesson):
    customs = lesson["customs"]
    assert {name for name, _ in customs} == {"sin", "exp"}
    for name in ("sin", "exp"):
        ratio = customs[name, 1e-7] / customs[name, 1e-5]
        assert 14 < ratio < 22, "almost twenty times"
    assert lesson["times_larger"] < 100 == pytest.approx(10 ** lesson["order_both"], rel=0.05)


def test_1_points_are_as_poor_as_it_says(lesson):
    assert {place: len(names) for place, names in lesson["passed"].items()} == {2: 4, 1: 1, -1.3: 0}
    assert len(lesson["wrong"]) == 4


def test_1_the_quizzes_are_true(lesson):
    assert lesson["both_sides"](lesson["relu"], 1e-6, 1e-5) == pytest.approx(0.55)
    assert (np.zeros(5) - np.zeros((5, 1))).size == 25
    square, cube = (lambda t: 3 * t**2 - t), (lambda t: t**3)
    off = [lesson["both_sides"](f, 0.5, 0.1) - df for f, df in ((square, 2), (cube, 0.75))]
    assert off[0] == pytest.approx(0, abs=1e-14)
    assert off[1] == pytest.approx(0.01)
    assert 3 * 1.0 == 3 * 1.0**2 and 3 * 2.0 != 3 * 2.0**2
    nan = float("nan")
    kept = "pass" if nan < 1e-7 else "fail", "pass" if not nan > 1e-7 else "fail"
    assert kept == ("fail", "pass")


def test_1_ways_to_differentiate_are_as_good_as_it_says(lesson):
    lowest = lesson["lowest"]
    assert 1e-9 < lowest["one side"] < 1e-7
    assert 1e-12 < lowest["both sides"] < 1e-10
    assert lowest["extrapolated"] < lowest["both sides"] / 10
    assert lesson["best_step"]["extrapolated"] > 10 * lesson["best_step"]["both sides"]
    assert lowest["complex step"] < 2 * lesson["u"]
    assert lesson["dual_error"] < 1e-15


def test_1_single_precision_corners_and_cancellation(lesson):
    best32 = lesson["lowest"]["float32"]
    assert 1e5 < best32 / lesson["lowest"]["both sides"] < 3e6, "almost six orders"
    assert 1e-6 < best32 < 1e-5, "five digits"
    assert 1e-3 < lesson["best_step"]["float32"] < 1e-2
    assert lesson["usual32"] > 5e-4, "no more than three digits"
    assert lesson["corner"][5e-6] == pytest.approx(0.75)
    assert lesson["corner"][2e-5] == pytest.approx(1) and lesson["corner"][-2e-5] == 0
    careless, careful = lesson["inflation"][20.0]
    assert careless > 1e4 * careful


def test_1_pictures_show_what_is_told(lesson):
    theta, truth = lesson["theta"], lesson["dJ"](lesson["theta"])

    def off(way, epsilon):
        return abs(lesson[way](lesson["J"], theta, epsilon) - truth)

    told = {
        ("one_side", 1.0): 0.33,
        ("both_sides", 1.0): 0.14,
        ("one_side", 0.3): 0.13,
        ("both_sides", 0.3): 0.013,
    }
    for (way, epsilon), number in told.items():
        assert off(way, epsilon) == pytest.approx(number, rel=0.05)
    for epsilon in np.geomspace(10**-2, 10**0.1, 50):
        assert off("both_sides", epsilon) < off("one_side", epsilon), "wherever the slider is"
    told = {"one side": (1e-8, 1e-8), "both sides": (1e-11, 4e-6), "extrapolated": (1e-13, 6e-4)}
    for way, (error, step) in told.items():
        assert 1 / 1.7 < lesson["lowest"][way] / error < 1.7
        assert 1 / 1.7 < lesson["best_step"][way] / step < 1.7


def test_1_zero_nan_and_shapes(lesson):
    assert lesson["dual_error"] == 0, "exactly"
    truth = Decimal("0.627582561890372716116281582604")  # cos(1/2) - 1/4
    off = float(abs(Decimal(float(lesson["found"].b)) - truth))
    assert off == pytest.approx(4e-17, rel=0.1)
    assert lesson["p_is_one"] and lesson["careful"](40.0) == 40
    assert not lesson["nan_is_large"] and not lesson["nan_is_small"]
    assert lesson["table"].shape == (3, 3)
    gap = lesson["gap"]
    assert gap(3.0, 3.003) == pytest.approx(gap(3e-6, 3.003e-6)) and gap(3.0, -3.0) == 2


def test_1_the_answers_are_true(lesson):
    u, both_sides, usual = lesson["u"], lesson["both_sides"], lesson["Dual"]
    assert 2 * np.sqrt(u) == pytest.approx(2e-8, rel=0.1)

    def truediv(self, other):
        change = (self.b * other.a - self.a * other.b) / other.a**2
        return usual(self.a / other.a, change)

    more = {
        "__truediv__": truediv,
        "exp": lambda self: usual(np.exp(self.a), np.exp(self.a) * self.b),
    }
    for name, method in more.items():
        setattr(usual, name, method)
    found = usual(1) / (1 + np.exp(-1 * usual(-0.5, 1.0)))
    assert found.b == pytest.approx(found.a * (1 - found.a), rel=1e-15)
    assert (found.a, found.b) == pytest.approx((0.3775, 0.2350), abs=5e-5)
    epsilons = lesson["epsilons"]
    one, two, three = (both_sides(np.exp, 1.0, k * epsilons) for k in (1, 2, 3))
    errors = np.abs((15 * one - 6 * two + three) / 10 - np.e) / np.e
    smooth = np.exp(np.convolve(np.log(errors + u), np.ones(15) / 15, "valid"))
    assert 5e-15 < smooth.min() < 2e-14
    assert 3e-3 < epsilons[7:-7][smooth.argmin()] < 8e-3
    wide = (epsilons > 0.02) & (epsilons < 0.5)
    assert np.polyfit(np.log(epsilons[wide]), np.log(errors[wide]), 1)[0] == pytest.approx(
        6, abs=0.1
    )


def test_2_reports_say_where(lesson):
    assert max(lesson["report"].values()) < 1e-9
    assert lesson["slip_report"]["W"] > 0.1 and lesson["slip_report"]["U"] < 1e-9
    assert lesson["off_by"].argmax() == lesson["on"].argmin() == 1, "unit 2"
    assert lesson["on"][1] == 0, "a dead unit"
    assert lesson["overall"] < 1e-7 and lesson["columns"][1] > 0.04


def test_2_guesses_are_compared_with_what_is_told(lesson):
    assert lesson["wrong_entries"] == lesson["p"]["W"].size + lesson["p"]["b"].size == 18
    assert lesson["on"].max() < 1, "every unit is off for at least one example"
    assert max(lesson["alarms"], key=lesson["alarms"].get) == 1e-3, "by its kinks"
    assert 25 < 100 * lesson["CLAIMS"]["one weight off by 1%"][0] < 45


def test_2_kinks_and_idle_units_are_what_it_says(lesson):
    assert 0.01 < lesson["alarms"][1e-3] < 0.2 and lesson["alarms"][1e-5] < 0.01
    assert lesson["kinks_alarmed"] > 0.95 and lesson["kinks_quiet"] < 0.2
    exact, central = lesson["exact_k"], lesson["central_k"]
    assert abs(central - exact) > 0.5 * abs(exact), "the picture shows an alarm"
    zeros = [lesson["zeros"][m] for m in (1, 3, 10, 30)]
    assert zeros == sorted(zeros, reverse=True) and 0.4 < zeros[0] < 0.5


def test_2_directions_hear_what_is_large(lesson):
    claims = lesson["CLAIMS"]
    assert claims["correct"] == [1, 1, 1] and claims["mask forgotten"] == [0, 0, 0]
    one, two, five = claims["one weight off by 1%"]
    assert one > 0.2 and one > two > five and five < 0.05, "several directions"
    assert claims["faint column off by 10%"] == [1, 1, 1], "drowned"


def test_2_pictures_show_what_is_told(lesson):
    off = lesson["grid"](lesson["wrong"]) - lesson["grid"](lesson["by_steps"])
    assert (off[1, :3] > 0.215).all() and (off[1, :3] < 0.235).all(), "unit 2"
    written = np.abs(off[:6]) > 0.05 * np.nanmax(np.abs(lesson["grid"](lesson["by_steps"])))
    assert [*np.flatnonzero(written.any(axis=1))] == [0, 1, 3, 5], "units 1, 2, 4 and 6"
    others = np.abs(off[:6])[written & (np.arange(6) != 1)[:, np.newaxis]]
    assert others.min() > 0.005 and others.max() < 0.095
    assert np.abs(off[:, 3]).max() < 1e-9, "U and c by nothing"
    for epsilon, middle in ((1e-3, 1e-11), (1e-5, 1e-9), (1e-7, 1e-7)):
        assert 1 / 2 < np.median(lesson["worst"][epsilon]) / middle < 2
    assert (lesson["worst"][1e-3] > 1e-4).sum() == 12
    assert 0.5 < lesson["worst"][1e-3].max() < 1.5
    assert lesson["exact_k"] == pytest.approx(0.027, abs=5e-4)
    assert lesson["central_k"] == pytest.approx(0.011, abs=5e-4)
    slopes = np.diff(lesson["costs"]) / np.diff(lesson["steps"])
    assert slopes[:100] == pytest.approx(0.027, abs=1e-3)
    assert slopes[-100:] == pytest.approx(-0.008, abs=1e-3)


def test_2_the_answers_are_true(lesson):
    draw, forward, numerical, apart, all_in_one = (
        lesson[name] for name in ("draw", "forward", "numerical", "apart", "all_in_one")
    )
    for m, told in ((1, 0), (12, 0.85)):
        X, y, p = draw(m, seed=1)
        steps = numerical(lambda q, X=X, y=y: lesson["cost"](X, y, q), p)
        undivided = lesson["backward"](X, y, p)
        for key in p:
            assert apart(m * undivided[key], steps[key]) == pytest.approx(told, abs=5e-3)
            assert m > 1 or apart(undivided[key], steps[key]) < 1e-10
    assert round(11 / 13, 3) == 0.846

    def tanh_cost(X, y, p):
        return 0.5 * np.mean((p["U"] @ np.tanh(p["W"] @ X + p["b"]) + p["c"] - y) ** 2)

    def tanh_backward(X, y, p):
        H = np.tanh(p["W"] @ X + p["b"])
        d_guess = (p["U"] @ H + p["c"] - y) / X.shape[1]
        dZ = (p["U"].T @ d_guess) * (1 - H**2)
        return {"W": dZ @ X.T, "b": dZ.sum(axis=1), "U": d_guess @ H.T, "c": d_guess.sum(axis=1)}

    worst = {epsilon: [] for epsilon in (1e-3, 1e-5)}
    for seed in lesson["seeds"]:
        X, y, p = draw(m=12, seed=seed)
        a = all_in_one(tanh_backward(X, y, p))
        for epsilon, found in worst.items():
            steps = numerical(lambda q, X=X, y=y: tanh_cost(X, y, q), p, epsilon)
            off = np.abs(a - all_in_one(steps)) / np.maximum(np.abs(a), 1e-3)
            found.append(np.where(np.abs(a) > 1e-3, off, 0).max())
            if found[-1] > 1e-4:
                assert np.abs(a[np.argmax(np.where(np.abs(a) > 1e-3, off, 0))]) < 0.02, "small"
    assert np.median(worst[1e-3]) == pytest.approx(4e-6, rel=0.1)
    assert (np.array(worst[1e-3]) > 1e-4).sum() == 2
    assert np.median(worst[1e-5]) == pytest.approx(2e-9, rel=0.3)

    def is_live(X, p):
        Z = forward(X, p)[0]
        changes = (Z > 0).any(axis=1) & (Z <= 0).any(axis=1)
        return changes.all() and np.abs(Z).min() >= 1e-3

    for m, fewest, most in ((3, 20, 30), (10, 3, 4), (30, 2, 3)):
        live = np.mean([is_live(X, p) for X, _, p in (draw(m, seed) for seed in range(2000))])
        assert fewest < 1 / live < most


def planted_in_lesson_3(lesson):
    """{name: (old, new)} of everything that lesson 3 plants in its own backward pass."""
    return {
        **lesson["ZOO"],
        **{f"sealed {name}": change for name, change in lesson["SEALED"].items()},
        "padding": lesson["PADDING"],
        **dict(zip(("fifteenth", "by its norm"), changes_in("try_it", "try_it_2"), strict=True)),
    }


def changes_in(*ids):
    """The (old, new) that the answers of lesson 3 suggest to plant."""
    text = "".join(cell.source for cell in LESSONS["3_planted_bugs"].cells if cell.id in ids)
    return [ast.literal_eval(each) for each in re.findall(r'`(\("[^`]*"\))`', text)]


def in_the_words_of_lesson_3(bug, layer):
    """The statement of a bug of the bank in a network with one hidden layer, the bank's `layer`.

    The lesson averages first, so its dS, dH and dZ are those of the bank divided by m.
    """
    first = {"Z": "Z", "A": "H", "W": 'p["W"]', "b": 'p["b"]'}
    first |= {"dA": "(m * dH)", "dZ": "(m * dZ)", "dW": "dW", "db": "db"}
    last = {"Z": '(p["U"] @ H + p["c"])', "A": "P", "W": 'p["U"]', "b": 'p["c"]'}
    last |= {"dZ": "(m * dS)", "dW": "dU", "db": "dc"}
    left, right = statement(bug, layer, first, last, "X", "T")
    return left, f"    {left} = {right}\n"


def of_the_bank(lesson, bug):
    """What a bug of the bank makes of the lesson's cases, at each place where it makes sense."""
    for layer in range(4):
        try:
            target, statement = in_the_words_of_lesson_3(bug, layer)
            source = re.sub(rf"    {target} = .*\n", statement, lesson["BACKWARD"])
            made = {"np": np}
            exec(source, made)
            seen = seen_by(lesson, made["backward"])
        except (KeyError, ValueError, NameError):  # other layers, or other shapes
            continue
        if [each.shape for each in seen] == [each.shape for each in seen_by(lesson)]:
            yield seen


def seen_by(lesson, backward=None):
    """What a backward pass of lesson 3 returns on cases of all sorts, array by array."""
    cases = [lesson["draw"](m, seed) for m, seed in ((12, 4), (7, 1), (3, 2), (1, 7))]
    return [
        array
        for case in cases
        for array in lesson["gradients"](backward or lesson["plant"](), *case).values()
    ]


def test_3_no_bug_is_a_graded_one(lesson):
    """Neither the same statement nor another one with the same numbers, in any layer."""
    graded = {bug.name: [*of_the_bank(lesson, bug)] for bug in BANK if bug.suspect or bug == MUTANT}
    nowhere = {name for name, seen in graded.items() if not seen}
    assert nowhere == {"dA1_skips_mask", "dA2_without_weights"}, "other networks only"

    def same_as(change):
        seen = seen_by(lesson, lesson["plant"](*change))
        return {
            name
            for name, places in graded.items()
            for place in places
            if all(map(np.allclose, seen, place))
        }

    planted = planted_in_lesson_3(lesson)
    assert len(planted) == 14 + 4 + 3
    assert {name: same_as(change) for name, change in planted.items() if same_as(change)} == {}

    # And it would be noticed.
    for name, change in {
        "dZ3_reversed": ("P - T", "T - P"),
        "dZ1_unmasked": ("dH * (Z > 0)", "dH"),
        "dZ2_doubled": ('p["U"].T @ dS', '2 * p["U"].T @ dS'),
        "dW3_from_Z2": ("dS @ H.T", "dS @ Z.T"),
        "db1_largest": ("dS.sum(axis=1", "dS.max(axis=1"),
        "dW1_reshaped": ("dZ @ X.T", "(dZ @ X.T).T"),
        "dW2_averaged_twice": ("dZ @ X.T", "dZ @ X.T / m"),
        "dZ3_rounded": ("P - T", "np.round(P) - T"),
        "dZ1_mask_of_one_example": ("Z > 0", "Z[:, :1] > 0"),
    }.items():
        assert name in same_as(change)


def test_3_its_kinds_are_those_of_the_assignment(lesson):
    """In the same order and the same words, but for the names of arrays."""

    def rows(cells):
        source = next(cell.source for cell in cells if cell.id == "kinds")
        for ours, theirs in {"$dS$": "`dZ3`", "$dU$": "`dW3`", "$dc$": "`db3`"}.items():
            source = source.replace(ours, theirs)
        return [[part.strip() for part in line.split("|")[1:-1]] for line in source.splitlines()]

    path = ROOT / "source" / "planted_bugs" / "planted_bugs.ipynb"
    theirs, ours = (
        rows(cells) for cells in (nbformat.read(path, 4).cells, LESSONS["3_planted_bugs"].cells)
    )
    assert [row[:2] for row in ours] == [row[:2] for row in theirs]
    for kind, _, seen in theirs[2:]:
        said = next(row[2] for row in ours if row[0] == kind)
        said = said.replace(" of found to true", "").replace("$m$", "`m`")
        assert said == seen.replace("`db` holds", "$db$ or `db3` holds"), kind
    kinds = [name.split(":")[0] for name in lesson["ZOO"]]
    assert [f"`{kind}`" for kind in dict.fromkeys(kinds)] == [row[0] for row in theirs[2:]]
    assert all(kinds.count(kind) == 2 for kind in kinds)


def test_3_the_zoo_is_silent_and_every_bug_is_caught(lesson):
    assert len(lesson["ZOO"]) == 14 and max(lesson["agreement"].values()) < 1e-8
    table = lesson["table"]
    assert all(row["12 examples"] for row in table.values())
    hidden = {
        case: {name for name, row in table.items() if not row[case]} for case in lesson["CASES"]
    }
    assert hidden["1 example"] == {"batch: not averaged"}
    assert hidden["all on"] == {"mask: too late", "mask: leaky"}
    assert len(hidden["weights 0"]) == 9, "most of the zoo"
    assert len(hidden["U all equal"]) == 7, "so do"
    assert all(0 < share < 0.05 for share in lesson["faint"].values()), "too faint for a sign"


def test_3_training_does_not_tell(lesson):
    accuracy = lesson["accuracy"]
    assert (len(lesson["grew"]), len(lesson["near"])) == (7, 4)
    assert "scale: factor 3" in lesson["near"]
    assert accuracy["correct"] == pytest.approx(0.91, abs=5e-3)
    assert lesson["guessing"] == pytest.approx(0.38, abs=5e-3)
    assert sum(accuracy[name] > accuracy["correct"] for name in lesson["near"]) == 2
    lower = {*accuracy} - {*lesson["near"], "correct"}
    assert sorted(accuracy[name] for name in lower) == pytest.approx([0.38, 0.57, 0.85], abs=5e-3)


def test_3_fingerprints_are_where_it_says(lesson):
    """Which arrays of its panel each bug marks, and with a sign if more than 5% is off."""
    marked, faint = {}, set()
    for name, found in lesson["found"].items():
        share = {key: lesson["off"](found[key], lesson["truth"][key]) for key in found}
        marked[name] = "".join(key for key in "UcWb" if share[key] > 1e-6)
        if max(share.values()) < 0.05:
            faint.add(name)
    assert faint == {"batch: last forgotten", "mask: leaky"} == {*lesson["faint"]}
    everything = {name for name in marked if marked[name] == "UcWb"}
    assert everything == {"batch: not averaged", "loss: P alone", "loss: true class only"}
    assert marked["sign: biases"] == "cb"
    lower = {name for name in marked if {*marked[name]} <= {*"Uc"}}
    assert lower == {"sign: one layer", "transpose: two classes"}
    assert sum({*marked[name]} <= {*"Wb"} for name in marked) == 8
    down = {name for name in marked if marked[name] == "Wb"}
    changed = {name: lesson["ZOO"][name][0] for name in down}
    assert all("dS" in old or "Z > 0" in old for old in changed.values()), "lines of dH and dZ"

    lines = {name: lesson["ratios"](name)[28:] for name in lesson["ZOO"]}
    assert lines["scale: factor 3"].split() == ["1.00", "1.00", "3.00", "3.00"]
    assert lines["sign: biases"].split() == ["1.00", "-1.00", "1.00", "-1.00"]
    assert lines["batch: not averaged"].split() == ["12.00"] * 4
    assert lines["loss: P alone"].startswith("-4.1 to 8.5")
    assert [*lines][-1] == "chain: P for dS"
    assert lines["chain: P for dS"][30:] == lines["loss: P alone"][30:], "the same in W and b"


def test_3_a_stain_begins_at_the_bug(lesson):
    """What comes before is clean to the last bit; what is computed from it isn't."""
    stations, stained, SMALL = (lesson[name] for name in ("STATIONS", "stained", "SMALL"))
    begins = {"loss: P alone": "dS", "scale: factor 3": "dH", "chain: P for dS": "dH"}
    begins |= {"mask: too late": "dZ", "mask: leaky": "dZ"}
    for bug, first in begins.items():
        at = stations.index(first)
        assert stained[bug] == [*stations[at:]]
        assert all(not lesson["stains"](bug)[name].any() for name in stations[:at])
    assert {bug for bug, names in stained.items() if not names} == set(), "each bug shows"
    assert not {*stations[:4]} & {name for names in stained.values() for name in names}
    assert stained["chain: H for X"] == ["dW"], "nothing is computed from it"

    # The stations are those of the backward pass that is checked.
    correct, here = lesson["at_stations"](), lesson["gradients"](lesson["plant"](), *SMALL)
    true = lesson["numerical"](*SMALL)
    for key in "WbUc":
        assert (correct[f"d{key}"] == here[key]).all()
        assert lesson["off"](here[key], true[key]) < 1e-8


def test_3_the_words_below_the_stations_are_true(lesson):
    late, factor = lesson["stains"]("mask: too late"), lesson["stains"]("scale: factor 3")
    correct = lesson["at_stations"]()
    ((unit, example),) = np.argwhere(late["dZ"])
    assert 0 < correct["Z"][unit, example] < 0.5
    assert {row for row, _ in np.argwhere(late["dW"])} == {unit} and late["dW"][unit].all()
    assert np.argwhere(late["db"]).tolist() == [[unit, 0]]
    for name in ("dH", "dZ", "dW", "db"):
        twice = 2 * correct[name] / np.abs(correct[name]).max()
        assert factor[name] == pytest.approx(twice)


def test_3_the_slider_shows_every_station_of_every_bug(lesson, capsys):
    slide = lesson["step_through"]
    bug, station = slide.widget.children[:2]
    assert bug.options == (*lesson["ZOO"],) and station.options == lesson["STATIONS"]
    capsys.readouterr()
    for name in ("dS", "dH"):
        slide("scale: factor 3", name)
        plt.close("all")
    clean, dirty = capsys.readouterr().out.splitlines()
    assert clean == "dS: 0 of 12 entries are stained, by up to 0% of the largest correct one"
    assert dirty == "dH: 20 of 20 entries are stained, by up to 200% of the largest correct one"


def test_3_numbers_name_the_sealed_four(lesson):
    survey, clues = lesson["survey"], lesson["clues"]
    assert [m for m, _ in lesson["CASES_THAT_TELL"]] == [8, 8, 3, 1, 1]
    first = {
        name: next(key for i, key in enumerate("UcWb") if {row[i] for row in rows} != {"."})
        for name, rows in survey.items()
    }
    assert first == {"one": "W", "two": "U", "three": "W", "four": "U"}
    assert survey["one"] == [[".", ".", "0.900", "0.900"]] * 5
    assert survey["two"] == [[word] * 4 for word in (".", ".", "0.375", "0.125", "0.125")]
    assert survey["three"] == [[".", ".", "varies", "varies"]] * 5
    assert survey["four"] == [["varies", ".", ".", "."]] * 5
    assert lesson["correct_entries"] == {"three": 0, "four": 0}
    three = lesson["three"]
    Z, db, passed = (each.ravel() for each in (three.Z, three.found["b"], lesson["passed"]))
    assert [*np.flatnonzero(Z < 0) + 1] == [2, 5]
    assert db[[1, 4]] == pytest.approx([-0.380, -0.191], abs=5e-4)
    assert Z[[1, 0, 2]] == pytest.approx([-0.982, 0.388, 1.560], abs=5e-4)
    assert passed[[1, 0, 2]] == pytest.approx([0.273, 0.596, 0.826], abs=5e-4)
    assert passed == pytest.approx(1 / (1 + np.exp(-Z)))
    X, _, p = lesson["draw"](3, 4)
    assert ((p["W"] @ X + p["b"] > 0).sum(axis=1) == 0).tolist() == [False, True] + 3 * [False]
    assert (clues["three"][2].seed, clues["three"][2].true["b"][1, 0]) == (4, 0)
    assert abs(lesson["dead_row"]) > 0.1
    assert all(row == pytest.approx(lesson["X_one"].ravel()) for row in lesson["quotient"])
    assert np.abs(lesson["quotient"][0] - np.maximum(Z, 0)).min() > 0.1, "not H"


def test_3_the_detective_is_as_good_as_it_says(lesson):
    named, detective, look = (lesson[name] for name in ("named", "detective", "look"))
    wrong = {name: kind for name, (_, kind) in named.items() if not name.startswith(kind + ":")}
    assert wrong == {"batch: last forgotten": "mask"} and len(named) == 14
    assert lesson["unsealed"] == {
        "one": ("W", "scale"),
        "two": ("U", "batch"),
        "three": ("W", "mask"),
        "four": ("U", "chain"),
    }
    for name, clues in {name: look(change) for name, change in lesson["ZOO"].items()}.items():
        first = next(
            key
            for key in "UcWb"
            if any(lesson["off"](clue.found[key], clue.true[key]) > 1e-6 for clue in clues)
        )
        assert named[name][0] == first
    alone = [clue for clue in look(lesson["ZOO"]["batch: last forgotten"]) if clue.m == 1]
    for clue in alone:
        assert not clue.found["b"].any() and lesson["same"](clue.found["W"], clue.true["W"])

    # Both single examples have a unit between 0 and 0.5; two others have none.
    for seed, has in ((7, True), (29, True), (3, False), (4, False)):
        Z = lesson["forward"](*lesson["draw"](1, seed))[1][0]
        assert ((Z > 0) & (Z < 0.5)).any() == has
    assert lesson["elsewhere"] == ("W", "batch")
    values = ("(Z > 0)", "(Z > 0) / (1 + Z ** 2)")
    assert detective(look(values)) == ("W", "chain"), "wrong values where units are on"


def test_3_a_minimal_case_names_the_cause(lesson):
    assert lesson["shown"] == 0
    pair, ratios = lesson["pair"], lesson["all_ratios"]
    assert ratios(*lesson["with_a_zero"]) == pytest.approx(12 / 11)
    assert round(12 / 11, 3) == 1.091
    assert ratios(*pair(0.2, 0.1)) == pytest.approx(1)
    assert ratios(*pair(0.1, 0.0)) == pytest.approx(2)
    for first, second in ((0.2, 0.1), (0.1, 0.0)):
        X, T, _ = pair(first, second)
        assert (X[:, 0] != X[:, 1]).tolist() == [True] + 4 * [False]
        assert (T[:, 0] == T[:, 1]).all()


def test_3_the_answers_are_true(lesson):
    cases, caught, ZOO = lesson["CASES"], lesson["caught"], lesson["ZOO"]
    fifteenth, normalised = changes_in("try_it", "try_it_2")
    assert [each for each in cases if caught(fifteenth, cases[each])] == ["all on"]

    answer = next(cell for cell in LESSONS["3_planted_bugs"].cells if cell.id == "try_it_2").source
    code = re.search(r"```python\n(.*?)```", answer, re.DOTALL)[1]
    made = {**lesson}
    exec(code[: code.index("for cases in combinations")], made)
    told = lesson["CASES_THAT_TELL"]
    of_two = {pair: made["named_with"](pair) for pair in itertools.combinations(told, 2)}
    best = {pair for pair, count in of_two.items() if count == 13}
    assert best == {pair for pair in of_two if sum(m == 1 for m, _ in pair) == 1}
    assert max(of_two.values()) == 13
    assert [made["named_with"]([each]) for each in told] == [5, 5, 5, 12, 12]
    detective, look = lesson["detective"], lesson["look"]
    assert {detective(look(normalised, pair)) for pair in best} == {("W", "batch")}
    assert detective(look(normalised)) == ("W", "chain")

    smooth = lesson["BACKWARD"].replace("(Z > 0)", "(1 - H**2)")
    masks = {name for name, (old, _) in ZOO.items() if old not in smooth}
    assert masks == {"mask: too late", "mask: leaky"}


def test_3_other_bugs_and_other_checks(lesson):
    first, second, third = lesson["alias_errors"]
    assert first < 1e-8 and min(second, third) > 0.1
    assert lesson["stored"].tolist() == [3, 2]
    assert lesson["integer_error"] > 1e3 and lesson["float_error"] < 1e-8
    assert lesson["careless_verdict"] == "works perfectly fine"
    assert lesson["blind_difference"] < 1e-8
    assert lesson["cost_of_zero"] == pytest.approx(np.log(3))


def test_4_error_bars_hold(lesson):
    assert all(off <= bar for off, bar in lesson["bars"].values())
    assert lesson["penalty_correct"] == {"pass": 7, "fail": 0, "inconclusive": 0}
    assert lesson["penalty_forgotten"] == {"pass": 1, "fail": 6, "inconclusive": 0}
    assert lesson["dropout_frozen"]["pass"] == 7 and "random" in lesson["dropout_refusal"]
    assert lesson["naive"].sum() >= 6 and lesson["corner_counts"]["fail"] == 0
    assert lesson["corner_counts"]["inconclusive"] >= 5
    assert 0.997 < lesson["held"] < 1
    assert lesson["wrong_counts"] == {"pass": 0, "fail": 7, "inconclusive": 0}


def test_4_the_quizzes_and_guesses_are_true(lesson):
    (cell,) = (cell for cell in code_of(LESSONS["4_in_practice"]) if cell.id == "the_check")
    made = {"np": np, "slope": lambda *_: (2.001, 0.01)}
    exec(cell.source, made)
    said = made["check_gradients"](lambda t: 0.0, np.array([2.0]), np.zeros(1))
    assert said.tolist() == ["inconclusive"]
    assert lesson["times_too_large"] > 1e3, "no quotient means anything"
    assert lesson["naive"].sum() == 7


def test_4_its_check_agrees_with_ours(lesson):
    """On models of all sorts, correct gradients and wrong ones."""
    rng, check = np.random.default_rng(1), lesson["check_gradients"]
    for turn in range(40):
        A, theta = rng.normal(size=(6, 4)), rng.normal(size=4)
        models = [
            (
                lambda t, A=A: float(np.logaddexp(0, A @ t).sum()),
                lambda t, A=A: A.T @ (1 / (1 + np.exp(-A @ t))),
            ),
            (
                lambda t, A=A: float(np.tanh(A @ t).sum()),
                lambda t, A=A: A.T @ (1 - np.tanh(A @ t) ** 2),
            ),
            (lambda t, A=A: float(np.maximum(A @ t, 0).sum()), lambda t, A=A: A.T @ (A @ t > 0)),
        ]
        J, gradient = models[turn % 3]
        claimed = gradient(theta)
        if turn % 2:
            claimed[turn % 4] *= 1.001
        theirs = check(J, claimed, theta)
        ours = check_gradients(J, claimed, theta).verdicts["gradient"]
        assert theirs.tolist() == ours.tolist()
        assert ("fail" in ours) == bool(turn % 2)


def test_4_its_check_believes_nobody_about_a_corner(lesson):
    """Zero against zero has been shown for a dead unit, and not for the tip of |t|."""
    check, here = lesson["check_gradients"], np.zeros(1)
    assert check(lambda t: float(abs(t[0])), here, here).tolist() == ["inconclusive"]
    assert check(lambda t: 0.5, here, here).tolist() == ["pass"]


def test_4_ways_agree_and_structure_pays(lesson):
    accuracy = lesson["accuracy"]
    assert all(accuracy[name] < 1e-8 for name in accuracy)
    assert accuracy["dual numbers"] < 1e-14
    ratios, times = lesson["speedup"], lesson["times"]
    assert ratios[-1] > ratios[0] > 1
    assert {len(each) for each in times.values()} == {len(lesson["SIZES"])}
    for n, h in lesson["SIZES"]:
        assert 4 * n * h <= 2**15, "OpenBLAS takes one core for a complex product up to here"


def test_4_corners_are_crossed_as_often_as_it_says(lesson):
    assert lesson["crossing"][100] <= 0.02 and 0.3 < lesson["crossing"][100_000] < 0.5


def test_4_its_check_trusts_the_cost_and_the_reference_does_not(lesson):
    trusted, careless = lesson["trusted"], lesson["careless"]
    assert trusted["careful"] == {"pass": 300, "fail": 0, "inconclusive": 0}
    assert trusted["careless"]["fail"] == pytest.approx(130, abs=9), "some 130 of 300"
    value, bar = lesson["slope"](careless, np.array([25.0]), 0, 1e-7)
    assert value == 0 and bar < 1e-6, "all values on one stair"
    verdicts = [
        check_gradients(careless, 1 / (1 + np.exp(-here)), here).verdicts["gradient"][0]
        for here in lesson["logits"][:, np.newaxis]
    ]
    ours, said = lesson["counts"](np.array(verdicts)), lesson["reference"]
    assert ours["fail"] == said["fail"] == 0
    assert ours["pass"] == pytest.approx(said["pass"], abs=5)


def test_4_the_answers_are_true(lesson):
    def k(count):
        return 1 / NormalDist().inv_cdf((1 + 0.001 ** (1 / count)) / 2)

    assert k(5) == pytest.approx(lesson["k"])
    assert [k(2), k(20), k(1)] == pytest.approx([25, 0.95, 798], rel=0.01)
    answer = next(cell for cell in LESSONS["4_in_practice"].cells if cell.id == "try_it").source
    p = {"W": np.arange(6.0).reshape(2, 3), "b": 2.0}
    made = {
        "np": np,
        "p": p,
        "check_gradients": lesson["check_gradients"],
        "my_gradient": lambda p: p,
        "my_cost": lambda p: 0.5 * (np.sum(p["W"] ** 2) + p["b"] ** 2),
    }
    code = re.search(r"```python\n(.*?)```", answer, re.DOTALL)[1]
    exec(code.replace("check_gradients(lambda", "verdicts = check_gradients(lambda"), made)
    assert made["verdicts"].tolist() == ["pass"] * 7
    assert made["to_arrays"](made["to_vector"](p))["W"].tolist() == p["W"].tolist()


def test_4_figures_are_those_of_the_benchmark(lesson):
    figures = json.loads((ROOT / "benchmarks" / "gradcheck" / "figures.json").read_text())
    seconds = figures["seconds"]["9765"]["16"]
    ours = {
        "this course's reference": "check_gradients",
        "the same, as a black box": "check_gradients, any cost",
        "a plain loop, one norm": "the seed's loop",
    }
    assert len(lesson["MEASURED"]) > 5 and {*ours} < {*lesson["MEASURED"]}
    for shown, (time, alarms, missed) in lesson["MEASURED"].items():
        name = ours.get(shown, shown)
        assert time == pytest.approx(seconds[name], rel=0.01)
        assert alarms == pytest.approx(figures["alarms"]["near kinks"][name], abs=1e-3)
        assert missed == pytest.approx(1 - figures["caught"][name][2], abs=1e-3)
    assert max(figures["alarms"]["inconclusive"].values()) < 0.01, "more than 99% are decided"

    # What the text under the picture says.
    (quick, *_), (black_box, *_), *others = lesson["MEASURED"].values()
    assert (quick, black_box) == (pytest.approx(0.23e-3, rel=0.03), pytest.approx(1, rel=0.1))
    times = [time for time, _, _ in others]
    assert {time < 0.1 for time in times} == {True, False}
    one_projection = [time for time in times if time < 0.1]
    assert min(one_projection) > 0.55e-3 and max(one_projection) < 6e-3
    assert min({*times} - {*one_projection}) > 0.55 and max(times) < 1.8
    assert all(0.275 < alarms < 0.915 and missed >= 0.95 for _, alarms, missed in others)
    layers = figures["layers"]
    seen = {name: each["seen"] for name, each in layers["checks"].items()}
    assert (layers["bugs"], layers["layers"]) == (24, 21)
    assert (seen["check_vjp"], seen["check_gradients of the sum"]) == (24, 18)


def test_4_the_frameworks_have_the_tolerances_that_it_says():
    """As their own code had them when the benchmark ran."""
    figures = json.loads((ROOT / "benchmarks" / "gradcheck" / "figures.json").read_text())
    table = next(cell.source for cell in LESSONS["4_in_practice"].cells if cell.id == "frameworks")
    tolerances = figures["made"]["tolerances"]
    assert {*tolerances} == {"torch", "jax", "autograd", "scipy"}
    for package, numbers in tolerances.items():
        row = next(line for line in table.splitlines() if f"`{package}." in line)
        said = [float(number) for number in re.findall(r"[\d.]+e-\d+", row)]
        for number in numbers.values():
            assert any(each == pytest.approx(number, rel=0.01) for each in said), (package, number)
