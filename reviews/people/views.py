"""Signing in and out, the own account, the roster and its import."""

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
from reviews.display.formatting import count
from reviews.people import attempts, importing, passwords, person_edit, queries, service
from reviews.people.addresses import email_key
from reviews.people.attempts import Attempt, TooManyFailures
from reviews.people.forms import (
    ApplyImportForm,
    ChangePasswordForm,
    ChoosePasswordForm,
    EndSessionsForm,
    InviteAllForm,
    LinksReadForm,
    PersonForm,
    RosterSearch,
    SignInForm,
    UploadPeopleForm,
)
from reviews.people.importing import ReadRoster, RosterPreview
from reviews.people.open_work import open_work
from reviews.people.person_edit import PersonDraft
from reviews.people.roster import compare
from reviews.rules.enums import Action
from reviews.rules.errors import RuleBroken, StaleEdit, TooBusy
from reviews.rules.policy import Answer
from reviews.web import callers, mode, request_log, typed_text
from reviews.web.edit_conflict import EditDifference, show_both
from reviews.web.error_handlers import counted, rules_shown_on, sound, status_of
from reviews.web.extensions import login_manager
from reviews.web.forms import take_button_only
from reviews.web.guard import (
    begin_late_write,
    check_public_token,
    commit_or_rollback,
    guarded,
    public,
    short_read,
)
from reviews.web.links import public_link
from reviews.web.lists import count_search, page_number
from reviews.web.mode import lets_demo_accounts_in
from reviews.web.request_log import Event

bp = Blueprint("people", __name__)

#: A page is no write: that a session was used is written down no more often.
_KEPT_OPEN_EVERY = timedelta(minutes=5)
#: Links that open nothing, for each network.
_LINKS = Limit("links", most=30, seconds=60)


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
    text = typed_text.sealed()
    if not text:
        return redirect(url_for("people.sign_in", next=request.path))
    form = SignInForm(formdata=None, data={"next": request.path, "typed": text})
    return render_template("people/sign_in.html", form=form), 401


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
            if current_user.is_authenticated:
                # The browser gets another cookie: nobody would end this session any more.
                service.sign_out(current_user._get_current_object())
            token = service.enter(
                recognised,
                at=queries.now(),
                hours=current_app.config["SESSION_HOURS"],
                idle=_idle(),
            )
            target = own_path(form.next.data)
            if queries.links_not_acknowledged(recognised.person_id):
                target = url_for(".links", next=target)
            response = _enter(token, target, form.typed.data)
            callers.remember_browser(response, attempt.account)
            return response
    elif not form.is_submitted():
        form.next.data = request.args.get("next", "")
    response = current_app.make_response(
        (render_template("people/sign_in.html", form=form), status_of(form))
    )
    commit_or_rollback(response)
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
        render_template("people/put_back.html", typed=found) if found else redirect(target)
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
    response = current_app.make_response(redirect(url_for("people.sign_in")))
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
            service.choose_password(token, password_hash, at=queries.now())
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
    return render_template("people/account.html", page=page, form=form), status_of(form)


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
    return render_template("people/links.html", page=page, form=form), status_of(form)


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
@guarded(Action.SEARCH_PEOPLE, params=("q", "show", "from", "page"))
def roster(access: SiteAccess) -> ResponseReturnValue:
    form = RosterSearch(request.args)
    words = form.words
    if form.show.errors:
        abort(400)
    page = queries.roster_page(
        access,
        search=words,
        page=page_number(),
        show=form.show.data or "",
        start="" if form.start.errors else form.first_name,
    )
    if page.search or form.first_name or page.pagination.page > 1:
        count_search()
    if page.pagination.page > 1 and not page.rows:
        abort(404)
    return render_template(
        "people/roster.html", page=page, form=form, sends_mail=mode.sends_mail()
    ), status_of(form)


def _person(public_id: str) -> Person:
    return queries.person(public_id) or abort(404)


