"""The viewer's own second factors, and those of somebody who has lost theirs."""

from collections.abc import Callable

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from reviews.access.loaders import SiteAccess
from reviews.people import attempts
from reviews.people import queries as people_queries
from reviews.people.queries import own_person
from reviews.rules.enums import Action
from reviews.signing_in import authenticator, passkeys, queries, service
from reviews.signing_in.counting import attempt_of, counted_attempt
from reviews.signing_in.entering import asked_of, own_path, passkey_site, site
from reviews.signing_in.factors.forms import AddAppForm, AddPasskeyForm
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.forms import ReasonForm, take_button_only
from reviews.web.guard import (
    begin_late_write,
    guarded,
)

bp = Blueprint("factors", __name__)


@bp.get("/account/ways")
@guarded(Action.MANAGE_OWN_FACTORS, params=("next",))
def ways(access: SiteAccess) -> ResponseReturnValue:
    return _ways(access)


def _ways(access: SiteAccess, form: AddPasskeyForm | None = None) -> ResponseReturnValue:
    page = queries.ways_page(access)
    question = ""
    if passkeys.can_be_at(site()):
        person = own_person(access.viewer)
        have = [key.credential_id for key in queries.passkeys_of(person.id)]
        question = passkeys.to_make_one(
            passkey_site(), person=person.public_id, name=person.email, have=have
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
    attempt = attempt_of("present password", str(access.viewer.session_id))
    if form.validate_on_submit():
        with rules_shown_on(form), counted_attempt(attempt):
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
    service.remove_app(access.viewer, asked_of=asked_of())
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
                site=passkey_site(),
            )
            return _added(codes, "The passkey is added.")
    form.passkey.data = ""
    return _ways(access, form)


@bp.post("/account/ways/passkeys/<handle>/remove")
@guarded(Action.MANAGE_OWN_FACTORS)
def remove_passkey(access: SiteAccess, handle: str) -> ResponseReturnValue:
    take_button_only()
    service.remove_passkey(access.viewer, handle, asked_of=asked_of())
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
    return taken_off(
        access,
        person,
        "signing_in/reset_factors.html",
        service.reset_factors,
        "signs in with the password alone now, and is told of it.",
    )


def taken_off(
    access: SiteAccess, person: str, template: str, take_off: Callable[..., None], said: str
) -> ResponseReturnValue:
    """The page on which an owner takes a way of signing in off somebody else, with a reason; and the act.

    Args:
        person: the public id.
        said: what is said of the person afterwards, behind their name.
    """
    who = people_queries.person(person) or abort(404)
    form = ReasonForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            take_off(who, actor=access.viewer, reason=form.given_reason, at=access.viewer.now)
            flash(f"{who.name} {said}")
            return redirect(url_for("people.person", person=person))
    page = people_queries.person_page(access, who)
    return render_template(template, page=page, form=form), status_of(form)
