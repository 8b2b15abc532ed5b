"""The forms of a rater: answer an invitation, rate a dimension, submit."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, NumberRange, Optional

from reviews.access.expectations import TargetDimension
from reviews.ratings.queries import RatePage
from reviews.rules.enums import (
    MARKS,
    RATING_CATEGORIES,
    DeclineCategory,
    Mark,
    RatingCategory,
)
from reviews.rules.scale import ScaleWords
from reviews.web.fields import VersionField, at_most, trimmed_lines
from reviews.web.forms import StrictForm
from reviews.web.validators import choice_of, plain_text

RATIONALE_LIMIT = 4000
NOTE_LIMIT = 500
_CHOOSE = "Choose one of the answers on this page."


def _answers(label: str, required: Any, choices: Iterable[SelectChoice] = ()) -> RadioField:
    return RadioField(
        label,
        [required],
        choices=list(choices),
        invalid_choice_message=_CHOOSE,  # type: ignore[call-arg]  # newer than its stubs
    )


class DeclineForm(StrictForm):
    category = _answers(
        "Why do you decline?",
        InputRequired("Choose the reason that comes nearest."),
        (SelectChoice(category.value, category.sentence) for category in DeclineCategory),
    )
    note = TextAreaField(
        "A note",
        [
            Optional(),
            at_most(NOTE_LIMIT),
            plain_text,
        ],
        filters=[trimmed_lines],
        render_kw={"rows": 3},
    )


class RatingForm(StrictForm):
    """One dimension. The marks are added by `rating_form`, one field for each expectation asked."""

    rationale = TextAreaField(
        "Why? Write this first",
        [
            at_most(RATIONALE_LIMIT),
            plain_text,
        ],
        filters=[trimmed_lines],
        render_kw={"rows": 9},
    )
    category = _answers("Your answer", Optional())
    shareable = BooleanField()
    version = VersionField("Version", [NumberRange(min=0, message="Reload this page, then save.")])
    #: Which of the two buttons was pressed.
    go = HiddenField()
    marks: "FormField[Form]"

    def chosen(self) -> RatingCategory | None:
        return choice_of(RATING_CATEGORIES, self.category.data)

    def marks_by_id(self, dimension: TargetDimension) -> dict[int, Mark]:
        """The marks set, by expectation id."""
        given = self.marks.form
        return {
            expectation.id: mark
            for expectation in dimension
            if (mark := choice_of(MARKS, given[expectation.label].data)) is not None
        }


class SubmitForm(StrictForm):
    """Carries the version of the draft that was read over."""

    version = VersionField(
        "Version", [NumberRange(min=0, message="Reload this page, then submit.")]
    )


def rating_form(
    dimension: TargetDimension, scale: ScaleWords, candidate: str, saved: RatePage | None = None
) -> RatingForm:
    """The form of this dimension, filled with what is saved where that is given."""
    fields = {
        expectation.label: _answers(
            f"What did you see of {expectation.label}?",
            Optional(),
            (SelectChoice(mark.value, scale.word(mark)) for mark in MARKS),
        )
        for expectation in dimension
    }
    form_class = type(
        "DimensionForm", (RatingForm,), {"marks": FormField(type("Marks", (Form,), fields))}
    )
    form: RatingForm = form_class(data=_saved(saved) if saved else None)
    form.category.choices = [
        SelectChoice(category.value, scale.word(category)) for category in RATING_CATEGORIES
    ]
    form.shareable.label.text = f"{candidate} may read this text, with my name, after release"
    return form


def _saved(page: RatePage) -> Mapping[str, object]:
    return {
        "rationale": page.draft.rationale,
        "category": page.draft.category.value if page.draft.category else None,
        "shareable": page.draft.shareable,
        "version": page.draft.version,
        "marks": {
            expectation.label: page.marks[expectation.id].value
            for expectation in page.dimension
            if expectation.id in page.marks
        },
    }
