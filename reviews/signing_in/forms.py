"""Forms for signing in."""

from typing import Any

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from reviews.rules.good_passwords import MAX_LENGTH, MIN_LENGTH, MIN_LENGTH_WITH_FACTOR
from reviews.web.forms import StrictForm
from reviews.web.validators import plain_name

GOOD_PASSWORD = (
    f"{MIN_LENGTH} to {MAX_LENGTH} characters, or {MIN_LENGTH_WITH_FACTOR} beside a second factor. A sentence is a good"
    " password."
)


#: A field for a code of an app, or a recovery code.
CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
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
        description=GOOD_PASSWORD,
        render_kw={"autocomplete": "new-password"},
    )


class LinkForm(StrictForm):
    """A link that lets its person in, where there are no passwords: nothing but a button."""


class SecondFactorForm(StrictForm):
    """The second step of signing in. `half` says who has done the first."""

    half = HiddenField()
    code = StringField("Code", [Length(max=40)], render_kw=CODE)
    passkey = HiddenField(validators=[Length(max=MOST_OF_ANSWER)])
    next = HiddenField()
    typed = HiddenField()


class ForgottenForm(StrictForm):
    email = EmailField(
        "E-mail address you sign in with",
        [InputRequired("Type your e-mail address."), Length(max=254), plain_name],
        description="The answer is the same for every address, so that nobody learns who has an account.",
        render_kw={"autocomplete": "username", "autofocus": True},
    )
