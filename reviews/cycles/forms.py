"""The forms of a cycle's owner."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    DateTimeLocalField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SearchField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from reviews.cycles.local_time import zones
from reviews.cycles.settings import Settings
from reviews.forms import StrictForm, WholeNumberField
from reviews.validators import plain_name, plain_text
from reviews.vocabulary import MISSING, SCALE

_MOST = 50


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _unix_lines(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _short(limit: int) -> Length:
    return Length(max=limit, message=f"Shorten this to {limit:,} characters.")


class VersionField(IntegerField):
    """Which saved state was edited. Not for people."""

    widget = HiddenInput()


class LocalTimeField(DateTimeLocalField):
    """A date and time on some clock; open if nothing is typed."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: datetime | None = None
        if not any(valuelist):
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Type a date and a time, such as 2026-11-27 17:00.") from error


def _zone_choices() -> list[SelectChoice]:
    return [
        SelectChoice(
            zone,
            zone.partition("/")[2].replace("_", " ").replace("/", ", ") or zone,
            optgroup=zone.partition("/")[0] if "/" in zone else "Universal",
        )
        for zone in zones()
    ]


class ReasonForm(StrictForm):
    """Asks for a reason where the policy lets somebody act only with one on record."""

    reason = TextAreaField(
        "Why you do this yourself",
        [
            DataRequired("Write the reason. It is kept in the audit log."),
            _short(1000),
            plain_text,
        ],
        description="You are tied to a packet of this cycle, so this is done with a reason on record.",
        filters=[_unix_lines],
    )

    def __init__(self, *args: Any, needs_reason: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_reason:
            del self.reason

    @property
    def given_reason(self) -> str:
        return self.reason.data or "" if self.reason else ""


class AdvanceForm(ReasonForm):
    """Names the phase that it ends, so that a button pressed twice takes one step."""

    phase = HiddenField("Phase")

    def validate_phase(self, field: HiddenField) -> None:
        if field.data != field.object_data:
            field.data = field.object_data
            raise ValidationError(
                "The cycle has moved on since this page was opened. Read what would happen now."
            )


class EditForm(StrictForm):
    """Of something that two people may save at once."""

    version = VersionField(default=0)

    def renew(self, version: int) -> None:
        """Go on from a newer saved state, with everything that was typed."""
        self.version.raw_data = None
        self.version.process_data(version)


class CreateForm(StrictForm):
    name = StringField(
        "Name",
        [DataRequired("Give the cycle a name."), _short(200), plain_name],
        description="People see it on every page of the cycle.",
        filters=[_one_line],
    )
    time_zone = SelectField(
        "Time zone",
        [InputRequired("Choose a time zone.")],
        choices=_zone_choices(),
        default="UTC",
        description="Deadlines are typed and shown on the clocks of this place.",
    )


class WordingForm(Form):
    word = StringField("Word", [_short(40), plain_name], filters=[_one_line])
    hint = StringField("What it means", [_short(200), plain_name], filters=[_one_line])


class SettingsForm(ReasonForm, CreateForm, EditForm):
    ladders = SelectMultipleField(
        "Ladder versions", widget=ListWidget(), option_widget=CheckboxInput()
    )
    evidence_due = LocalTimeField("Evidence due")
    rating_due = LocalTimeField("Ratings due")
    calibration_due = LocalTimeField("Calibration ends")
    units = SelectMultipleField("Units", widget=ListWidget(), option_widget=CheckboxInput())
    peers_min = WholeNumberField(
        "Peers at least",
        [
            InputRequired("Say how many peers a packet needs at least."),
            NumberRange(0, _MOST, f"Choose a number from 0 to {_MOST}."),
        ],
    )
    peers_max = WholeNumberField(
        "Peers at most",
        [
            InputRequired("Say how many peers a packet may have."),
            NumberRange(0, _MOST, f"Choose a number from 0 to {_MOST}."),
        ],
    )
    partly_allowed = WholeNumberField(
        "Dimensions that may be partly met",
        [
            InputRequired("Say how many dimensions may be partly met."),
            NumberRange(0, _MOST, f"Choose a number from 0 to {_MOST}."),
        ],
    )

    not_shown = FormField(WordingForm, "not shown")
    partly = FormField(WordingForm, "partly")
    met = FormField(WordingForm, "met")
    exceeds = FormField(WordingForm, "exceeds")
    not_observed = FormField(WordingForm, "not observed")
    no_opportunity = FormField(WordingForm, "no opportunity")

    def validate_peers_max(self, field: WholeNumberField) -> None:
        least = self.peers_min.data
        if least is not None and field.data is not None and field.data < least:
            raise ValidationError(f"This is fewer than the {least} peers needed at least.")

    @property
    def wordings(self) -> list[Any]:
        return [self[category.value] for category in (*SCALE, *MISSING)]

    def settings(self) -> Settings:
        return Settings(
            name=self.name.data or "",
            time_zone=self.time_zone.data,
            ladders=tuple(self.ladders.data or ()),
            evidence_due=self.evidence_due.data,
            rating_due=self.rating_due.data,
            calibration_due=self.calibration_due.data,
            units=tuple(self.units.data or ()),
            peers_min=self.peers_min.data or 0,
            peers_max=self.peers_max.data or 0,
            partly_allowed=self.partly_allowed.data or 0,
            scale={
                wording.short_name: {"word": wording.word.data, "hint": wording.hint.data}
                for wording in self.wordings
            },
        )


class PeopleForm(ReasonForm, EditForm):
    """Ticks on people; more of them are found by searching, with the ticks kept."""

    q = SearchField(
        "Find people by name, title or unit",
        [_short(200), plain_name],
        filters=[_one_line],
    )
    find = SubmitField("Find people")
    #: Whoever is no active person any more is left out by the reader.
    people = SelectMultipleField("People", validate_choice=False, choices=[])


class PanelForm(PeopleForm):
    name = StringField(
        "Name",
        [DataRequired("Give the panel a name."), _short(200), plain_name],
        filters=[_one_line],
    )
    quorum = WholeNumberField(
        "Quorum",
        [
            InputRequired("Say how many ballots a packet needs."),
            NumberRange(1, _MOST, f"Choose a number from 1 to {_MOST}."),
        ],
        default=3,
        description="How many ballots a packet needs before the chair may reveal them.",
    )
    chair = SelectField("Chair", validate_choice=False, choices=[])


class ConflictForm(StrictForm):
    packet = SelectField(
        "Packet of",
        [InputRequired("Choose a packet.")],
    )
    member = SelectField(
        "Panel member",
        [InputRequired("Choose a member of its panel.")],
    )
    reason = TextAreaField(
        "Reason",
        [DataRequired("Write why this person must not hear the case."), _short(1000), plain_text],
        filters=[_unix_lines],
    )


class ReleaseForm(EditForm):
    when = RadioField(
        "When",
        [InputRequired("Choose when.")],
        choices=[SelectChoice("at", "At a moment"), SelectChoice("now", "Now")],
        default="at",
    )
    at = LocalTimeField("Moment")
    reason = TextAreaField(
        "Reason",
        [DataRequired("Write why the outcomes are released then."), _short(1000), plain_text],
        filters=[_unix_lines],
    )

    def validate_at(self, field: LocalTimeField) -> None:
        if self.when.data == "at" and field.data is None and not field.errors:
            raise ValidationError("Type a date and a time, or choose to release now.")


def place_field(packet: str) -> str:
    """The field of a packet. A public id alone may begin with what WTForms takes for a private name."""
    return f"panel_{packet}"


def places_form(
    packets: Mapping[str, tuple[str, str]], panels: Sequence[SelectChoice], *, needs_reason: bool
) -> ReasonForm:
    """A form with one choice of a panel per packet: public id -> candidate's name, and the panel now."""
    fields = {
        place_field(packet): SelectField(
            f"Panel of {candidate}",
            choices=list(panels),
            default=panel,
        )
        for packet, (candidate, panel) in packets.items()
    }
    form: ReasonForm = type("PlacesForm", (ReasonForm,), fields)(needs_reason=needs_reason)
    return form
