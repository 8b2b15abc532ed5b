"""Dates, instants and counts as the product writes them. Pages, errors and the command line use the same words."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

_MINUTE = 60


def day(value: date | datetime | None, zone: str = "UTC") -> str:
    """ "Friday 27 November 2026"; an instant is shown in the given zone."""
    if value is None:
        return "no date"
    local = value.astimezone(ZoneInfo(zone)) if isinstance(value, datetime) else value
    return f"{local:%A} {local.day} {local:%B %Y}"


def short_day(value: date | datetime | None, zone: str = "UTC") -> str:
    """ "27 Nov 2026"."""
    if value is None:
        return "no date"
    local = value.astimezone(ZoneInfo(zone)) if isinstance(value, datetime) else value
    return f"{local.day} {local:%b %Y}"


def moment(value: datetime | None, zone: str = "UTC") -> str:
    """ "27 Nov 2026, 17:00 CET"."""
    if value is None:
        return "no date"
    local = value.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M} {zone_letters(local)}"


def clock_time(value: datetime, zone: str) -> str:
    """ "17:00 CET"."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} {zone_letters(local)}"


def zone_letters(local: datetime) -> str:
    """What tells two equal times of the night apart in which clocks go back: "CET"; "UTC-03:00" without letters."""
    letters, offset = f"{local:%Z}", f"{local:%z}"
    return letters if letters.isalpha() else f"UTC{offset[:3]}:{offset[3:5]}"


def months(start: date | None, end: date | None) -> str:
    """ "March to August 2026", for an evidence item."""
    if start is None and end is None:
        return "no date"
    if start is None or end is None or (start.year, start.month) == (end.year, end.month):
        only = end or start
        assert only is not None  # noqa: S101 - both missing is answered above
        return f"{only:%B %Y}"
    if start.year == end.year:
        return f"{start:%B} to {end:%B %Y}"
    return f"{start:%B %Y} to {end:%B %Y}"


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 packet", "4 packets"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def waiting_time(seconds: int) -> str:
    """ "30 seconds", "2 minutes": rounded up, so that whoever waits as long has waited long enough."""
    if seconds < _MINUTE:
        return count(-(-seconds // 10) * 10, "second")
    return count(-(-seconds // _MINUTE), "minute")


def listed(words: Sequence[str]) -> str:
    """ "Craft, Reach and People"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
