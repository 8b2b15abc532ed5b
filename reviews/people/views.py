"""Signing in and out, the own account, the roster and its import."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import (
    Blueprint,
    abort,
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

from reviews.access.loaders import SiteAccess
from reviews.access.viewer import Viewer
from reviews.db.models.people import Person
from reviews.display.formatting import count
from reviews.people import importing, queries, service
from reviews.people.addresses import email_key
from reviews.people.forms import (
    ApplyImportForm,
    ChangePasswordForm,
    ChoosePasswordForm,
    EndSessionsForm,
    RosterSearch,
    SignInForm,
    UploadPeopleForm,
)
from reviews.people.importing import ReadRoster, RosterPreview
from reviews.people.open_work import open_work
from reviews.people.roster import compare
from reviews.rules.enums import Action
from reviews.rules.errors import RuleBroken
from reviews.web import request_log
from reviews.web.error_handlers import rules_shown_on, sound, status_of
from reviews.web.extensions import limiter, login_manager
from reviews.web.forms import take_button_only
from reviews.web.guard import (
    begin_public_write,
    check_public_token,
    commit_or_rollback,
    guarded,
    public,
    short_read,
)
from reviews.web.links import public_link
from reviews.web.lists import page_number
from reviews.web.mode import lets_demo_accounts_in
from reviews.web.request_log import Event

bp = Blueprint("people", __name__)


def _viewer(token: str) -> Viewer | None:
    viewer = queries.viewer_of_session(token)
    if viewer is not None:
        request_log.note_person(viewer.public_id)
    return viewer


login_manager.user_loader(_viewer)


@contextmanager
def _failures_noted() -> Iterator[None]:
    """Inside the block, not being recognised leaves a line in the log."""
    try:
        yield
    except service.NotRecognised as failure:
        request_log.note(Event.SIGN_IN_FAILED, account=failure.account)
        raise


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
    return (
        home if endpoint in {"static", "health.alive", "health.ready", "people.sign_in"} else path
    )


def _attempted_account() -> str:
    return email_key(request.form.get("email", ""))


@bp.route("/sign-in", methods=["GET", "POST"])
@public(Action.SIGN_IN)
@limiter.limit("100/hour", methods=["POST"])
@limiter.limit("10/15 minutes", methods=["POST"], key_func=_attempted_account)
def sign_in() -> ResponseReturnValue:
    check_public_token()
    form = SignInForm()
    if form.validate_on_submit():
        with rules_shown_on(form), _failures_noted():
            person = service.recognise(
                form.email.data or "",
                form.password.data or "",
                demo_allowed=lets_demo_accounts_in(),
            )
            begin_public_write()
            token = service.open_session(
                person, at=queries.now(), hours=current_app.config["SESSION_HOURS"]
            )
            return _enter(token, own_path(form.next.data))
    elif not form.is_submitted():
        form.next.data = request.args.get("next", "")
    response = current_app.make_response(
        (render_template("people/sign_in.html", form=form), status_of(form))
    )
    commit_or_rollback(response)
    return response


def _enter(token: str, target: str) -> ResponseReturnValue:
    # A new session from the first byte: nothing set before signing in survives it.
    session.clear()
    viewer = _viewer(token)
    assert viewer is not None  # noqa: S101 - opened a moment ago in this transaction
    login_user(viewer)
    session["_user_id"] = token
    response = current_app.make_response(redirect(target))
    commit_or_rollback(response)
    return response


@bp.post("/sign-out")
@guarded(Action.SIGN_OUT)
def sign_out(access: SiteAccess) -> ResponseReturnValue:
    take_button_only()
    service.sign_out(access.viewer)
    logout_user()
    session.clear()
    response = current_app.make_response(redirect(url_for("people.sign_in")))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
@public(Action.SIGN_IN)
@limiter.limit("30/hour", methods=["POST"])
def use_link(token: str) -> ResponseReturnValue:
    check_public_token()
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        begin_public_write()
        with rules_shown_on(form), _failures_noted():
            service.choose_password(token, form.password.data or "", at=queries.now())
            flash("Your password is set. Sign in with it.")
            response = current_app.make_response(redirect(url_for("people.sign_in")))
            commit_or_rollback(response)
            return response
    response = current_app.make_response(
        (render_template("people/choose_password.html", form=form), status_of(form))
    )
    commit_or_rollback(response)
    return response


# -- The viewer's own account


@bp.route("/account", methods=["GET", "POST"])
@limiter.limit("30/hour", methods=["POST"])
@guarded(Action.MANAGE_OWN_ACCOUNT)
def account(access: SiteAccess) -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.change_password(
                access.viewer, present=form.present.data or "", chosen=form.chosen.data or ""
            )
            flash("Your password is changed. Your other sessions have ended.")
            return redirect(url_for(".account"))
    page = queries.account_page(access)
    return render_template("people/account.html", page=page, form=form), status_of(form)


@bp.post("/account/sessions")
@guarded(Action.MANAGE_OWN_ACCOUNT)
def end_sessions(access: SiteAccess) -> ResponseReturnValue:
    form = EndSessionsForm()
    if not form.validate():
        abort(400)
    service.end_own_sessions(access.viewer, handle=form.session.data or "")
    flash("Ended. That browser has to sign in again.")
    return redirect(url_for(".account"))


# -- The roster


@bp.get("/people")
@guarded(Action.SEARCH_PEOPLE, params=("q", "page"))
def roster(access: SiteAccess) -> ResponseReturnValue:
    form = RosterSearch(request.args)
    page = queries.roster_page(access, search=form.words, page=page_number())
    if page.pagination.page > 1 and not page.rows:
        abort(404)
    return render_template("people/roster.html", page=page, form=form), status_of(form)


def _person(public_id: str) -> Person:
    return queries.person(public_id) or abort(404)


@bp.get("/people/<person>")
@guarded(Action.MANAGE_ACCOUNTS)
def person(access: SiteAccess, person: str) -> ResponseReturnValue:
    page = queries.person_page(access, _person(person))
    return render_template("people/person.html", page=page, link="")


@bp.post("/people/<person>/link")
@guarded(Action.MANAGE_ACCOUNTS)
def make_link(access: SiteAccess, person: str) -> ResponseReturnValue:
    """Show the link in the answer itself: it is kept nowhere, and a second look makes a second link."""
    who = _person(person)
    take_button_only()
    token = service.issue_link(who, actor=access.viewer, at=access.viewer.now)
    link = public_link("people.use_link", token=token)
    page = queries.person_page(access, who)
    return render_template("people/person.html", page=page, link=link)


@bp.route("/people/<person>/deactivate", methods=["GET", "POST"])
@guarded(Action.MANAGE_ACCOUNTS)
def deactivate(access: SiteAccess, person: str) -> ResponseReturnValue:
    who = _person(person)
    if request.method == "POST":
        take_button_only()
        service.deactivate(who, actor=access.viewer)
        flash(f"The account of {who.name} is closed and signed out everywhere.")
        return redirect(url_for(".person", person=person))
    work = open_work(access.viewer, [who.employee_id])[who.employee_id]
    page = queries.person_page(access, who)
    return render_template("people/deactivate.html", page=page, work=work)


@bp.post("/people/<person>/activate")
@guarded(Action.MANAGE_ACCOUNTS)
def activate(access: SiteAccess, person: str) -> ResponseReturnValue:
    who = _person(person)
    take_button_only()
    service.activate(who, actor=access.viewer)
    flash(f"The account of {who.name} is open again.")
    return redirect(url_for(".person", person=person))


# -- The import of the roster


@bp.get("/people/import")
@guarded(Action.IMPORT_PEOPLE)
def import_people(access: SiteAccess) -> ResponseReturnValue:
    del access
    return render_template("people/import.html", form=UploadPeopleForm())


def _read_upload(access: SiteAccess) -> RosterPreview | RuleBroken | None:
    """What the file that was sent would change, or what keeps it from being read; None without one."""
    form = UploadPeopleForm()
    if not form.validate():
        return None
    try:
        return _looked_over(importing.read(importing.text_of(form.file.data.read())), access.viewer)
    except RuleBroken as broken:
        return broken


@bp.post("/people/import")
@guarded(Action.IMPORT_PEOPLE, reads_first=_read_upload)
def upload(access: SiteAccess, read: RosterPreview | RuleBroken | None) -> ResponseReturnValue:
    del access
    form = UploadPeopleForm()
    if form.validate() and read is not None:
        with rules_shown_on(form):
            return _preview(sound(read), ApplyImportForm(formdata=None))
    return render_template("people/import.html", form=form), 422


def _read_text(access: SiteAccess) -> RosterPreview | RuleBroken:
    """What the file of a preview that was sent back would change now."""
    try:
        return _looked_over(importing.read(ApplyImportForm().text.data or ""), access.viewer)
    except RuleBroken as broken:
        return broken


def _looked_over(read: ReadRoster, viewer: Viewer) -> RosterPreview:
    with short_read():
        roster = queries.roster()
    plan = compare(read.file, roster)
    with short_read():
        return RosterPreview(read, plan, importing.open_work_of(plan, viewer))


@bp.post("/people/import/apply")
@guarded(Action.IMPORT_PEOPLE, reads_first=_read_text)
def apply_import(access: SiteAccess, read: RosterPreview | RuleBroken) -> ResponseReturnValue:
    form = ApplyImportForm()
    before = sound(read)
    if form.validate_on_submit():
        with rules_shown_on(form):
            plan = importing.apply(
                before.read,
                digest=form.digest.data or "",
                leavers_read=form.leavers_read.data,
                actor=access.viewer,
                at=access.viewer.now,
            )
            flash(
                f"Imported: {len(plan.new)} new, {len(plan.changed)} changed,"
                f" {count(len(plan.leaving), 'account')} closed."
            )
            return redirect(url_for(".roster"))
    return _preview(before, form)


def _preview(page: RosterPreview, form: ApplyImportForm) -> ResponseReturnValue:
    form.text.data, form.digest.data = page.read.text, page.plan.digest
    status = 422 if page.plan.problems else status_of(form)
    body = render_template(
        "people/preview.html",
        page=page,
        form=form,
        most_shown=importing.MOST_SHOWN,
        most_problems=importing.MOST_PROBLEMS,
    )
    return body, status
