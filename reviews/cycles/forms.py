"""The forms of a cycle's owner."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    DateTimeLocalField,
    RadioField,
    SearchField,
    SelectChoice,
    SelectMultipleField,
    SubmitField,
    ValidationError,
)
from wtforms.form import BaseForm

from reviews.cycles.local_time import NoSuchTime, instants_of, zones
from reviews.display.formatting import zone_letters
from reviews.web.fields import at_most, one_line
from reviews.web.forms import EditForm, ReasonForm, StrictForm
from reviews.web.validators import plain_name

MOST = 50


class LocalTimeField(DateTimeLocalField):
    """A date and time on some clock; open if nothing is typed. A form with one is a `LocalTimesForm`."""

    #: Why the clocks of the form never show this.
    refusal = ""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - of WTForms
        if self.refusal:
            raise ValidationError(self.refusal)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: datetime | None = None
        if not any(valuelist):
            return
        try:
            # Python reads the digits of any script; nothing is a time in none.
            super().process_formdata([each if each.isascii() else "-" for each in valuelist])
        except ValueError as error:
            raise ValueError("Type a date and a time, such as 2026-11-27 17:00.") from error


class WhichField(RadioField):
    """The first or the second of two instants at which a clock shows the same. None is chosen for anybody."""

    #: Why it is asked.
    question = ""
    instants: tuple[str, ...] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[], validate_choice=False, **kwargs)

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 - of WTForms
        if self.data not in self.instants:
            raise ValidationError(self.question)


class LocalTimesForm(StrictForm):
    """A form with times on the clocks of a place.

    Beside each LocalTimeField it has a WhichField, named like it with `_which` behind: it is on the page only while the
    time in the field is one that these clocks show twice. An instant that is stored goes into the field with its zone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._instants = {field.name: self._instants_of(field) for field in self.times()}
        for field in [each for each in self if isinstance(each, LocalTimeField)]:
            instants = self._instants.get(field.name, ())
            if len(instants) > 1:
                self._ask_which(field, instants)
            else:
                del self[which_of(field)]

    @property
    def zone(self) -> str:
        raise NotImplementedError

    def times(self) -> Iterable[LocalTimeField]:
        """Those that count."""
        return [field for field in self if isinstance(field, LocalTimeField)]

    def instant(self, field: LocalTimeField) -> datetime | None:
        """What is meant, by a form that is in order."""
        instants = self._instants.get(field.name, ())
        if len(instants) > 1:
            chosen = self[which_of(field)].data
            return next((each for each in instants if each.isoformat() == chosen), None)
        return instants[0] if instants else None

    def _instants_of(self, field: LocalTimeField) -> tuple[datetime, ...]:
        if field.data is None or self.zone not in zones():
            return ()
        try:
            return instants_of(field.data.replace(tzinfo=None), self.zone)
        except NoSuchTime as none:
            field.refusal = str(none)
            return ()

    def _ask_which(self, field: LocalTimeField, instants: Iterable[datetime]) -> None:
        which, local = self[which_of(field)], field.data
        assert local is not None  # noqa: S101 - it has instants
        clock = f"{local:%H:%M}"
        which.label.text = f"{field.label.text}, which {clock}"
        which.question = (
            f"Clocks go back on {local.day} {local:%B %Y}, so {clock} comes twice. Choose one."
        )
        which.instants = tuple(at.isoformat() for at in instants)
        which.choices = [
            SelectChoice(
                at.isoformat(),
                f"the {order} {clock} ({zone_letters(at.astimezone(ZoneInfo(self.zone)))})",
            )
            for order, at in zip(("first", "second"), instants, strict=True)
        ]
        if local.tzinfo is not None:
            which.data = local.astimezone(UTC).isoformat()


def which_of(field: LocalTimeField) -> str:
    return f"{field.name}_which"


class PeopleChoiceForm(ReasonForm):
    """Ticks on people; more of them are found by searching, with the ticks kept."""

    q = SearchField(
        "Find people by name, title or unit",
        [at_most(200), plain_name],
        filters=[one_line],
    )
    find = SubmitField("Find people")
    #: Whoever is no active person any more is left out by the reader.
    people = SelectMultipleField("People", validate_choice=False, choices=[])

    def is_sent_to_save(self) -> bool:
        """Whether the form was sent to be saved and may be. A search is sent with the same form and saves nothing."""
        if self.find.data:
            self.q.validate(self)
            return False
        saved: bool = self.validate_on_submit()
        return saved

    @property
    def search(self) -> str:
        """What people are searched by; empty where it cannot be."""
        return "" if self.q.errors else self.q.data or ""


class PeopleForm(PeopleChoiceForm, EditForm):
    """The same for a list of people that two may save at once."""
