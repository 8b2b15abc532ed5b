"""Naming owners: by those who run the cycle, and by whoever runs the site where nobody does."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.access.naming import called
from reviews.cycles import ownership
from reviews.cycles.owners import service
from reviews.cycles.owners.forms import NameOwnersForm
from reviews.cycles.panels.queries import people_of, people_to_choose
from reviews.cycles.queries import needs_reason
from reviews.db.models.cycles import Cycle
from reviews.display.formatting import listed
from reviews.rules.enums import Action
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.guard import guarded
from reviews.web.lists import count_search

bp = Blueprint("owners", __name__)


@bp.route("/cycles/<cycle>/owners/new", methods=["GET", "POST"])
@guarded(Action.NAME_OWNER, on="cycle")
def name(access: CycleAccess) -> ResponseReturnValue:
    form = NameOwnersForm(needs_reason=needs_reason(access, Action.NAME_OWNER))
    here = url_for("cycles.show", cycle=access.cycle.public_id)
    return _name(access, access.cycle, form, here)


@bp.route("/cycles/without-owner/<cycle>", methods=["GET", "POST"])
@guarded(Action.NAME_MISSING_OWNER)
def name_missing(access: SiteAccess, cycle: str) -> ResponseReturnValue:
    row = ownership.cycle_without_owner(cycle, access.viewer.now) or abort(404)
    form = NameOwnersForm()
    form.reason.label.text = "Why these people"
    form.reason.description = (
        "You do not run this cycle yourself, so this is done with a reason on record."
    )
    return _name(access, row, form, url_for("cycles.index"))


def _name(
    access: CycleAccess | SiteAccess, cycle: Cycle, form: NameOwnersForm, then: str
) -> ResponseReturnValue:
    is_missing = isinstance(access, SiteAccess)
    chosen = people_of(form.people.data or ())
    if form.is_sent_to_save():
        with rules_shown_on(form):
            named = service.name_owners(
                cycle,
                chosen,
                actor=access.viewer,
                now=access.viewer.now,
                reason=form.given_reason,
                is_missing=is_missing,
            )
            names = [person.name for person in named or chosen]
            already = "" if named else " already"
            flash(f"{listed(names)} {'runs' if len(names) == 1 else 'run'} {cycle.name}{already}.")
            return redirect(then)
    if form.search:
        count_search()
    people = people_to_choose(form.search, ticked=chosen)
    html = render_template(
        "cycles/owners/name.html",
        cycle=cycle,
        is_missing=is_missing,
        owners=ownership.owners_now(cycle),
        form=form,
        people=people,
        called=called(access.viewer, people),
        then=then,
    )
    return html, status_of(form)
