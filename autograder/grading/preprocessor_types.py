"""The types of what nbgrader's preprocessors take and return."""

from typing import Any

from nbformat import NotebookNode

Resources = dict[str, Any]
Processed = tuple[NotebookNode, Resources]
