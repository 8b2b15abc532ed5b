"""Signing in and out, and the own account."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.routing import RequestRedirect

from reviews.access.loaders import SiteAccess
from reviews.access.viewer import PROVED_FOR, Viewer
from reviews.db import hits, random_source
from reviews.db.extensions import db
from reviews.db.hits import Limit
from reviews.db.models.people import Person
from reviews.mail import reminders
from reviews.people import attempts, passwords
from reviews.people import queries as people_queries
from reviews.people import service as people
from reviews.people.addresses import email_key
from reviews.people.attempts import Attempt, TooManyFailures
from reviews.people.queries import (
    account_page,
    company_since,
    hash_token,
    links_not_acknowledged,
    links_page,
    now,
    own_person,
    viewer_of_session,
)
from reviews.rules.enums import Action, ReminderDays
from reviews.rules.errors import RuleBroken, TooBusy
from reviews.rules.good_passwords import is_short
from reviews.signing_in import authenticator, forgotten, passkeys, queries, service
from reviews.signing_in.forms import (
    AddAppForm,
    AddPasskeyForm,
    ChangePasswordForm,
    ChoosePasswordForm,
    EndSessionsForm,
    ForgottenForm,
    LinkForm,
    LinksReadForm,
    ProofForm,
    RemindersForm,
    ResetFactorsForm,
    SecondFactorForm,
    SignInForm,
)
from reviews.web import callers, mode, request_log, typed_text
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
from reviews.web.step_up import step_up
from reviews.web.typed_text import Typed

bp = Blueprint("signing_in", __name__)

#: A page is no write: that a session was used is written down no more often.
_KEPT_OPEN_EVERY = timedelta(minutes=5)
#: Links that open nothing, for each network.
_LINKS = Limit("links", most=30, seconds=60)
#: Answers of passkeys that are nobody's, for each network.
_PASSKEYS = Limit("passkeys", most=30, seconds=60)
#: Forgotten passwords, for each network: more than an office forgets in an hour.
_FORGOTTEN = Limit("forgotten passwords", most=300, seconds=3600)
#: Seconds from the first step of signing in to the second.
_SECOND_STEP_WITHIN = 10 * 60
_COMPANY_ALONE = (
    "Here people sign in with the company's account alone. No password and no passkey lets you in."
)
_NO_PASSKEY = "No passkey of yours was found. Sign in with your password."
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


def _viewer(token: str) -> Viewer | None:
    found = viewer_of_session(token)
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
            people.keep_open(viewer, idle=_idle())


login_manager.user_loader(_viewer)


def to_sign_in() -> ResponseReturnValue:
    """On to signing in. What was typed goes along, and is given back to the same person."""
    # Of a page the whole address; a form may have another one than its page, and goes there by itself.
    address = request.full_path.rstrip("?") if request.method in SAFE else request.path
    text = typed_text.sealed()
    if not text:
        return redirect(url_for("signing_in.sign_in", next=address))
    form = SignInForm(formdata=None, data={"next": address, "typed": text})
    page = sign_in_page(form)
    page.status_code = 401
    return page


login_manager.unauthorized_handler(to_sign_in)


@contextmanager
def failures_noted() -> Iterator[None]:
    """Inside the block, not being recognised leaves a line in the log."""
    try:
        yield
    except people.NotRecognised as failure:
        request_log.note(Event.SIGN_IN_FAILED, account=failure.account)
        raise


@contextmanager
def _bad_links_counted() -> Iterator[None]:
    try:
        yield
    except people.NotRecognised:
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


def _count(attempt: Attempt) -> None:
    """Count an attempt that is looked at fast, in the transaction that is begun for it here."""
    with _counted(attempt):
        begin_late_write()


@bp.route("/sign-in", methods=["GET", "POST"])
@public(Action.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    check_public_token()
    form = SignInForm()
    if form.is_submitted() and not mode.takes_passwords():
        # Neither is looked at.
        again = SignInForm(formdata=None, data={"next": form.next.data, "typed": form.typed.data})
        again.form_errors.append(_COMPANY_ALONE)
        return sign_in_page(again)
    if form.validate_on_submit():
        email = form.email.data or ""
        attempt = _attempt("account", email_key(email))
        with rules_shown_on(form), failures_noted():
            if form.passkey.data:
                return _with_passkey(form)
            with _counted(attempt):
                recognised = people.recognise(
                    email, form.password.data or "", demo_allowed=lets_demo_accounts_in()
                )
            begin_late_write()
            attempts.forgive(attempt)
            person = people.still_recognised(recognised)
            return first_step_done(person, form.next.data, form.typed.data)
    elif not form.is_submitted():
        form.next.data = request.args.get("next", "")
    return sign_in_page(form)


def sign_in_page(form: SignInForm) -> Response:
    takes_passwords = mode.takes_passwords()
    page = render_template(
        "signing_in/sign_in.html",
        form=form,
        question=_question_to_passkeys() if takes_passwords else "",
        takes_passwords=takes_passwords,
        has_company_sign_in=mode.has_company_sign_in(),
    )
    return public_page(page, status_of(form))


def public_page(page: str, status: int) -> Response:
    response = current_app.make_response((page, status))
    commit_or_rollback(response)
    return response


def _with_passkey(form: SignInForm) -> Response:
    """Sign in whoever's passkey has answered. It is enough: the device has asked for a finger, a face or a number.

    Raises:
        NotRecognised: if it is nobody's.
    """
    begin_late_write()
    person = service.take_passkey(
        form.passkey.data or "", site=_passkey_site(), demo_allowed=lets_demo_accounts_in()
    )
    form.passkey.data = ""
    if person is None:
        # Nobody can guess an answer; only the work of looking at it is limited.
        counted(_PASSKEYS)
        raise people.NotRecognised(_NO_PASSKEY)
    return _let_in(person, own_path(form.next.data), form.typed.data)


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
        return _let_in(person, own_path(target), typed, by_company=by_company)
    half = _half_seal().dumps([person.id, hash_token(person.password_hash or "")])
    data = {"half": half, "next": target, "typed": typed}
    return _second_step(SecondFactorForm(formdata=None, data=data), person, 200)


def _second_step(form: SecondFactorForm, person: Person, status: int) -> Response:
    factors = queries.factors_of(person.id)
    question = _question_to_passkeys() if factors.has_passkey else ""
    form.code.data = form.passkey.data = ""
    page = render_template(
        "signing_in/second_factor.html", form=form, factors=factors, question=question
    )
    return public_page(page, status)


def _half_seal() -> URLSafeTimedSerializer:
    # Of this browser: the secret of its forms is in its cookie alone.
    salt = f"first step of signing in {session['csrf_token']}"
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=salt)


def _who_did_first_step(half: str | None) -> Person | None:
    try:
        person_id, password = _half_seal().loads(half or "", max_age=_SECOND_STEP_WITHIN)
    except BadSignature:
        return None
    person = db.session.get_one(Person, person_id)
    is_as_it_was = person.is_active and hash_token(person.password_hash or "") == password
    return person if is_as_it_was else None


@bp.post("/sign-in/second-factor")
@public(Action.SIGN_IN)
def second_factor() -> ResponseReturnValue:
    check_public_token()
    form = SecondFactorForm()
    person = _who_did_first_step(form.half.data)
    if person is not None and form.validate():
        known_by = _attempt("account", person.email_key)
        attempt = replace(known_by, account=callers.hidden("second factor", person.email_key))
        with rules_shown_on(form), failures_noted():
            account = person.public_id
            _count(attempt)
            person = _who_did_first_step(form.half.data)
            if person is None or not _takes_factor(person, form.code.data, form.passkey.data):
                raise people.NotRecognised(service.WRONG_CODE, account=account)
            attempts.forgive(attempt)
            return _let_in(person, own_path(form.next.data), form.typed.data)
    person = _who_did_first_step(form.half.data)
    if person is not None:
        return _second_step(form, person, 422)
    again = SignInForm(formdata=None, data={"next": form.next.data, "typed": form.typed.data})
    again.form_errors.append("That took too long. Sign in once more.")
    return sign_in_page(again)


def _takes_factor(person: Person, code: str | None, passkey: str | None) -> bool:
    if passkey:
        demo_allowed = lets_demo_accounts_in()
        site = _passkey_site()
        return bool(
            service.take_passkey(passkey, site=site, demo_allowed=demo_allowed, of=person.id)
        )
    return bool(code) and service.take_code(
        person, code or "", at=now(), key=current_app.config["SECRET_KEY"]
    )


def _question_to_passkeys() -> str:
    """What a device is asked, or "" where there can be no passkeys: browsers want a name for the site, not a number."""
    return passkeys.to_use_one(_passkey_site()) if passkeys.can_be_at(_site()) else ""


def _passkey_site() -> passkeys.Site:
    origin = current_app.config["PUBLIC_URL"]
    return passkeys.Site(
        host=_site(),
        origin=origin,
        key=current_app.config["SECRET_KEY"],
        browser=session["csrf_token"],
        at=now(),
    )


def _let_in(
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
    needs_factor = not has_company_factor and service.needs_factor(person, asked_of=_asked_of())
    token = people.open_session(
        person,
        at=at,
        hours=current_app.config["SESSION_HOURS"],
        idle=_idle(),
        browser=callers.browser_name(),
        needs_factor=needs_factor,
        proved_at=_proved_at(by_company, at),
        has_company_factor=has_company_factor,
    )
    if links_not_acknowledged(person.id):
        target = url_for("signing_in.links", next=target)
    elif needs_factor or queries.resets_not_acknowledged(person.id):
        target = url_for("signing_in.ways", next=target)
    response = _enter(token, target, sealed)
    callers.remember_browser(response, account)
    return response


def _proved_at(by_company: ByCompany | None, at: datetime) -> datetime:
    """When somebody who comes in now showed that it is them: at the provider that may have been yesterday."""
    if by_company is None:
        return at
    return min(at, by_company.proved_at or at - PROVED_FOR)


def _asked_of() -> str:
    return str(current_app.config["SECOND_FACTOR_FOR"])


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


@bp.route("/sign-in/forgotten", methods=["GET", "POST"])
@public(Action.SIGN_IN)
def forgotten_password() -> ResponseReturnValue:
    """One answer for every address, and one statement: who has it is looked up by the worker."""
    check_public_token()
    form = ForgottenForm()
    is_asked = mode.sends_mail() and mode.takes_passwords() and form.validate_on_submit()
    if is_asked:
        if not hits.hit(_FORGOTTEN, callers.hidden(_FORGOTTEN.name, callers.asker())):
            raise TooManyRequests(retry_after=_FORGOTTEN.seconds)
        begin_late_write()
        forgotten.ask(form.email.data or "", at=now(), key=current_app.config["SECRET_KEY"])
    page = render_template(
        "signing_in/forgotten.html",
        form=form,
        is_asked=is_asked,
        sends_mail=mode.sends_mail(),
        takes_passwords=mode.takes_passwords(),
    )
    return public_page(page, status_of(form))


@bp.post("/sign-out")
@guarded(Action.SIGN_OUT)
def sign_out(access: SiteAccess) -> ResponseReturnValue:
    take_button_only()
    people.sign_out(access.viewer)
    logout_user()
    _leave_browser(to=access.viewer.public_id)
    response = current_app.make_response(redirect(url_for("signing_in.sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
@public(Action.SIGN_IN)
def use_link(token: str) -> ResponseReturnValue:
    check_public_token()
    if not mode.takes_passwords():
        return _use_link_alone(token)
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        chosen = form.password.data or ""
        with rules_shown_on(form), failures_noted():
            with _bad_links_counted():
                password_hash = people.hash_for_link(token, chosen, at=now(), site=_site())
            begin_late_write()
            person = people.choose_password(
                token, password_hash, at=now(), is_short=is_short(passwords.normal(chosen))
            )
            response = first_step_done(person, "", "")
            if response.status_code == 302:
                flash("Your password is set, and you are signed in.")
            return response
    return public_page(
        render_template("signing_in/choose_password.html", form=form), status_of(form)
    )


def _use_link_alone(token: str) -> ResponseReturnValue:
    """Where no password is taken, a link of whoever runs the server lets its person in once."""
    form = LinkForm()
    if form.validate_on_submit():
        with rules_shown_on(form), failures_noted(), _bad_links_counted():
            begin_late_write()
            person = people.use_link_alone(token, at=now())
            return first_step_done(person, "", "")
    return public_page(render_template("signing_in/link_alone.html", form=form), status_of(form))


# -- The viewer's own account


@bp.route("/account", methods=["GET", "POST"])
@guarded(Action.MANAGE_OWN_ACCOUNT)
def account(access: SiteAccess) -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.is_submitted() and not mode.takes_passwords():
        raise RuleBroken(_COMPANY_ALONE)
    if form.validate_on_submit():
        # A stolen session is slowed down, and the person's own one is not.
        attempt = _attempt("present password", str(access.viewer.session_id))
        chosen = form.chosen.data or ""
        with rules_shown_on(form):
            person = own_person(access.viewer)
            people.check_password(chosen, person, site=_site(), field="chosen")
        with rules_shown_on(form), _counted(attempt) as failure:
            present = people.check_present_password(access.viewer, form.present.data or "")
        if not form.errors:
            password_hash = passwords.hash_password(chosen)
            begin_late_write()
            attempts.forgive(attempt)
            people.change_password(
                access.viewer,
                password_hash,
                instead_of=present,
                is_short=is_short(passwords.normal(chosen)),
            )
            service.note_need(own_person(access.viewer), asked_of=_asked_of())
            flash("Your password is changed. Your other sessions have ended.")
            return redirect(url_for(".account"))
        if not form.present.errors:
            attempts.forget(attempt, failure)
    return _account(access, form, None)


@bp.post("/account/reminders")
@guarded(Action.MANAGE_OWN_ACCOUNT)
def choose_reminders(access: SiteAccess) -> ResponseReturnValue:
    form = RemindersForm()
    if not form.validate_on_submit():
        return _account(access, ChangePasswordForm(formdata=None), form)
    days = None if form.days.data == "never" else ReminderDays(form.days.data)
    reminders.choose_days(access.viewer, days)
    flash("You are reminded from the next morning on." if days else "You are not reminded.")
    return redirect(url_for(".account"))


def _account(
    access: SiteAccess, form: ChangePasswordForm, reminding: RemindersForm | None
) -> ResponseReturnValue:
    page = account_page(access)
    status = status_of(reminding or form)
    if reminding is None:
        reminding = RemindersForm(formdata=None, data={"days": page.reminded or "never"})
    return render_template(
        "signing_in/account.html",
        page=page,
        form=form,
        reminding=reminding,
        sends_mail=mode.sends_mail(),
        takes_passwords=mode.takes_passwords(),
    ), status


@bp.route("/account/links", methods=["GET", "POST"])
@guarded(Action.MANAGE_OWN_ACCOUNT, params=("next",))
def links(access: SiteAccess) -> ResponseReturnValue:
    """Who has seen links with which one could sign in as the viewer."""
    form = LinksReadForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            people.acknowledge_links(access.viewer, newest=form.newest.data or "")
            return redirect(own_path(form.next.data))
    page = links_page(access)
    form.newest.data, form.next.data = page.newest, own_path(request.args.get("next"))
    return render_template("signing_in/links.html", page=page, form=form), status_of(form)


@bp.post("/account/sessions")
@guarded(Action.MANAGE_OWN_ACCOUNT)
def end_sessions(access: SiteAccess) -> ResponseReturnValue:
    form = EndSessionsForm()
    if not form.validate():
        abort(400)
    people.end_own_sessions(access.viewer, handle=form.session.data or "")
    flash("Ended. That browser has to sign in again.")
    return redirect(url_for(".account"))


# -- Second factors of the viewer's own


@bp.get("/account/ways")
@guarded(Action.MANAGE_OWN_FACTORS, params=("next",))
def ways(access: SiteAccess) -> ResponseReturnValue:
    return _ways(access)


def _ways(access: SiteAccess, form: AddPasskeyForm | None = None) -> ResponseReturnValue:
    page = queries.ways_page(access)
    question = ""
    if passkeys.can_be_at(_site()):
        person = own_person(access.viewer)
        have = [key.credential_id for key in queries.passkeys_of(person.id)]
        question = passkeys.to_make_one(
            _passkey_site(), person=person.public_id, name=person.email, have=have
        )
    form = form or AddPasskeyForm(formdata=None)
    target = own_path(request.args.get("next")) if request.args.get("next") else ""
    body = render_template(
        "signing_in/ways.html", page=page, form=form, question=question, target=target
    )
    return body, status_of(form)


@bp.post("/account/ways/read")
@guarded(Action.MANAGE_OWN_ACCOUNT)
def resets_read(access: SiteAccess) -> ResponseReturnValue:
    take_button_only()
    service.acknowledge_resets(access.viewer)
    return redirect(url_for(".ways"))


@bp.post("/account/ways/app")
@guarded(Action.MANAGE_OWN_FACTORS)
def set_up_app(access: SiteAccess) -> ResponseReturnValue:
    """Show a new secret in the answer itself: it is kept nowhere until a code shows that an app has it."""
    take_button_only()
    viewer = access.viewer
    secret = authenticator.new_secret()
    closed = authenticator.sealed(secret, viewer.public_id, current_app.config["SECRET_KEY"])
    return _app_page(access, AddAppForm(formdata=None, data={"secret": closed}), secret)


@bp.post("/account/ways/app/add")
@guarded(Action.MANAGE_OWN_FACTORS)
def add_app(access: SiteAccess) -> ResponseReturnValue:
    form = AddAppForm()
    key = current_app.config["SECRET_KEY"]
    secret = authenticator.opened(form.secret.data or "", access.viewer.public_id, key)
    if secret is None:
        flash("That took too long. Begin again.")
        return redirect(url_for(".ways"))
    attempt = _attempt("present password", str(access.viewer.session_id))
    if form.validate_on_submit():
        with rules_shown_on(form), _counted(attempt):
            begin_late_write()
            codes = service.add_app(
                access.viewer, form.secret.data or "", form.code.data or "", key=key
            )
            attempts.forgive(attempt)
            return _added(codes, "The authenticator app is added.")
    form.code.data = ""
    return _app_page(access, form, secret)


def _app_page(access: SiteAccess, form: AddAppForm, secret: str) -> ResponseReturnValue:
    address = authenticator.address_of(secret, own_person(access.viewer).email)
    body = render_template(
        "signing_in/app.html",
        form=form,
        secret=secret,
        picture=Markup(authenticator.picture_of(address)),  # noqa: S704 - made here, of digits and letters
    )
    return body, status_of(form)


def _added(codes: list[str], said: str) -> ResponseReturnValue:
    if codes:
        return render_template("signing_in/recovery_codes.html", codes=codes, said=said)
    flash(said)
    return redirect(url_for(".ways"))


@bp.post("/account/ways/app/remove")
@guarded(Action.MANAGE_OWN_FACTORS)
def remove_app(access: SiteAccess) -> ResponseReturnValue:
    take_button_only()
    service.remove_app(access.viewer, asked_of=_asked_of())
    flash("The authenticator app is removed.")
    return redirect(url_for(".ways"))


@bp.post("/account/ways/passkeys")
@guarded(Action.MANAGE_OWN_FACTORS)
def add_passkey(access: SiteAccess) -> ResponseReturnValue:
    form = AddPasskeyForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            codes = service.add_passkey(
                access.viewer,
                form.passkey.data or "",
                form.name.data or "",
                site=_passkey_site(),
            )
            return _added(codes, "The passkey is added.")
    form.passkey.data = ""
    return _ways(access, form)


@bp.post("/account/ways/passkeys/<handle>/remove")
@guarded(Action.MANAGE_OWN_FACTORS)
def remove_passkey(access: SiteAccess, handle: str) -> ResponseReturnValue:
    take_button_only()
    service.remove_passkey(access.viewer, handle, asked_of=_asked_of())
    flash("The passkey is removed.")
    return redirect(url_for(".ways"))


@bp.post("/account/ways/codes")
@guarded(Action.MANAGE_OWN_FACTORS)
def new_codes(access: SiteAccess) -> ResponseReturnValue:
    take_button_only()
    codes = service.new_codes(access.viewer)
    return _added(codes, "These are your new recovery codes. Those before them are good no more.")


# -- Second factors of somebody else


@bp.route("/people/<person>/second-factors", methods=["GET", "POST"])
@guarded(Action.MANAGE_ACCOUNTS)
def reset_factors(access: SiteAccess, person: str) -> ResponseReturnValue:
    who = people_queries.person(person) or abort(404)
    form = ResetFactorsForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.reset_factors(
                who, actor=access.viewer, reason=form.given_reason, at=access.viewer.now
            )
            flash(f"{who.name} signs in with the password alone now, and is told of it.")
            return redirect(url_for("people.person", person=person))
    page = people_queries.person_page(access, who)
    body = render_template("signing_in/reset_factors.html", page=page, form=form)
    return body, status_of(form)


# -- Showing again who one is


def ask_for_proof(viewer: Viewer, wrong: str, waiting: Typed | None = None) -> str:
    """The page that asks for a proof before the form that waits for it; None for the form of this request."""
    form = ProofForm(formdata=None)
    if wrong:
        form.form_errors = [wrong]
    factors = queries.factors_of(viewer.person_id)
    has_company = company_since(viewer.person_id) is not None
    if waiting is None:
        sent = typed_text.to_send_again()
        waiting = None if sent is None else Typed(request.full_path.rstrip("?"), sent)
    return render_template(
        "signing_in/prove.html",
        form=form,
        factors=factors,
        waiting=waiting,
        for_company=typed_text.sealed_waiting(waiting, viewer.public_id)
        if waiting and has_company
        else "",
        takes_passwords=mode.takes_passwords(),
        has_files=any(file.filename for file in request.files.values()),
        question=_question_to_passkeys() if factors.has_passkey else "",
    )


def _look_at_proof(viewer: Viewer) -> str:
    form = ProofForm()
    password = form.proof_password.data
    if password and not mode.takes_passwords():
        return _COMPANY_ALONE
    # Whoever found the browser open is slowed down, and the person elsewhere is not.
    attempt = _attempt("present password", str(viewer.session_id))
    try:
        with _counted(attempt):
            if password:
                people.check_present_password(viewer, password)
            begin_late_write()
            if not password and not _takes_factor(
                own_person(viewer), form.proof_code.data, form.proof_passkey.data
            ):
                return service.WRONG_CODE
            service.prove(viewer, at=now())
            attempts.forgive(attempt)
            db.session.commit()
    except RuleBroken:
        return "This is not your password."
    finally:
        db.session.rollback()
    return ""


def _need_factor() -> ResponseReturnValue:
    if request.method in SAFE:
        return redirect(url_for("signing_in.ways", next=request.full_path.rstrip("?")))
    sent = typed_text.to_send_again()
    address = request.full_path.rstrip("?")
    return render_template("signing_in/factor_first.html", sent=sent, address=address), 403


step_up.ask, step_up.look_at, step_up.need_factor = ask_for_proof, _look_at_proof, _need_factor
