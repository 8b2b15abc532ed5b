"""Forms for the target of a packet, an evidence item, a peer, and sending a packet back."""

from wtforms import (
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import AnyOf, DataRequired, InputRequired, Optional, Regexp

from reviews.packets.evidence import EvidenceDraft
from reviews.web.fields import DayField, at_most, one_line, unix_lines
from reviews.web.forms import EditForm, StrictForm
from reviews.web.validators import is_web_address, plain_name, plain_text

MAX_LINKS = 5
MAX_LINK = 500
MAX_OUTCOME = 4000
MAX_REASON = 2000
MAX_NOTE = 1000
#: Of a version; Python refuses to read thousands of them.


class TargetForm(StrictForm):
    """Confirms the choice that the page shows; choosing itself is a matter of its address."""

    target = HiddenField()
    current = HiddenField()
    roles = SelectMultipleField(choices=[], validate_choice=False)


class NoOpportunityForm(EditForm):
    note = TextAreaField(
        "Why did the role give you no chance?",
        [DataRequired("Say why the role gave you no chance."), at_most(MAX_NOTE), plain_text],
        filters=[unix_lines],
        description="What your work was instead, and since when. One or two sentences are enough.",
        render_kw={"rows": 5},
    )


class EvidenceForm(EditForm):
    title = StringField(
        "What was it?",
        [InputRequired("Give the item a title."), at_most(200), plain_name],
        filters=[one_line],
        description="A title that somebody else would recognise.",
    )
    started_on = DayField("From", [Optional()])
    ended_on = DayField("To", [Optional()])
    role = StringField(
        "Your part in it",
        [at_most(200), plain_name],
        filters=[one_line],
        description="Such as lead, author, reviewer; and with whom.",
    )
    outcome = TextAreaField(
        "What did you do, and what came of it?",
        [InputRequired("Say what you did and what came of it."), at_most(MAX_OUTCOME), plain_text],
        filters=[unix_lines],
        description="Your part first, then the result. A few sentences are enough. Markdown works.",
        render_kw={"rows": 9},
    )
    links = TextAreaField(
        "Links",
        [plain_text],
        filters=[unix_lines],
        description=f"One address to a line, {MAX_LINKS} at most. Readers need access to open them.",
        render_kw={"rows": 3},
    )
    dimensions = SelectMultipleField(
        "Dimensions", coerce=int, choices=[], validate_choice=False, default=()
    )
    expectations = SelectMultipleField(
        "What does it show?", coerce=int, choices=[], validate_choice=False, default=()
    )

    def validate_links(self, field: TextAreaField) -> None:
        lines = _lines(field.data)
        if len(lines) > MAX_LINKS:
            raise ValidationError(f"Keep the {MAX_LINKS} links that matter most.")
        for line in lines:
            if len(line) > MAX_LINK or not is_web_address(line):
                raise ValidationError(
                    f"“{line[:60]}” is not a web address. It has to begin with https:// or http://."
                )

    def draft(self) -> EvidenceDraft:
        return EvidenceDraft(
            title=self.title.data or "",
            started_on=self.started_on.data,
            ended_on=self.ended_on.data,
            role=self.role.data or "",
            outcome=self.outcome.data or "",
            links=tuple(_lines(self.links.data)),
            dimension_ids=frozenset(self.dimensions.data or ()),
            expectation_ids=frozenset(self.expectations.data or ()),
        )


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").split("\n") if line.strip()]


class PeerForm(StrictForm):
    person = HiddenField(
        "Peer", [Regexp(r"[A-Za-z0-9_-]{22}\Z", message="Choose a person from the list.")]
    )


class PeerDecisionForm(StrictForm):
    answer = HiddenField("Decision", [AnyOf(("approve", "reject"), message="Approve or reject.")])


class ReturnForm(StrictForm):
    reason = TextAreaField(
        "What has to change?",
        [InputRequired("Say what has to change."), at_most(MAX_REASON), plain_text],
        filters=[unix_lines],
        description="Name the dimension or the item, and what a reader misses there.",
        render_kw={"rows": 6},
    )
