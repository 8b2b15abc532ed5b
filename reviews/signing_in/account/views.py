"""The own account."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reviews.access.loaders import SiteAccess
from reviews.mail import reminders
from reviews.people import attempts, passwords
from reviews.people import service as people
from reviews.people.queries import (
    account_page,
    links_page,
    own_person,
)
from reviews.rules.enums import Action, ReminderDays
from reviews.rules.errors import RuleBroken
from reviews.rules.good_passwords import is_short
from reviews.signing_in import service
from reviews.signing_in.account.forms import (
    ChangePasswordForm,
    EndSessionsForm,
    LinksReadForm,
    RemindersForm,
)
from reviews.signing_in.counting import attempt_of, counted_attempt
from reviews.signing_in.entering import COMPANY_ALONE, asked_of, own_path, site
from reviews.web import mode
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.guard import (
    begin_late_write,
    guarded,
)

bp = Blueprint("account", __name__)


@bp.route("/account", methods=["GET", "POST"])
@guarded(Action.MANAGE_OWN_ACCOUNT)
def show(access: SiteAccess) -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.is_submitted() and not mode.takes_passwords():
        raise RuleBroken(COMPANY_ALONE)
    if form.validate_on_submit():
        # A stolen session is slowed down, and the person's own one is not.
        attempt = attempt_of("present password", str(access.viewer.session_id))
        chosen = form.chosen.data or ""
        with rules_shown_on(form):
            person = own_person(access.viewer)
            people.check_password(chosen, person, site=site(), field="chosen")
        with rules_shown_on(form), counted_attempt(attempt) as failure:
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
            service.note_need(own_person(access.viewer), asked_of=asked_of())
            flash("Your password is changed. Your other sessions have ended.")
            return redirect(url_for(".show"))
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
    return redirect(url_for(".show"))


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
    return redirect(url_for(".show"))
