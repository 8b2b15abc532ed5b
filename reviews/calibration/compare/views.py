"""Candidates side by side."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess
from reviews.calibration.compare.page import Incomparable, compare_page
from reviews.rules.enums import Action
from reviews.web.guard import guarded

bp = Blueprint("compare", __name__)


@bp.get("/cycles/<cycle>/compare")
@guarded(Action.OPEN_BOARD, on="cycle", params=("dimension",), lists=("packet",))
def show(access: CycleAccess) -> ResponseReturnValue:
    try:
        page = compare_page(
            access, request.args.getlist("packet"), request.args.get("dimension", "")
        )
    except Incomparable as refusal:
        return (
            render_template(
                "calibration/compare/refused.html", cycle=access.cycle, sentence=str(refusal)
            ),
            400,
        )
    if page is None:
        abort(404)
    return render_template("calibration/compare/show.html", cycle=access.cycle, page=page)
