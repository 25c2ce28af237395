"""The Open in Colab badge of releases and lessons, in one place."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode
from traitlets.config import Config

from autograder.grading.preprocessor_types import Processed, Resources

PLACEHOLDER = "owner/repository"
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
        if is_set(self.config):
            self.mark(nb, f"release/{assignment}/{notebook}.ipynb")
        return nb, resources

    def mark(self, nb: NotebookNode, path: str) -> None:
        """Put the badge above the title, and remove an earlier one.

        Parameters
        ----------
        nb
        path
            Where the notebook is in the repository.
        """
        address = f"{self.repository}/blob/{self.branch}/{path}"
        badge = f"{BEGINNING}(https://colab.research.google.com/github/{address})"
        for title in [cell for cell in nb.cells if cell.cell_type == "markdown"][:1]:
            first, _, rest = title.source.partition("\n\n")
            text = rest if first.startswith(BEGINNING) else title.source
            title.source = f"{badge}\n\n{text}"


def is_set(config: Config) -> bool:
    """Whether a course names the repository that its badges point to."""
    return "repository" in config.get("OpenInColab", {})


def mark_lessons(folder: Path, config: Config) -> None:
    """Put the badge of this course above every lesson, if the course has badges.

    Parameters
    ----------
    folder
        Where the lessons are, if there are any.
    config
    """
    badge = OpenInColab(config=config)
    for path in sorted(folder.glob("*.ipynb")) if is_set(config) else ():
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        badge.mark(notebook, f"{folder.name}/{path.name}")
        if (marked := nbformat.writes(notebook) + "\n") != text:
            path.write_text(marked, encoding="utf-8")
