"""To the company's provider and back: to sign in, and to prove again who one is."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
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
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from reviews.access.loaders import SiteAccess
from reviews.access.viewer import Viewer
from reviews.db import hits
from reviews.db.connections import end_read
from reviews.db.extensions import db
from reviews.db.hits import Limit
from reviews.people.queries import now
from reviews.people.service import NotRecognised
from reviews.rules.enums import Action
from reviews.rules.errors import RuleBroken
from reviews.signing_in import service as signing_in
from reviews.signing_in.company import service, ways
from reviews.signing_in.company.forms import GoForm, ProveForm
from reviews.signing_in.company.ways import Browser, Way
from reviews.signing_in.counting import failures_noted
from reviews.signing_in.entering import (
    ByCompany,
    first_step_done,
    own_path,
    public_page,
    sign_in_page,
)
from reviews.signing_in.factors.views import taken_off
from reviews.signing_in.forms import SignInForm
from reviews.signing_in.proof.views import ask_for_proof
from reviews.web import callers, mode, request_log, typed_text
from reviews.web.error_handlers import counted
from reviews.web.guard import begin_late_write, check_public_token, guarded, public
from reviews.web.mode import lets_demo_accounts_in
from reviews.web.request_log import Event

if TYPE_CHECKING:
    from reviews.signing_in.company.provider import Told

bp = Blueprint("company_sign_in", __name__)

#: Who come back with nothing, for each network: an answer of the provider's cannot be guessed, but it has to be asked.
_NOBODY = Limit("company sign-ins", most=30, seconds=60)
#: Texts that are kept for people who are away, for each network.
_KEPT = Limit("kept texts", most=60, seconds=60)

_LOST = "This way to sign in took too long, was used already, or began in another browser. Sign in once more."
_NOT_TOLD = "The company's sign-in ended without signing you in. Try again."
_SILENT = "The company's sign-in does not answer at present. Try again in a minute."
_NOT_PROVED = "The company's sign-in has not shown that it is you. Nothing is done yet."


def _with_provider_only() -> None:
    if not mode.has_company_sign_in():
        abort(404)


def _browser() -> Browser:
    return Browser(session["csrf_token"], current_app.config["SECRET_KEY"])


class _Silent(RuleBroken):
    """The provider does not answer."""


@dataclass(frozen=True, slots=True)
class _ToProvider:
    """Where the browser goes; empty if the provider does not say."""

    way: Way
    address: str


def _asked(way: Way) -> _ToProvider:
    """Where the browser goes. Slow, and no transaction may be open."""
    from reviews.signing_in.company import provider  # noqa: PLC0415 - its libraries take a while

    try:
        return _ToProvider(way, provider.address_for(mode.company_provider(), way))
    except provider.ProviderSilentError:
        request_log.note(Event.PROVIDER_SILENT)
        return _ToProvider(way, "")


def _told(way: Way, at: datetime) -> "Told":
    """Who has come back. Slow, and it ends the transaction that is open.

    Raises:
        RuleBroken: with a constant sentence if it is nobody, whatever the reason.
    """
    from reviews.signing_in.company import provider  # noqa: PLC0415 - as above

    end_read()
    code, issuers = request.args.getlist("code"), request.args.getlist("iss")
    if "error" in request.args or len(code) != 1 or len(issuers) > 1:
        counted(_NOBODY)
        raise NotRecognised(_NOT_TOLD)
    try:
        return provider.told(
            mode.company_provider(), way, code=code[0], issuer=next(iter(issuers), None), at=at
        )
    except provider.NotToldError as nobody:
        counted(_NOBODY)
        raise NotRecognised(_NOT_TOLD) from nobody
    except provider.ProviderSilentError as silent:
        request_log.note(Event.PROVIDER_SILENT)
        raise _Silent(_silent_sentence()) from silent


def _silent_sentence() -> str:
    return f"{_SILENT} Or sign in with your password." if mode.takes_passwords() else _SILENT


@bp.post("/sign-in/company")
@public(Action.SIGN_IN)
def go() -> ResponseReturnValue:
    check_public_token()
    _with_provider_only()
    form = GoForm()
    if not form.validate():
        abort(400)
    handle = _kept(form.typed.data or "")
    at = now()
    end_read()
    target = own_path(form.next.data)
    asked = _asked(ways.begin(_browser(), at=at, target=target, handle=handle))
    if asked.address:
        return public_page(_on_the_way(asked), 200)
    again = SignInForm(formdata=None, data={"next": target, "typed": form.typed.data})
    again.form_errors.append(_silent_sentence())
    return sign_in_page(again)


def _on_the_way(asked: _ToProvider) -> str:
    # A page, and no redirect: what a form leads to has to be a page of ours.
    return render_template("signing_in/on_the_way.html", address=asked.address)


def _kept(typed: str) -> str:
    """Under what the typed text is found again; "" if there is none that this browser was given."""
    if not typed or typed_text.unsealed(typed, session.get(typed_text.WHOSE, "")) is None:
        return ""
    if not hits.hit(_KEPT, callers.hidden(_KEPT.name, callers.asker())):
        raise TooManyRequests(retry_after=_KEPT.seconds)
    begin_late_write()
    handle = service.new_handle()
    service.keep(typed, at=now(), key=current_app.config["SECRET_KEY"], handle=handle)
    db.session.commit()
    return handle


@bp.get("/sign-in/company/back")
@public(Action.SIGN_IN)
def back() -> ResponseReturnValue:
    _with_provider_only()
    at = now()
    states = request.args.getlist("state")
    way = ways.opened(states[0], _browser(), at=at) if len(states) == 1 else None
    if way is None:
        form = SignInForm(formdata=None)
        form.form_errors.append(_LOST)
        return sign_in_page(form)
    return _prove(way, at) if way.is_proof else _enter(way, at)


def _enter(way: Way, at: datetime) -> ResponseReturnValue:
    try:
        with failures_noted():
            return _entered(way, at)
    except RuleBroken as broken:
        # What was begun and broke off is not kept, although a page that is asked for is committed.
        db.session.rollback()
        typed = service.kept(way.handle, key=current_app.config["SECRET_KEY"])
        form = SignInForm(formdata=None, data={"next": way.target, "typed": typed})
        form.form_errors.append(str(broken))
        return sign_in_page(form)


def _entered(way: Way, at: datetime) -> ResponseReturnValue:
    told = _told(way, at)
    begin_late_write()
    try:
        person = service.enter(
            told.subject,
            told.email,
            provider=mode.provider_name(),
            way=way,
            at=now(),
            demo_allowed=lets_demo_accounts_in(),
        )
    except RuleBroken:
        counted(_NOBODY)
        raise
    typed = service.give_back(way.handle, key=current_app.config["SECRET_KEY"])
    by_company = ByCompany(told.proved_at, told.has_second_factor)
    return first_step_done(person, way.target, typed, by_company=by_company)


# -- Showing again who one is


def _ask_to_prove(access: SiteAccess) -> _ToProvider:
    handle = service.new_handle()
    viewer = access.viewer
    way = ways.begin(
        _browser(), at=viewer.now, target="", handle=handle, proof_of=viewer.session_id
    )
    return _asked(way) if mode.has_company_sign_in() else _ToProvider(way, "")


@bp.post("/account/prove")
@guarded(Action.MANAGE_OWN_ACCOUNT, reads_first=_ask_to_prove)
def prove(access: SiteAccess, asked: _ToProvider) -> ResponseReturnValue:
    """On to the provider, which asks anew. The form that waits for the proof is kept meanwhile."""
    form = ProveForm()
    waiting = form.waiting.data or ""
    found = typed_text.waiting_form(waiting, access.viewer.public_id)
    if not form.validate() or found is None:
        flash("That took too long. Begin again.")
        return redirect(url_for("signing_in.account.show"))
    if not asked.address:
        return ask_for_proof(access.viewer, _SILENT, found), 401
    service.keep(
        waiting, at=access.viewer.now, key=current_app.config["SECRET_KEY"], handle=asked.way.handle
    )
    return _on_the_way(asked)


def _prove(way: Way, at: datetime) -> ResponseReturnValue:
    key = current_app.config["SECRET_KEY"]
    try:
        told = _told(way, at)
        wrong = ""
    except RuleBroken as broken:
        told, wrong = None, _SILENT if isinstance(broken, _Silent) else _NOT_PROVED
    begin_late_write()
    viewer = _whose_session(way)
    if viewer is None:
        db.session.rollback()
        form = SignInForm(formdata=None)
        form.form_errors.append(_LOST)
        return sign_in_page(form)
    if told is not None and not service.has_proved(
        viewer, told.subject, told.proved_at, provider=mode.provider_name(), way=way
    ):
        counted(_NOBODY)
        wrong = _NOT_PROVED
    waiting = typed_text.waiting_form(service.kept(way.handle, key=key), viewer.public_id)
    if wrong:
        db.session.rollback()
        if waiting is None:
            return redirect(url_for("signing_in.account.show"))
        return public_page(ask_for_proof(viewer, wrong, waiting), 401)
    signing_in.prove(viewer, at=now())
    service.give_back(way.handle, key=key)
    if waiting is None:
        response = current_app.make_response(redirect(url_for("home.inbox")))
        db.session.commit()
        return response
    return public_page(render_template("signing_in/proved.html", waiting=waiting), 200)


def _whose_session(way: Way) -> Viewer | None:
    """Whoever is signed in now, if it is in the session in which this began."""
    g.pop("_login_user", None)
    if not current_user.is_authenticated or current_user.session_id != way.proof_of:
        return None
    viewer: Viewer = current_user._get_current_object()
    return viewer


# -- The company sign-in of somebody else


@bp.route("/people/<person>/company-sign-in", methods=["GET", "POST"])
@guarded(Action.MANAGE_ACCOUNTS)
def take_off(access: SiteAccess, person: str) -> ResponseReturnValue:
    return taken_off(
        access,
        person,
        "signing_in/take_off_company.html",
        service.take_off,
        "is known by their address the next time, and is told of it.",
    )
