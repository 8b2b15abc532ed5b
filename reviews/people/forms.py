"""Forms for signing in, for accounts, and for the import of people."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SearchField
from wtforms.validators import InputRequired, Length

from reviews.rules.good_passwords import MAX_LENGTH, MIN_LENGTH
from reviews.web.forms import ReasonForm, StrictForm
from reviews.web.lists import SEARCH_RULES, NameSearch
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


class RosterSearch(NameSearch):
    q = SearchField("Search by name or unit", SEARCH_RULES)


class UploadPeopleForm(StrictForm):
    file = FileField(
        "People file",
        [FileRequired("Choose a file.")],
        description="CSV with commas, semicolons or tabs, at most 256 KB.",
        render_kw={"accept": ".csv,.tsv,.txt,text/csv"},
    )


class ApplyImportForm(ReasonForm):
    """What the preview sends back: the file as text, and the plan that was looked at."""

    text = HiddenField()
    digest = HiddenField()
    leavers_read = BooleanField("Close the accounts of those who leave")

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, needs_reason=needs_reason, **kwargs)
        if self.reason:
            self.reason.description = (
                "You have a part in a cycle that runs, so this is done with a reason on record."
            )
