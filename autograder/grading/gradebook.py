"""Open the gradebook, and report whatever is wrong with it in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from nbgrader.api import Base, Gradebook
from sqlalchemy import Connection, Engine, create_engine, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from autograder.grading import postgresql
from autograder.grading.errors import CourseError, first_line

CONNECT_SECONDS = 10
"""How long a server may take to answer when the gradebook is only checked."""
postgresql.listen()


class ServerGone(CourseError):
    """The gradebook's server does not answer or can't be reached."""


@contextmanager
def opened(db_url: str, course_id: str) -> Iterator[Gradebook]:
    """The open gradebook at an address.

    Raises
    ------
    CourseError
        For every problem with the database, also inside the ``with`` block. ServerGone if there is
        no point in trying the next submission.
    """
    with _in_one_line(db_url), Gradebook(db_url, course_id) as gradebook:
        yield gradebook


@lru_cache(maxsize=8)
def reading(db_url: str) -> Engine:
    """What connects to a gradebook to read from it.

    An nbgrader ``Gradebook`` first looks for each table, and creates those that are missing.
    """
    return create_engine(db_url, poolclass=NullPool)


def check(db_url: str) -> None:
    """Raise CourseError if an existing gradebook can't be used. It is not changed."""
    with _in_one_line(db_url):
        server = make_url(db_url).drivername.startswith("postgresql")
        patience = {"connect_timeout": CONNECT_SECONDS} if server else {}
        engine = create_engine(db_url, poolclass=NullPool, connect_args=patience)
        with engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            for table in Base.metadata.sorted_tables:
                if table.name in there:
                    connection.execute(select(table).limit(1))
            connection.rollback()
            if engine.dialect.name == "sqlite":
                _check_file(connection)


def _check_file(connection: Connection) -> None:
    """Check that all of an SQLite file can be read, and that something could be written."""
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise OSError(found)
    version = connection.exec_driver_sql("PRAGMA user_version").scalar()
    connection.rollback()
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.exec_driver_sql(f"PRAGMA user_version = {version}")
    connection.rollback()


@contextmanager
def _in_one_line(db_url: str) -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise_if_gone(error, db_url)
        raise CourseError(
            f"the gradebook {address(db_url)} can't be used ({first_line(error)}): check that its "
            "folder is writable and its disk is not full, check c.CourseDirectory.db_url in "
            "nbgrader_config.py, or restore a copy of it"
        ) from error


def raise_if_gone(error: BaseException, db_url: str) -> None:
    """Raise ServerGone if an error that using the gradebook raised says so."""
    if isinstance(error, OperationalError) and not _is_file(db_url):
        raise ServerGone(
            f"the gradebook {address(db_url)} can't be used ({first_line(error.orig)}): check that "
            "the server runs and answers, check c.CourseDirectory.db_url in nbgrader_config.py, "
            "and run the same command again"
        ) from error


def exists(db_url: str) -> bool:
    """Whether there is a gradebook: opening would create it. On a server, assume that there is."""
    return not _is_file(db_url) or Path(make_url(db_url).database or "").exists()


def _is_file(db_url: str) -> bool:
    try:
        return make_url(db_url).drivername.startswith("sqlite")
    except ArgumentError:
        return False


def address(db_url: str) -> str:
    """Where a gradebook is, for messages: a file, or an address without its password."""
    try:
        url = make_url(db_url)
    except ArgumentError:
        return repr(db_url)
    path = url.database if url.drivername.startswith("sqlite") else None
    return path or url.render_as_string()
