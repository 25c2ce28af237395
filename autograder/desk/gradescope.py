"""`results.json`, as Gradescope's specification has it: one test for each part of a question.

See https://gradescope-autograders.readthedocs.io/en/latest/specs/. All names and outputs are plain
text: Gradescope shows what a student wrote, and never takes it for a page.
"""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from math import isclose
from pathlib import Path
from typing import Any

from nbconvert.filters.ansi import strip_ansi
from nbformat import NotebookNode
from nbgrader import utils

from autograder.desk.whole_file import whole_file
from autograder.grading.course import Course
from autograder.grading.errors import CourseError, printable
from autograder.grading.flags import FORGEABLE, flags_in
from autograder.grading.grade import SEED
from autograder.grading.scores import prefix
from autograder.grading.task import Graded
from autograder.grading.verdicts import findings_in
from autograder.questions.verdict import Finding
from autograder.version import fingerprint

WIDTH = 80
"""Characters of a line of output: Gradescope does not wrap them."""
LONGEST = 4000
"""Characters of what a test cell of the course's own shows."""
TEXT = {"output_format": "text"}
UNREAD = "Not read yet: a person reads this answer. Its {:g} points are not in the score."
EMPTY = "No answer. Its {:g} points are not in the score."
Json = dict[str, Any]


def results(course: Course, assignment: str, student: str, graded: Graded) -> Json:
    """What Gradescope gets for a graded submission.

    Parameters
    ----------
    course : Course
    assignment, student : str
    graded : autograder.grading.task.Graded

    Returns
    -------
    dict
        Its ``score`` is the sum of the scores of its ``tests``. Written answers, which a person
        reads, have none.
    """
    releases = course.released(assignment)
    notebooks = {name: json.loads(text) for name, text in graded.notebooks.items()}
    tests = [*_tests(releases, notebooks, graded.scores)]
    score, most = (sum(each.get(key, 0.0) for each in tests) for key in ("score", "max_score"))
    written = [each["name"] for each in tests if "max_score" not in each]
    says = [f"{assignment}: {score:g} of {most:g} points."]
    if written:
        says.append(f"Not in this score, because a person reads it: {', '.join(written)}.")
    says += [f"{name}.ipynb is missing: 0 points." for name in releases if name not in notebooks]
    for name, notebook in notebooks.items():
        which = f"{name}: " if len(releases) > 1 else ""
        flags = flags_in(notebook["metadata"])
        says += [which + each for each in flags if FORGEABLE not in each]
    seed = next(iter(notebooks.values()))["metadata"][SEED]
    return {
        "score": score,
        "output": "\n\n".join(map(_wrapped, says)),
        "execution_time": round(graded.seconds, 3),
        "tests": tests,
        **_frame(assignment=assignment, student=student, seed=seed),
    }


def refused(sentence: str) -> Json:
    """What Gradescope gets for a submission that can't be graded.

    Parameters
    ----------
    sentence : str
        What the student should do.
    """
    return {"score": 0.0, "output": _wrapped(sentence), "tests": [], **_frame()}


def remove_earlier(path: Path) -> None:
    """Remove the results of an earlier run: if this one fails, there must be none.

    Raises
    ------
    CourseError
        There is something else, or it can't be removed.
    """
    try:
        found = json.loads(path.read_bytes())
        if "autograder" not in found["extra_data"]:
            raise KeyError
        path.unlink()
    except FileNotFoundError:
        return
    except (OSError, ValueError, LookupError, TypeError) as error:
        why = f" ({error.strerror})" if isinstance(error, OSError) else ""
        raise CourseError(
            f"{path} exists, and is not earlier results that can be replaced{why}: choose another "
            "name"
        ) from None


def write(path: Path, content: Json) -> None:
    """Write the results, whole.

    Raises
    ------
    CourseError
        They can't be written.
    """
    with whole_file(path) as file:
        file.write(json.dumps(content, indent=1).encode())


def _frame(**data: object) -> Json:
    """What all results have."""
    return {
        **TEXT,
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"autograder": fingerprint()[:8], **data},
    }


def _tests(
    releases: Mapping[str, NotebookNode],
    notebooks: Mapping[str, Json],
    scores: Mapping[str, float | None],
) -> Iterator[Json]:
    """The tests of all graded cells of a release, also of notebooks that are missing."""
    before = {name: prefix(name, releases) for name in releases}
    parts = findings_in(notebooks, before)
    outputs = {
        before[name] + _name(cell): cell.get("outputs", ())
        for name, notebook in notebooks.items() for cell in notebook["cells"]
    }  # fmt: skip
    cells = [
        (before[name], cell)
        for name, release in releases.items() for cell in release.cells
        if utils.is_grade(cell) or utils.is_task(cell)
    ]  # fmt: skip
    for number, (of, cell) in enumerate(cells, 1):
        name, title = of + _name(cell), printable(of + _name(cell).removeprefix("test_"))
        most = float(cell.metadata.nbgrader.points)
        if utils.is_solution(cell) or utils.is_task(cell):
            empty = not utils.is_task(cell) and scores.get(name, 0.0) is not None
            yield {"number": f"{number}", **_read_by_a_person(title, most, empty)}
        else:
            found = parts.get(name, ()), outputs.get(name, ())
            of_it = _of_parts(title, most, scores.get(name) or 0.0, *found)
            yield from ({"number": f"{number}.{at}", **each} for at, each in enumerate(of_it, 1))


def _name(cell: Mapping[str, Any]) -> str:
    name: str = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
    return name


def _read_by_a_person(title: str, most: float, empty: bool) -> Json:
    """A written answer: without a score, which would be taken for what was lost."""
    text = (EMPTY if empty else UNREAD).format(most)
    return {"name": title, "output": _wrapped(text), **TEXT}


def _of_parts(
    title: str, most: float, score: float, parts: tuple[Finding, ...], outputs: Iterable[Json]
) -> Iterator[Json]:
    """The parts of a question; or its cell as a whole, if that has none."""
    earned = sum(part.points for part in parts if part.earned)
    if parts and isclose(earned, score):
        for part in parts:
            name = f"{title}: {part.part.replace('_', ' ')}"
            yield _test(name, part.points if part.earned else 0.0, part.points, part.message)
    else:
        yield _test(title, score, most, "\n".join(map(_shown, outputs)))


def _test(title: str, score: float, most: float, output: str) -> Json:
    return {
        "name": title,
        "score": score,
        "max_score": most,
        "status": "passed" if score >= most else "failed",
        "output": _wrapped(output),
        **TEXT,
    }


def _shown(output: Json) -> str:
    """What an output of a cell says; not its value, which is the score."""
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    return "".join(output.get("text", ""))


def _wrapped(text: str) -> str:
    lines = strip_ansi(text[:LONGEST]).strip().splitlines()
    return "\n".join(textwrap.fill(printable(line), WIDTH) for line in lines)
