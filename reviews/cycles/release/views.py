"""Releasing the outcomes of a cycle."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess
from reviews.cycles.phases import queries as phases
from reviews.cycles.release import queries, service
from reviews.cycles.release.forms import ReleaseForm
from reviews.display.formatting import moment
from reviews.rules.enums import Action
from reviews.rules.errors import StaleEdit
from reviews.web.edit_conflict import EditDifference, show_both
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.guard import guarded

bp = Blueprint("release", __name__)


@bp.route("/cycles/<cycle>/release", methods=["GET", "POST"])
@guarded(Action.RELEASE_CYCLE, on="cycle")
def edit(access: CycleAccess) -> ResponseReturnValue:
    cycle = access.cycle
    planned = queries.planned_release(cycle)
    form = ReleaseForm(data={**planned, "version": cycle.version}, zone=cycle.time_zone)
    differences: tuple[EditDifference, ...] = ()
    if form.validate_on_submit():
        at = None if form.when.data == "now" else form.instant(form.at)
        with rules_shown_on(form):
            try:
                service.release_cycle(
                    cycle,
                    at=at,
                    reason=form.reason.data or "",
                    version=form.version.data or 0,
                    actor=access.viewer,
                    now=access.viewer.now,
                )
            except StaleEdit as stale:
                typed = {
                    "at": moment(at, cycle.time_zone) if at else "now",
                    "reason": form.reason.data or "",
                }
                differences = show_both(form, stale, typed)
            else:
                flash("The release is set." if at else "The outcomes are open.")
                return redirect(url_for("cycles.show", cycle=cycle.public_id))
    html = render_template(
        "cycles/release/edit.html",
        access=access,
        form=form,
        planned=planned,
        is_empty=phases.is_empty(cycle),
        differences=differences,
    )
    return html, 409 if differences else status_of(form)
