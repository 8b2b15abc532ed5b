"""Moving a cycle to its next phase."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess
from reviews.cycles.phases.forms import AdvanceForm
from reviews.cycles.phases.queries import ADVANCE, advance_page
from reviews.cycles.phases.service import advance_cycle
from reviews.cycles.queries import needs_reason
from reviews.rules.enums import Action, CyclePhase
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.guard import guarded

bp = Blueprint("phases", __name__)


@bp.route("/cycles/<cycle>/advance", methods=["GET", "POST"])
@guarded(Action.ADVANCE_CYCLE, on="cycle")
def advance(access: CycleAccess) -> ResponseReturnValue:
    form = AdvanceForm(
        data={"phase": access.cycle.phase.value},
        needs_reason=needs_reason(access, Action.ADVANCE_CYCLE),
    )
    if form.validate_on_submit():
        with rules_shown_on(form):
            advance_cycle(
                access.cycle,
                actor=access.viewer,
                now=access.viewer.now,
                reason=form.given_reason,
            )
            flash(_ENTERED[access.cycle.phase])
            return redirect(url_for("cycles.show", cycle=access.cycle.public_id))
    page = advance_page(access)
    button, what = ADVANCE[access.cycle.phase]
    html = render_template(
        "cycles/phases/advance.html", page=page, form=form, button=button, what=what
    )
    return html, status_of(form)


_ENTERED = {
    CyclePhase.EVIDENCE: "The cycle is open. People can start their packets.",
    CyclePhase.RATING: "Rating has begun. Managers and approved peers find their packets on their home page.",
    CyclePhase.CALIBRATION: "Calibration has begun. The panels can read and vote.",
}
