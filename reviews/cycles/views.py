"""Pages of a cycle: the list, a new one, its own page, set-up, owners, the next phase, progress and release."""

from dataclasses import asdict

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice  # type: ignore[attr-defined]  # the stubs are older

from reviews.access import CycleAccess, SiteAccess
from reviews.cycles import panel_views, pins, queries, seats, service
from reviews.cycles.blueprint import bp
from reviews.cycles.doors import ADVANCE, doors
from reviews.cycles.forms import AdvanceForm, CreateForm, PeopleForm, ReleaseForm, SettingsForm
from reviews.cycles.phases import advance_cycle
from reviews.cycles.progress import advance_page, progress_page
from reviews.cycles.settings import in_words
from reviews.cycles.stale import Difference, kept_beside
from reviews.errors import rules_shown_on, status_of
from reviews.guard import guarded
from reviews.refusals import StaleEdit
from reviews.vocabulary import Action, CyclePhase

__all__ = ["bp", "panel_views"]


@bp.get("/cycles")
@guarded(Action.SEE_INBOX)
def index(access: SiteAccess) -> ResponseReturnValue:
    return render_template("cycles/index.html", page=queries.index_page(access))


@bp.route("/cycles/new", methods=["GET", "POST"])
@guarded(Action.SET_UP_CYCLE)
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
            return redirect(url_for(".setup", cycle=cycle.public_id))
    return render_template("cycles/create.html", form=form), status_of(form)


@bp.get("/cycles/<cycle>")
@guarded(Action.READ_CYCLE, on="cycle")
def show(access: CycleAccess) -> ResponseReturnValue:
    page = queries.cycle_page(access)
    return render_template("cycles/show.html", page=page, doors=doors(page))


@bp.route("/cycles/<cycle>/setup", methods=["GET", "POST"])
@guarded(Action.SET_UP_CYCLE, on="cycle")
def setup(access: CycleAccess) -> ResponseReturnValue:
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
    differences: tuple[Difference, ...] = ()
    if form.validate_on_submit():
        settings = form.settings()
        with rules_shown_on(form):
            try:
                notes = service.save_settings(
                    access.cycle,
                    settings=settings,
                    version=form.version.data or 0,
                    actor=access.viewer,
                    now=access.viewer.now,
                    reason=form.given_reason,
                )
            except StaleEdit as stale:
                differences = kept_beside(form, stale, settings.in_words(pins.ladder_names()))
            else:
                for sentence in ("Settings saved.", *notes):
                    flash(sentence)
                return redirect(url_for(".setup", cycle=access.cycle.public_id))
    html = render_template("cycles/setup.html", page=page, form=form, differences=differences)
    return html, 409 if differences else status_of(form)


@bp.route("/cycles/<cycle>/owners", methods=["GET", "POST"])
@guarded(Action.SET_UP_CYCLE, on="cycle")
def owners(access: CycleAccess) -> ResponseReturnValue:
    now = [person.public_id for person in queries.owners_of(access.cycle)]
    form = PeopleForm(
        data={"people": now, "version": access.cycle.version},
        needs_reason=queries.needs_reason(access, Action.SET_UP_CYCLE),
    )
    chosen = seats.people_of(form.people.data or ())
    differences: tuple[Difference, ...] = ()
    if panel_views.is_saved(form):
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
                differences = kept_beside(form, stale, typed)
            else:
                flash("Owners saved.")
                return redirect(url_for(".setup", cycle=access.cycle.public_id))
    html = render_template(
        "cycles/owners.html",
        access=access,
        form=form,
        people=panel_views.choice_of(form, chosen),
        differences=differences,
    )
    return html, 409 if differences else status_of(form)


@bp.route("/cycles/<cycle>/advance", methods=["GET", "POST"])
@guarded(Action.ADVANCE_CYCLE, on="cycle")
def advance(access: CycleAccess) -> ResponseReturnValue:
    form = AdvanceForm(
        data={"phase": access.cycle.phase.value},
        needs_reason=queries.needs_reason(access, Action.ADVANCE_CYCLE),
    )
    if form.validate_on_submit():
        with rules_shown_on(form):
            advance_cycle(
                access.cycle,
                actor=access.viewer,
                now=access.viewer.now,
                reason=form.given_reason,
            )
            flash(_ENTERED[access.cycle.phase])
            return redirect(url_for(".show", cycle=access.cycle.public_id))
    page = advance_page(access)
    button, what = ADVANCE[access.cycle.phase]
    html = render_template("cycles/advance.html", page=page, form=form, button=button, what=what)
    return html, status_of(form)


_ENTERED = {
    CyclePhase.EVIDENCE: "The cycle is open. People can start their packets.",
    CyclePhase.RATING: "Rating has begun. Managers and approved peers find their packets on their home page.",
    CyclePhase.CALIBRATION: "Calibration has begun. The panels can read and vote.",
}


@bp.get("/cycles/<cycle>/progress")
@guarded(Action.SEE_PROGRESS, on="cycle")
def progress(access: CycleAccess) -> ResponseReturnValue:
    return render_template("cycles/progress.html", page=progress_page(access))


@bp.route("/cycles/<cycle>/release", methods=["GET", "POST"])
@guarded(Action.RELEASE_CYCLE, on="cycle")
def release(access: CycleAccess) -> ResponseReturnValue:
    cycle = access.cycle
    planned = queries.planned_release(cycle)
    form = ReleaseForm(data={**planned, "version": cycle.version})
    differences: tuple[Difference, ...] = ()
    if form.validate_on_submit():
        now = form.when.data == "now"
        with rules_shown_on(form):
            try:
                service.release_cycle(
                    cycle,
                    local=None if now else form.at.data,
                    reason=form.reason.data or "",
                    version=form.version.data or 0,
                    actor=access.viewer,
                    now=access.viewer.now,
                )
            except StaleEdit as stale:
                typed = {
                    "at": "now" if now else in_words(form.at.data),
                    "reason": form.reason.data or "",
                }
                differences = kept_beside(form, stale, typed)
            else:
                flash("The outcomes are open." if now else "The release is set.")
                return redirect(url_for(".show", cycle=cycle.public_id))
    html = render_template(
        "cycles/release.html", access=access, form=form, planned=planned, differences=differences
    )
    return html, 409 if differences else status_of(form)
