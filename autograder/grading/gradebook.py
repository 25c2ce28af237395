"""The gradebook, opened so that whatever is wrong with it comes out as one line."""

from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from autograder.grading.trouble import CourseError, first_line


@contextmanager
def opened(db_url, course_id):
    """The open gradebook at an address.

    Raises
    ------
    CourseError
        Whatever goes wrong with the database, also inside the ``with`` block.
    """
    try:
        with Gradebook(db_url, course_id) as gradebook:
            yield gradebook
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise CourseError(
            f"the gradebook {_address(db_url)} can't be used ({first_line(error)}): check that its "
            "folder is writable and its disk has room, check c.CourseDirectory.db_url in "
            "nbgrader_config.py, or put back a copy of it"
        ) from error


def exists(db_url):
    """Whether there is a gradebook; opening one creates it. Only a file can be found missing."""
    try:
        url = make_url(db_url)
    except ArgumentError:
        return True
    return not url.drivername.startswith("sqlite") or Path(url.database or "").exists()


def _address(db_url):
    try:
        url = make_url(db_url)
    except ArgumentError:
        return repr(db_url)
    return url.database if url.drivername.startswith("sqlite") else url.render_as_string()
