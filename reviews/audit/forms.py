"""What a log is filtered by, all of it query parameters."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wtforms import Form, SearchField, StringField, ValidationError
from wtforms.validators import Optional

from reviews.audit.queries import LogFilters
from reviews.web.fields import DayField
from reviews.web.lists import SEARCH_RULES

_YEARS = range(2000, 2101)


def _in_our_time(_form: Form, field: DayField) -> None:
    if field.data and field.data.year not in _YEARS:
        raise ValidationError(f"Choose a year from {_YEARS[0]} to {_YEARS[-1]}.")


class LogForm(Form):
    """Sent as GET: it changes nothing and carries no token. An unknown choice finds nothing."""

    action = StringField("What")
    person = StringField("Who")
    packet = StringField("Packet of")
    q = SearchField("Text", SEARCH_RULES)
    since = DayField("From", [Optional(), _in_our_time], name="from")
    until = DayField("To", [Optional(), _in_our_time], name="to")

    def validate_until(self, field: DayField) -> None:
        since = self.since.data
        if since and field.data and field.data < since:
            raise ValidationError("Choose a day that is not before the first one.")

    def filters(self, zone: str) -> LogFilters:
        """Of a form that is in order; its days are those of the zone."""
        return LogFilters(
            action=self.action.data or "",
            person=self.person.data or "",
            packet=self.packet.data or "",
            text=" ".join((self.q.data or "").split()),
            since=_begin_of(self.since.data, zone),
            before=_begin_of(self.until.data, zone, days=1),
        )

    @property
    def parameters(self) -> dict[str, str]:
        """As an address has them."""
        typed = {field.name: field.raw_data for field in self}
        return {name: values[0] for name, values in typed.items() if values and values[0]}


PARAMETERS = tuple(field.name for field in LogForm())


def _begin_of(day: date | None, zone: str, *, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time.min, ZoneInfo(zone))
