"""Forms for signing in and choosing a password."""

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from reviews.people.passwords import MAX_LENGTH, MIN_LENGTH


class SignInForm(FlaskForm):
    email = EmailField(
        "E-mail address",
        [InputRequired("Type your e-mail address."), Length(max=254)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Type your password."), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class ChoosePasswordForm(FlaskForm):
    password = PasswordField(
        "Password",
        [InputRequired("Choose a password.")],
        description=f"{MIN_LENGTH} to {MAX_LENGTH} characters. A sentence is a good password.",
        render_kw={"autocomplete": "new-password"},
    )
