"""Signing in and out, and the own account."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from math import ceil
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.routing import RequestRedirect

from reviews.access.loaders import SiteAccess
from reviews.access.viewer import Viewer
from reviews.db import random_source
from reviews.db.hits import Limit
from reviews.db.models.people import Person
from reviews.people import attempts, passwords, queries, service
from reviews.people.addresses import email_key
from reviews.people.attempts import Attempt, TooManyFailures
from reviews.rules.enums import Action
from reviews.rules.errors import TooBusy
from reviews.signing_in.forms import (
    ChangePasswordForm,
    ChoosePasswordForm,
    EndSessionsForm,
    LinksReadForm,
    SignInForm,
)
from reviews.web import callers, request_log, typed_text
from reviews.web.error_handlers import counted, rules_shown_on, status_of
from reviews.web.extensions import login_manager
from reviews.web.forms import take_button_only
from reviews.web.guard import (
    SAFE,
    begin_late_write,
    check_public_token,
    commit_or_rollback,
    guarded,
    public,
)
from reviews.web.mode import lets_demo_accounts_in
from reviews.web.request_log import Event

bp = Blueprint("signing_in", __name__)

#: A page is no write: that a session was used is written down no more often.
_KEPT_OPEN_EVERY = timedelta(minutes=5)
#: Links that open nothing, for each network.
_LINKS = Limit("links", most=30, seconds=60)
#: Pages of ours to which nobody wants to be led.
_NO_PLACE_TO_GO = frozenset({"static", "health.alive", "health.ready", "signing_in.sign_in"})


def _viewer(token: str) -> Viewer | None:
    found = queries.viewer_of_session(token)
    if found is None:
        return None
    viewer, idle_until = found
    request_log.note_person(viewer.public_id)
    if viewer.now + _idle() - idle_until > _KEPT_OPEN_EVERY:
        g.used_session = viewer
    return viewer


def _site() -> str:
    """What the company calls the place: a password made of it is no secret."""
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or ""


def _idle() -> timedelta:
    return timedelta(minutes=current_app.config["SESSION_IDLE_MINUTES"])


@bp.teardown_app_request
def _keep_open(failure: BaseException | None) -> None:
    """Once the request's transaction has ended. A busy database is no reason to fail: the next request tries again."""
    viewer = g.pop("used_session", None)
    if viewer is not None and failure is None:
        with suppress(OperationalError):
            service.keep_open(viewer, idle=_idle())


login_manager.user_loader(_viewer)


def to_sign_in() -> ResponseReturnValue:
    """On to signing in. What was typed goes along, and is given back to the same person."""
    # Of a page the whole address; a form may have another one than its page, and goes there by itself.
    address = request.full_path.rstrip("?") if request.method in SAFE else request.path
    text = typed_text.sealed()
    if not text:
        return redirect(url_for("signing_in.sign_in", next=address))
    form = SignInForm(formdata=None, data={"next": address, "typed": text})
    return render_template("signing_in/sign_in.html", form=form), 401


login_manager.unauthorized_handler(to_sign_in)


@contextmanager
def _failures_noted() -> Iterator[None]:
    """Inside the block, not being recognised leaves a line in the log."""
    try:
        yield
    except service.NotRecognised as failure:
        request_log.note(Event.SIGN_IN_FAILED, account=failure.account)
        raise


@contextmanager
def _bad_links_counted() -> Iterator[None]:
    try:
        yield
    except service.NotRecognised:
        counted(_LINKS)
        raise


def own_path(target: str | None) -> str:
    """Where to go after signing in: a GET page of ours, as it was asked for; else home."""
    home = url_for("home.inbox")
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return home
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in target):
        return home
    path = target.partition("?")[0]
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return home
    return home if endpoint in _NO_PLACE_TO_GO else target


def _attempt(*account: str) -> Attempt:
    name = callers.hidden(*account)
    source, is_known = callers.source_of(name)
    return Attempt(account=name, source=source, is_known=is_known, browser=callers.browser())


@contextmanager
def _counted(attempt: Attempt) -> Iterator[int]:
    """Inside the block, which ends the transaction that is open, a password is looked at, unless it is too soon."""
    try:
        failure = attempts.begin(attempt)
    except TooManyFailures as early:
        raise TooManyRequests(retry_after=ceil(early.wait.total_seconds())) from early
    try:
        yield failure
    except TooBusy:
        attempts.forget(attempt, failure)
        raise


