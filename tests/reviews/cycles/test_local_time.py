"""What people type is a time on somebody's clock; what is kept is an instant."""

from datetime import UTC, datetime

import pytest

from reviews.cycles.local_time import Instant, NoSuchTime, instant_of, local_of, zones

#: What a clock shows, without a zone.
at = datetime.fromisoformat


def test_a_time_is_taken_on_the_clocks_of_the_zone():
    assert instant_of(at("2026-07-01T17:00"), "Europe/Berlin") == Instant(
        datetime(2026, 7, 1, 15, 0, tzinfo=UTC), twice=False
    )


def test_a_time_that_comes_twice_is_the_first_and_says_so():
    assert instant_of(at("2026-10-25T02:30"), "Europe/Berlin") == Instant(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), twice=True
    )


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
        instant_of(at(local), zone)

    assert str(refused.value).endswith(f" Choose {earlier} or earlier, or {later} or later.")


@pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
def test_a_year_that_nobody_means_is_refused(year):
    with pytest.raises(NoSuchTime, match=r"^Choose a year from 2000 to 2100\.$"):
        instant_of(at(f"{year:04}-12-31T23:59"), "Pacific/Auckland")


def test_what_was_typed_is_shown_again():
    typed = at("2026-10-25T02:30")

    assert local_of(instant_of(typed, "Europe/Berlin").at, "Europe/Berlin") == typed


def test_zones_are_places_without_administrative_aliases():
    assert zones()[0] == "UTC"
    assert {"Europe/Berlin", "Asia/Kathmandu"} <= set(zones())
    assert not [zone for zone in zones() if zone.startswith(("Etc/", "US/", "SystemV/"))]
