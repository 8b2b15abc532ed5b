"""From a date and time on somebody's clock to an instant, and back, also on the two odd nights of a year."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)
_YEARS = range(2000, 2101)
_MINUTE = timedelta(minutes=1)


class NoSuchTime(Exception):  # noqa: N818 - a refusal, not a fault
    """The clock never shows this time. The message is a sentence for the person who typed it."""


@cache
def zones() -> tuple[str, ...]:
    """The zones people live in, UTC first; not the administrative aliases."""
    living = sorted(z for z in available_timezones() if z.partition("/")[0] in _REGIONS)
    return ("UTC", *living)


def instants_of(local: datetime, zone: str) -> tuple[datetime, ...]:
    """The instants at which the clocks of the zone show this: one, or two where clocks go back, the first one first.

    Raises:
        NoSuchTime: for a time that is skipped when clocks go forward, or a year nobody means.
    """
    if local.year not in _YEARS:
        raise NoSuchTime(f"Choose a year from {_YEARS[0]} to {_YEARS[-1]}.")
    first, second = (
        local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    if local_of(first, zone) != local:
        # Read with the offset of after, a skipped time is an instant before the change, and the other way round.
        before, after = _around_change(second, first, zone)
        raise NoSuchTime(
            f"{local:%H:%M} does not exist on {local.day} {local:%B %Y} in {zone}: clocks go"
            f" forward that night. Choose {_short(before)} or earlier, or {_short(after)} or later."
        )
    return (first,) if first == second else (first, second)


def _around_change(start: datetime, end: datetime, zone: str) -> tuple[datetime, datetime]:
    """The last minute that clocks show before they are changed between two instants, and the first one after."""
    offset = start.astimezone(ZoneInfo(zone)).utcoffset()
    while end - start > _MINUTE:
        middle = start + (end - start) // _MINUTE // 2 * _MINUTE
        if middle.astimezone(ZoneInfo(zone)).utcoffset() == offset:
            start = middle
        else:
            end = middle
    return local_of(start, zone), local_of(end, zone)


def _short(local: datetime) -> str:
    return f"{local:%H:%M} on {local.day} {local:%B}"


def local_of(at: datetime, zone: str) -> datetime:
    """What the clocks of the zone show at this instant, without a zone."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
