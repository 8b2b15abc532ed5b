"""The form that releases the outcomes of a cycle."""

from collections.abc import Iterable
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    RadioField,
    SelectChoice,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired

from reviews.cycles.forms import LocalTimeField, LocalTimesForm, WhichField
from reviews.web.fields import at_most, trimmed_lines
from reviews.web.forms import EditForm
from reviews.web.validators import plain_text


class ReleaseForm(LocalTimesForm, EditForm):
    when = RadioField(
        "When",
        [InputRequired("Choose when.")],
        choices=[SelectChoice("at", "At a moment"), SelectChoice("now", "Now")],
        default="at",
    )
    at = LocalTimeField("Moment")
    at_which = WhichField()
    reason = TextAreaField(
        "Reason",
        [DataRequired("Write why the outcomes are released then."), at_most(1000), plain_text],
        filters=[trimmed_lines],
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self._zone = zone
        super().__init__(*args, **kwargs)

    @property
    def zone(self) -> str:
        return self._zone

    def times(self) -> Iterable[LocalTimeField]:
        return () if self.when.data == "now" else super().times()

    def validate_at(self, field: LocalTimeField) -> None:
        if self.when.data == "at" and field.data is None and not field.errors:
            raise ValidationError("Type a date and a time, or choose to release now.")