@bp.get("/people/<person>")
@guarded(Action.SEE_ACCOUNT)
def person(access: SiteAccess, person: str) -> ResponseReturnValue:
    return _person_page(access, _person(person))


def _person_page(access: SiteAccess, who: Person, link: str = "") -> ResponseReturnValue:
    page = queries.person_page(access, who)
    return render_template("people/person.html", page=page, link=link, sends_mail=mode.sends_mail())


@bp.route("/people/add", methods=["GET", "POST"])
@guarded(Action.EDIT_PERSON)
def add_person(access: SiteAccess) -> ResponseReturnValue:
    form = PersonForm(needs_reason=_with_reason(access, Action.EDIT_PERSON))
    if form.is_submitted():
        is_sound = form.validate()
        draft = form.draft()
        if not form.take_faults(person_edit.faults(draft, None)) and is_sound:
            with rules_shown_on(form):
                added = person_edit.add(
                    draft, actor=access.viewer, at=access.viewer.now, reason=form.given_reason
                )
                flash(f"{added.name} is added. They cannot sign in yet.")
                return redirect(url_for(".person", person=added.public_id))
    return _person_form(form)


@bp.route("/people/<person>/edit", methods=["GET", "POST"])
@guarded(Action.EDIT_PERSON)
def edit_person(access: SiteAccess, person: str) -> ResponseReturnValue:
    is_sent = request.method == "POST"
    who = queries.person_with_manager(person, to_change=is_sent) or abort(404)
    before = person_edit.draft_of(who)
    needs_reason = _with_reason(access, Action.EDIT_PERSON)
    form = PersonForm(data={**before.in_words(), "version": who.version}, needs_reason=needs_reason)
    differences: tuple[EditDifference, ...] = ()
    if form.is_submitted():
        is_sound = form.validate()
        draft = form.draft()
        found = person_edit.faults(draft, who, touches_accounts=not needs_reason)
        if not form.take_faults(found) and is_sound:
            with rules_shown_on(form):
                try:
                    is_changed = person_edit.change(
                        who,
                        draft,
                        version=form.version.data or 0,
                        actor=access.viewer,
                        at=access.viewer.now,
                        reason=form.given_reason,
                        touches_accounts=not needs_reason,
                    )
                except StaleEdit as stale:
                    differences = show_both(form, stale, draft.in_words())
                else:
                    flash("Saved." if is_changed else "Nothing was changed.")
                    return redirect(url_for(".person", person=person))
    return _person_form(form, before=before, person=person, differences=differences)


def _person_form(
    form: PersonForm,
    *,
    before: PersonDraft | None = None,
    person: str = "",
    differences: tuple[EditDifference, ...] = (),
) -> ResponseReturnValue:
    html = render_template(
        "people/edit.html",
        form=form,
        before=before,
        person=person,
        units=queries.units(),
        differences=differences,
    )
    return html, 409 if differences else status_of(form)


@bp.post("/people/<person>/link")
@guarded(Action.MANAGE_ACCOUNTS)
def make_link(access: SiteAccess, person: str) -> ResponseReturnValue:
    """Show the link in the answer itself: it is kept nowhere, and a second look makes a second link."""
    who = _person(person)
    take_button_only()
    token = service.issue_link(who, actor=access.viewer, at=access.viewer.now)
    link = public_link("people.use_link", token=token)
    return _person_page(access, who, link)


@bp.post("/people/<person>/invite")
@guarded(Action.MANAGE_ACCOUNTS)
def invite(access: SiteAccess, person: str) -> ResponseReturnValue:
    """The link goes to the person alone: whoever sends it does not see it."""
    who = _person(person)
    take_button_only()
    service.invite(who, actor=access.viewer, at=access.viewer.now)
    flash(f"{who.name} is sent an invitation.")
    return redirect(url_for(".person", person=person))


