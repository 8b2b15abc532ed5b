"""The calibration board."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess
from reviews.calibration.board.forms import PARAMETERS, BoardForm
from reviews.calibration.board.page import board_page
from reviews.calibration.board.queries import BoardRows, population, target_levels
from reviews.rules.enums import Action
from reviews.rules.scale import ScaleWords
from reviews.web.guard import guarded

bp = Blueprint("board", __name__)


@bp.get("/cycles/<cycle>/board")
@guarded(Action.OPEN_BOARD, on="cycle", params=PARAMETERS)
def show(access: CycleAccess) -> ResponseReturnValue:
    seen, levels = population(access), target_levels(access.cycle.id)
    form = BoardForm.offering(
        [(level.value, level.title) for level in levels if level.id in seen.levels],
        seen.managers.items(),
        request.args,
    )
    if not form.validate():
        abort(400)
    page = board_page(BoardRows(access, form.choice, levels, seen), now=access.viewer.now)
    if page is None:
        abort(400)
    return render_template(
        "calibration/board/show.html",
        cycle=access.cycle,
        page=page,
        form=form,
        scale=ScaleWords.of(access.cycle.scale),
    )
