"""If this fails, students can guess their cases, or get other ones each time that they submit."""

import pytest

from autograder.grading.course_secret import SECRET, made_if_missing, read_secret, seed_for
from autograder.grading.errors import CourseError

KEY = b"a secret of sixteen or more"


def test_a_seed_is_everybodys_own_for_each_assignment_and_secret():
    pairs = [("one", "ada"), ("one", "bob"), ("two", "ada"), ("o", "neada"), ("on", "eada")]
    seeds = [seed_for(key, *pair) for key in (KEY, KEY[:-1]) for pair in pairs]
    assert len({*seeds}) == len(seeds)
    assert seeds[: len(pairs)] == [seed_for(KEY, *pair) for pair in pairs]


def test_seeds_are_of_48_bits_like_others():
    seeds = [seed_for(KEY, "one", str(number)) for number in range(100)]
    assert 2**47 < max(seeds) < 2**48


def test_a_secret_is_made_once(tmp_path):
    made = made_if_missing(tmp_path)
    assert made_if_missing(tmp_path) == read_secret(tmp_path) == made
    assert len(made) == 64


def test_a_missing_secret_is_said_in_one_line_with_what_to_do(tmp_path):
    with pytest.raises(CourseError, match=r"can't be read .* restore it or") as refused:
        read_secret(tmp_path)
    assert str(refused.value).startswith(SECRET) and "\n" not in str(refused.value)
