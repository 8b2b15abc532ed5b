"""The inbox."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from reviews.access.loaders import SiteAccess
from reviews.home import queries
from reviews.rules.enums import Action
from reviews.web.guard import guarded

bp = Blueprint("home", __name__)


@bp.get("/")
@guarded(Action.SEE_INBOX)
def inbox(access: SiteAccess) -> ResponseReturnValue:
    return render_template("home/inbox.html", page=queries.inbox(access))
