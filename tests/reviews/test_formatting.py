"""Dates and times as pages show them: two instants never look the same."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reviews.display.formatting import clock_time, moment, zone_letters

#: In 2026, when the clocks of Berlin go back.
FIRST = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_two_equal_times_of_one_night_are_told_apart():
    shown = [moment(FIRST + timedelta(hours=each), "Europe/Berlin") for each in (0, 1)]
    clocks = [clock_time(FIRST + timedelta(hours=each), "Europe/Berlin") for each in (0, 1)]

    assert shown == ["25 Oct 2026, 02:30 CEST", "25 Oct 2026, 02:30 CET"]
    assert clocks == ["02:30 CEST", "02:30 CET"]


@pytest.mark.parametrize(
    ("zone", "letters"),
    [
        ("UTC", "UTC"),
        ("Europe/Berlin", "CET"),
        ("America/Sao_Paulo", "UTC-03:00"),
        ("Asia/Kathmandu", "UTC+05:45"),
        ("Atlantic/Azores", "UTC-01:00"),
        ("Africa/Casablanca", "UTC+01:00"),
    ],
)
def test_a_zone_without_letters_is_its_distance_from_utc(zone, letters):
    local = datetime(2026, 12, 1, 12, tzinfo=UTC).astimezone(ZoneInfo(zone))

    assert zone_letters(local) == letters
