"""If this fails, a class of several processes is graded on some hosts only, or otherwise there."""

import pytest

from autograder.batch.grade_class import LEAST
from tests.hosts import hosts
from tests.hosts.hosts import HOSTS


def test_so_many_are_graded_by_several_processes(one_by_one):
    runs = [found for (_, what), found in one_by_one.items() if what == "run"]
    assert len(runs) >= LEAST
    assert {*runs} == {("done", "", "")}


@pytest.mark.parametrize("name", HOSTS)
def test_every_submission_gets_what_it_gets_here(everybodys, handed_in, one_by_one, name):
    host = HOSTS[name]
    if why := hosts.why_not(host, everybodys):
        pytest.skip(why)
    folder = everybodys.course(name, handed_in, host.user)
    level, found = hosts.graded(host, everybodys, folder, jobs=2)
    assert hosts.differences(found, one_by_one) == {}
    assert level == host.level
