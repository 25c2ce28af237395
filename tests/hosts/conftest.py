"""A class that is graded on one host after the other, and what it gets where the tests run."""

import pytest

from tests import sample_class
from tests.hosts import hosts
from tests.hosts.everybodys import everybodys as made
from tests.temporary_course import TemporaryCourse

CLASS = [
    *((name, "one_dimension") for name in (
        "always_says_wrong", "correct", "nan_everywhere", "prints_warning", "syntax_error",
        "unsolved")),
    *((name, "n_dimensions") for name in ("correct", "float32")),
    ("textbook", "planted_bugs"),
]  # fmt: skip
"""Quick ones, of all sorts, and enough of them for several processes to grade."""


@pytest.fixture(scope="session")
def everybodys():
    with made() as found:
        yield found


@pytest.fixture(scope="session")
def handed_in(released, tmp_path_factory):
    """A course with the class's submissions; to be copied."""
    root = tmp_path_factory.mktemp("handed_in") / "course"
    course = TemporaryCourse(root, released.settings, copy_of=released)
    sample_class.submit(course.root, CLASS)
    hosts.submit_curious(course)
    return course


@pytest.fixture(scope="session")
def one_by_one(everybodys, handed_in):
    """What each submission gets where this runs, from one process."""
    here = hosts.Host("here", "", own_python=True)
    return hosts.graded(here, everybodys, everybodys.course("here", handed_in, 0), jobs=1)[1]
