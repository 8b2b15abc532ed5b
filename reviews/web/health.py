"""What a load balancer asks: whether the process answers at all, and whether it can work."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from reviews.db import migrations
from reviews.rules.enums import Action
from reviews.web.guard import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public(Action.READ_HEALTH)
def alive() -> ResponseReturnValue:
    """A constant: it asks nobody anything."""
    return _word("ok")


@bp.get("/readyz")
@public(Action.READ_HEALTH)
def ready() -> ResponseReturnValue:
    """One word, of what is missing if something is.

    Whatever is in the database, it costs the same few small statements.
    """
    try:
        is_newest = migrations.is_newest()
    except SQLAlchemyError:
        return _word("database", 503)
    return _word("ready") if is_newest else _word("migrations", 503)


def _word(word: str, status: int = 200) -> ResponseReturnValue:
    return word, status, {"Content-Type": "text/plain; charset=utf-8"}
