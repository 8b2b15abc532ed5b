"""On which mornings somebody is reminded. A morning begins at seven in UTC, and lasts until the next one begins."""

from datetime import date, datetime, timedelta

from reviews.rules.enums import ReminderDays

#: In UTC: the site has no zone of its own, and who reads it may be anywhere.
HOUR = 7
_SATURDAY = 5


def morning_of(now: datetime) -> date:
    """The day of the morning that began last; `now` is in UTC."""
    return (now - timedelta(hours=HOUR)).date()


def reminder_day(days: ReminderDays, now: datetime) -> date | None:
    """The day of the reminder that is due now, if it was not left yet; None on a weekend.

    One of a Monday is due until Friday, so that a worker that stood still on Monday leaves it later.
    """
    day = morning_of(now)
    if day.weekday() >= _SATURDAY:
        return None
    return day if days is ReminderDays.WORKING_DAYS else day - timedelta(days=day.weekday())
