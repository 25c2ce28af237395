"""A PostgreSQL server that stops answering is given up after a time, and at once with Ctrl-C.

A server that hangs, or a network that swallows what is sent, closes no connection, and libpq waits
for ever. `statement_timeout` is the server's own to keep, and `tcp_user_timeout` the kernel's,
which still acknowledges: whoever waits has to look at the clock. Listening to SQLAlchemy, it holds
also for gradebooks that nbgrader opens.
"""

from collections.abc import Generator
from functools import cache
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine

from autograder.stopping import if_asked

SECONDS = 60
"""How long a server may be silent, unless `connect_timeout` in its address says otherwise."""
LOOK_SECONDS = 0.1
HANGING_SECONDS = 1
"""The silence after which Ctrl-C does not wait any longer for what is being recorded."""


class StoppedWaiting(KeyboardInterrupt):
    """Ctrl-C, while a server was waited for."""


def listen() -> None:
    """From here on, connections of this process to a PostgreSQL server are such ones."""
    event.listen(Engine, "do_connect", _connect)


def _connect(dialect: Dialect, _: object, arguments: list[Any], options: dict[str, Any]) -> Any:
    if dialect.name != "postgresql" or dialect.driver != "psycopg":
        return None  # SQLAlchemy does it
    options.setdefault("connect_timeout", SECONDS)
    connection = _connection_class().connect(*arguments, **options)
    connection.seconds = int(options["connect_timeout"]) or inf  # 0 is "for ever", as in libpq
    return connection


@cache
def _connection_class() -> Any:
    """A connection that gives up; psycopg is only there where it is needed."""
    import psycopg
    from psycopg.abc import RV, PQGen

    class TooLong(psycopg.OperationalError):
        pass

    class Impatient(psycopg.Connection[Any]):
        seconds = SECONDS

        def wait(self, gen: PQGen[RV], *_: Any, **__: Any) -> RV:
            waiting = _limited(gen, self.seconds, TooLong)
            try:
                found: RV = psycopg.waiting.wait(waiting, self.pgconn.socket, LOOK_SECONDS)
                return found
            except (KeyboardInterrupt, TooLong) as given_up:
                self.pgconn.finish()  # else whoever rolls back would wait again
                if isinstance(given_up, KeyboardInterrupt):
                    raise StoppedWaiting from None
                raise

    return Impatient


def _limited(
    generator: Generator[Any, Any, Any], seconds: float, error: type[Exception]
) -> Generator[Any, Any, Any]:
    """What psycopg waits for, until it takes too long: it asks every LOOK_SECONDS."""
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
