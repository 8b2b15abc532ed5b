"""From a refusal to an answer: on the form that met it, or as a constant page."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from reviews.extensions import db
from reviews.refusals import RuleBroken

_PAGES = (400, 403, 404, 405, 409, 413, 429, 500)


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


def _is_taken(error: IntegrityError) -> bool:
    """SQLite lets in one writer at a time, who finds what was there before."""
    return isinstance(error.orig, UniqueViolation)


def status_of(form: FlaskForm) -> int:
    """200 for a fresh form, 422 for one shown again: the guard rolls a 422 back."""
    return 422 if form.errors else 200


def _page(status: int) -> ResponseReturnValue:
    db.session.rollback()
    return render_template(f"errors/{status}.html"), status


def init_app(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def answer(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        return _page(error.code if error.code in _PAGES else (500 if error.code >= 500 else 400))

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> ResponseReturnValue:
        return _page(403)

    @app.errorhandler(StaleDataError)
    def stale(_error: StaleDataError) -> ResponseReturnValue:
        return _page(409)

    @app.errorhandler(IntegrityError)
    def taken(error: IntegrityError) -> ResponseReturnValue:
        # Where no form could be shown again.
        if not _is_taken(error):
            raise error
        return _page(409)

    @app.errorhandler(RuleBroken)
    def refused(error: RuleBroken) -> ResponseReturnValue:
        db.session.rollback()
        return render_template("errors/refused.html", sentence=str(error)), 409
