"""From a refusal to an answer: on the form that met it, or as a constant page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, TooManyRequests

from reviews.db import hits
from reviews.db.extensions import READ, db
from reviews.db.hits import Limit
from reviews.db.trouble import Trouble, trouble_of
from reviews.display.formatting import waiting_time
from reviews.rules.errors import RuleBroken, TooBusy
from reviews.web import callers, request_log
from reviews.web.guard import SAFE, OthersReadError, ReadNotLogged
from reviews.web.request_log import Event
from reviews.web.typed_text import PROOF, SECRETS, typed

_PAGES = (400, 403, 404, 405, 409, 413, 415, 429, 500)
#: As PostgreSQL numbers it.
_UNIQUE_VIOLATION = "23505"
#: For each person, and for each address that is not signed in: enough for anybody who follows links.
_MISSES = Limit("misses", most=30, seconds=60)
#: Which page says what is wrong with the database.
_TROUBLES = {Trouble.BUSY: "503", Trouble.AWAY: "503_away", Trouble.SHUT: "503_shut"}
#: Seconds after which a busy database, or server, is worth another try.
_PAUSE = 5

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
        _let_go()
    template = current_app.jinja_env.get_template(f"errors/{name or status}.html")
    return Response(template.render(typed=typed(), **sent), status, mimetype="text/html")


def _let_go() -> None:
    """End the transaction. One that the database has ended already cannot be rolled back: its connection goes too."""
    try:
        db.session.rollback()
    except SQLAlchemyError:
        db.session().invalidate()


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(TooManyRequests, _too_many_attempts)
    app.register_error_handler(CSRFError, lambda _error: _without_token())
    app.register_error_handler(StaleDataError, lambda _error: _conflict("stale"))
    app.register_error_handler(IntegrityError, _taken)
    app.register_error_handler(SQLAlchemyError, _not_now)
    app.register_error_handler(TooBusy, lambda _error: _busy())
    app.register_error_handler(OthersReadError, lambda _error: _later("reading"))
    app.register_error_handler(ReadNotLogged, _read_not_logged)
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


def _too_many(wait: int) -> Response:
    """`wait`: in seconds, until the same may be tried again."""
    request_log.note(Event.RATE_LIMITED)
    page = _page(429, "wait", wait=waiting_time(wait))
    page.retry_after = wait
    return page


def _too_many_attempts(error: TooManyRequests) -> Response:
    # The only ones that raise it are ours, and say how long.
    assert isinstance(error.retry_after, int)  # noqa: S101 - see above
    return _too_many(error.retry_after)


def _busy() -> Response:
    request_log.note(Event.BUSY)
    page = _page(503, "busy")
    page.retry_after = _PAUSE
    return page


def _not_now(error: SQLAlchemyError) -> ResponseReturnValue:
    """Nothing is done, and what was typed is ready to be sent again, under the token that it came with."""
    trouble = trouble_of(error, is_reading=bool(db.session().info.get(READ)))
    if trouble is None:
        raise error
    return _try_later(error, trouble)


def _read_not_logged(error: ReadNotLogged) -> ResponseReturnValue:
    """Whatever the database's reason: nobody is shown what cannot be written down."""
    cause = error.__cause__
    found = trouble_of(cause, is_reading=False) if isinstance(cause, SQLAlchemyError) else None
    return _try_later(cause or error, found or Trouble.SHUT)


def _try_later(error: BaseException, trouble: Trouble) -> ResponseReturnValue:
    facts = request_log.database_facts(error)
    request_log.note(Event.DATABASE_UNAVAILABLE, trouble=trouble.value, **facts)
    return _later(_TROUBLES[trouble])


def _later(name: str) -> ResponseReturnValue:
    """503, with what was typed where that is not a file or a secret. `name`: of the page that says why."""
    try:
        # A browser sends a file field that was left empty too, without a name.
        has_files = any(file.filename for file in request.files.values())
        sent = [] if has_files else list(request.form.items(multi=True))
    except HTTPException as unreadable:
        return _refused(unreadable)
    fields = [field for field in sent if field[0] not in {"csrf_token", *PROOF}]
    if not fields or SECRETS & {field for field, _ in fields}:
        page = _page(503, name)
    else:
        token = request.form.get("csrf_token", "")
        page = _page(503, "send_again", page=f"errors/{name}.html", token=token, fields=fields)
    page.retry_after = _PAUSE
    return page


def _rule_broken(error: RuleBroken) -> ResponseReturnValue:
    request_log.note(Event.CONFLICT, reason="rule")
    db.session.rollback()
    return render_template("errors/refused.html", sentence=str(error), typed=typed()), 409


def counted(limit: Limit) -> None:
    """Count what this request asks for; whoever has asked for too much of it gets a 429 instead."""
    g.limit = limit


def _slow_down(response: Response) -> Response:
    """Whoever tries one address after another learns nothing more; what is open to them stays open.

    Here the request's transaction has ended, so that counting can have one of its own.
    """
    limit = _MISSES if response.status_code == 404 else g.pop("limit", None)
    if limit is not None and not hits.hit(limit, callers.hidden(limit.name, callers.asker())):
        # As long for everybody: what is left of the stretch is different from second to second.
        return _too_many(limit.seconds)
    return response
