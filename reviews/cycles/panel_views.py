"""Pages of the panels: who decides, which packets they hear, and whom the owner keeps away from one."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice  # type: ignore[attr-defined]  # the stubs are older

from reviews.access import CycleAccess
from reviews.cycles import panels as panel_service
from reviews.cycles import queries, seats, service
from reviews.cycles.blueprint import bp
from reviews.cycles.forms import (
    ConflictForm,
    PanelForm,
    PeopleForm,
    ReasonForm,
    place_field,
    places_form,
)
from reviews.cycles.panels import PanelDraft
from reviews.cycles.stale import Difference, kept_beside
from reviews.errors import rules_shown_on, status_of
from reviews.guard import guarded
from reviews.models.cycles import Panel
from reviews.models.people import Person
from reviews.refusals import StaleEdit
from reviews.vocabulary import Action


def is_saved(form: PeopleForm) -> bool:
    """Whether the form was sent to be saved and may be; a search is sent with the same form and saves nothing."""
    if form.find.data:
        form.q.validate(form)
        return False
    saved: bool = form.validate_on_submit()
    return saved


def choice_of(form: PeopleForm, ticked: Sequence[Person]) -> list[Person]:
    """Everybody who stands in the form: the ticked, then whom the search found."""
    found = [] if form.q.errors else seats.people_found(form.q.data or "")
    return [*ticked, *(person for person in found if person not in ticked)]


@bp.route("/cycles/<cycle>/panels", methods=["GET", "POST"])
@guarded(Action.EDIT_PANELS, on="cycle")
def panels(access: CycleAccess) -> ResponseReturnValue:
    page = seats.panels_page(access)
    packets = {packet.packet.public_id: packet.packet for packet in page.packets}
    form = places_form(
        {
            public_id: (packet.candidate.name, page.panel_of.get(packet.panel_id or 0, ""))
            for public_id, packet in packets.items()
        },
        [SelectChoice(panel.public_id, panel.name) for panel in page.panels],
        needs_reason=page.needs_reason,
    )
    if form.validate_on_submit():
        by_id = {panel.public_id: panel for panel in seats.panels_of(access.cycle)}
        with rules_shown_on(form):
            moved = panel_service.place_packets(
                access.cycle,
                places={
                    packet: by_id[form[place_field(public_id)].data]
                    for public_id, packet in packets.items()
                },
                actor=access.viewer,
                now=access.viewer.now,
                reason=form.given_reason,
            )
            flash("1 packet moved." if moved == 1 else f"{moved} packets moved.")
            return redirect(url_for(".panels", cycle=access.cycle.public_id))
    return render_template("cycles/panels.html", page=page, form=form), status_of(form)


@bp.route("/cycles/<cycle>/panels/new", methods=["GET", "POST"])
@guarded(Action.EDIT_PANELS, on="cycle")
def create_panel(access: CycleAccess) -> ResponseReturnValue:
    return _edit(access, None)


@bp.route("/cycles/<cycle>/panels/<panel>", methods=["GET", "POST"])
@guarded(Action.EDIT_PANELS, on="cycle")
def edit_panel(access: CycleAccess, panel: str) -> ResponseReturnValue:
    return _edit(access, seats.panel_in(access.cycle, panel) or abort(404))


def _edit(access: CycleAccess, panel: Panel | None) -> ResponseReturnValue:
    form = PanelForm(
        data=seats.panel_data(panel) if panel else {},
        needs_reason=queries.needs_reason(access, Action.EDIT_PANELS),
    )
    ticked = seats.people_of(form.people.data or ())
    differences: tuple[Difference, ...] = ()
    if is_saved(form):
        draft = PanelDraft(
            name=form.name.data or "",
            quorum=form.quorum.data or 0,
            members=ticked,
            chair=next(iter(seats.people_of([form.chair.data or ""])), None),
        )
        with rules_shown_on(form):
            try:
                panel_service.save_panel(
                    access.cycle,
                    panel,
                    draft=draft,
                    version=form.version.data or 0,
                    actor=access.viewer,
                    now=access.viewer.now,
                    reason=form.given_reason,
                )
            except StaleEdit as stale:
                differences = kept_beside(form, stale, draft.in_words())
            else:
                flash(f"{draft.name} saved.")
                return redirect(url_for(".panels", cycle=access.cycle.public_id))
    html = render_template(
        "cycles/panel.html",
        access=access,
        panel=panel,
        form=form,
        people=choice_of(form, ticked),
        differences=differences,
    )
    return html, 409 if differences else status_of(form)


@bp.route("/cycles/<cycle>/panels/<panel>/remove", methods=["GET", "POST"])
@guarded(Action.EDIT_PANELS, on="cycle")
def remove_panel(access: CycleAccess, panel: str) -> ResponseReturnValue:
    row = seats.panel_in(access.cycle, panel) or abort(404)
    form = ReasonForm(needs_reason=queries.needs_reason(access, Action.EDIT_PANELS))
    if form.validate_on_submit():
        with rules_shown_on(form):
            panel_service.remove_panel(
                access.cycle,
                row,
                actor=access.viewer,
                now=access.viewer.now,
                reason=form.given_reason,
            )
            flash(f"{row.name} removed.")
            return redirect(url_for(".panels", cycle=access.cycle.public_id))
    html = render_template("cycles/remove_panel.html", access=access, panel=row, form=form)
    return html, status_of(form)


@bp.route("/cycles/<cycle>/conflicts/set", methods=["GET", "POST"])
@guarded(Action.SET_CONFLICT, on="cycle")
def set_conflict(access: CycleAccess) -> ResponseReturnValue:
    page = seats.conflicts_page(access)
    packets = {packet.packet.public_id: packet.packet for packet in page.packets}
    members = {member.public_id: member for member in page.members}
    form = ConflictForm()
    form.packet.choices = [
        SelectChoice("", "Choose a packet"),
        *(SelectChoice(key, packet.candidate.name) for key, packet in packets.items()),
    ]
    form.member.choices = [
        SelectChoice("", "Choose a member"),
        *(SelectChoice(key, member.name) for key, member in members.items()),
    ]
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.set_conflict(
                packets[form.packet.data],
                member=members[form.member.data],
                reason=form.reason.data or "",
                actor=access.viewer,
                now=access.viewer.now,
            )
            flash("Conflict set. It takes effect at once.")
            return redirect(url_for(".set_conflict", cycle=access.cycle.public_id))
    return render_template("cycles/conflicts.html", page=page, form=form), status_of(form)
