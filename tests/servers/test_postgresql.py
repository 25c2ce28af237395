"""If this fails, a gradebook in PostgreSQL holds other things than nbgrader would put there."""

import json
import os
import shutil
import signal
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from threading import Timer

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine

from autograder.grading.gradebook import opened
from autograder.grading.postgresql import HANGING_SECONDS, StoppedWaiting
from autograder.stopping import by_exception, later
from tests import sample_class
from tests.batch.gradebooks import contents
from tests.batch.test_grade_class import ASSIGNMENT, STORIES
from tests.servers.postgresql import Server, programs
from tests.temporary_course import TemporaryCourse


@pytest.fixture
def server(tmp_path_factory):
    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path("/tmp") / f"pg-{os.getpid()}"  # a socket's path may not be long
    folder.mkdir()
    try:
        server = Server(folder)
        yield server
        server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def course_in(server, name, released, folder):
    course = TemporaryCourse(folder / name, released.settings, copy_of=released)
    (course.root / "gradebook.db").unlink()
    course.address = server.database(name)
    course.configure(f"c.CourseDirectory.db_url = {course.address!r}")
    course.configure("c.TrustedExecute.seed = 7")
    assert course.autograder("release", ASSIGNMENT).returncode == 0
    sample_class.submit(course.root, [(story, ASSIGNMENT) for story in STORIES])
    course.submit("wrong", ASSIGNMENT, course.release("planted_bugs"))
    return course


def held(course):
    with Gradebook(course.address) as gradebook:
        return contents(gradebook)


def test_both_fill_it_alike(server, released, tmp_path):
    """First all of it, then again after some have handed in something else."""
    stock, ours = (course_in(server, name, released, tmp_path) for name in ("stock", "ours"))
    for _ in range(2):
        stock.run("nbgrader", "autograde", ASSIGNMENT, "--force")
        done = ours.run("autograder", "grade", "--force", "--jobs", "2")
        assert done.stdout.endswith("6 graded, 1 failed\n"), done.stdout + done.stderr
        expected, found = held(stock), held(ours)
        for table in expected:
            assert found[table] == expected[table], table
        for course in (stock, ours):
            course.submit("correct", ASSIGNMENT, course.answered(ASSIGNMENT, "raises"))
    assert len(expected["grade"]) > 40
    assert not list(ours.root.glob("gradebook*"))


@pytest.mark.parametrize("encoding", ["UTF8", "SQL_ASCII"])
def test_names_are_texts_in_every_encoding(server, activated, encoding):
    """That of a server which was made in the C locale, and so of its databases, is SQL_ASCII."""
    address = server.database("names", "-T", "template0", "-l", "C", "-E", encoding)
    with opened(address, "") as book:
        book.add_student("zoe", first_name="Zoë", last_name="Øster")
    with opened(address, "") as book:
        assert [(each.first_name, each.last_name) for each in book.students] == [("Zoë", "Øster")]


def test_a_server_that_is_gone_costs_one_line(server, released, tmp_path, cli):
    ours = course_in(server, "ours", released, tmp_path)
    assert cli(ours, "grade")[1].endswith("6 graded, 1 failed\n")
    before = held(ours)
    server.stop("immediate")
    status, out, err = cli(ours, "grade", "--force")
    said = out + err
    assert status == 1 and "can't be used" in said and "c.CourseDirectory.db_url" in said
    assert ours.path("autograded", ASSIGNMENT, "correct").exists()
    server.start()
    assert held(ours) == before


# A server that hangs: it closes no connection, and answers nothing.

NOT_ANSWERED = "the server has not answered for 2 seconds"
LONG = 40
"""Seconds in which every wait here ends, on a busy machine; by default they take longer."""


def gives_up(course, seconds):
    """Have the gradebook's server be waited for as long as this."""
    course.configure(f"c.CourseDirectory.db_url = '{course.address}&connect_timeout={seconds}'")


