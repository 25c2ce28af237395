"""If this fails, a submission counts as late, or as in time, because its date was misread."""

from datetime import UTC, datetime

import pytest

from autograder.desk.platform_times import named_zone, read_time

FIFTH = datetime(2026, 10, 5, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05-23-59-00", "2026-10-05 23:59:00.123456 UTC", "2026-10-05T23:59:00Z",
        "2026-10-05 16:59:00 -0700", "2026-10-06 01:59 Europe/Vienna", "05.10.2026 23:59",
        "10/5/2026 11:59 PM", "10/5/2026 11:59 p.m.", "Oct 5, 2026 1159 PM",
        "October 5, 2026 11:59 PM", "5 October, 2026 1159 PM", "Monday, 5 October 2026, 11:59 PM",
        "Montag, 5. Oktober 2026, 23:59", "lundi, 5 octobre 2026, 23:59",
        "10/5/2026 7:59 PM EDT", "5 de outubro de 2026, 23:59",
    ],
)  # fmt: skip
def test_times_are_read_as_platforms_write_them(text):
    assert read_time(text) == FIFTH


@pytest.mark.parametrize(
    "text",
    [
        "10/5/2026 23:59", "10-5-2026 23:59", "Tuesday, 5 October 2026, 11:59 PM",
        "10/5/2026 11:59 PM CST", "2026-10-05 23:59 XYZ", "13:59 PM", "Oct 5, 2026 13:59 PM",
        "Oct 5, 2026", "yesterday", "", "2026-10-05 25:00", "31/31/2026 10:00",
        "9999-12-31 23:59 -1200", "2026-02-30 10:00",
        "Oct 5, 26 11:59 PM", "2026-10-05 23:59 UTC or later",
    ],
)  # fmt: skip
def test_what_could_be_another_day_is_refused(text):
    assert read_time(text) is None


def test_only_a_day_above_twelve_tells_without_am_and_pm():
    assert read_time("13/5/2026 10:00") == read_time("5/13/2026 10:00")
    assert read_time("13/5/2026 10:00") == datetime(2026, 5, 13, 10, tzinfo=UTC)


def test_a_time_without_a_zone_is_in_the_one_that_is_given():
    vienna = named_zone("Europe/Vienna")
    assert read_time("06.10.2026 01:59", vienna) == FIFTH
    assert read_time("05.10.2026 23:59 UTC", vienna) == FIFTH
    assert named_zone("Nowhere/Land") is None
