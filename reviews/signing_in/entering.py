"""How every way of signing in ends: an open session, and the page that the person wanted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Response, current_app, g, redirect, render_template, session, url_for
from flask_login import current_user, login_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from reviews.access.viewer import PROVED_FOR, Viewer
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.people import service as people
from reviews.people.queries import (
    hash_token,
    links_not_acknowledged,
    now,
    viewer_of_session,
)
from reviews.signing_in import passkeys, queries, service
from reviews.signing_in.forms import (
    SecondFactorForm,
    SignInForm,
)
from reviews.web import callers, mode, request_log, typed_text
from reviews.web.error_handlers import status_of
from reviews.web.guard import commit_or_rollback
from reviews.web.mode import lets_demo_accounts_in

#: A page is no write: that a session was used is written down no more often.
_KEPT_OPEN_EVERY = timedelta(minutes=5)
#: Seconds from the first step of signing in to the second.
_SECOND_STEP_WITHIN = 10 * 60
COMPANY_ALONE = (
    "Here people sign in with the company's account alone. No password and no passkey lets you in."
)
#: Pages of ours to which nobody wants to be led.
_NO_PLACE_TO_GO = frozenset(
    {
        "static",
        "health.alive",
        "health.ready",
        "signing_in.sign_in",
        "signing_in.forgotten_password",
        "company_sign_in.back",
    }
)


def site() -> str:
    """What the company calls the place: a password made of it is no secret."""
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or ""


def viewer_of(token: str) -> Viewer | None:
    """Whose session this is. Its use is written down at the end of the request, now and then."""
    found = viewer_of_session(token)
    if found is None:
        return None
    viewer, idle_until = found
    request_log.note_person(viewer.public_id)
    if viewer.now + idle() - idle_until > _KEPT_OPEN_EVERY:
        g.used_session = viewer
    return viewer


def idle() -> timedelta:
    return timedelta(minutes=current_app.config["SESSION_IDLE_MINUTES"])


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


def public_page(page: str, status: int) -> Response:
    response = current_app.make_response((page, status))
    commit_or_rollback(response)
    return response


def sign_in_page(form: SignInForm) -> Response:
    takes_passwords = mode.takes_passwords()
    page = render_template(
        "signing_in/sign_in.html",
        form=form,
        question=question_to_passkeys() if takes_passwords else "",
        takes_passwords=takes_passwords,
        has_company_sign_in=mode.has_company_sign_in(),
    )
    return public_page(page, status_of(form))


def question_to_passkeys() -> str:
    """What a device is asked, or "" where there can be no passkeys: browsers want a name for the site, not a number."""
    return passkeys.to_use_one(passkey_site()) if passkeys.can_be_at(site()) else ""


def passkey_site() -> passkeys.Site:
    origin = current_app.config["PUBLIC_URL"]
    return passkeys.Site(
        host=site(),
        origin=origin,
        key=current_app.config["SECRET_KEY"],
        browser=session["csrf_token"],
        at=now(),
    )


@dataclass(frozen=True, slots=True)
class ByCompany:
    """What the company's provider has told of how somebody signed in there."""

    #: When they showed that it is them; None if it does not say.
    proved_at: datetime | None
    has_second_factor: bool


def first_step_done(
    person: Person, target: str | None, typed: str | None, *, by_company: ByCompany | None = None
) -> Response:
    """Sign in whoever has no second factor; ask the others for it. Nothing is open to them until then.

    Args:
        by_company: the first step was the company's sign-in, which may have asked for a second factor itself.
    """
    is_enough = by_company is not None and by_company.has_second_factor
    if is_enough or not queries.factors_of(person.id):
        return let_in(person, own_path(target), typed, by_company=by_company)
    half = _half_seal().dumps([person.id, hash_token(person.password_hash or "")])
    data = {"half": half, "next": target, "typed": typed}
    return second_step(SecondFactorForm(formdata=None, data=data), person, 200)


