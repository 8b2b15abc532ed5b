"""The forms of a cycle's owner."""

from datetime import datetime
from typing import Any

from wtforms import (
    DateTimeLocalField,
    SearchField,
    SelectMultipleField,
    SubmitField,
)

from reviews.web.fields import at_most, one_line
from reviews.web.forms import EditForm, ReasonForm
from reviews.web.validators import plain_name

MOST = 50


class LocalTimeField(DateTimeLocalField):
    """A date and time on some clock; open if nothing is typed."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: datetime | None = None
        if not any(valuelist):
            return
        try:
            # Python reads the digits of any script; nothing is a time in none.
            super().process_formdata([each if each.isascii() else "-" for each in valuelist])
        except ValueError as error:
            raise ValueError("Type a date and a time, such as 2026-11-27 17:00.") from error


class PeopleForm(ReasonForm, EditForm):
    """Ticks on people; more of them are found by searching, with the ticks kept."""

    q = SearchField(
        "Find people by name, title or unit",
        [at_most(200), plain_name],
        filters=[one_line],
    )
    find = SubmitField("Find people")
    #: Whoever is no active person any more is left out by the reader.
    people = SelectMultipleField("People", validate_choice=False, choices=[])

    def is_sent_to_save(self) -> bool:
        """Whether the form was sent to be saved and may be. A search is sent with the same form and saves nothing."""
        if self.find.data:
            self.q.validate(self)
            return False
        saved: bool = self.validate_on_submit()
        return saved

    @property
    def search(self) -> str:
        """What people are searched by; empty where it cannot be."""
        return "" if self.q.errors else self.q.data or ""
