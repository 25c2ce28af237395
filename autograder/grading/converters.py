"""nbgrader's converters, which also report how converting one assignment or submission went."""

from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.converters import BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.utils import chdir


class _Noting(BaseConverter):
    """A converter that remembers the exception that nbgrader only writes to its log.

    Attributes
    ----------
    failure : Exception or None
    processed : bool
        False if there was nothing to do.
    reads, remedy : str
        The step that it reads; what to do about an unusable file there.
    """

    failure: Exception | None = None
    processed = False

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        with self._noted():
            self.processed = super().init_destination(assignment_id, student_id)
        return self.processed

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        with self._noted():
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self._noted():
            super().convert_single_notebook(notebook_filename)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.failure = error
            raise


class Release(_Noting, GenerateAssignment):
    """Source to release."""

    reads, remedy = "source", "correct it, or restore it from git"


class Feedback(_Noting, GenerateFeedback):
    """Autograded to feedback."""

    reads, remedy = "autograded", "grade again with --force"
    _has_exporter = False

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy no other files: our settings ignore them all.

        To find that out, nbgrader would list the folders of the whole class for each page.
        """

    def start(self) -> None:
        """Like nbgrader's, but with one exporter for all pages: it compiles its templates once."""
        if not self._has_exporter:
            self._has_exporter = True
            super().start()
            return
        self.init_notebooks()
        with chdir(self.coursedir.root):
            self.convert_notebooks()
