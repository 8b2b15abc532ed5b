"""The forms of panels: who sits on one, which packets it hears, and whom the owner keeps away from one."""

from collections.abc import Mapping, Sequence

from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange

from reviews.cycles.forms import MOST, PeopleForm
from reviews.web.fields import WholeNumberField, at_most, one_line, trimmed_lines
from reviews.web.forms import ReasonForm, StrictForm
from reviews.web.validators import plain_text, short_name


class PanelForm(PeopleForm):
    name = StringField(
        "Name",
        [DataRequired("Give the panel a name."), at_most(200), short_name],
        filters=[one_line],
    )
    quorum = WholeNumberField(
        "Quorum",
        [
            InputRequired("Say how many ballots a packet needs."),
            NumberRange(1, MOST, f"Choose a number from 1 to {MOST}."),
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
        [DataRequired("Write why this person must not hear the case."), at_most(1000), plain_text],
        filters=[trimmed_lines],
    )


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
