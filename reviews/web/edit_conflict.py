"""Two people saved one form: what the first one saved, beside what the second one typed."""

from collections.abc import Mapping
from dataclasses import dataclass

from reviews.rules.errors import StaleEdit
from reviews.web.forms import EditForm


@dataclass(frozen=True, slots=True)
class EditDifference:
    label: str
    saved: str
    typed: str


def show_both(
    form: EditForm, stale: StaleEdit, typed: Mapping[str, str]
) -> tuple[EditDifference, ...]:
    """Make the form ready to be saved over what is there now, and say where the two differ."""
    form.version.renew(stale.version)
    form.form_errors.append(f"{stale} Saving once more replaces what is shown beside yours.")
    return tuple(
        EditDifference(form[name].label.text, saved, typed[name])
        for name, saved in stale.saved.items()
        if saved != typed[name]
    )
