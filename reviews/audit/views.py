"""The pages on which an owner reads what happened, in a cycle and on the site."""

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.audit import queries
from reviews.rules.enums import Action
from reviews.web.guard import guarded

bp = Blueprint("audit", __name__)

#: More digits than any log has pages.
_DIGITS = 9
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
    number = request.args.get("page", "1")
    if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
        abort(400)
    page = queries.audit_page(
        access,
        action=request.args.get("action", ""),
        person=request.args.get("person", ""),
        page=int(number),
    )
    url = url_for(".cycle", cycle=page.cycle.public_id) if page.cycle else url_for(".site")
    return render_template("audit/log.html", page=page, url=url)
