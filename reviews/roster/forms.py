"""Forms of an import: the file, its columns, whose an address is, and the act itself."""

from collections.abc import Mapping as Words
from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from reviews.roster.mapping import WORDS, ColumnMapping, ManagerBy
from reviews.roster.plan import Identity, IdentityQuestion
from reviews.roster.table_file import MOST_BYTES, MOST_ROWS
from reviews.web.forms import ReasonForm, StrictForm

#: Characters of a status that a page shows.
_LONGEST_STATUS = 60
WHOLE, ONLY_THESE = "whole", "these"


class UploadPeopleForm(StrictForm):
    file = FileField(
        "People file",
        [FileRequired("Choose a file.")],
        description=f"CSV or Excel (.xlsx), up to {MOST_ROWS:,} people and {MOST_BYTES // 1024**2} MB.",
        render_kw={"accept": ".csv,.tsv,.txt,.xlsx,text/csv"},
    )


class ColumnsForm(StrictForm):
    """Which column says what. Its choices are the headings of the file."""

    employee_id = SelectField(WORDS["employee_id"])
    name = SelectField("Name, in one column")
    first_name = SelectField("First name")
    last_name = SelectField("Last name")
    turns_names = BooleanField("Turn “Last, First” around")
    email = SelectField(WORDS["email"])
    manager = SelectField(WORDS["manager"])
    manager_by = RadioField(
        "It names the manager by",
        [InputRequired("Say what is in this column.")],
        choices=[SelectChoice(by.value, by.value.capitalize()) for by in ManagerBy],
    )
    title = SelectField(WORDS["title"])
    level = SelectField(WORDS["level"])
    unit = SelectField(WORDS["unit"])
    status = SelectField(WORDS["status"])
    left = SelectMultipleField(
        "Which of these have left?",
        validate_choice=False,
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        description="Their lines count as not in the file.",
    )
    #: The column of which the page showed what it says.
    status_shown = HiddenField()
    drops_brackets = BooleanField("Leave out what stands in brackets at the end")
    who = RadioField(
        "Who is in this file?",
        [
            InputRequired(
                "Say whether this is the whole company: then whoever is not in the file leaves."
            )
        ],
        choices=[
            SelectChoice(WHOLE, "The whole company"),
            SelectChoice(ONLY_THESE, "Only these people"),
        ],
    )
    remember = BooleanField("Remember this for files with these columns", default=True)
    #: Whether only the people are to be shown as they would be read now.
    act = HiddenField()

    def __init__(self, headings: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in WORDS:
            columns = [SelectChoice(each, each) for each in headings]
            self[field].choices = [SelectChoice("", "no column"), *columns]

    def show(self, mapping: ColumnMapping) -> None:
        """Fill the form that was not sent."""
        for name, value in mapping.dumped().items():
            self[name].data = value

    def show_statuses(self, mapping: ColumnMapping, statuses: Words[str, int]) -> None:
        """Offer what the column of the status says, with those marked who have left by the mapping."""
        self.left.choices = [
            SelectChoice(text, f"{text[:_LONGEST_STATUS]} ({count:,})")
            for text, count in statuses.items()
        ]
        self.left.data = list(mapping.left)
        self.status_shown.data = mapping.status

    @property
    def has_shown_status(self) -> bool:
        """Whether who has left was looked at, in the column that is chosen now."""
        return (self.status_shown.data or "") == (self.status.data or "")

    @property
    def mapping(self) -> ColumnMapping:
        """What was sent, or is shown."""
        chosen = {name: self[name].data or "" for name in WORDS}
        by = self.manager_by.data
        return ColumnMapping(
            **chosen,
            manager_by=ManagerBy(by) if by in set(ManagerBy) else ManagerBy.NUMBER,
            turns_names=bool(self.turns_names.data),
            drops_brackets=bool(self.drops_brackets.data),
            left=tuple(self.left.data or ()) if self.has_shown_status else (),
        )

    def take_faults(self, headings: Sequence[str]) -> bool:
        """Put every fault of the mapping at its field. Whether there is none."""
        faults = self.mapping.faults(headings)
        for field, sentence in faults.items():
            if not self[field].errors:
                self[field].errors = [sentence]
        return not faults


_SAID = {Identity.SAME: "The same person", Identity.OTHER: "Somebody else has this address now"}


def answers_form(questions: Sequence[IdentityQuestion]) -> StrictForm:
    """One choice for each question, by its line."""
    fields = {
        f"line-{each.entry.line}": RadioField(
            f"Is {each.entry.name} of the file {each.holder.name} on record?",
            [InputRequired("Choose one.")],
            choices=[SelectChoice(answer.value, _SAID[answer]) for answer in each.answers],
            default=each.answer.value if each.answer else None,
        )
        for each in questions
    }
    form: StrictForm = type("AnswersForm", (StrictForm,), fields)()
    return form


class ApplyImportForm(ReasonForm):
    """What the preview sends back: the plan that was looked at, and what was read and chosen on it."""

    digest = HiddenField()
    leavers_read = BooleanField("I have read who leaves. Their accounts are closed.")
    leaves_out = BooleanField("Import the others, and leave these people out")

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, needs_reason=needs_reason, **kwargs)
        if self.reason:
            self.reason.description = (
                "You have a part in a cycle that runs, so this is done with a reason on record."
            )