def second_step(form: SecondFactorForm, person: Person, status: int) -> Response:
    factors = queries.factors_of(person.id)
    question = question_to_passkeys() if factors.has_passkey else ""
    form.code.data = form.passkey.data = ""
    page = render_template(
        "signing_in/second_factor.html", form=form, factors=factors, question=question
    )
    return public_page(page, status)


def _half_seal() -> URLSafeTimedSerializer:
    # Of this browser: the secret of its forms is in its cookie alone.
    salt = f"first step of signing in {session['csrf_token']}"
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=salt)


def who_did_first_step(half: str | None) -> Person | None:
    try:
        person_id, password = _half_seal().loads(half or "", max_age=_SECOND_STEP_WITHIN)
    except BadSignature:
        return None
    person = db.session.get_one(Person, person_id)
    is_as_it_was = person.is_active and hash_token(person.password_hash or "") == password
    return person if is_as_it_was else None


def takes_factor(person: Person, code: str | None, passkey: str | None) -> bool:
    if passkey:
        demo_allowed = lets_demo_accounts_in()
        site = passkey_site()
        return bool(
            service.take_passkey(passkey, site=site, demo_allowed=demo_allowed, of=person.id)
        )
    return bool(code) and service.take_code(
        person, code or "", at=now(), key=current_app.config["SECRET_KEY"]
    )


def let_in(
    person: Person,
    target: str,
    sealed: str | None = None,
    *,
    by_company: ByCompany | None = None,
) -> Response:
    """Open a session, and lead on: to what was typed before, to what has to be read first, or to the target."""
    if current_user.is_authenticated:
        # The browser gets another cookie: nobody would end this session any more.
        people.sign_out(current_user._get_current_object())
    account = callers.hidden("account", person.email_key)
    _, is_known = callers.source_of(account)
    if not is_known:
        service.tell_of_new_device(person, callers.browser_name(), at=now())
    at = now()
    has_company_factor = by_company is not None and by_company.has_second_factor
    needs_factor = not has_company_factor and service.needs_factor(person, asked_of=asked_of())
    token = people.open_session(
        person,
        at=at,
        hours=current_app.config["SESSION_HOURS"],
        idle=idle(),
        browser=callers.browser_name(),
        needs_factor=needs_factor,
        proved_at=_proved_at(by_company, at),
        has_company_factor=has_company_factor,
    )
    if links_not_acknowledged(person.id):
        target = url_for("signing_in.account.links", next=target)
    elif needs_factor or queries.resets_not_acknowledged(person.id):
        target = url_for("signing_in.factors.ways", next=target)
    response = _enter(token, target, sealed)
    callers.remember_browser(response, account)
    return response


def _proved_at(by_company: ByCompany | None, at: datetime) -> datetime:
    """When somebody who comes in now showed that it is them: at the provider that may have been yesterday."""
    if by_company is None:
        return at
    return min(at, by_company.proved_at or at - PROVED_FOR)


def asked_of() -> str:
    return str(current_app.config["SECOND_FACTOR_FOR"])


def _enter(token: str, target: str, sealed: str | None) -> Response:
    viewer = viewer_of(token)
    assert viewer is not None  # noqa: S101 - opened a moment ago in this transaction
    found = typed_text.unsealed(sealed, viewer.public_id)
    # Forms that this person has open in another tab stay good; nothing else set before signing in survives it.
    leave_browser(to=viewer.public_id)
    login_user(viewer)
    session["_user_id"] = token
    if found:
        session["csrf_token"] = session.get("csrf_token") or random_source.token("csrf")
    response = current_app.make_response(
        render_template("signing_in/put_back.html", typed=found) if found else redirect(target)
    )
    commit_or_rollback(response)
    return response


def leave_browser(*, to: str) -> None:
    """Empty the cookie, but for the secret of the forms where they are this person's own."""
    secret = session.get("csrf_token") if session.get(typed_text.WHOSE) == to else None
    session.clear()
    session[typed_text.WHOSE] = to
    if secret:
        session["csrf_token"] = secret
