"""Forms for signing in and for the own account."""

from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from reviews.rules.good_passwords import MAX_LENGTH, MIN_LENGTH
from reviews.web.forms import StrictForm
from reviews.web.validators import plain_name

_GOOD_PASSWORD = f"{MIN_LENGTH} to {MAX_LENGTH} characters. A sentence is a good password."


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


class ChoosePasswordForm(StrictForm):
    password = PasswordField(
        "Password",
        [InputRequired("Choose a password.")],
        description=_GOOD_PASSWORD,
        render_kw={"autocomplete": "new-password"},
    )


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


class EndSessionsForm(StrictForm):
    """Of one session, named by its handle, or of all but the present one."""

    session = HiddenField()


class LinksReadForm(StrictForm):
    """Up to which link the page has told of them, and where to go then."""

    newest = HiddenField()
    next = HiddenField()
