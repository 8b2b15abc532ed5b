"""Forms for signing in and for the own account."""

from typing import Any

from wtforms import EmailField, HiddenField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from reviews.rules.enums import ReminderDays
from reviews.rules.good_passwords import MAX_LENGTH, MIN_LENGTH, MIN_LENGTH_WITH_FACTOR
from reviews.web.fields import one_line
from reviews.web.forms import ReasonForm, StrictForm
from reviews.web.validators import plain_name

_GOOD_PASSWORD = (
    f"{MIN_LENGTH} to {MAX_LENGTH} characters, or {MIN_LENGTH_WITH_FACTOR} beside a second factor. A sentence is a good"
    " password."
)


#: A field for a code of an app, or a recovery code.
_CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
#: Characters; what devices answer is a tenth of it.
MOST_OF_ANSWER = 20_000


class SignInForm(StrictForm):
    email = EmailField(
        "E-mail address",
        [InputRequired("Type your e-mail address."), Length(max=254), plain_name],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Type your password."), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
    #: What was typed on the page that could not be taken, sealed.
    typed = HiddenField()
    #: What a device has answered, instead of address and password; a script fills it in.
    passkey = HiddenField(validators=[Length(max=MOST_OF_ANSWER)])

    def validate(self, extra_validators: Any = None) -> bool:
        if self.passkey.data:
            self.email.validators = self.password.validators = ()
        return super().validate(extra_validators)


class ChoosePasswordForm(StrictForm):
    password = PasswordField(
        "Password",
        [InputRequired("Choose a password.")],
        description=_GOOD_PASSWORD,
        render_kw={"autocomplete": "new-password"},
    )


class LinkForm(StrictForm):
    """A link that lets its person in, where there are no passwords: nothing but a button."""


class ChangePasswordForm(StrictForm):
    present = PasswordField(
        "Present password",
        [InputRequired("Type your present password."), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )
    chosen = PasswordField(
        "New password",
        [InputRequired("Choose a new password.")],
        description=_GOOD_PASSWORD,
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


class SecondFactorForm(StrictForm):
    """The second step of signing in. `half` says who has done the first."""

    half = HiddenField()
    code = StringField("Code", [Length(max=40)], render_kw=_CODE)
    passkey = HiddenField(validators=[Length(max=MOST_OF_ANSWER)])
    next = HiddenField()
    typed = HiddenField()


class AddAppForm(StrictForm):
    #: What the app was given, sealed for this person.
    secret = HiddenField(validators=[Length(max=400)])
    code = StringField(
        "Code that the app shows now",
        [InputRequired("Type the six digits that the app shows."), Length(max=40)],
        render_kw=_CODE,
    )


class AddPasskeyForm(StrictForm):
    name = StringField(
        "Name of the passkey",
        [DataRequired("Give it a name by which you know the device."), Length(max=80), plain_name],
        description="Such as the device it is on. You see it in your list.",
        filters=[one_line],
        render_kw={"autocomplete": "off"},
    )
    passkey = HiddenField(validators=[Length(max=MOST_OF_ANSWER)])


class ProofForm(StrictForm):
    """With what somebody shows again that it is them, beside the fields of another form."""

    proof_password = PasswordField("Password", render_kw={"autocomplete": "current-password"})
    proof_code = StringField("Or a code", render_kw=_CODE)
    proof_passkey = HiddenField()


class ResetFactorsForm(ReasonForm):
    """Why somebody's second factors are taken off."""


class ForgottenForm(StrictForm):
    email = EmailField(
        "E-mail address you sign in with",
        [InputRequired("Type your e-mail address."), Length(max=254), plain_name],
        description="The answer is the same for every address, so that nobody learns who has an account.",
        render_kw={"autocomplete": "username", "autofocus": True},
    )
