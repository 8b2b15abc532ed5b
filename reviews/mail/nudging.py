"""Whoever has left a message wakes the worker, once the transaction has committed."""

from functools import cache

from flask_sqlalchemy.session import Session
from sqlalchemy import event

from reviews.db.extensions import RequestSession
from reviews.mail.outbox import POSTED
from reviews.web import mode


@cache
def init_app() -> None:
    """For all applications of the process: they have one kind of session."""
    event.listen(RequestSession, "after_commit", _after_commit)
    event.listen(RequestSession, "after_rollback", _after_rollback)


def _after_commit(session: Session) -> None:
    if session.info.pop(POSTED, False):
        from reviews.mail import queue  # noqa: PLC0415 - few requests need it

        queue.nudge(*mode.queue_settings())


def _after_rollback(session: Session) -> None:
    session.info.pop(POSTED, None)