@bp.route("/people/invite", methods=["GET", "POST"])
@guarded(Action.MANAGE_ACCOUNTS)
def invite_all(access: SiteAccess) -> ResponseReturnValue:
    form = InviteAllForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            invited = service.invite_all(
                actor=access.viewer, at=access.viewer.now, again=form.again.data
            )
            flash(
                f"{count(invited, 'person is', 'people are')} sent an invitation."
                if invited
                else "Nobody is left to invite."
            )
            return redirect(url_for(".roster"))
    page = queries.invitations_page(access)
    return render_template(
        "people/invite.html", page=page, form=form, sends_mail=mode.sends_mail()
    ), status_of(form)


@bp.route("/people/<person>/deactivate", methods=["GET", "POST"])
@guarded(Action.MANAGE_ACCOUNTS)
def deactivate(access: SiteAccess, person: str) -> ResponseReturnValue:
    who = _person(person)
    if request.method == "POST":
        take_button_only()
        service.deactivate(who, actor=access.viewer, at=access.viewer.now)
        flash(f"The account of {who.name} is closed and signed out everywhere.")
        return redirect(url_for(".person", person=person))
    work = open_work(access, [who.employee_id])[who.employee_id]
    page = queries.person_page(access, who)
    return render_template("people/deactivate.html", page=page, work=work)


@bp.post("/people/<person>/activate")
@guarded(Action.MANAGE_ACCOUNTS)
def activate(access: SiteAccess, person: str) -> ResponseReturnValue:
    who = _person(person)
    take_button_only()
    service.activate(who, actor=access.viewer, at=access.viewer.now)
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
        return _looked_over(importing.read(importing.text_of(form.file.data.read())), access)
    except RuleBroken as broken:
        return broken


@bp.post("/people/import")
@guarded(Action.IMPORT_PEOPLE, reads_first=_read_upload)
def upload(access: SiteAccess, read: RosterPreview | RuleBroken | None) -> ResponseReturnValue:
    form = UploadPeopleForm()
    if form.validate() and read is not None:
        with rules_shown_on(form):
            to_apply = ApplyImportForm(
                formdata=None, needs_reason=_with_reason(access, Action.IMPORT_PEOPLE)
            )
            return _preview(sound(read), to_apply)
    return render_template("people/import.html", form=form), 422


def _read_text(access: SiteAccess) -> RosterPreview | RuleBroken:
    """What the file of a preview that was sent back would change now."""
    sent = ApplyImportForm(needs_reason=_with_reason(access, Action.IMPORT_PEOPLE))
    try:
        return _looked_over(importing.read(sent.text.data or ""), access)
    except RuleBroken as broken:
        return broken


def _looked_over(read: ReadRoster, access: SiteAccess) -> RosterPreview:
    with short_read():
        roster = queries.roster()
    plan = compare(read.file, roster)
    with short_read():
        return RosterPreview(read, plan, importing.open_work_of(plan, access))


@bp.post("/people/import/apply")
@guarded(Action.IMPORT_PEOPLE, reads_first=_read_text)
def apply_import(access: SiteAccess, read: RosterPreview | RuleBroken) -> ResponseReturnValue:
    form = ApplyImportForm(needs_reason=_with_reason(access, Action.IMPORT_PEOPLE))
    before = sound(read)
    if form.validate_on_submit():
        with rules_shown_on(form):
            plan = importing.apply(
                before.read,
                digest=form.digest.data or "",
                leavers_read=form.leavers_read.data,
                actor=access.viewer,
                at=access.viewer.now,
                reason=form.given_reason,
                touches_accounts=not _with_reason(access, Action.IMPORT_PEOPLE),
            )
            flash(
                f"Imported: {len(plan.new)} new, {len(plan.changed)} changed,"
                f" {count(len(plan.leaving), 'account')} closed."
            )
            return redirect(url_for(".roster"))
    return _preview(before, form)


def _with_reason(access: SiteAccess, action: Action) -> bool:
    return access.answer(action) is Answer.WITH_REASON


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
