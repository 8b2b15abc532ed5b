"""What a load balancer asks: whether the process answers at all."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from reviews.rules.enums import Action
from reviews.web.guard import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public(Action.READ_HEALTH)
def alive() -> ResponseReturnValue:
    """A constant: it asks nobody anything."""
    return "ok", {"Content-Type": "text/plain; charset=utf-8"}
