"""The pages on which an owner reads what happened, in a cycle and on the site."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.audit import queries
from reviews.rules.enums import Action
from reviews.web.guard import guarded
from reviews.web.lists import page_number

bp = Blueprint("audit", __name__)

_PARAMS = ("action", "person", "page")


@bp.get("/cycles/<cycle>/audit")
@guarded(Action.READ_CYCLE_AUDIT, on="cycle", params=_PARAMS)
def cycle(access: CycleAccess) -> ResponseReturnValue:
    return _show(access)


@bp.get("/audit")
@guarded(Action.READ_SITE_AUDIT, params=_PARAMS)
def site(access: SiteAccess) -> ResponseReturnValue:
    """What belongs to no cycle: ladders, people and their accounts."""
    return _show(access)


def _show(access: CycleAccess | SiteAccess) -> ResponseReturnValue:
    page = queries.audit_page(
        access,
        action=request.args.get("action", ""),
        person=request.args.get("person", ""),
        page=page_number(),
    )
    url = url_for(".cycle", cycle=page.cycle.public_id) if page.cycle else url_for(".site")
    return render_template("audit/log.html", page=page, url=url)
