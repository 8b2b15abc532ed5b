"""What every form asks of a request before it looks at a value: each field once, as what it is, and no other field.

And the one field for numbers that people type.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask import abort
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import (
    Field,
    FieldList,
    FileField,
    FormField,
    MultipleFileField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import DataRequired

from reviews.web.fields import VersionField, at_most, trimmed_lines
from reviews.web.typed_text import PROOF, PUT_BACK
from reviews.web.validators import plain_text

#: Not a 400: an honest page meets this when somebody changed what its form is made of while it was open.
_STRANGERS = (
    "This page has changed since it was opened: something was sent that has no place on it now."
    " Look it over and send it again."
)


#: Of a form that is only filled with what was typed before somebody signed in again.
_PUT_BACK = "You had been signed out. This is what you typed, and nothing of it is saved yet. Look it over and send it."


class StrictForm(FlaskForm):
    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        sent = self.meta.wrap_formdata(self, formdata) or MultiDict[str, Any]()
        fields = {field.name: field for field in _with_nested(self, sent)}
        for name in fields.keys() & set(sent):
            # No browser sends this; whichever value counted, another reader of the request could take the other.
            if not _takes(fields[name], sent.getlist(name)):
                abort(400)
        if len(sent.getlist("csrf_token")) > 1:
            abort(400)
        # A form on a page with several reads the page's one token through the guard.
        self._strangers = set(sent) - set(fields) - {"csrf_token", PUT_BACK, *PROOF}
        self._is_put_back = PUT_BACK in sent
        super().process(formdata, *args, **kwargs)

    def validate(self, extra_validators: Any = None) -> bool:
        is_sound: bool = super().validate(extra_validators)
        if self._strangers:
            self.form_errors.append(_STRANGERS)
        if self._is_put_back:
            self.form_errors.append(_PUT_BACK)
        return is_sound and not self._strangers and not self._is_put_back


class ButtonForm(StrictForm):
    """Nothing but a button."""


def take_button_only() -> None:
    """For a view that reads nothing of what was sent and has no page to show again."""
    if not ButtonForm().validate():
        abort(400)


def _with_nested(fields: Iterable[Field], sent: Iterable[str]) -> Iterator[Field]:
    for field in fields:
        if isinstance(field, FormField):
            yield from _with_nested(field.form_class(prefix=field.name + field.separator), sent)
        elif isinstance(field, FieldList):
            # As many rows as were sent; how many are allowed is for the form to say.
            yield from _with_nested(_rows(field, sent), sent)
        else:
            yield field


def _rows(field: "FieldList[Any]", sent: Iterable[str]) -> Iterator[Field]:
    """The fields of the rows that were sent; every list of ours is one of small forms."""
    numbered = re.compile(rf"{re.escape(field.name)}-([0-9]{{1,4}})-.*")
    numbers = {match[1] for name in sent if (match := numbered.fullmatch(name))}
    row_form = field.unbound_field.args[0]
    for number in sorted(numbers):
        yield from row_form(prefix=f"{field.name}-{number}-")


def _takes(field: Field, values: list[Any]) -> bool:
    is_file = isinstance(field, FileField)
    takes_several = isinstance(field, (SelectMultipleField, MultipleFileField))
    return (len(values) == 1 or takes_several) and all(
        isinstance(value, FileStorage) == is_file for value in values
    )


class EditForm(StrictForm):
    """Of something that two people may save at once."""

    version = VersionField(default=0)


class ReasonForm(StrictForm):
    """Asks for a reason where the policy lets somebody act only with one on record."""

    reason = TextAreaField(
        "Why you do this yourself",
        [
            DataRequired("Write the reason. It is kept in the audit log."),
            at_most(1000),
            plain_text,
        ],
        description="You are tied to a packet of this cycle, so this is done with a reason on record.",
        filters=[trimmed_lines],
    )

    def __init__(self, *args: Any, needs_reason: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.reason

    @property
    def given_reason(self) -> str:
        return self.reason.data or "" if self.reason else ""
