"""Connect to a PostgreSQL server, and give it up if it stops answering.

After a time, that is, or at once with Ctrl-C. If a server hangs, or a network drops packets, the
connection stays open, and libpq waits forever. `statement_timeout` does not help, because the
server itself would have to apply it; nor does `tcp_user_timeout`, because the kernel of a hanging
server still acknowledges packets. So the waiting side has to watch the clock. It listens to
SQLAlchemy's events, so it also works for gradebooks that nbgrader opens.
"""

from collections.abc import Generator
from functools import cache
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine

from autograder.stopping import if_asked

WAIT_SECONDS = 60
"""How long a server may be silent, unless `connect_timeout` in its address says otherwise."""
LOOK_SECONDS = 0.1
HANGING_SECONDS = 1
"""If the server is silent for longer, Ctrl-C no longer waits until a submission is recorded."""


class StoppedWaiting(KeyboardInterrupt):
    """Ctrl-C while waiting for a server."""


def listen() -> None:
    """From now on, connections of this process to PostgreSQL servers are made like this."""
    event.listen(Engine, "do_connect", _connect)


def _connect(dialect: Dialect, _: object, arguments: list[Any], options: dict[str, Any]) -> Any:
    if dialect.name != "postgresql" or dialect.driver != "psycopg":
        return None  # SQLAlchemy does it
    options.setdefault("connect_timeout", WAIT_SECONDS)
    # psycopg gives bytes for the texts of a database in SQL_ASCII, which the C locale makes.
    options.setdefault("client_encoding", "utf8")
    connection = _connection_class().connect(*arguments, **options)
    connection.seconds = int(options["connect_timeout"]) or inf  # 0 means forever, as in libpq
    return connection


@cache
def _connection_class() -> Any:
    """A connection that gives up. psycopg is imported here because it is optional."""
    import psycopg
    from psycopg.abc import RV, PQGen

    class TooLong(psycopg.OperationalError):
        pass

    class Impatient(psycopg.Connection[Any]):
        seconds = WAIT_SECONDS

        def wait(self, gen: PQGen[RV], *_: Any, **__: Any) -> RV:
            waiting = _limited(gen, self.seconds, TooLong)
            try:
                return psycopg.waiting.wait(waiting, self.pgconn.socket, LOOK_SECONDS)
            except (KeyboardInterrupt, TooLong) as given_up:
                self.pgconn.finish()  # otherwise the rollback would wait again
                if isinstance(given_up, KeyboardInterrupt):
                    raise StoppedWaiting from None
                raise

    return Impatient


def _limited(
    generator: Generator[Any, Any, Any], seconds: float, error: type[Exception]
) -> Generator[Any, Any, Any]:
    """Wrap a generator of psycopg's, which it resumes every LOOK_SECONDS, with a time limit."""
    began, found = monotonic(), None
    try:
        while True:
            found = yield generator.send(found)
            waited = monotonic() - began
            if not found and waited > seconds:
                raise error(f"the server has not answered for {seconds} seconds")
            if not found and waited > HANGING_SECONDS:
                if_asked()
    except StopIteration as done:
        return done.value
