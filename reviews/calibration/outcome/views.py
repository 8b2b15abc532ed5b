"""What the candidate and the manager read after release, and the committee before it."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reviews.access.expectations import ladder_of
from reviews.access.loaders import PacketAccess
from reviews.calibration import service
from reviews.calibration.outcome import queries
from reviews.rules.enums import Action, Outcome
from reviews.web.forms import take_button_only
from reviews.web.guard import guarded

_HEADLINES = {
    Outcome.PROMOTE: "Promoted",
    Outcome.NOT_YET: "Not yet",
    Outcome.DEFER: "Deferred",
}


bp = Blueprint("outcome", __name__)


@bp.get("/packets/<packet>/outcome")
@guarded(Action.READ_OUTCOME, on="packet")
def show(access: PacketAccess) -> ResponseReturnValue:
    page = queries.outcome_page(access)
    if page is None:
        abort(404)
    return render_template(
        "calibration/outcome/show.html",
        access=access,
        page=page,
        outcome_words=_HEADLINES,
        ladder_name=ladder_of(access.packet.ladder_version).name,
    )


@bp.post("/packets/<packet>/outcome/read")
@guarded(Action.MARK_OUTCOME_READ, on="packet")
def mark_read(access: PacketAccess) -> ResponseReturnValue:
    take_button_only()
    service.mark_outcome_read(access.packet, actor=access.viewer, now=access.viewer.now)
    flash("Marked as read. You find it again on your home page, under Outcomes.")
    return redirect(url_for(".show", packet=access.packet.public_id))
