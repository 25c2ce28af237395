"""Let nbgrader write our pages of feedback: `c.GenerateFeedback.exporter_class`."""

from copy import deepcopy
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode, reader

from autograder.grading.colab_badge import OpenInColab, is_set


class FeedbackExporter(Exporter):
    """Writes a graded notebook as a page of feedback."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_file(
        self, file_stream: Any, resources: Any = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Like nbconvert's, without converting older formats: nbgrader has written this file."""
        return self._page(reader.reads(file_stream.read()), resources)

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The page, and the resources."""
        return self._page(deepcopy(nb), resources)

    def _page(self, nb: NotebookNode, resources: Any) -> tuple[str, dict[str, Any]]:
        """Call the preprocessors and write the page.

        nbconvert copies a notebook three times and checks it, which takes longer than the page.
        """
        # Every command loads this class with the settings, and few of them write pages.
        from autograder.desk.feedback_page import feedback_page

        resources = self._init_resources(resources)
        for preprocessor in self._preprocessors:
            nb, resources = preprocessor(nb, resources)
        return feedback_page(nb, resources, self._lesson_at), resources

    def _lesson_at(self, name: str) -> str:
        if not is_set(self.config):
            return ""
        badge = OpenInColab(config=self.config)
        return badge.address(f"notebooks/{name}.ipynb")
