"""The calibration board."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess
from reviews.calibration.board.forms import PARAMETERS, BoardForm
from reviews.calibration.board.page import arrange, levels_of, managers_of
from reviews.calibration.board.queries import board_data
from reviews.rules.enums import Action
from reviews.web.guard import guarded

bp = Blueprint("board", __name__)


@bp.get("/cycles/<cycle>/board")
@guarded(Action.OPEN_BOARD, on="cycle", params=PARAMETERS)
def show(access: CycleAccess) -> ResponseReturnValue:
    seen = board_data(access)
    form = BoardForm.offering(levels_of(seen), managers_of(seen), request.args)
    if not form.validate():
        abort(400)
    page = arrange(seen, form.choice, cycle=access.cycle.public_id, now=access.viewer.now)
    if page is None:
        abort(400)
    return render_template("calibration/board/show.html", cycle=access.cycle, page=page, form=form)
