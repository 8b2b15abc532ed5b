"""The form that names owners."""

from reviews.cycles.forms import PeopleChoiceForm


class NameOwnersForm(PeopleChoiceForm):
    """Of people who are added. It takes nobody away, so that two may send it at once."""
