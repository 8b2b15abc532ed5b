"""The form with which somebody shows again who they are."""

from wtforms import HiddenField, PasswordField, StringField

from reviews.signing_in.forms import CODE
from reviews.web.forms import StrictForm


class ProofForm(StrictForm):
    """With what somebody shows again that it is them, beside the fields of another form."""

    proof_password = PasswordField("Password", render_kw={"autocomplete": "current-password"})
    proof_code = StringField("Or a code", render_kw=CODE)
    proof_passkey = HiddenField()
