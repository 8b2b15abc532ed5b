"""The form that moves a cycle to its next phase."""

from wtforms import (
    HiddenField,
    ValidationError,
)

from reviews.web.forms import ReasonForm


class AdvanceForm(ReasonForm):
    """Names the phase that it ends, so that a button pressed twice takes one step."""

    phase = HiddenField("Phase")

    def validate_phase(self, field: HiddenField) -> None:
        if field.data != field.object_data:
            field.data = field.object_data
            raise ValidationError(
                "The cycle has moved on since this page was opened. Read what would happen now."
            )