def falls_silent_at(server, moment, stack):
    """Stop the server before one moment of a recording, in the middle of its transaction."""
    seen, silent = [], []

    def before(statement):
        if not silent and moment == statement and (seen or moment != "COMMIT"):
            silent.append(stack.enter_context(server.silent()))
        seen.extend([statement] if statement.startswith("UPDATE") else [])

    def before_statement(connection, cursor, statement, *_):
        before(" ".join(statement.split()[:3]).removesuffix(" SET"))

    def before_commit(_):
        before("COMMIT")

    for name, listener in (
        ("before_cursor_execute", before_statement), ("commit", before_commit)
    ):  # fmt: skip
        event.listen(Engine, name, listener)
        stack.callback(event.remove, Engine, name, listener)


@pytest.mark.parametrize("moment", ["INSERT INTO grade", "UPDATE comment", "COMMIT"])
def test_one_that_hangs_in_a_transaction_is_given_up(server, released, tmp_path, cli, moment):
    """One line; and what was being recorded is there whole, or not at all."""
    ours = course_in(server, "ours", released, tmp_path)
    gives_up(ours, 2)
    with ExitStack() as stack:
        falls_silent_at(server, moment, stack)
        began = time.monotonic()
        status, out, err = cli(ours, "grade", "--jobs", "1")
        assert time.monotonic() - began < LONG
        assert (status, err) == (1, "")
        (line,) = (line for line in out.splitlines() if NOT_ANSWERED in line)
        assert "check that the server runs" in line and "c.CourseDirectory.db_url" in line
    server.wait_for_the_end_of_all()
    then = held(ours)
    status, out, _ = cli(ours, "grade")
    assert out.endswith("6 graded, 1 failed\n"), out
    now = held(ours)
    recorded = len(then["submitted_assignment"])
    assert recorded in ((0, 1) if moment == "COMMIT" else (0,))
    for table in ("submitted_notebook", "grade", "comment"):
        assert len(then[table]) * len(now["submitted_assignment"]) == recorded * len(now[table])


def test_one_that_hangs_from_the_beginning_is_given_up(server, released, tmp_path, cli):
    """By every command, and nobody waits twice."""
    ours = course_in(server, "ours", released, tmp_path)
    assert cli(ours, "grade")[1].endswith("6 graded, 1 failed\n")
    gives_up(ours, 2)
    with server.silent():
        for command in ("grade", "regrade", "feedback", "release"):
            done = ours.run("autograder", command)
            lines = (done.stdout + done.stderr).splitlines()
            said = [line for line in lines if "gradebook" in line]
            assert done.returncode == 1 and "Traceback" not in done.stderr
            assert len(said) == 1 and "timeout expired" in said[0], (command, said)


def test_programs_get_json_also_then(server, released, tmp_path, cli):
    ours = course_in(server, "ours", released, tmp_path)
    gives_up(ours, 2)
    with ExitStack() as stack:
        falls_silent_at(server, "INSERT INTO grade", stack)
        status, out, err = cli(ours, "grade", "--jobs", "1", "--json")
    report = json.loads(out)
    assert (status, err, report["grades"]) == (1, "", {})
    assert NOT_ANSWERED in report["outcomes"][-1]["why"]


def test_it_falls_silent_also_while_a_connection_ends(server):
    """The tests above stop it whenever they get there: a process of it may be just ending."""
    engine = create_engine(server.database("ours"))
    for _ in range(50):
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()
        with server.silent():
            pass


@pytest.mark.parametrize("block", [later, nullcontext])
def test_ctrl_c_ends_the_wait_for_one_that_hangs(server, block):
    """Long before the server is given up, also while a result is recorded; no half stays."""
    engine = create_engine(server.database("ours"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE found (it int)"))
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO found VALUES (1)"))
        with server.silent(), by_exception() as asked_to_stop:
            pressed = Timer(2 * HANGING_SECONDS, os.kill, (os.getpid(), signal.SIGINT))
            pressed.start()
            began = time.monotonic()
            with pytest.raises(StoppedWaiting), block():
                connection.execute(text("INSERT INTO found VALUES (2)"))
            assert asked_to_stop() and time.monotonic() - began < LONG
            pressed.join()
    engine.dispose()
    server.wait_for_the_end_of_all()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM found")).all() == []
    engine.dispose()
