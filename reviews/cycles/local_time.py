"""From a date and time on somebody's clock to an instant, and back, also on the two odd nights of a year."""

from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from reviews.rules.errors import RuleBroken

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


class NoSuchTime(Exception):  # noqa: N818 - a refusal, not a fault
    """The clock never shows this time. The message is a sentence for the person who typed it."""


class Instant(NamedTuple):
    at: datetime
    #: The clock shows this time twice that night; `at` is the first.
    twice: bool


@cache
def zones() -> tuple[str, ...]:
    """The zones people live in, UTC first; not the administrative aliases."""
    living = sorted(z for z in available_timezones() if z.partition("/")[0] in _REGIONS)
    return ("UTC", *living)


def instant_of(local: datetime, zone: str) -> Instant:
    """The instant at which the clocks of the zone show this.

    Raises:
        NoSuchTime: for a time that is skipped when clocks go forward, or a year nobody means.
    """
    if local.year not in _YEARS:
        raise NoSuchTime(f"Choose a year from {_YEARS[0]} to {_YEARS[-1]}.")
    first, second = (
        local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)
    )
    if local_of(first, zone) != local:
        raise NoSuchTime(
            f"{local:%H:%M} does not exist on {local.day} {local:%B %Y} in {zone}: clocks go"
            " forward that night. Choose an earlier or a later time."
        )
    return Instant(first, twice=first != second)


def local_of(at: datetime, zone: str) -> datetime:
    """What the clocks of the zone show at this instant, without a zone."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def typed_instant(local: datetime, zone: str, *, field: str) -> Instant:
    """The same for what somebody typed into a field.

    Raises:
        RuleBroken: at the field, where `instant_of` has no instant.
    """
    try:
        return instant_of(local, zone)
    except NoSuchTime as none:
        raise RuleBroken(str(none), field=field) from none
