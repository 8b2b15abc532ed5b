"""The list of cycles, and the page of one. What is done in a cycle has a folder of its own beside this file."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.cycles import queries
from reviews.cycles.next_actions import next_actions
from reviews.rules.enums import Action
from reviews.web.guard import guarded

bp = Blueprint("cycles", __name__)


@bp.get("/cycles")
@guarded(Action.SEE_INBOX)
def index(access: SiteAccess) -> ResponseReturnValue:
    return render_template("cycles/index.html", page=queries.index_page(access))


@bp.get("/cycles/<cycle>")
@guarded(Action.READ_CYCLE, on="cycle")
def show(access: CycleAccess) -> ResponseReturnValue:
    page = queries.cycle_page(access)
    return render_template("cycles/show.html", page=page, next_actions=next_actions(page))
