"""If this fails, a hostile submission costs others points who are graded at the same moment."""

import pytest

from tests.hosts import crowd, hosts
from tests.hosts.hosts import HOSTS
from tests.temporary_course import TemporaryCourse

LEVELS = ["root", "root where user namespaces are refused"]
DRAWS = {"first": crowd.HOSTILE[::2], "second": crowd.HOSTILE[1::2]}
"""Each attack is in one of them."""


@pytest.fixture(scope="session")
def alone(released, everybodys, tmp_path_factory):
    """``alone(host)`` is what every honest submission gets there by itself, one after the other."""
    found = {}

    def on(host):
        if host.tells not in found:
            root = tmp_path_factory.mktemp("honest") / "course"
            course = TemporaryCourse(root, released.settings, copy_of=released)
            crowd.submit(course, [])
            folder = everybodys.course(f"alone {host.tells}", course, host.user)
            found[host.tells] = hosts.graded(host, everybodys, folder, jobs=1)[1]
        return found[host.tells]

    return on


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("name", LEVELS)
def test_honest_ones_of_forty_get_what_they_get_alone(course, everybodys, alone, name, draw):
    host = HOSTS[name]
    if why := hosts.why_not(host, everybodys):
        pytest.skip(why)
    hostile = crowd.submit(course, DRAWS[draw])
    folder = everybodys.course(f"{draw} {name}", course, host.user)
    _, found = hosts.graded(host, everybodys, folder, jobs=4)
    assert len({who for who, _ in found}) == 40
    honest = {(who, what): each for (who, what), each in found.items()
              if not who.endswith(tuple(hostile))}  # fmt: skip
    assert hosts.differences(honest, alone(host)) == {}
