"""The committee's forms. The ones per dimension are built from what is asked of the packet."""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional

from reviews.access.expectations import TargetDimension, TargetExpectation
from reviews.calibration.requirements import BallotMarkDraft, DecisionDraft
from reviews.rules.enums import ATTAINMENTS, BALLOT_CHOICES, Outcome
from reviews.rules.scale import ScaleWords
from reviews.web.fields import DayField, at_most, unix_lines
from reviews.web.forms import StrictForm
from reviews.web.validators import choice_of, plain_name, plain_text

OUTCOME_WORDS = {
    Outcome.PROMOTE: "Promote",
    Outcome.NOT_YET: "Not yet",
    Outcome.DEFER: "Defer, naming the evidence and a date",
}
_REASON = (Optional(), at_most(2000), plain_text)


class DeclareForm(StrictForm):
    """One tick and one private reason for each packet that still wants an answer."""

    packet_ids: tuple[str, ...] = ()
    needs_tick = False

    @classmethod
    def for_packets(
        cls, packets: Iterable[tuple[str, str]], *, needs_tick: bool = False
    ) -> "DeclareForm":
        """A form for pairs of public id and candidate name. `needs_tick`: not to tick anything is no answer."""
        pairs = tuple(packets)
        fields: dict[str, Any] = {
            "packet_ids": tuple(public_id for public_id, _ in pairs),
            "needs_tick": needs_tick,
        }
        for public_id, name in pairs:
            label = Markup('I have a conflict<span class="vh"> with {}</span>').format(name)
            fields[f"conflict_{public_id}"] = BooleanField(label)
            fields[f"reason_{public_id}"] = StringField(
                f"What it is, for {name}", [Optional(), at_most(500), plain_name]
            )
        form: DeclareForm = type(cls.__name__, (cls,), fields)()
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.needs_tick and not self.declared():
            self.form_errors.append("Tick the packet that you have a conflict with.")
            return False
        return valid

    def rows(self) -> dict[str, tuple[Field, Field]]:
        return {p: (self[f"conflict_{p}"], self[f"reason_{p}"]) for p in self.packet_ids}

    def answered(self) -> frozenset[str]:
        """Public ids of the packets on the page that was sent: there is no answer about any other."""
        return frozenset(p for p, (_, reason) in self.rows().items() if reason.raw_data)

    def declared(self) -> dict[str, str]:
        """Public id -> reason, for the ticked ones."""
        return {p: reason.data or "" for p, (tick, reason) in self.rows().items() if tick.data}


class BallotForm(StrictForm):
    dimensions: tuple[TargetDimension, ...] = ()

    @classmethod
    def for_dimensions(
        cls,
        dimensions: Iterable[TargetDimension],
        marks: Mapping[int, BallotMarkDraft],
        scale: ScaleWords,
    ) -> "BallotForm":
        """A rationale and a choice for each dimension, filled with the ballot that is sealed already, if any."""
        asked = tuple(dimensions)
        fields: dict[str, Any] = {"dimensions": asked}
        data: dict[str, str] = {}
        for dimension in asked:
            fields[f"rationale_{dimension.id}"] = TextAreaField(
                f"Why, for {dimension.name}", _REASON, filters=[unix_lines]
            )
            fields[f"choice_{dimension.id}"] = RadioField(
                dimension.name,
                choices=[SelectChoice(c.value, scale.word(c)) for c in BALLOT_CHOICES],
                validate_choice=True,
                validators=[Optional()],
            )
            if mark := marks.get(dimension.id):
                data[f"rationale_{dimension.id}"] = mark.rationale
                data[f"choice_{dimension.id}"] = mark.choice.value if mark.choice else ""
        form: BallotForm = type(cls.__name__, (cls,), fields)(data=data)
        return form

    def rows(self) -> list[tuple[TargetDimension, Field, Field]]:
        return [(d, self[f"rationale_{d.id}"], self[f"choice_{d.id}"]) for d in self.dimensions]

    def marks(self) -> dict[int, BallotMarkDraft]:
        return {
            dimension.id: BallotMarkDraft(
                choice_of(BALLOT_CHOICES, choice.data), rationale.data or ""
            )
            for dimension, rationale, choice in self.rows()
        }


class RevealForm(StrictForm):
    reason = TextAreaField("Why now, although ballots are missing", _REASON, filters=[unix_lines])


class DecisionForm(StrictForm):
    """Attainments and reasons per dimension, the gaps with what would close them, the outcome and the letter."""

    dimensions: tuple[TargetDimension, ...] = ()

    outcome = RadioField(
        "Decision",
        choices=[SelectChoice(o.value, word) for o, word in OUTCOME_WORDS.items()],
        validators=[Optional()],
    )
    against_rule = TextAreaField(
        "Why the outcome differs from the rule", _REASON, filters=[unix_lines]
    )
    awaited_evidence = TextAreaField(
        "Evidence the committee waits for", _REASON, filters=[unix_lines]
    )
    look_again_on = DayField("Look again on", [Optional()])
    letter = TextAreaField(
        "What the candidate reads first",
        [Optional(), at_most(4000), plain_text],
        filters=[unix_lines],
    )

    @classmethod
    def for_dimensions(
        cls, dimensions: Iterable[TargetDimension], scale: ScaleWords
    ) -> "DecisionForm":
        asked = tuple(dimensions)
        fields: dict[str, Any] = {"dimensions": asked}
        for dimension in asked:
            fields[f"attainment_{dimension.id}"] = SelectField(
                f"Attainment, {dimension.name}",
                [Optional()],
                choices=[
                    SelectChoice("", "Choose"),
                    *(SelectChoice(a.value, scale.word(a)) for a in ATTAINMENTS),
                ],
            )
            fields[f"reason_{dimension.id}"] = TextAreaField(
                f"Reason, {dimension.name}", _REASON, filters=[unix_lines]
            )
            for expectation in dimension.counted:
                fields[f"gap_{expectation.id}"] = BooleanField(f"{expectation.label} is open")
                fields[f"closes_{expectation.id}"] = TextAreaField(
                    f"What would close {expectation.label} of {dimension.name}",
                    _REASON,
                    filters=[unix_lines],
                )
        form: DecisionForm = type(cls.__name__, (cls,), fields)()
        return form

    def rows(
        self,
    ) -> list[tuple[TargetDimension, Field, Field, list[tuple[TargetExpectation, Field, Field]]]]:
        return [
            (
                dimension,
                self[f"attainment_{dimension.id}"],
                self[f"reason_{dimension.id}"],
                [(e, self[f"gap_{e.id}"], self[f"closes_{e.id}"]) for e in dimension.counted],
            )
            for dimension in self.dimensions
        ]

    def draft(self) -> DecisionDraft:
        rows = self.rows()
        return DecisionDraft(
            outcome=choice_of(Outcome, self.outcome.data),
            letter=self.letter.data or "",
            attainments={
                d.id: (choice_of(ATTAINMENTS, attainment.data), reason.data or "")
                for d, attainment, reason, _ in rows
            },
            gaps={
                expectation.id: closes.data or ""
                for *_, gaps in rows
                for expectation, open_, closes in gaps
                if open_.data
            },
            against_rule=self.against_rule.data or "",
            awaited_evidence=self.awaited_evidence.data or "",
            look_again_on=self.look_again_on.data,
        )
