"""nbgrader with the configuration of a course folder, and with its log in a file there."""

import logging
import re
from contextlib import suppress
from pathlib import Path

from nbgrader.apps import NbGrader
from tornado.log import app_log
from traitlets import TraitError

from autograder.grading.errors import LOG, CourseError, first_line, kind_and_text


class _App(NbGrader):
    """nbgrader with the configuration of the course folder, whatever the working directory is."""

    load_cwd_config = False
    raise_config_file_errors = True


def configured(root: Path) -> NbGrader:
    """nbgrader with the configuration of a course folder.

    Parameters
    ----------
    root
        It contains ``nbgrader_config.py``.

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
    except SystemExit as error:
        # traitlets exits like this over an invalid value, and the configuration file itself may
        # exit to say what is missing.
        if isinstance(error.__context__, TraitError):
            raise unusable(error.__context__) from error
        raise unusable(error) from error
    except Exception as error:
        raise unusable(error) from error
    for logger in (app.log, app_log):
        logger.handlers[:] = [_Log(root / LOG)]
    return app


def unusable(error: BaseException) -> CourseError:
    """The CourseError for an exception that a configuration caused."""
    if isinstance(error, SystemExit):  # raised by the configuration file, with its own message
        return CourseError(first_line(error))
    what = first_line(error) if isinstance(error, TraitError) else kind_and_text(error)
    what = re.sub(r"<[\w.]*?(\w+) object at \w+>", r"a \1", what).removesuffix(".")
    return CourseError(f"nbgrader_config.py: {what}: correct it")


class _Log(logging.Handler):
    """Appends lines to a file, and ignores errors: other work in the folder reports them."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.INFO)
        self._path = path
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")  # of any file name
        with suppress(OSError), self._path.open("ab") as file:
            file.write(line)
