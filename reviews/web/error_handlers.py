"""From a refusal to an answer: on the form that met it, or as a constant page."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from limits import RateLimitItemPerMinute
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, TooManyRequests

from reviews.db.extensions import db
from reviews.rules.errors import RuleBroken
from reviews.web import request_log
from reviews.web.extensions import limiter
from reviews.web.guard import SAFE, OthersReadError
from reviews.web.request_log import Event

_PAGES = (400, 403, 404, 405, 409, 413, 415, 429, 500)
#: As PostgreSQL numbers it.
_UNIQUE_VIOLATION = "23505"
#: For each person, and for each address that is not signed in: enough for anybody who follows links.
_MISSES = RateLimitItemPerMinute(30)
#: Seconds after which a busy database is worth another try.
_PAUSE = 5
#: Fields that are never written into a page, not even for the person who typed them.
SECRETS = frozenset({"password", "present", "chosen"})


TAKEN = (
    "Somebody else saved the same at the same moment, in another window perhaps. Look first at what is there now;"
    " then change what you typed, or send it again."
)


@contextmanager
def rules_shown_on(form: FlaskForm) -> Iterator[None]:
    """Inside the block, a broken rule becomes an error of its field, or of the form; the page is then shown again.

    So does losing a race: what was looked for and not found, and then written by somebody else first.
    """
    savepoint = db.session.begin_nested()
    try:
        yield
        # A public form begins or ends the whole transaction inside the block.
        if savepoint.is_active:
            savepoint.commit()
    except IntegrityError as error:
        if not _is_taken(error):
            raise
        # What the page has loaded stays good for showing it again.
        savepoint.rollback()
        form.form_errors.append(TAKEN)
    except RuleBroken as broken:
        if broken.field and broken.field in form:
            # WTForms hands out a tuple here until validation fails, so a fresh list is made.
            form[broken.field].errors = [*form[broken.field].errors, str(broken)]
        else:
            form.form_errors.append(str(broken))


_Read = TypeVar("_Read")


def sound(read: _Read | RuleBroken) -> _Read:
    """What a reader gave. What kept it from reading is raised here, where `rules_shown_on` takes it to the form."""
    if isinstance(read, RuleBroken):
        raise read
    return read


def _is_taken(error: IntegrityError) -> bool:
    """SQLite lets in one writer at a time, who finds what was there before."""
    return getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION


def status_of(form: FlaskForm) -> int:
    """200 for a fresh form, 422 for one shown again: the guard rolls a 422 back."""
    return 422 if form.errors else 200


def _page(status: int, name: str = "", **sent: Any) -> Response:
    """A page that asks nobody anything: what every other page is given may be what has failed."""
    if request.method not in SAFE or status >= 500:
        db.session.rollback()
    template = current_app.jinja_env.get_template(f"errors/{name or status}.html")
    return Response(template.render(sent), status, mimetype="text/html")


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(TooManyRequests, lambda _error: _too_many())
    app.register_error_handler(CSRFError, lambda _error: _without_token())
    app.register_error_handler(StaleDataError, lambda _error: _conflict("stale"))
    app.register_error_handler(IntegrityError, _taken)
    app.register_error_handler(OperationalError, _not_now)
    app.register_error_handler(OthersReadError, lambda _error: _later("reading", "reading_again"))
    app.register_error_handler(RuleBroken, _rule_broken)
    app.after_request(_slow_down)


def _refused(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    return _page(error.code if error.code in _PAGES else (500 if error.code >= 500 else 400))


def _taken(error: IntegrityError) -> ResponseReturnValue:
    # Where no form could be shown again.
    if not _is_taken(error):
        raise error
    return _conflict("taken")


def _conflict(reason: str) -> Response:
    request_log.note(Event.CONFLICT, reason=reason)
    return _page(409)


def _without_token() -> Response:
    request_log.note(Event.DENIED, reason="token", status=403)
    return _page(403)


def _too_many() -> Response:
    request_log.note(Event.RATE_LIMITED)
    return _page(429)


def _not_now(error: OperationalError) -> ResponseReturnValue:
    """Nothing is done, and what was typed is ready to be sent again, under the token that it came with."""
    if not _passes_by_itself(error.orig):
        raise error
    request_log.note(Event.DATABASE_UNAVAILABLE, **request_log.database_facts(error))
    return _later("503", "send_again")


def _later(page_name: str, with_text: str) -> ResponseReturnValue:
    """503, with what was typed where that is not a file or a secret."""
    try:
        sent = [] if request.files else list(request.form.items(multi=True))
    except HTTPException as unreadable:
        return _refused(unreadable)
    fields = [field for field in sent if field[0] != "csrf_token"]
    if not fields or SECRETS & {name for name, _ in fields}:
        page = _page(503, page_name)
    else:
        page = _page(503, with_text, token=request.form.get("csrf_token", ""), fields=fields)
    page.retry_after = _PAUSE
    return page


def _passes_by_itself(error: BaseException | None) -> bool:
    """Somebody else kept the lock for too long, or the server is away: not a fault of the statement."""
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    # PostgreSQL calls nothing else operational.
    return hasattr(error, "sqlstate")


def _rule_broken(error: RuleBroken) -> ResponseReturnValue:
    request_log.note(Event.CONFLICT, reason="rule")
    db.session.rollback()
    return render_template("errors/refused.html", sentence=str(error)), 409


def _slow_down(response: Response) -> Response:
    """Whoever tries one address after another learns nothing more; what is open to them stays open."""
    if response.status_code == 404 and not limiter.limiter.hit(_MISSES, "misses", _asker()):
        return _too_many()
    return response


def _asker() -> str:
    if current_user.is_authenticated:
        return f"person {current_user.person_id}"
    return get_remote_address()
