"""The roster, one person, and accounts."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import SiteAccess
from reviews.db.models.people import Person
from reviews.display.formatting import count
from reviews.people import person_edit, queries, service
from reviews.people.forms import InviteAllForm, PersonForm, RosterSearch
from reviews.people.open_work import open_work
from reviews.people.person_edit import PersonDraft
from reviews.rules.enums import Action
from reviews.rules.errors import StaleEdit
from reviews.rules.policy import Answer
from reviews.web import mode
from reviews.web.edit_conflict import EditDifference, show_both
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.forms import take_button_only
from reviews.web.guard import commit_and_go_on, guarded
from reviews.web.links import public_link
from reviews.web.lists import count_search, page_number

bp = Blueprint("people", __name__)


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
    return render_template(
        "people/person.html",
        page=page,
        link=link,
        sends_mail=mode.sends_mail(),
        takes_passwords=mode.takes_passwords(),
    )


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
    link = public_link("signing_in.use_link", token=token)
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
                actor=access.viewer,
                at=access.viewer.now,
                again=form.again.data,
                go_on=commit_and_go_on,
            )
            flash(
                f"{count(invited, 'person is', 'people are')} sent an invitation."
                if invited
                else "Nobody is left to invite."
            )
            return redirect(url_for(".roster"))
    page = queries.invitations_page(access)
    body = render_template(
        "people/invite.html",
        page=page,
        form=form,
        sends_mail=mode.sends_mail(),
        takes_passwords=mode.takes_passwords(),
    )
    return body, status_of(form)


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


def _with_reason(access: SiteAccess, action: Action) -> bool:
    return access.answer(action) is Answer.WITH_REASON
