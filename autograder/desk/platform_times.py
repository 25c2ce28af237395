"""Read the times that learning platforms write, or refuse them: never on the wrong day.

`10/5/2026` is the tenth of May or the fifth of October. Other dates of the same download may tell.
If they don't, a clock with AM and PM is that of a platform set to American English, which puts the
month first.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import Enum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MONTHS = (
    "january januar janner janvier enero gennaio janeiro januari",
    "february februar fevrier febrero febbraio fevereiro februari",
    "march marz mrz mars marzo marco maart",
    "april avril abril aprile",
    "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august aout agosto augustus",
    "september septembre septiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dicembre dezembro",
)
"""In seven languages, without accents. Longer words in others begin alike, and mean other months:
`marraskuu` is November."""
DAYS = (
    "monday montag lundi lunes lunedi segunda maandag",
    "tuesday dienstag mardi martes martedi terca dinsdag",
    "wednesday mittwoch mercredi miercoles mercoledi quarta woensdag",
    "thursday donnerstag jeudi jueves giovedi quinta donderdag",
    "friday freitag vendredi viernes venerdi sexta vrijdag",
    "saturday samstag samedi sabado sabato zaterdag",
    "sunday sonntag dimanche domingo domenica zondag",
)
SHORTEST_MONTH, SHORTEST_DAY = 3, 2
"""Letters of an abbreviation."""
YEARS = range(1970, 2200)
"""Others are of another calendar, or cut."""
ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "EDT": -4, "CDT": -5, "MDT": -6, "PDT": -7, "CET": 1, "CEST": 2,
}  # fmt: skip
"""Hours from UTC. CST, EST, PST, IST and BST are left out: several countries use each of them."""
CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?P<separator>[:.\-_ ])?(?P<minute>\d\d)"
    r"(?:(?P=separator)(?P<second>\d\d)(?:\.\d+)?)?(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
    r"(?:\s+(?P<zone>\S.*)|(?P<glued>Z|[+-]\d\d(?::?\d\d)?))?"
)
BEFORE_CLOCK = re.compile(r"^(?:[T,_-]|\s|at\s|um\s|à\s)+")
ORDERED = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?!\d)")
MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
DAY_FIRST = re.compile(r"(\d{1,2})\.?(?:\s+de)?\s+([^\W\d_]+)\.?,?(?:\s+de)?\s+(\d{4})(?!\d)")
WEEKDAY = re.compile(r"([^\W\d_]+)(?:-feira)?\.?,?\s+")


class Order(Enum):
    """What the dates of a download tell about those in numbers only."""

    UNKNOWN, DAY, MONTH, MIXED = "nothing", "the day is first", "the month is first", "both"


def order_of(texts: Iterable[str]) -> Order:
    """What those dates tell that can be read in one way only.

    Parameters
    ----------
    texts
        All times of a download.
    """
    found = {_order_in(" ".join(text.split())) for text in texts} - {Order.UNKNOWN}
    if len(found) > 1:
        return Order.MIXED
    return next(iter(found), Order.UNKNOWN)


def is_guess(text: str, order: Order) -> bool:
    """Whether only the clock tells that the month is first in a time."""
    dates = SLASHED.match(text.strip())
    return dates is not None and order is Order.UNKNOWN and _may_be_two_days(dates)


def read_time(text: str, zone: tzinfo = UTC, order: Order = Order.UNKNOWN) -> datetime | None:
    """The time that a platform has written, in UTC; None if it could be several times, or none.

    Parameters
    ----------
    text
        For example ``Oct 5, 2026 1159 PM``, ``05.10.2026 23:59`` or ``2026-10-05-23-59-00``.
    zone
        Of times that don't name one.
    order
        See :func:`order_of`.
    """
    text = " ".join(text.split())
    found, named = _date(text), None
    if found is None and (named := WEEKDAY.match(text)):
        found = _date(text[named.end() :])
    if found is None:
        return None
    date, rest = found
    clock = CLOCK.fullmatch(BEFORE_CLOCK.sub("", rest))
    if clock is None:
        return None
    numbers = date if isinstance(date, tuple) else _in_order(date, clock["half"], order)
    hour = _hour(int(clock["hour"]), clock["half"])
    if numbers is None or hour is None or numbers[0] not in YEARS:
        return None
    try:
        offset = _zone(clock["zone"] or clock["glued"], zone)
        time = datetime(*numbers, hour, int(clock["minute"]), int(clock["second"] or 0))
        if offset is None or (named and not _may_be_day(named[1], time.weekday())):
            return None
        # Two, if a clock was set back or forward at that time.
        times = {time.replace(tzinfo=offset, fold=fold).astimezone(UTC) for fold in (0, 1)}
    except (ValueError, OverflowError):
        return None
    return times.pop() if len(times) == 1 else None


def in_nbgraders_form(time: datetime) -> str:
    """A time as nbgrader writes it into `timestamp.txt`."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _date(text: str) -> tuple[tuple[int, int, int] | re.Match[str], str] | None:
    """The date at the beginning of a text, as (year, month, day) or of SLASHED; and the rest."""
    if found := ORDERED.match(text):
        return (int(found[1]), int(found[2]), int(found[3])), text[found.end() :]
    if found := DOTTED.match(text):
        return (int(found[3]), int(found[2]), int(found[1])), text[found.end() :]
    if found := SLASHED.match(text):
        return found, text[found.end() :]
    for pattern, day, month in ((MONTH_FIRST, 2, 1), (DAY_FIRST, 1, 2)):
        if (found := pattern.match(text)) and (number := _month(found[month])):
            return (int(found[3]), number, int(found[day])), text[found.end() :]
    return None


def _order_in(text: str) -> Order:
    found = SLASHED.match(text)
    if found is None or int(found[1]) == int(found[3]) or _may_be_two_days(found):
        return Order.UNKNOWN
    return Order.DAY if int(found[1]) > 12 else Order.MONTH


def _may_be_two_days(date: re.Match[str]) -> bool:
    first, second = int(date[1]), int(date[3])
    return first != second and max(first, second) <= 12


def _in_order(date: re.Match[str], half: str | None, order: Order) -> tuple[int, int, int] | None:
    """The (year, month, day) of a date in numbers."""
    first, second, year = int(date[1]), int(date[3]), int(date[4])
    if not _may_be_two_days(date):
        order = _order_in(date[0])
    elif order is Order.UNKNOWN and half and date[2] == "/":
        order = Order.MONTH
    if order is Order.DAY:
        return year, second, first
    return (year, first, second) if order is Order.MONTH or first == second else None


def _meant(word: str, names: Sequence[str], shortest: int) -> list[int]:
    """The places of the names that a word is, or abbreviates."""
    letters = unicodedata.normalize("NFD", word.casefold())
    word = "".join(each for each in letters if not unicodedata.combining(each))
    return [
        place
        for place, known in enumerate(names)
        if len(word) >= shortest and any(each.startswith(word) for each in known.split())
    ]


def _month(word: str) -> int | None:
    found = _meant(word, MONTHS, SHORTEST_MONTH)
    return found[0] + 1 if len(found) == 1 else None


def _may_be_day(word: str, day: int) -> bool:
    """Whether a word may be the name of a day; true if it is in a language that is not known."""
    found = _meant(word, DAYS, SHORTEST_DAY)
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
