"""Forms of the own account."""

from wtforms import HiddenField, PasswordField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, ValidationError

from reviews.rules.enums import ReminderDays
from reviews.signing_in.forms import GOOD_PASSWORD
from reviews.web.forms import StrictForm


class ChangePasswordForm(StrictForm):
    present = PasswordField(
        "Present password",
        [InputRequired("Type your present password."), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )
    chosen = PasswordField(
        "New password",
        [InputRequired("Choose a new password.")],
        description=GOOD_PASSWORD,
        render_kw={"autocomplete": "new-password"},
    )


class RemindersForm(StrictForm):
    """On which mornings somebody is reminded of what waits for them."""

    days = RadioField(
        "Remind me",
        [InputRequired("Choose when you are reminded.")],
        choices=[
            SelectChoice("never", "Never"),
            SelectChoice(ReminderDays.WORKING_DAYS.value, "Every working morning"),
            SelectChoice(ReminderDays.MONDAYS.value, "Every Monday morning"),
        ],
        default="never",
        validate_choice=False,
    )

    def validate_days(self, field: RadioField) -> None:
        if field.data not in {"never", *ReminderDays}:
            raise ValidationError("Choose when you are reminded.")


class EndSessionsForm(StrictForm):
    """Of one session, named by its handle, or of all but the present one."""

    session = HiddenField()


class LinksReadForm(StrictForm):
    """Up to which link the page has told of them, and where to go then."""

    newest = HiddenField()
    next = HiddenField()
