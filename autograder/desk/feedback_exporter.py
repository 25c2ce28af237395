"""Let nbgrader write our pages of feedback: `c.GenerateFeedback.exporter_class`."""

from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode, reader

from autograder.grading.colab_badge import OpenInColab, is_set


class FeedbackExporter(Exporter):
    """Writes a graded notebook as a page of feedback."""

    file_extension = ".html"
    output_mimetype = "text/html"
    # Each check of the whole notebook takes as long as half of the page.
    optimistic_validation = True

    def from_file(
        self, file_stream: Any, resources: Any = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Like nbconvert's, without converting older formats: nbgrader has written this file."""
        notebook = reader.reads(file_stream.read())
        return self.from_notebook_node(notebook, resources, **options)

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The page, and the resources."""
        # Every command loads this class with the settings, and few of them write pages.
        from autograder.desk.feedback_page import feedback_page

        nb, resources = super().from_notebook_node(nb, resources, **options)
        return feedback_page(nb, resources, self._lesson_at), resources

    def _lesson_at(self, name: str) -> str:
        if not is_set(self.config):
            return ""
        badge = OpenInColab(config=self.config)
        return badge.address(f"notebooks/{name}.ipynb")
