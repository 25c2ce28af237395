"""The notebooks keep the contract that answers, grades and students in three front ends rely on."""

import ast
import base64
import json
import re
import sys
from importlib.metadata import packages_distributions, requires
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbgrader import utils
from nbgrader.validator import Validator
from packaging.requirements import Requirement

from autograder.questions import questions_of
from autograder.questions.gradients import share_of_largest
from tests import visible_cases
from tests.temporary_course import ROOT, TemporaryCourse

# From the syllabus: grade_ids and points never change once released.
CONTRACT = {
    "one_dimension": {
        "forward_propagation": 1,
        "backward_propagation": 1,
        "numerical_derivative": 4,
        "relative_difference": 3,
        "gradient_check": 6,
        "error_sweep": 3,
        "explain_zero": 2,
    },
    "n_dimensions": {
        "forward_propagation_n": 5,
        "backward_propagation_n": 10,
        "numerical_gradient": 7,
        "gradient_check_n": 8,
        "gradient_report": 4,
        "directional_check": 3,
        "explain_threshold": 3,
    },
    "planted_bugs": {
        "repaired_backward": 3,
        "repaired_check": 3,
        "diagnosis": 9,
        "suspect_a": 3,
        "suspect_b": 3,
        "suspect_c": 3,
        "explain_repair": 3,
        "killing_case": 4,
        "fool_the_checker": 5,
        "explain_blind_spot": 4,
    },
}
TOTALS = {"one_dimension": 20, "n_dimensions": 40, "planted_bugs": 40}
SHARED = [
    "staying_out_of_trouble",
    "setup",
    "about_the_checks",
    "checking_tools",
    "when_you_are_stuck",
    "network_cases",
    "activations",
    "vectors",
    "cases",
]
TOOLS = ("checking_tools", "network_cases", "counting_statements")
MOST_LINES = {"answer": 40, "open": 25, "folded": 120, "tools": 370}
"""Folded cells are read by the curious only; the tools of the checks are as long as they are."""
EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u2712\u2714-\u2716\u2718-\u27bf\u2b00-\u2bff\ufe0f]"
)
"""Except for the two marks of the checks."""
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*)### END HIDDEN TESTS", re.DOTALL)
SCHEME = re.compile(
    r"\n### BEGIN MARK SCHEME\n\*\*Points\*\*\n(?P<points>.*)"
    r"\n\*\*Anchor answers\*\*\n(?P<anchors>.*)\n\*\*Borderline\*\*\n(?P<borderline>.*)"
    r"\n\*\*What a second reader checks:\*\*(?P<second>.*)\n### END MARK SCHEME$",
    re.DOTALL,
)
MARKERS = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)


def path_of(step, assignment):
    return ROOT / step / assignment / f"{assignment}.ipynb"


def read(step, assignment):
    return nbformat.read(path_of(step, assignment), as_version=4)


NOTEBOOKS = {(step, name): read(step, name) for step in ("source", "release") for name in CONTRACT}
SOURCES = {name: NOTEBOOKS["source", name] for name in CONTRACT}
EACH = pytest.mark.parametrize("assignment", CONTRACT)
ALL = pytest.mark.parametrize(("step", "assignment"), NOTEBOOKS)


