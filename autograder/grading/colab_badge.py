"""The Open in Colab badge of releases and lessons, in one place."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode
from traitlets.config import Config

from autograder.grading.preprocessor_types import Processed, Resources

PLACEHOLDER = "owner/repository"
"""What `nbgrader_config.py` names until somebody has published the course: no badge leads there."""
BEGINNING = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"


class OpenInColab(NbGraderPreprocessor):
    """Put a badge that opens the release notebook in Google Colab above its title.

    A course that names no repository has no badges.
    """

    repository = Unicode(
        PLACEHOLDER, help="owner/name of the public repository that holds release/"
    ).tag(config=True)
    branch = Unicode("main", help="The branch that Colab opens.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Processed:
        assignment, notebook = (resources["nbgrader"][key] for key in ("assignment", "notebook"))
        self.mark(nb, f"release/{assignment}/{notebook}.ipynb")
        return nb, resources

    def address(self, path: str) -> str:
        """Where Colab opens a notebook of the repository."""
        place = f"{self.repository}/blob/{self.branch}/{path}"
        return f"https://colab.research.google.com/github/{place}"

    def mark(self, nb: NotebookNode, path: str) -> None:
        """Put the badge above the title instead of an earlier one, or remove one to nowhere.

        Parameters
        ----------
        nb
        path
            Where the notebook is in the repository.
        """
        badge = f"{BEGINNING}({self.address(path)})\n\n" if is_set(self.config) else ""
        for title in [cell for cell in nb.cells if cell.cell_type == "markdown"][:1]:
            first, _, rest = title.source.partition("\n\n")
            if first.startswith(BEGINNING) and (badge or PLACEHOLDER in first):
                title.source = rest
            title.source = badge + title.source


def is_set(config: Config) -> bool:
    """Whether a course names the repository that its badges point to."""
    return config.get("OpenInColab", {}).get("repository", PLACEHOLDER) != PLACEHOLDER


def mark_lessons(folder: Path, config: Config) -> None:
    """Put the badge of this course above every lesson, as :meth:`OpenInColab.mark` does.

    Parameters
    ----------
    folder
        Where the lessons are, if there are any.
    config
    """
    badge = OpenInColab(config=config)
    for path in sorted(folder.glob("*.ipynb")):
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        badge.mark(notebook, f"{folder.name}/{path.name}")
        if (marked := nbformat.writes(notebook) + "\n") != text:
            path.write_text(marked, encoding="utf-8")
