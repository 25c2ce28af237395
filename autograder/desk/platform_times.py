"""Read the times that learning platforms write, or refuse them: never on the wrong day.

`10/5/2026` is the tenth of May or the fifth of October. A clock with AM and PM is that of a
platform set to American English, which puts the month first. Without it, only a day above 12 tells.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MONTHS = (
    "jan jän", "feb fév fev", "mar mär mrz mars", "apr avr abr", "may mai mei mag",
    "jun juin giu", "jul juil lug", "aug aoû aou ago", "sep set", "oct okt ott out", "nov",
    "dec dez déc dic",
)  # fmt: skip
"""How the names of months begin in six languages."""
DAYS = (
    "mon mo lun",
    "tue di mar",
    "wed mi mer",
    "thu do jeu",
    "fri fr ven",
    "sat sa",
    "sun so dim",
)
ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7,
    "CET": 1, "CEST": 2,
}  # fmt: skip
"""Hours from UTC. CST, IST and BST are not here: each is the zone of several countries."""
CLOCK = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})[:.\-_ ]?(?P<minute>\d\d)(?:[:.\-_](?P<second>\d\d)(?:\.\d+)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?(?:\s+(?P<zone>\S.*)|(?P<glued>Z|[+-]\d\d:?\d\d))?$"
)
ORDERED = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
DAY_FIRST = re.compile(r"(\d{1,2})\.?(?:\s+de)?\s+([^\W\d_]+)\.?,?(?:\s+de)?\s+(\d{4})")
WEEKDAY = re.compile(r"([^\W\d_]+)\.?,\s+")


def read_time(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The time that a platform has written, in UTC; None if it could be several times, or none.

    Parameters
    ----------
    text
        For example ``Oct 5, 2026 1159 PM``, ``05.10.2026 23:59`` or ``2026-10-05-23-59-00``.
    zone
        Of times that don't name one.
    """
    text = " ".join(text.split())
    named = WEEKDAY.match(text)
    if named:
        text = text[named.end() :]
    found = _date(text)
    if found is None:
        return None
    date, rest = found
    clock = CLOCK.fullmatch(re.sub(r"^(?:[T,_-]|\s|at\s|um\s|à\s)+", "", rest))
    if clock is None:
        return None
    try:
        numbers = _in_order(date, clock["half"])
        hour = _hour(int(clock["hour"]), clock["half"])
        offset = _zone(clock["zone"] or clock["glued"], zone)
        if numbers is None or hour is None or offset is None:
            return None
        minute, second = int(clock["minute"]), int(clock["second"] or 0)
        time = datetime(*numbers, hour, minute, second, tzinfo=offset)
        if named and not _is_day(named[1], time.weekday()):
            return None
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def in_nbgraders_form(time: datetime) -> str:
    """A time as nbgrader writes it into `timestamp.txt`."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _date(text: str) -> tuple[tuple[int, int, int] | str, str] | None:
    """The date at the beginning of a text, as (year, month, day) or with slashes; and the rest."""
    if found := ORDERED.match(text):
        return (int(found[1]), int(found[2]), int(found[3])), text[found.end() :]
    if found := DOTTED.match(text):
        return (int(found[3]), int(found[2]), int(found[1])), text[found.end() :]
    if found := SLASHED.match(text):
        return found[0].replace("-", "/"), text[found.end() :]
    for pattern, day, month in ((MONTH_FIRST, 2, 1), (DAY_FIRST, 1, 2)):
        if found := pattern.match(text):
            number = _named(found[month], MONTHS)
            if number is None:
                return None
            return (int(found[3]), number + 1, int(found[day])), text[found.end() :]
    return None


def _in_order(date: tuple[int, int, int] | str, half: str | None) -> tuple[int, int, int] | None:
    if not isinstance(date, str):
        return date
    first, second, year = map(int, date.split("/"))
    if first > 12 >= second:
        return year, second, first
    if second > 12 >= first or half or first == second:
        return year, first, second
    return None


def _named(word: str, names: tuple[str, ...]) -> int | None:
    """Which of several names a word begins with, if it is one of them."""
    word = word.casefold()
    found = [
        number
        for number, begins in enumerate(names)
        if any(word.startswith(each) for each in begins.split())
    ]
    return found[0] if len(found) == 1 else None


def _is_day(word: str, day: int) -> bool:
    """Whether a word may be the name of a day; true if it is in a language that is not known."""
    found = [
        n for n, begins in enumerate(DAYS) if word.casefold().startswith(tuple(begins.split()))
    ]
    return not found or day in found


def _hour(hour: int, half: str | None) -> int | None:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half in "pP" else 0)


def _zone(name: str | None, otherwise: tzinfo) -> tzinfo | None:
    """The zone of a time; None if it is not known."""
    if not name:
        return otherwise
    name = name.strip("() ")
    if name.upper() in ZONES:
        return timezone(timedelta(hours=ZONES[name.upper()]))
    if found := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?", name):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    return named_zone(name)


def named_zone(name: str) -> tzinfo | None:
    """A zone by its name, for example ``Europe/Vienna``; None if there is no such zone."""
    if "/" not in name and name != "UTC":
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
