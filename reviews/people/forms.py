"""Forms for finding, adding and changing people, and for inviting them."""

from collections.abc import Iterable
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # the stubs are older than SelectChoice
    BooleanField,
    EmailField,
    SearchField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired

from reviews.people.person_edit import FIELDS, Fault, PersonDraft
from reviews.web.fields import at_most, one_line
from reviews.web.forms import EditForm, ReasonForm, StrictForm
from reviews.web.lists import SEARCH_RULES, NameSearch
from reviews.web.validators import plain_name, short_name


class RosterSearch(NameSearch):
    q = SearchField(
        "Name, title, unit, address or employee ID",
        SEARCH_RULES,
        render_kw={"aria-describedby": "search-hint"},
    )
    show = SelectField(
        "Who",
        choices=[
            SelectChoice("", "Everybody"),
            SelectChoice("not_yet", "Cannot sign in yet"),
            SelectChoice("owners", "Runs the site"),
            SelectChoice("left", "Has left"),
        ],
        default="",
    )
    start = StringField("Go to names from", SEARCH_RULES, name="from")

    @property
    def first_name(self) -> str:
        return one_line(self.start.data)


class PersonForm(ReasonForm, EditForm):
    """Somebody new, or what is on record of one person."""

    name = StringField(
        "Name",
        [DataRequired("Type the name."), at_most(200), short_name],
        description="As colleagues write it.",
        filters=[one_line],
        render_kw={"autocomplete": "off"},
    )
    #: Asked where somebody of that name is here already.
    is_another = BooleanField("This is another person of the same name")
    employee_id = StringField(
        "Employee ID",
        [DataRequired("Type the employee ID."), at_most(80), plain_name],
        description="As in the people system.",
        filters=[one_line],
        render_kw={"autocomplete": "off"},
    )
    email = EmailField(
        "E-mail address",
        [DataRequired("Type the address to sign in with."), at_most(254), plain_name],
        description="To sign in with. No two people share one.",
        filters=[one_line],
        render_kw={"autocomplete": "off"},
    )
    title = StringField(
        "Title",
        [at_most(200), plain_name],
        description="As colleagues know it.",
        filters=[one_line],
    )
    unit = StringField(
        "Unit",
        [at_most(200), plain_name],
        description="A cycle can be limited to units.",
        filters=[one_line],
        render_kw={"list": "units", "autocomplete": "off"},
    )
    manager = StringField(
        "Manager",
        [at_most(254), plain_name],
        description="Name, address or ID. Empty: nobody.",
        filters=[one_line],
        render_kw={"autocomplete": "off"},
    )
    level = StringField(
        "Level",
        [at_most(200), plain_name],
        description="As the people system writes it.",
        filters=[one_line],
    )

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, needs_reason=needs_reason, **kwargs)
        if self.reason:
            self.reason.description = (
                "You have a part in a cycle that runs, so this is done with a reason on record."
            )

    def draft(self) -> PersonDraft:
        values = {name: self[name].data or "" for name in FIELDS}
        return PersonDraft(**values, is_another=self.is_another.data)

    def take_faults(self, faults: Iterable[Fault]) -> bool:
        """Show each at its field, beside what the form has found itself, and say whether there is any."""
        found = [fault for fault in faults if not self[fault.field].errors]
        for fault in found:
            field = self[fault.field]
            field.errors = [*field.errors, fault.sentence]
        return bool(found)


class InviteAllForm(StrictForm):
    again = BooleanField("Also those who were invited within the last day")
