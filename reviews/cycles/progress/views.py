"""How far each packet of a cycle has come."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess
from reviews.cycles.progress.queries import progress_page
from reviews.rules.enums import Action
from reviews.web.guard import guarded

bp = Blueprint("progress", __name__)


@bp.get("/cycles/<cycle>/progress")
@guarded(Action.SEE_PROGRESS, on="cycle")
def show(access: CycleAccess) -> ResponseReturnValue:
    return render_template("cycles/progress/show.html", page=progress_page(access))