@bp.route("/sign-in", methods=["GET", "POST"])
@public(Action.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    check_public_token()
    form = SignInForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        attempt = _attempt("account", email_key(email))
        with rules_shown_on(form), _failures_noted():
            with _counted(attempt):
                recognised = service.recognise(
                    email, form.password.data or "", demo_allowed=lets_demo_accounts_in()
                )
            begin_late_write()
            attempts.forgive(attempt)
            person = service.still_recognised(recognised)
            return _let_in(person, own_path(form.next.data), form.typed.data)
    elif not form.is_submitted():
        form.next.data = request.args.get("next", "")
    response = current_app.make_response(
        (render_template("signing_in/sign_in.html", form=form), status_of(form))
    )
    commit_or_rollback(response)
    return response


def _let_in(person: Person, target: str, sealed: str | None = None) -> Response:
    """Open a session, and lead on: to what was typed before, to what has to be read first, or to the target."""
    if current_user.is_authenticated:
        # The browser gets another cookie: nobody would end this session any more.
        service.sign_out(current_user._get_current_object())
    hours = current_app.config["SESSION_HOURS"]
    token = service.open_session(person, at=queries.now(), hours=hours, idle=_idle())
    if queries.links_not_acknowledged(person.id):
        target = url_for(".links", next=target)
    response = _enter(token, target, sealed)
    callers.remember_browser(response, callers.hidden("account", person.email_key))
    return response


def _enter(token: str, target: str, sealed: str | None) -> Response:
    viewer = _viewer(token)
    assert viewer is not None  # noqa: S101 - opened a moment ago in this transaction
    found = typed_text.unsealed(sealed, viewer.public_id)
    # Forms that this person has open in another tab stay good; nothing else set before signing in survives it.
    _leave_browser(to=viewer.public_id)
    login_user(viewer)
    session["_user_id"] = token
    if found:
        session["csrf_token"] = session.get("csrf_token") or random_source.token("csrf")
    response = current_app.make_response(
        render_template("signing_in/put_back.html", typed=found) if found else redirect(target)
    )
    commit_or_rollback(response)
    return response


def _leave_browser(*, to: str) -> None:
    """Empty the cookie, but for the secret of the forms where they are this person's own."""
    secret = session.get("csrf_token") if session.get(typed_text.WHOSE) == to else None
    session.clear()
    session[typed_text.WHOSE] = to
    if secret:
        session["csrf_token"] = secret


@bp.post("/sign-out")
@guarded(Action.SIGN_OUT)
def sign_out(access: SiteAccess) -> ResponseReturnValue:
    take_button_only()
    service.sign_out(access.viewer)
    logout_user()
    _leave_browser(to=access.viewer.public_id)
    response = current_app.make_response(redirect(url_for("signing_in.sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
@public(Action.SIGN_IN)
def use_link(token: str) -> ResponseReturnValue:
    check_public_token()
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        with rules_shown_on(form), _failures_noted():
            with _bad_links_counted():
                password_hash = service.hash_for_link(
                    token, form.password.data or "", at=queries.now(), site=_site()
                )
            begin_late_write()
            person = service.choose_password(token, password_hash, at=queries.now())
            response = _let_in(person, url_for("home.inbox"))
            flash("Your password is set, and you are signed in.")
            return response
    response = current_app.make_response(
        (render_template("signing_in/choose_password.html", form=form), status_of(form))
    )
    commit_or_rollback(response)
    return response


# -- The viewer's own account


@bp.route("/account", methods=["GET", "POST"])
@guarded(Action.MANAGE_OWN_ACCOUNT)
def account(access: SiteAccess) -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        # A stolen session is slowed down, and the person's own one is not.
        attempt = _attempt("present password", str(access.viewer.session_id))
        chosen = form.chosen.data or ""
        with rules_shown_on(form):
            person = queries.own_person(access.viewer)
            service.check_password(chosen, person, site=_site(), field="chosen")
        with rules_shown_on(form), _counted(attempt) as failure:
            present = service.check_present_password(access.viewer, form.present.data or "")
        if not form.errors:
            password_hash = passwords.hash_password(chosen)
            begin_late_write()
            attempts.forgive(attempt)
            service.change_password(access.viewer, password_hash, instead_of=present)
            flash("Your password is changed. Your other sessions have ended.")
            return redirect(url_for(".account"))
        if not form.present.errors:
            attempts.forget(attempt, failure)
    page = queries.account_page(access)
    return render_template("signing_in/account.html", page=page, form=form), status_of(form)


@bp.route("/account/links", methods=["GET", "POST"])
@guarded(Action.MANAGE_OWN_ACCOUNT, params=("next",))
def links(access: SiteAccess) -> ResponseReturnValue:
    """Who has seen links with which one could sign in as the viewer."""
    form = LinksReadForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.acknowledge_links(access.viewer, newest=form.newest.data or "")
            return redirect(own_path(form.next.data))
    page = queries.links_page(access)
    form.newest.data, form.next.data = page.newest, own_path(request.args.get("next"))
    return render_template("signing_in/links.html", page=page, form=form), status_of(form)


@bp.post("/account/sessions")
@guarded(Action.MANAGE_OWN_ACCOUNT)
def end_sessions(access: SiteAccess) -> ResponseReturnValue:
    form = EndSessionsForm()
    if not form.validate():
        abort(400)
    service.end_own_sessions(access.viewer, handle=form.session.data or "")
    flash("Ended. That browser has to sign in again.")
    return redirect(url_for(".account"))
