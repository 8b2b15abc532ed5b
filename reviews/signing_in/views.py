"""Signing in and out."""

from contextlib import suppress
from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import TooManyRequests

from reviews.access.loaders import SiteAccess
from reviews.db import hits
from reviews.db.hits import Limit
from reviews.people import attempts, passwords
from reviews.people import service as people
from reviews.people.addresses import email_key
from reviews.people.queries import now
from reviews.rules.enums import Action
from reviews.rules.good_passwords import is_short
from reviews.signing_in import forgotten, service
from reviews.signing_in.counting import (
    attempt_of,
    bad_links_counted,
    count_attempt,
    counted_attempt,
    failures_noted,
)
from reviews.signing_in.entering import (
    COMPANY_ALONE,
    first_step_done,
    idle,
    leave_browser,
    let_in,
    own_path,
    passkey_site,
    public_page,
    second_step,
    sign_in_page,
    site,
    takes_factor,
    viewer_of,
    who_did_first_step,
)
from reviews.signing_in.forms import (
    ChoosePasswordForm,
    ForgottenForm,
    LinkForm,
    SecondFactorForm,
    SignInForm,
)
from reviews.web import callers, mode, typed_text
from reviews.web.error_handlers import counted, rules_shown_on, status_of
from reviews.web.extensions import login_manager
from reviews.web.forms import take_button_only
from reviews.web.guard import (
    SAFE,
    begin_late_write,
    check_public_token,
    guarded,
    public,
)
from reviews.web.mode import lets_demo_accounts_in

bp = Blueprint("signing_in", __name__)

#: Answers of passkeys that are nobody's, for each network.
_PASSKEYS = Limit("passkeys", most=30, seconds=60)
#: Forgotten passwords, for each network: more than an office forgets in an hour.
_FORGOTTEN = Limit("forgotten passwords", most=300, seconds=3600)
_NO_PASSKEY = "No passkey of yours was found. Sign in with your password."


@bp.teardown_app_request
def _keep_open(failure: BaseException | None) -> None:
    """Once the request's transaction has ended. A busy database is no reason to fail: the next request tries again."""
    viewer = g.pop("used_session", None)
    if viewer is not None and failure is None:
        with suppress(OperationalError):
            people.keep_open(viewer, idle=idle())


login_manager.user_loader(viewer_of)


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


@bp.route("/sign-in", methods=["GET", "POST"])
@public(Action.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    check_public_token()
    form = SignInForm()
    if form.is_submitted() and not mode.takes_passwords():
        # Neither is looked at.
        again = SignInForm(formdata=None, data={"next": form.next.data, "typed": form.typed.data})
        again.form_errors.append(COMPANY_ALONE)
        return sign_in_page(again)
    if form.validate_on_submit():
        email = form.email.data or ""
        attempt = attempt_of("account", email_key(email))
        with rules_shown_on(form), failures_noted():
            if form.passkey.data:
                return _with_passkey(form)
            with counted_attempt(attempt):
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


def _with_passkey(form: SignInForm) -> Response:
    """Sign in whoever's passkey has answered. It is enough: the device has asked for a finger, a face or a number.

    Raises:
        NotRecognised: if it is nobody's.
    """
    begin_late_write()
    person = service.take_passkey(
        form.passkey.data or "", site=passkey_site(), demo_allowed=lets_demo_accounts_in()
    )
    form.passkey.data = ""
    if person is None:
        # Nobody can guess an answer; only the work of looking at it is limited.
        counted(_PASSKEYS)
        raise people.NotRecognised(_NO_PASSKEY)
    return let_in(person, own_path(form.next.data), form.typed.data)


@bp.post("/sign-in/second-factor")
@public(Action.SIGN_IN)
def second_factor() -> ResponseReturnValue:
    check_public_token()
    form = SecondFactorForm()
    person = who_did_first_step(form.half.data)
    if person is not None and form.validate():
        known_by = attempt_of("account", person.email_key)
        attempt = replace(known_by, account=callers.hidden("second factor", person.email_key))
        with rules_shown_on(form), failures_noted():
            account = person.public_id
            count_attempt(attempt)
            person = who_did_first_step(form.half.data)
            if person is None or not takes_factor(person, form.code.data, form.passkey.data):
                raise people.NotRecognised(service.WRONG_CODE, account=account)
            attempts.forgive(attempt)
            return let_in(person, own_path(form.next.data), form.typed.data)
    person = who_did_first_step(form.half.data)
    if person is not None:
        return second_step(form, person, 422)
    again = SignInForm(formdata=None, data={"next": form.next.data, "typed": form.typed.data})
    again.form_errors.append("That took too long. Sign in once more.")
    return sign_in_page(again)


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
    leave_browser(to=access.viewer.public_id)
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
            with bad_links_counted():
                password_hash = people.hash_for_link(token, chosen, at=now(), site=site())
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
        with rules_shown_on(form), failures_noted(), bad_links_counted():
            begin_late_write()
            person = people.use_link_alone(token, at=now())
            return first_step_done(person, "", "")
    return public_page(render_template("signing_in/link_alone.html", form=form), status_of(form))
