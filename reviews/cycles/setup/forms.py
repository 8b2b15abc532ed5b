"""The forms of setting a cycle up."""

from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    Form,
    FormField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from reviews.cycles.forms import MOST, LocalTimeField, LocalTimesForm, WhichField
from reviews.cycles.local_time import zones
from reviews.cycles.setup.settings import Settings
from reviews.rules.enums import RATING_CATEGORIES, Category
from reviews.rules.scale import DEFAULT_WORDS
from reviews.web.fields import WholeNumberField, at_most, one_line
from reviews.web.forms import EditForm, ReasonForm, StrictForm
from reviews.web.validators import plain_name, short_name


def _zone_choices() -> list[SelectChoice]:
    return [
        SelectChoice(
            zone,
            zone.partition("/")[2].replace("_", " ").replace("/", ", ") or zone,
            optgroup=zone.partition("/")[0] if "/" in zone else "Universal",
        )
        for zone in zones()
    ]


class CreateForm(StrictForm):
    name = StringField(
        "Name",
        [DataRequired("Give the cycle a name."), at_most(200), short_name],
        description="People see it on every page of the cycle.",
        filters=[one_line],
    )
    time_zone = SelectField(
        "Time zone",
        [InputRequired("Choose a time zone.")],
        choices=_zone_choices(),
        default="UTC",
        description="Deadlines are typed and shown on the clocks of this place.",
    )


class WordingForm(Form):
    word = StringField("Word", [at_most(40), plain_name], filters=[one_line])
    hint = StringField("What it means", [at_most(200), plain_name], filters=[one_line])


class SettingsForm(ReasonForm, LocalTimesForm, CreateForm, EditForm):
    ladders = SelectMultipleField(
        "Ladder versions", widget=ListWidget(), option_widget=CheckboxInput()
    )
    evidence_due = LocalTimeField("Evidence due")
    evidence_due_which = WhichField()
    rating_due = LocalTimeField("Ratings due")
    rating_due_which = WhichField()
    calibration_due = LocalTimeField("Calibration ends")
    calibration_due_which = WhichField()
    units = SelectMultipleField("Units", widget=ListWidget(), option_widget=CheckboxInput())
    peers_min = WholeNumberField(
        "Peers at least",
        [
            InputRequired("Say how many peers a packet needs at least."),
            NumberRange(0, MOST, f"Choose a number from 0 to {MOST}."),
        ],
    )
    peers_max = WholeNumberField(
        "Peers at most",
        [
            InputRequired("Say how many peers a packet may have."),
            NumberRange(0, MOST, f"Choose a number from 0 to {MOST}."),
        ],
    )
    partly_allowed = WholeNumberField(
        "Dimensions that may be partly met",
        [
            InputRequired("Say how many dimensions may be partly met."),
            NumberRange(0, MOST, f"Choose a number from 0 to {MOST}."),
        ],
    )

    # In the words that the owner starts from, whatever is in the fields.
    not_shown = FormField(WordingForm, DEFAULT_WORDS.word(Category.NOT_SHOWN))
    partly = FormField(WordingForm, DEFAULT_WORDS.word(Category.PARTLY))
    met = FormField(WordingForm, DEFAULT_WORDS.word(Category.MET))
    exceeds = FormField(WordingForm, DEFAULT_WORDS.word(Category.EXCEEDS))
    not_observed = FormField(WordingForm, DEFAULT_WORDS.word(Category.NOT_OBSERVED))
    no_opportunity = FormField(WordingForm, DEFAULT_WORDS.word(Category.NO_OPPORTUNITY))

    def validate_peers_max(self, field: WholeNumberField) -> None:
        least = self.peers_min.data
        if least is not None and field.data is not None and field.data < least:
            raise ValidationError(f"This is fewer than the {least} peers needed at least.")

    @property
    def zone(self) -> str:
        return self.time_zone.data or ""

    @property
    def wordings(self) -> list[Any]:
        return [self[category.value] for category in RATING_CATEGORIES]

    def settings(self) -> Settings:
        return Settings(
            name=self.name.data or "",
            time_zone=self.time_zone.data,
            ladders=tuple(self.ladders.data or ()),
            evidence_due=self.instant(self.evidence_due),
            rating_due=self.instant(self.rating_due),
            calibration_due=self.instant(self.calibration_due),
            units=tuple(self.units.data or ()),
            peers_min=self.peers_min.data or 0,
            peers_max=self.peers_max.data or 0,
            partly_allowed=self.partly_allowed.data or 0,
            scale={
                wording.short_name: {"word": wording.word.data, "hint": wording.hint.data}
                for wording in self.wordings
            },
        )