def name_of(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def visible(cell):
    """A code cell without its hidden block and without the marks around a solution."""
    return MARKERS.sub("", HIDDEN.sub("", cell.source)).rstrip()


def is_demonstration(cell):
    return "demonstration" in cell.metadata.get("tags", [])


def is_folded(cell):
    """In JupyterLab, Notebook and VS Code, and in Colab."""
    hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
    assert hidden == (cell.metadata.get("cellView") == "form"), cell.id
    return hidden


# The files.


def test_these_are_all_the_graded_notebooks():
    for step in ("source", "release"):
        found = [
            path.relative_to(ROOT)
            for path in ROOT.glob(f"{step}/*/*")
            if path.name != ".ipynb_checkpoints"
        ]
        assert set(found) == {path_of(step, name).relative_to(ROOT) for name in CONTRACT}


@ALL
def test_the_file_is_a_clean_notebook(step, assignment):
    """Valid, without outputs, for the kernel python3, as nbformat itself would write it."""
    notebook = NOTEBOOKS[step, assignment]
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    for cell in code_of(notebook):
        assert (cell.outputs, cell.execution_count) == ([], None), cell.id
    assert path_of(step, assignment).read_text() == nbformat.writes(notebook) + "\n"


@ALL
def test_ids_are_unique_words(step, assignment):
    """A cell of nbgrader's is called the same in both worlds."""
    cells = NOTEBOOKS[step, assignment].cells
    assert len({cell.id for cell in cells}) == len(cells)
    for cell in cells:
        assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", cell.id)
        assert name_of(cell) in (cell.id, None)
        assert cell.cell_type == "markdown" or name_of(cell) is not None


# The contract.


@ALL
def test_grade_ids_and_points_are_those_of_the_syllabus(step, assignment):
    wanted, cells = CONTRACT[assignment], NOTEBOOKS[step, assignment].cells
    answers = [cell for cell in cells if utils.is_solution(cell)]
    graded = [cell for cell in cells if utils.is_grade(cell)]
    assert [name_of(cell) for cell in answers] == [*wanted]
    assert [name_of(cell).removeprefix("test_") for cell in graded] == [*wanted]
    assert [cell.metadata.nbgrader.points for cell in graded] == [*wanted.values()]
    assert sum(wanted.values()) == TOTALS[assignment]
    for cell in graded:
        written = name_of(cell).startswith("explain_")
        assert name_of(cell).startswith("test_") is not written
        assert (cell.cell_type, utils.is_solution(cell)) == (
            ("markdown", True) if written else ("code", False)
        )


@EACH
def test_every_coded_answer_has_its_question(assignment):
    coded = {
        name: points
        for name, points in CONTRACT[assignment].items()
        if not name.startswith("explain_")
    }
    questions = questions_of(assignment)
    assert {name: question.points for name, question in questions.items()} == coded
    assert [*questions] == [*coded]


@EACH
def test_an_answer_defines_its_name_and_a_test_asks_for_it(assignment):
    cells = {name_of(cell): cell for cell in code_of(SOURCES[assignment])}
    for name in questions_of(assignment):
        assert name in assigned(ast.parse(cells[name].source))
        test = cells[f"test_{name}"]
        assert ast.get_docstring(ast.parse(test.source)), f"test_{name} does not say what it checks"
        hidden = HIDDEN.search(test.source)[1]
        assert hidden == f'from autograder import ask\n\nask("{name}")\n'
        assert test.source.endswith("### END HIDDEN TESTS")


@EACH
def test_the_visible_checks_have_the_parts_of_the_question(assignment):
    """Same names, same points: the summary must promise what the grade will give."""
    cells = {name_of(cell): cell for cell in code_of(SOURCES[assignment])}
    for name, question in questions_of(assignment).items():
        promised = promised_parts(cells[f"test_{name}"].source)
        if promised is not None:
            assert promised == dict(question.parts), name


def promised_parts(source):
    """The parts that the cell's only function returns; None when they are computed."""
    (checks,) = (
        node for node in ast.parse(HIDDEN.sub("", source)).body if isinstance(node, ast.FunctionDef)
    )
    table = checks.body[-1].value
    if not isinstance(table, ast.Dict) or not all(isinstance(key, ast.Name) for key in table.keys):
        return None
    return {k.id: ast.literal_eval(v) for k, v in zip(table.keys, table.values, strict=True)}


@EACH
def test_a_check_has_one_folded_cell_and_names_that_nobody_else_uses(assignment):
    """A name such as `cost` in a cell of your own must not change what a check says."""
    for cell in code_of(SOURCES[assignment]):
        if utils.is_grade(cell):
            name = name_of(cell).removeprefix("test_")
            assert is_folded(cell), cell.id
            tree = ast.parse(HIDDEN.sub("", cell.source))
            assert assigned(tree) == {f"checks_of_{name}"}
            assert tree.body[-1].value.func.value.id == "check_tools"


@EACH
def test_tools_are_folded(assignment):
    """What is not the student's to read first is out of the way."""
    for cell in code_of(SOURCES[assignment]):
        tools = *TOOLS, "originals", "repairs", "vectors", "evidence"
        if cell.id in tools or is_demonstration(cell):
            assert is_folded(cell), cell.id


@EACH
def test_every_question_has_three_hints_that_grow(assignment):
    cells = SOURCES[assignment].cells
    hinted = [cell for cell in cells if cell.id.startswith("hints_for_")]
    assert len(hinted) >= len(questions_of(assignment)) - 2  # suspects share one
    for cell in hinted:
        assert cell.source.count("<details>") == cell.source.count("</details>") == 3, cell.id


@pytest.mark.parametrize("path", visible_cases.NOTEBOOKS, ids=lambda path: path.stem)
def test_known_numbers_are_the_reference_s(path):
    """As drawn and computed by `python -m tests.visible_cases`, to the digits that are kept."""
    (cell,) = (each for each in read("source", path.stem).cells if each.id == visible_cases.CELL)
    found, wanted = (
        np.frombuffer(base64.b64decode(text), "<f4")
        for text in (visible_cases.PACKED.search(cell.source)[0], visible_cases.packed())
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


def anchors_of(path):
    """The headings of a notebook, as JupyterLab links to them."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE):
                yield heading.replace(" ", "-")


@ALL
def test_links_lead_somewhere(step, assignment):
    """To another notebook of the course, and to a heading that is in it."""
    here = path_of(step, assignment).parent
    linked = []
    for cell in NOTEBOOKS[step, assignment].cells:
        if cell.cell_type == "markdown":
            linked += re.findall(r"\]\(([^)#:]+\.ipynb)(?:#([^)]*))?\)", cell.source)
    assert any("notebooks/" in path for path, _ in linked)
    for path, anchor in linked:
        assert (here / path).is_file(), path
        assert not anchor or anchor in anchors_of(here / path), f"{path}#{anchor}"


def test_the_numpy_that_grades_is_the_one_of_the_lock():
    """The setup cell, and the text above it, say which one it is."""
    locked = re.findall(
        r"^numpy==(\d+\.\d+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    oldest = min(locked, key=lambda version: tuple(map(int, version.split("."))))
    for notebook in SOURCES.values():
        texts = {cell.id: cell.source for cell in notebook.cells}
        assert f"with numpy {oldest}," in texts["staying_out_of_trouble"]
        assert f"< ({oldest.replace('.', ', ')})" in texts["setup"]
        assert f"graded with {oldest}," in texts["setup"]


@ALL
def test_given_code_is_locked_and_answers_are_not(step, assignment):
    for cell in code_of(NOTEBOOKS[step, assignment]):
        ours = cell.metadata.nbgrader
        assert (ours.locked, ours.solution) in ((True, False), (False, True)), cell.id
        if step == "release":
            assert cell.metadata.get("editable", True) is not ours.locked, cell.id


@EACH
def test_a_release_holds_no_answer(assignment):
    text = path_of("release", assignment).read_text()
    for given_away in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME", "autograder import", "ask("):
        assert given_away not in text


@EACH
def test_written_answers_have_a_mark_scheme_with_anchors(assignment):
    """Each written answer says what earns each step, with an answer for all, half and none."""
    written = [
        cell
        for cell in SOURCES[assignment].cells
        if utils.is_grade(cell) and utils.is_solution(cell)
    ]
    assert written
    for cell in written:
        scheme = SCHEME.search(cell.source)
        assert scheme, f"{cell.id}: its parts are as in the other notebooks"
        points = cell.metadata.nbgrader.points
        steps = [float(each) for each in re.findall(r"^\d\. \((0\.5|1)\) ", scheme["points"], re.M)]
        assert sum(steps) == points and scheme["points"].count("\n") == len(steps) + 1
        anchors = re.findall(r'^- \*([\d.]+) points?:\* ".{40,}"', scheme["anchors"], re.M)
        assert {0, points / 2, points} <= {*map(float, anchors)}, cell.id
        assert scheme["borderline"].count("\n- ") >= 3 and len(scheme["second"]) > 40
        assert scheme[0].count("\n") <= 40, "it is read beside every answer"


# What a reader sees.


@ALL
def test_it_opens_with_what_to_expect(step, assignment):
    cells = NOTEBOOKS[step, assignment].cells
    first, second = cells[0], cells[1]
    assert (first.cell_type, second.cell_type) == ("markdown", "markdown")
    for promise in ("What you'll do:", "What you'll learn:", "What you need:", "Time:"):
        assert f"**{promise}**" in first.source
    assert f"**Points:** {TOTALS[assignment]}." in first.source
    for advice in ("Add your own cells", "Don't copy, split or delete", "Submit this one"):
        assert advice in second.source


@ALL
def test_cells_are_short(step, assignment):
    for cell in NOTEBOOKS[step, assignment].cells:
        if cell.cell_type == "code":
            kind = "folded" if is_folded(cell) else "open"
            kind = "answer" if utils.is_solution(cell) else kind
            kind = "tools" if cell.id in TOOLS else kind
            lines = visible(cell).count("\n") + 1
            assert lines <= MOST_LINES[kind], f"{cell.id} has {lines} lines"
        elif not utils.is_solution(cell):
            lines = [
                line
                for line in cell.source.splitlines()
                if line.strip(" |-:") and "colab-badge.svg" not in line
            ]
            assert len(lines) <= 8, f"{cell.id} has {len(lines)} lines"


@ALL
def test_there_is_no_emoji(step, assignment):
    for cell in NOTEBOOKS[step, assignment].cells:
        assert not EMOJI.search(cell.source), cell.id


@pytest.mark.parametrize("name", SHARED)
def test_what_the_notebooks_share_is_the_same(name):
    """A tool that is fixed in one notebook must be fixed in all of them."""
    texts = {}
    for assignment, notebook in SOURCES.items():
        for cell in notebook.cells:
            if cell.id == name:
                texts[assignment] = cell.source
    assert len(texts) >= 2
    assert len(set(texts.values())) == 1, f"{name} differs between {', '.join(texts)}"


# What code does.


def test_how_far_off_an_array_is_is_said_as_in_the_grade():
    tools = {}
    (cell,) = (each for each in SOURCES["n_dimensions"].cells if each.id == "checking_tools")
    exec(cell.source, tools)
    for off in (1.2e-5, 0.0123, 0.5, 0.99, 0.996, 1, 1.04, 1.06, 12, 4.2e4):
        said = tools["check_tools"].fault("dW1", np.array([1 + off, 1]), np.ones(2), brief=True)
        assert said == f"dW1 is off by {share_of_largest(off, 'its')}"


def assigned(tree):
    """The names that a cell binds at its top level."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                names.add(inner.id)
            elif isinstance(inner, ast.alias):
                names.add((inner.asname or inner.name).partition(".")[0])
    return names


def used(tree):
    """The names that a cell reads, wherever they are bound."""
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


@EACH
def test_demonstrations_can_be_left_out(assignment):
    """Grading leaves them out: they are locked, and define nothing that another cell reads."""
    cells = code_of(SOURCES[assignment])
    demonstrations = [cell for cell in cells if is_demonstration(cell)]
    assert demonstrations
    for cell in demonstrations:
        assert utils.is_locked(cell) and not utils.is_grade(cell)
        theirs = assigned(ast.parse(cell.source))
        for other in cells:
            if other is not cell:
                read = theirs & used(ast.parse(other.source))
                assert not read, f"{other.id} reads {read} of {cell.id}"


@EACH
def test_what_draws_is_a_demonstration(assignment):
    """A helper may know how to draw; whatever draws as the notebook runs can be left out."""
    for cell in code_of(SOURCES[assignment]):
        tree = ast.parse(cell.source)
        calls = {
            node.value.func.id
            for node in tree.body
            if isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
        }
        draws = "demonstrate" in calls or (calls & assigned(tree) and "plt.show()" in cell.source)
        assert is_demonstration(cell) or not draws, cell.id


@EACH
def test_students_need_numpy_and_matplotlib_only(assignment):
    for cell in code_of(SOURCES[assignment]):
        for node in ast.walk(ast.parse(HIDDEN.sub("", cell.source))):
            modules = (
                [node.module]
                if isinstance(node, ast.ImportFrom)
                else [
                    alias.name
                    for alias in getattr(node, "names", [])
                    if isinstance(node, ast.Import)
                ]
            )
            for module in modules:
                top = module.partition(".")[0]
                installed = {"numpy", "matplotlib"} | sys.stdlib_module_names
                # Only Colab has it; elsewhere the summary goes without.
                assert top in installed or (cell.id, top) == ("checking_tools", "google"), cell.id


# Real kernels.


@EACH
def test_a_source_passes_validate(assignment):
    """With every cell looked at, demonstrations too: no error, no warning, full marks."""
    validator = Validator(validate_all=True)
    assert validator.validate(str(path_of("source", assignment))) == {}


@EACH
def test_a_release_fails_validate_at_every_graded_cell(assignment):
    """nbgrader's Validate button must not tell a student that an empty notebook is fine."""
    cells = NOTEBOOKS["release", assignment].cells
    graded = [cell.source.strip() for cell in cells if utils.is_grade(cell)]
    failed = Validator().validate(str(path_of("release", assignment)))["failed"]
    assert [each["source"] for each in failed] == graded


def test_generating_twice_gives_the_committed_release(released, tmp_path):
    """By `autograder release` and by stock nbgrader, byte for byte."""
    course = TemporaryCourse(tmp_path, released.settings, copy_of=released)
    for assignment in CONTRACT:
        done = course.nbgrader("generate_assignment", assignment, "--force")
        assert done.returncode == 0, done.stderr
        committed = path_of("release", assignment).read_bytes()
        assert released.path("release", assignment).read_bytes() == committed, assignment
        assert course.path("release", assignment).read_bytes() == committed, assignment


REFUSE = """
def _refuse(refused):
    import sys

    class Refuse:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in refused:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    sys.meta_path.insert(0, Refuse())
    for name in refused & {*sys.modules}:
        del sys.modules[name]


_refuse(REFUSED)
del _refuse
"""


def needed_by(*packages):
    """These distributions and all that they require, here and now."""
    found, todo = set(), [*packages]
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name not in found:
            found.add(name)
            for line in requires(name) or []:
                wanted = Requirement(line)
                if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                    todo.append(wanted.name)
    return found


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """An environment whose kernels find numpy, matplotlib, and what the kernel itself needs.

    Everything else that is installed here is refused.
    """
    allowed = needed_by("numpy", "matplotlib", "ipykernel")
    refused = {
        module
        for module, names in packages_distributions().items()
        if not allowed & {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    }
    refused = {module for module in refused if not module.startswith("_")}
    settings = tmp_path_factory.mktemp("bare")
    startup = settings / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-refuse.py").write_text(REFUSE.replace("REFUSED", f"set({sorted(refused)!r})"))
    course = TemporaryCourse(tmp_path_factory.mktemp("handout"), settings)
    return SimpleNamespace(course=course, refused=refused)


def run_all(course, *paths):
    """Run notebooks from top to bottom, as they are; any error stops and fails."""
    done = course.run("jupyter", "nbconvert", "--execute", "--to", "notebook", *paths)
    assert done.returncode == 0, done.stderr
    results = [path.with_suffix(".nbconvert.ipynb") for path in paths]
    return [nbformat.read(path, as_version=4) for path in results]


def test_a_release_runs_to_its_end_with_numpy_and_matplotlib_only(bare):
    """Run All in JupyterLab and Colab stops at the first error; there must be none."""
    paths = [bare.course.root / f"{assignment}.ipynb" for assignment in CONTRACT]
    for path in paths:
        path.write_bytes(path_of("release", path.stem).read_bytes())
    for path, ran in zip(paths, run_all(bare.course, *paths), strict=True):
        outputs = {cell.id: cell.outputs for cell in code_of(ran)}
        assert not [
            each
            for each in outputs
            if any(output.get("name") == "stderr" for output in outputs[each])
        ]
        coded = sum(question.points for question in questions_of(path.stem).values())
        said = "".join(output.text for output in outputs["summary"])
        assert f"So far: 0 of {coded:g} points" in said


def test_the_lessons_run_to_their_ends_with_numpy_and_matplotlib_only(bare):
    paths = [bare.course.root / path.name for path in sorted(ROOT.glob("notebooks/*.ipynb"))]
    for path in paths:
        path.write_bytes((ROOT / "notebooks" / path.name).read_bytes())
    for ran in run_all(bare.course, *paths):
        for cell in code_of(ran):
            assert not any(output.get("name") == "stderr" for output in cell.outputs), cell.id


def test_the_bare_environment_is_bare(bare):
    """The guard of the test above: what is refused can't be imported, and the rest can."""
    assert {"autograder", "nbgrader", "nbformat", "scipy", "pandas"} & bare.refused == {
        "autograder",
        "nbgrader",
        "nbformat",
    }
    tries = ["import numpy, matplotlib.pyplot, IPython, json"] + [
        f"try:\n    import {name}\nexcept ModuleNotFoundError:\n    print('refused')"
        for name in ("autograder", "nbgrader", "nbformat", "scipy", "pandas", "torch")
    ]
    path = bare.course.root / "tries.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in tries]
    path.write_text(json.dumps(nbformat.v4.new_notebook(cells=cells)))
    (ran,) = run_all(bare.course, path)
    assert [cell.outputs[0].text for cell in ran.cells[1:]] == ["refused\n"] * 6
