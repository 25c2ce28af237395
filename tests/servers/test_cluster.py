"""If this fails, grades depend on where they were computed, or a lost scheduler loses some."""

import os
import subprocess

import pytest

from autograder.batch import cluster
from autograder.batch.cluster import Cluster
from autograder.batch.same_package import AnotherPackage
from autograder.version import PACKAGE_FOLDER
from tests import sample_class
from tests.batch.gradebooks import contents
from tests.batch.test_grade_class import ASSIGNMENT, STORIES, graded
from tests.box.inside import tree
from tests.installed import change_a_question, copy_package
from tests.servers.scheduler import Dask
from tests.temporary_course import TemporaryCourse


@pytest.fixture
def dask(tmp_path):
    folder = tmp_path / "dask"
    folder.mkdir()
    dask = Dask(folder)
    yield dask
    dask.end()


@pytest.fixture
def another(tmp_path):
    """The environment of a process that imports another copy of the package."""
    folder = tmp_path / "another"
    folder.mkdir()
    copy_package(folder)
    change_a_question(folder / "autograder")
    return {**os.environ, "PYTHONPATH": str(folder)}


@pytest.fixture
def handed_in(course):
    course.configure("c.TrustedExecute.seed = 7")
    sample_class.submit(course.root, [(story, ASSIGNMENT) for story in STORIES])
    course.submit("wrong", ASSIGNMENT, course.release("planted_bugs"))
    return course


def test_two_workers_of_a_scheduler_grade_as_one_process_does(handed_in, tmp_path, dask):
    """They share no folder with the course and know nothing of its gradebook."""
    other = TemporaryCourse(tmp_path / "other", handed_in.settings, copy_of=handed_in)
    assert "6 graded, 1 failed" in other.run("autograder", "grade", "--jobs", "1").stdout
    for name in ("one", "two"):
        dask.worker(name)
    done = handed_in.run("autograder", "grade", "--scheduler", dask.address)
    assert done.stdout.endswith("6 graded, 1 failed\n"), done.stdout + done.stderr
    with handed_in.gradebook() as found, other.gradebook() as expected:
        assert contents(found) == contents(expected)
    assert graded(handed_in) == graded(other)
    assert dask.end(), "nobody stays behind"


def test_a_worker_that_is_killed_costs_time_only(handed_in, dask):
    for number in range(30):
        handed_in.submit(f"more{number:02}", ASSIGNMENT, handed_in.answered(ASSIGNMENT))
    victim = dask.worker("one", start_new_session=True)
    running = handed_in.start("autograder", "grade", "--scheduler", dask.address)
    handed_in.wait_for_a_grade(running)
    dask.worker("two")
    for process in sorted(tree(victim.pid), reverse=True):
        subprocess.run(["kill", "-9", str(process)], check=False)
    out, err = running.communicate(timeout=120)
    assert out.endswith("36 graded, 1 failed\n"), out + err


def test_a_scheduler_that_is_lost_loses_no_grade(handed_in, dask):
    for number in range(60):
        handed_in.submit(f"more{number:02}", ASSIGNMENT, handed_in.answered(ASSIGNMENT))
    dask.worker("one")
    running = handed_in.start("autograder", "grade", "--scheduler", dask.address)
    handed_in.wait_for_a_grade(running)
    dask.scheduler.kill()
    out, err = running.communicate(timeout=120)
    assert (running.returncode, err) == (1, "")
    assert f"the scheduler at {dask.address} was lost (what is recorded stays)" in out
    recorded = len(handed_in.grades(ASSIGNMENT))
    assert 0 < recorded < 67
    again = handed_in.run("autograder", "grade", "--jobs", "2").stdout
    assert again.endswith(f"{66 - recorded} graded, {recorded} skipped, 1 failed\n")


def test_no_scheduler_no_worker_and_another_version(handed_in, dask, another, cli, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    status, out, err = cli(handed_in, "grade", "--scheduler", "tcp://127.0.0.1:9")
    assert status == 1 and not err
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in out and "`dask scheduler`" in out
    _, out, _ = cli(handed_in, "grade", "--scheduler", dask.address)
    assert "has no workers: start some with `dask worker`" in out
    dask.worker("one", env=another)
    _, out, _ = cli(handed_in, "grade", "--scheduler", dask.address)
    (line,) = (line for line in out.splitlines() if "runs another version" in line)
    assert another["PYTHONPATH"] in line and str(PACKAGE_FOLDER) in line
    assert handed_in.grades(ASSIGNMENT) == {}


def test_a_worker_that_comes_later_with_another_version_is_refused(dask, another):
    first = dask.worker("one")
    with Cluster(dask.address) as found:
        assert list(found.work(len, [("piece", ("abc",))])) == [("piece", 3)]
        dask.worker("two", env=another)
        first.terminate()
        first.wait()
        with pytest.raises(AnotherPackage, match=another["PYTHONPATH"]):
            list(found.work(len, [("piece", ("abc",))]))
