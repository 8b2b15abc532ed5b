"""How far each packet of a cycle has come."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess
from reviews.cycles.progress.queries import progress_page
from reviews.rules.enums import Action
from reviews.web.error_handlers import status_of
from reviews.web.guard import guarded
from reviews.web.lists import NameSearch, page_number

bp = Blueprint("progress", __name__)


@bp.get("/cycles/<cycle>/progress")
@guarded(Action.SEE_PROGRESS, on="cycle", params=("q", "page"))
def show(access: CycleAccess) -> ResponseReturnValue:
    form = NameSearch(request.args)
    page = progress_page(access, page=page_number(), name=form.words)
    if page.pagination.page > 1 and not page.rows:
        abort(404)
    html = render_template("cycles/progress/show.html", page=page, form=form)
    return html, status_of(form)
