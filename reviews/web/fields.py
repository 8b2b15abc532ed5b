"""Fields and filters that several forms share."""

from wtforms import (
    IntegerField,
)
from wtforms.form import BaseForm
from wtforms.validators import Length, StopValidation
from wtforms.widgets import HiddenInput


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def trimmed_lines(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def at_most(limit: int) -> Length:
    return Length(max=limit, message=f"Shorten this to {limit:,} characters.")


class VersionField(IntegerField):
    """Which saved state was edited. Not for people."""

    widget = HiddenInput()


class WholeNumberField(IntegerField):
    """None where nothing is typed; whether it has to be is for the validators."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(each.strip() for each in valuelist):
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Type a whole number, such as 3.") from error

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - of WTForms
        if self.process_errors:
            raise StopValidation  # what is no number has no size either
