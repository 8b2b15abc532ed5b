"""Fields and filters that several forms share."""

import re
from datetime import date

from wtforms import DateField, IntegerField
from wtforms.form import BaseForm
from wtforms.validators import Length, StopValidation
from wtforms.widgets import HiddenInput

_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
#: What `int` takes for a number and a reader may not: signs, underscores, digits of other scripts. More digits than any
#: number of ours are too many for its range, and are told so.
_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
#: Work of somebody who is reviewed now, and dates that somebody looks forward to.
_YEARS = range(1950, 2101)


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def unix_lines(text: str | None) -> str:
    """Browsers send CR LF; a line end is kept as the one character that it counts as."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n")


def trimmed_lines(text: str | None) -> str:
    return unix_lines(text).strip()


def at_most(limit: int) -> Length:
    return Length(max=limit, message=f"Shorten this to {limit:,} characters.")


class VersionField(IntegerField):
    """Which saved state was edited. Not for people, and what is no number is no version of anything: -1."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        sent = valuelist[0] if valuelist else ""
        self.data = int(sent) if _DIGITS.fullmatch(sent) else -1

    def renew(self, version: int) -> None:
        """Carry this version when the page is shown again; by itself a field repeats what was sent."""
        self.data = version
        self.raw_data = None


class WholeNumberField(IntegerField):
    """None where nothing is typed; whether it has to be is for the validators."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(each.strip() for each in valuelist):
            self.data = None
            return
        typed = valuelist[0].strip(" ")
        if not _NUMBER.fullmatch(typed):
            raise ValueError("Type a whole number, such as 3.")
        self.data = int(typed)

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - of WTForms
        if self.process_errors:
            raise StopValidation  # what is no number has no size either


class DayField(DateField):
    """A day of a year that somebody may mean."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: date | None = None
        typed = valuelist[0].strip(" ") if valuelist else ""
        if not typed:
            return
        try:
            day = date.fromisoformat(typed if _DAY.fullmatch(typed) else "")
        except ValueError as error:
            raise ValueError("Type a date, such as 2026-06-08.") from error
        if day.year not in _YEARS:
            raise ValueError(f"Choose a year from {_YEARS[0]} to {_YEARS[-1]}.")
        self.data = day
