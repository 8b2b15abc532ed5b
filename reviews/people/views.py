"""Signing in and out."""

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from reviews.access import SiteAccess
from reviews.errors import rules_shown_on, status_of
from reviews.extensions import limiter, login_manager
from reviews.guard import guarded, public_write, settle
from reviews.people import queries, service
from reviews.people.addresses import email_key
from reviews.people.forms import ChoosePasswordForm, SignInForm
from reviews.vocabulary import Action

bp = Blueprint("people", __name__)


login_manager.user_loader(queries.viewer_of_session)


def own_path(target: str | None) -> str:
    """Where to go after signing in: a GET page of ours, else home. Anything else in `next` is ignored."""
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
    return home if endpoint in {"static", "health", "people.sign_in"} else path


def _attempted_account() -> str:
    return email_key(request.form.get("email", ""))


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("100/hour", methods=["POST"])
@limiter.limit("10/15 minutes", methods=["POST"], key_func=_attempted_account)
def sign_in() -> ResponseReturnValue:
    public_write()
    form = SignInForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            token = service.sign_in(
                form.email.data or "",
                form.password.data or "",
                at=queries.now(),
                hours=current_app.config["SESSION_HOURS"],
                demo_allowed=current_app.config["MODE"] in {"demo", "test"},
            )
            return _enter(token, own_path(form.next.data))
    elif not form.is_submitted():
        form.next.data = request.args.get("next", "")
    response = current_app.make_response(
        (render_template("people/sign_in.html", form=form), status_of(form))
    )
    settle(response)
    return response


def _enter(token: str, target: str) -> ResponseReturnValue:
    # A new session from the first byte: nothing set before signing in survives it.
    session.clear()
    viewer = queries.viewer_of_session(token)
    assert viewer is not None  # noqa: S101 - opened a moment ago in this transaction
    login_user(viewer)
    session["_user_id"] = token
    response = current_app.make_response(redirect(target))
    settle(response)
    return response


@bp.post("/sign-out")
@guarded(Action.SEE_INBOX)
def sign_out(access: SiteAccess) -> ResponseReturnValue:
    service.sign_out(access.viewer)
    logout_user()
    session.clear()
    response = current_app.make_response(redirect(url_for("people.sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
@limiter.limit("30/hour", methods=["POST"])
def use_link(token: str) -> ResponseReturnValue:
    public_write()
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.choose_password(token, form.password.data or "", at=queries.now())
            flash("Your password is set. Sign in with it.")
            response = current_app.make_response(redirect(url_for("people.sign_in")))
            settle(response)
            return response
    response = current_app.make_response(
        (render_template("people/choose_password.html", form=form), status_of(form))
    )
    settle(response)
    return response
