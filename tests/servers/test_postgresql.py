"""If this fails, a gradebook in PostgreSQL holds other things than nbgrader would put there."""

import os
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests import sample_class
from tests.batch.gradebooks import contents
from tests.batch.test_whole_class import ASSIGNMENT, STORIES
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
    assert course.run("autograder", "release").returncode == 0
    sample_class.hand_in(course.root, [(story, ASSIGNMENT) for story in STORIES])
    course.hand_in("wrong", ASSIGNMENT, course.release("planted_bugs"))
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
            course.hand_in("correct", ASSIGNMENT, course.answered(ASSIGNMENT, "raises"))
    assert len(expected["grade"]) > 40
    assert not list(ours.root.glob("gradebook*"))


def test_a_server_that_is_gone_costs_one_line(server, released, tmp_path, cli):
    ours = course_in(server, "ours", released, tmp_path)
    assert ours.run("autograder", "grade").stdout.endswith("6 graded, 1 failed\n")
    before = held(ours)
    server.stop("immediate")
    status, out, err = cli(ours, "grade", "--force")
    said = out + err
    assert status == 1 and "can't be used" in said and "c.CourseDirectory.db_url" in said
    assert ours.path("autograded", ASSIGNMENT, "correct").exists()
    server.start()
    assert held(ours) == before
