"""If this fails, a submission counts as late, or as in time, because its date was misread."""

from datetime import UTC, datetime

import pytest

from autograder.desk.platform_times import Order, is_guess, named_zone, order_of, read_time

FIFTH = datetime(2026, 10, 5, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05-23-59-00", "2026-10-05 23:59:00.123456 UTC", "2026-10-05T23:59:00Z",
        "2026-10-05 16:59:00 -0700", "2026-10-06 01:59 Europe/Vienna", "05.10.2026 23:59",
        "10/5/2026 11:59 PM", "10/5/2026 11:59 p.m.", "Oct 5, 2026 1159 PM",
        "October 5, 2026 11:59 PM", "5 October, 2026 1159 PM", "Monday, 5 October 2026, 11:59 PM",
        "Montag, 5. Oktober 2026, 23:59", "lundi, 5 octobre 2026, 23:59",
        "10/5/2026 7:59 PM EDT", "5 de outubro de 2026, 23:59", "lundi 5 octobre 2026, 23:59",
        "segunda-feira, 5 de outubro de 2026, 23:59", "5 ott. 2026, 23:59",
        "lun. 5 oct. 2026 23:59",
        "2026-10-05T16:59-07", "2026-10-05 16:59:00-07", "Mon, 05 Oct 2026 23:59:00 GMT",
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
        "Oct 5, 26 11:59 PM", "2026-10-05 23:59 UTC or later", "05.10.26 23:59",
        "10-5-2026 11:59 PM",
        "10/5/2026 11:59 PM EST", "2026-10-055 23:59", "Oct 5 1159 PM", "0026-10-05 23:59",
        "5/10/2569 11:59 PM", "5. marraskuuta 2026 23:59", "5 jui 2026, 23:59",
        "dimanche, 5 octobre 2026, 23:59", "2026-10-05 12345",
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


@pytest.mark.parametrize(
    ("text", "month"), [("Mar 5, 2026 1159 PM", 3), ("mar. 5 mai 2026, 23:59", 5)]
)
def test_a_month_and_a_day_may_begin_alike(text, month):
    assert read_time(text) == datetime(2026, month, 5, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-03-29 02:30", "2026-10-25 02:30", "29.03.2026 02:00"])
def test_an_hour_that_a_clock_skips_or_shows_twice_is_refused(text):
    assert read_time(text, named_zone("Europe/Vienna")) is None
    assert read_time(f"{text} +0100", named_zone("Europe/Vienna")) is not None


@pytest.mark.parametrize(
    ("others", "order", "read"),
    [
        (["3/4/2026 10:00", "Oct 5, 2026"], Order.UNKNOWN, {"10/5/2026 11:59 PM": 10}),
        (["13/4/2026 10:00"], Order.DAY, {"10/5/2026 11:59 PM": 5, "10-5-2026 23:59": 5}),
        (["4/13/2026 10:00"], Order.MONTH, {"10/5/2026 11:59 PM": 10, "10-5-2026 23:59": 10}),
        (["4/13/2026 10:00", "13/4/2026"], Order.MIXED, {}),
    ],
)
def test_other_dates_of_a_download_tell_what_comes_first(others, order, read):
    texts = ["10/5/2026 11:59 PM", "10-5-2026 23:59"]
    assert order_of([*others, *texts]) is order
    times = {text: read_time(text, order=order) for text in texts}
    assert {text: time.month for text, time in times.items() if time} == read
    assert [is_guess(text, order) for text in texts] == [order is Order.UNKNOWN] * 2
