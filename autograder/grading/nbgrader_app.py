"""nbgrader as it is configured in a course folder, with its log in a file there."""

import logging
from contextlib import suppress

from nbgrader.apps import NbGrader
from tornado.log import app_log

from autograder.grading.trouble import LOG, CourseError, first_line


class _App(NbGrader):
    """nbgrader with the configuration of the course folder, wherever it was started."""

    load_cwd_config = False
    raise_config_file_errors = True


def configured(root):
    """nbgrader with the configuration of a course folder.

    Parameters
    ----------
    root : pathlib.Path
        It holds ``nbgrader_config.py``.

    Returns
    -------
    nbgrader.apps.NbGrader

    Raises
    ------
    CourseError
        The configuration can't be loaded.
    """
    app = _App()
    app.log.handlers[:] = [logging.NullHandler()]
    try:
        app.initialize(argv=[], root=str(root))
    except (Exception, SystemExit) as error:
        raise CourseError(
            f"nbgrader_config.py: {type(error).__name__}: {first_line(error)}: correct it"
        ) from error
    for logger in (app.log, app_log):
        logger.handlers[:] = [_Log(root / LOG)]
    return app


class _Log(logging.Handler):
    """Writes line by line; in a folder that can't be written to, the work there reports it."""

    def __init__(self, path):
        super().__init__(logging.INFO)
        self._path = path
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))

    def emit(self, record):
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
            file.write(f"{self.format(record)}\n")
