"""The calibration board, and candidates side by side."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from reviews.access import CycleAccess
from reviews.calibration.blueprint import bp
from reviews.calibration.board import arrange, levels_of, managers_of
from reviews.calibration.board_forms import PARAMETERS, BoardForm
from reviews.calibration.board_queries import seen_on_board
from reviews.calibration.compare import Incomparable, compare_page
from reviews.guard import guarded
from reviews.vocabulary import Action


@bp.get("/cycles/<cycle>/board")
@guarded(Action.OPEN_BOARD, on="cycle", params=PARAMETERS)
def board(access: CycleAccess) -> ResponseReturnValue:
    seen = seen_on_board(access)
    form = BoardForm.offering(levels_of(seen), managers_of(seen), request.args)
    if not form.validate():
        abort(400)
    page = arrange(seen, form.choice, cycle=access.cycle.public_id, now=access.viewer.now)
    if page is None:
        abort(400)
    return render_template("calibration/board.html", cycle=access.cycle, page=page, form=form)


@bp.get("/cycles/<cycle>/compare")
@guarded(Action.OPEN_BOARD, on="cycle", params=("dimension",), lists=("packet",))
def compare(access: CycleAccess) -> ResponseReturnValue:
    try:
        page = compare_page(
            access, request.args.getlist("packet"), request.args.get("dimension", "")
        )
    except Incomparable as refusal:
        return (
            render_template(
                "calibration/cannot_compare.html", cycle=access.cycle, sentence=str(refusal)
            ),
            400,
        )
    if page is None:
        abort(404)
    return render_template("calibration/compare.html", cycle=access.cycle, page=page)
