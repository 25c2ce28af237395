"""The sample class: one student for every story in `submissions/`, handed in for grading.

A story is a folder: `story.toml` says what the student did and which parts that loses, and
`<assignment>.py` holds the answers that differ from the story that it starts from.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.questions import ASSIGNMENTS, questions_of

HERE = Path(__file__).parent / "submissions"
ANSWER = re.compile(r"^(?:def (\w+)\(|(\w+) = )", re.MULTILINE)


@dataclass(frozen=True)
class Story:
    """One student's submissions and the grades that they deserve."""

    name: str
    tells: str
    starts_from: str
    loses: dict[str, list[str]]

    @property
    def assignments(self):
        return [name for name in ASSIGNMENTS if name in self.loses]

    def answers(self, assignment):
        """The text of every answer by its grade_id."""
        earlier = load(self.starts_from).answers(assignment) if self.starts_from else {}
        path = HERE / self.name / f"{assignment}.py"
        return earlier | (split_answers(path.read_text()) if path.exists() else {})

    def points(self, assignment):
        """The points that each question deserves."""
        return {
            each.name: each.points - sum(self._lost(assignment, each))
            for each in questions_of(assignment).values()
        }

    def _lost(self, assignment, question):
        for entry in self.loses[assignment]:
            name, _, part = entry.partition(".")
            if name in ("*", question.name):
                yield question.parts[part] if part else question.points


def load(name):
    """Read one story."""
    told = tomllib.loads((HERE / name / "story.toml").read_text())
    return Story(name, told["tells"], told.get("starts_from", ""), told["loses"])


def stories():
    """Every story, by name."""
    return {path.parent.name: load(path.parent.name) for path in sorted(HERE.glob("*/story.toml"))}


def split_answers(text):
    """Cut a file of answers at its top-level functions and variables, broken ones included."""
    starts = [*ANSWER.finditer(text)]
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return {
        match[1] or match[2]: text[match.start() : end].strip()
        for match, end in zip(starts, ends, strict=True)
    }


def fill(release, answers):
    """A release notebook with answers written into its answer cells.

    A markdown cell gets the text between the triple quotes of its answer.

    Raises
    ------
    ValueError
        There is no cell for an answer: a function that only helps belongs into another one.
    """
    notebook = nbformat.from_dict(release)
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    if not answers.keys() <= {*names}:
        raise ValueError(f"no answer cell is called {', '.join(answers.keys() - {*names})}")
    for name, cell in zip(names, notebook.cells, strict=True):
        answer = answers.get(name)
        if answer is not None:
            written = cell.cell_type == "markdown"
            cell.source = answer.split('"""')[1].strip() if written else answer
    return notebook


def submit(course, only=None):
    """Put the sample class into `submitted/` of a course folder.

    Parameters
    ----------
    course : path
        A folder with a release.
    only : list of (str, str), optional
        Pairs of story and assignment; everything by default.
    """
    for story in stories().values():
        for assignment in story.assignments:
            if only is None or (story.name, assignment) in only:
                path = Path(course, "release", assignment, f"{assignment}.ipynb")
                notebook = fill(nbformat.read(path, as_version=4), story.answers(assignment))
                target = Path(course, "submitted", story.name, assignment, path.name)
                target.parent.mkdir(parents=True, exist_ok=True)
                nbformat.write(notebook, target)


if __name__ == "__main__":
    submit(Path.cwd())
    print(f"{len(stories())} sample students handed in")
