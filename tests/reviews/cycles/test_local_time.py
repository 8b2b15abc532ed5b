"""What people type is a time on somebody's clock; what is kept is an instant."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from reviews.cycles.local_time import NoSuchTime, instants_of, local_of, zones
from reviews.display.formatting import zone_letters

#: What a clock shows, without a zone.
at = datetime.fromisoformat


def test_a_time_is_taken_on_the_clocks_of_the_zone():
    assert instants_of(at("2026-07-01T17:00"), "Europe/Berlin") == (
        datetime(2026, 7, 1, 15, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("local", "zone", "instants"),
    [
        ("2026-10-25T01:59", "Europe/Berlin", ["2026-10-24T23:59Z"]),
        ("2026-10-25T02:00", "Europe/Berlin", ["2026-10-25T00:00Z", "2026-10-25T01:00Z"]),
        ("2026-10-25T02:59", "Europe/Berlin", ["2026-10-25T00:59Z", "2026-10-25T01:59Z"]),
        ("2026-10-25T03:00", "Europe/Berlin", ["2026-10-25T02:00Z"]),
        # Back by half an hour.
        ("2026-04-05T01:45", "Australia/Lord_Howe", ["2026-04-04T14:45Z", "2026-04-04T15:15Z"]),
    ],
)
def test_a_time_that_comes_twice_is_two_instants_the_first_one_first(local, zone, instants):
    assert [f"{each:%Y-%m-%dT%H:%MZ}" for each in instants_of(at(local), zone)] == instants


@pytest.mark.parametrize(
    ("local", "zone", "neighbours"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", ("01:59 on 29 March", "03:00 on 29 March")),
        ("2026-03-29T02:00", "Europe/Berlin", ("01:59 on 29 March", "03:00 on 29 March")),
        ("2026-03-29T02:59", "Europe/Berlin", ("01:59 on 29 March", "03:00 on 29 March")),
        # Forward by half an hour.
        ("2026-10-04T02:15", "Australia/Lord_Howe", ("01:59 on 4 October", "02:30 on 4 October")),
        # The day that was left out.
        ("2011-12-30T12:00", "Pacific/Apia", ("23:59 on 29 December", "00:00 on 31 December")),
    ],
)
def test_a_time_that_never_comes_is_refused_with_its_neighbours(local, zone, neighbours):
    earlier, later = neighbours
    with pytest.raises(NoSuchTime, match="does not exist") as refused:
        instants_of(at(local), zone)

    assert str(refused.value).endswith(f" Choose {earlier} or earlier, or {later} or later.")


@pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
def test_a_year_that_nobody_means_is_refused(year):
    with pytest.raises(NoSuchTime, match=r"^Choose a year from 2000 to 2100\.$"):
        instants_of(at(f"{year:04}-12-31T23:59"), "Pacific/Auckland")


def test_what_was_typed_is_shown_again():
    typed = at("2026-10-25T02:30")

    shown = [local_of(each, "Europe/Berlin") for each in instants_of(typed, "Europe/Berlin")]

    assert shown == [typed, typed]


def test_zones_are_places_without_administrative_aliases():
    assert zones()[0] == "UTC"
    assert {"Europe/Berlin", "Asia/Kathmandu"} <= set(zones())
    assert not [zone for zone in zones() if zone.startswith(("Etc/", "US/", "SystemV/"))]


def test_two_instants_that_a_clock_shows_alike_have_other_letters_in_every_zone():
    days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=each) for each in range(732)]
    alike = {
        zone
        for zone in zones()
        for before, after in pairwise(each.astimezone(ZoneInfo(zone)) for each in days)
        if before.utcoffset() > after.utcoffset() and zone_letters(before) == zone_letters(after)
    }

    assert alike == set()
