"""Setting a cycle up: a new one, its settings, its owners."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice  # type: ignore[attr-defined]  # the stubs are older

from reviews.access.loaders import CycleAccess, SiteAccess
from reviews.access.naming import called
from reviews.cycles import ladder_choice
from reviews.cycles.forms import PeopleForm
from reviews.cycles.panels.queries import people_of, people_to_choose
from reviews.cycles.queries import needs_reason, owners_of
from reviews.cycles.setup import queries, service
from reviews.cycles.setup.forms import CreateForm, SettingsForm
from reviews.rules.enums import Action
from reviews.rules.errors import StaleEdit
from reviews.web.edit_conflict import EditDifference, show_both
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.guard import guarded
from reviews.web.lists import count_search

bp = Blueprint("setup", __name__)


@bp.route("/cycles/new", methods=["GET", "POST"])
@guarded(Action.CREATE_CYCLE)
def create(access: SiteAccess) -> ResponseReturnValue:
    form = CreateForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            cycle = service.create_cycle(
                name=form.name.data or "",
                time_zone=form.time_zone.data,
                actor=access.viewer,
                now=access.viewer.now,
            )
            return redirect(url_for(".edit", cycle=cycle.public_id))
    return render_template("cycles/setup/create.html", form=form), status_of(form)


@bp.route("/cycles/<cycle>/setup", methods=["GET", "POST"])
@guarded(Action.SET_UP_CYCLE, on="cycle")
def edit(access: CycleAccess) -> ResponseReturnValue:
    page = queries.setup_page(access)
    form = SettingsForm(
        data={
            **asdict(page.settings),
            **page.settings.scale,
            "version": access.cycle.version,
        },
        needs_reason=page.needs_reason,
    )
    form.ladders.choices = [SelectChoice(line.public_id, line.name) for line in page.ladders]
    form.units.choices = [SelectChoice(unit, unit) for unit in page.units]
    differences: tuple[EditDifference, ...] = ()
    if form.validate_on_submit():
        settings = form.settings()
        with rules_shown_on(form):
            try:
                service.save_settings(
                    access.cycle,
                    settings=settings,
                    version=form.version.data or 0,
                    actor=access.viewer,
                    now=access.viewer.now,
                    reason=form.given_reason,
                )
            except StaleEdit as stale:
                differences = show_both(
                    form, stale, settings.in_words(ladder_choice.ladder_names())
                )
            else:
                flash("Settings saved.")
                return redirect(url_for(".edit", cycle=access.cycle.public_id))
    html = render_template("cycles/setup/edit.html", page=page, form=form, differences=differences)
    return html, 409 if differences else status_of(form)


@bp.route("/cycles/<cycle>/owners", methods=["GET", "POST"])
@guarded(Action.SET_UP_CYCLE, on="cycle")
def owners(access: CycleAccess) -> ResponseReturnValue:
    now = [person.public_id for person in owners_of(access.cycle)]
    form = PeopleForm(
        data={"people": now, "version": access.cycle.version},
        needs_reason=needs_reason(access, Action.SET_UP_CYCLE),
    )
    chosen = people_of(form.people.data or ())
    differences: tuple[EditDifference, ...] = ()
    if form.is_sent_to_save():
        with rules_shown_on(form):
            try:
                service.save_owners(
                    access.cycle,
                    owners=chosen,
                    version=form.version.data or 0,
                    actor=access.viewer,
                    now=access.viewer.now,
                    reason=form.given_reason,
                )
            except StaleEdit as stale:
                typed = {"people": "; ".join(person.name for person in chosen)}
                differences = show_both(form, stale, typed)
            else:
                flash("Owners saved.")
                return redirect(url_for(".edit", cycle=access.cycle.public_id))
    if form.search:
        count_search()
    people = people_to_choose(form.search, ticked=chosen)
    html = render_template(
        "cycles/setup/owners.html",
        access=access,
        form=form,
        people=people,
        called=called(access.viewer, people),
        differences=differences,
    )
    return html, 409 if differences else status_of(form)
