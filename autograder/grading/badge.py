"""The Open-in-Colab badge of a release, written here once."""

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

PLACEHOLDER = "owner/repository"


class OpenInColab(NbGraderPreprocessor):
    """Put a badge above the title that opens the release notebook in Google Colab."""

    repository = Unicode(
        PLACEHOLDER, help="owner/name of the public repository that holds release/"
    ).tag(config=True)
    branch = Unicode("main", help="The branch that Colab opens.").tag(config=True)

    def preprocess(self, nb, resources):
        assignment, notebook = (resources["nbgrader"][key] for key in ("assignment", "notebook"))
        path = f"{self.repository}/blob/{self.branch}/release/{assignment}/{notebook}.ipynb"
        badge = (
            "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
            f"(https://colab.research.google.com/github/{path})\n\n"
        )
        for title in [cell for cell in nb.cells if cell.cell_type == "markdown"][:1]:
            title.source = badge + title.source
        return nb, resources
