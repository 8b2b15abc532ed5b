"""The form that releases the outcomes of a cycle."""

from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    RadioField,
    SelectChoice,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired

from reviews.cycles.forms import LocalTimeField
from reviews.web.fields import at_most, trimmed_lines
from reviews.web.forms import EditForm
from reviews.web.validators import plain_text


class ReleaseForm(EditForm):
    when = RadioField(
        "When",
        [InputRequired("Choose when.")],
        choices=[SelectChoice("at", "At a moment"), SelectChoice("now", "Now")],
        default="at",
    )
    at = LocalTimeField("Moment")
    reason = TextAreaField(
        "Reason",
        [DataRequired("Write why the outcomes are released then."), at_most(1000), plain_text],
        filters=[trimmed_lines],
    )

    def validate_at(self, field: LocalTimeField) -> None:
        if self.when.data == "at" and field.data is None and not field.errors:
            raise ValidationError("Type a date and a time, or choose to release now.")
