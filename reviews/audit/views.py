"""The pages on which an owner reads what happened, in a cycle and on the site."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.audit import queries
from reviews.audit.queries import AuditPage
from reviews.rules.enums import Action
from reviews.web.guard import guarded

bp = Blueprint("audit", __name__)

#: More digits than any log has pages.
_DIGITS = 9
_PARAMS = ("action", "person", "page")


@dataclass(frozen=True, slots=True)
class PageLink:
    label: str
    url: str
    current: bool


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
    return render_template("audit/log.html", page=page, url=_url_of(page), links=_links(page))


def _links(page: AuditPage) -> list[PageLink]:
    """The first and last page and those around this one, then the next."""
    near = {1, page.pages, page.page - 1, page.page, page.page + 1}
    numbers = sorted(number for number in near if 1 <= number <= page.pages)
    links = [PageLink(str(n), _url(page, n), current=n == page.page) for n in numbers]
    if page.page < page.pages:
        links.append(PageLink("Next", _url(page, page.page + 1), current=False))
    return links


def _url(page: AuditPage, number: int) -> str:
    return _url_of(
        page,
        action=page.action or None,
        person=page.person or None,
        page=number if number > 1 else None,
    )


def _url_of(log: AuditPage, **filters: Any) -> str:
    if log.cycle is None:
        return url_for(".site", **filters)
    return url_for(".cycle", cycle=log.cycle.public_id, **filters)
