"""Pages of the panels: who decides, which packets they hear, and whom the owner keeps away from one."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice  # type: ignore[attr-defined]  # the stubs are older

from reviews.access.loaders import CycleAccess
from reviews.access.naming import called, candidates_called
from reviews.cycles.panels import queries, service
from reviews.cycles.panels.forms import ConflictForm, PanelForm, place_field, places_form
from reviews.cycles.panels.service import PanelDraft
from reviews.cycles.queries import needs_reason
from reviews.db.models.cycles import Panel
from reviews.display.formatting import count
from reviews.rules.enums import Action, CyclePhase
from reviews.rules.errors import StaleEdit
from reviews.web.edit_conflict import EditDifference, show_both
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.forms import ReasonForm
from reviews.web.guard import guarded
from reviews.web.lists import NameSearch, count_search, page_number

bp = Blueprint("panels", __name__)


@bp.route("/cycles/<cycle>/panels", methods=["GET", "POST"])
@guarded(Action.EDIT_PANELS, on="cycle", params=("q", "page"))
def index(access: CycleAccess) -> ResponseReturnValue:
    search = NameSearch(request.args)
    page = queries.panels_page(access, page=page_number(), name=search.words)
    listed = list(page.packets or ())
    packets = {each.packet.public_id: each.packet for each in listed}
    form = places_form(
        {
            each.packet.public_id: (name, page.panel_of.get(each.packet.panel_id or 0, ""))
            for each, name in zip(listed, candidates_called(listed), strict=True)
        },
        [SelectChoice(panel.public_id, panel.name) for panel in page.panels],
        needs_reason=page.needs_reason,
    )
    if form.validate_on_submit():
        by_id = {panel.public_id: panel for panel in queries.panels_of(access.cycle)}
        with rules_shown_on(form):
            moved = service.place_packets(
                access.cycle,
                places={
                    packet: by_id[form[place_field(public_id)].data]
                    for public_id, packet in packets.items()
                },
                actor=access.viewer,
                now=access.viewer.now,
                reason=form.given_reason,
            )
            flash(f"{count(moved, 'packet')} moved.")
            return redirect(url_for(".index", cycle=access.cycle.public_id))
    html = render_template("cycles/panels/index.html", page=page, form=form, search=search)
    return html, status_of(form)


@bp.route("/cycles/<cycle>/panels/new", methods=["GET", "POST"])
@guarded(Action.EDIT_PANELS, on="cycle")
def create(access: CycleAccess) -> ResponseReturnValue:
    return _edit(access, None)


@bp.route("/cycles/<cycle>/panels/<panel>", methods=["GET", "POST"])
@guarded(Action.EDIT_PANELS, on="cycle")
def edit(access: CycleAccess, panel: str) -> ResponseReturnValue:
    return _edit(access, queries.panel_in(access.cycle, panel) or abort(404))


def _edit(access: CycleAccess, panel: Panel | None) -> ResponseReturnValue:
    voting = access.cycle.phase is CyclePhase.CALIBRATION
    form = PanelForm(
        data=queries.panel_data(panel) if panel else {},
        needs_reason=needs_reason(access, Action.EDIT_PANELS) or voting,
    )
    if voting:
        form.reason.label.text = "Why the panel changes now"
        form.reason.description = "Voting has begun, so this is done with a reason on record."
    ticked = queries.people_of(form.people.data or ())
    differences: tuple[EditDifference, ...] = ()
    if form.is_sent_to_save():
        draft = PanelDraft(
            name=form.name.data or "",
            quorum=form.quorum.data or 0,
            members=ticked,
            chair=next(iter(queries.people_of([form.chair.data or ""])), None),
        )
        with rules_shown_on(form):
            try:
                service.save_panel(
                    access.cycle,
                    panel,
                    draft=draft,
                    version=form.version.data or 0,
                    actor=access.viewer,
                    now=access.viewer.now,
                    reason=form.given_reason,
                )
            except StaleEdit as stale:
                differences = show_both(form, stale, draft.in_words())
            else:
                flash(f"{draft.name} saved.")
                return redirect(url_for(".index", cycle=access.cycle.public_id))
    if form.search:
        count_search()
    people = queries.people_to_choose(form.search, ticked=ticked)
    html = render_template(
        "cycles/panels/edit.html",
        access=access,
        panel=panel,
        form=form,
        people=people,
        called=called(access.viewer, people),
        differences=differences,
    )
    return html, 409 if differences else status_of(form)


@bp.route("/cycles/<cycle>/panels/<panel>/remove", methods=["GET", "POST"])
@guarded(Action.EDIT_PANELS, on="cycle")
def remove(access: CycleAccess, panel: str) -> ResponseReturnValue:
    row = queries.panel_in(access.cycle, panel) or abort(404)
    form = ReasonForm(needs_reason=needs_reason(access, Action.EDIT_PANELS))
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.remove_panel(
                access.cycle,
                row,
                actor=access.viewer,
                now=access.viewer.now,
                reason=form.given_reason,
            )
            flash(f"{row.name} removed.")
            return redirect(url_for(".index", cycle=access.cycle.public_id))
    html = render_template("cycles/panels/remove.html", access=access, panel=row, form=form)
    return html, status_of(form)


@bp.route("/cycles/<cycle>/conflicts/set", methods=["GET", "POST"])
@guarded(Action.SET_CONFLICT, on="cycle", params=("q", "page"))
def set_conflict(access: CycleAccess) -> ResponseReturnValue:
    search = NameSearch(request.args)
    page = queries.conflicts_page(access, page=page_number(), name=search.words)
    packets = {each.packet.public_id: each.packet for each in page.packets}
    members = {member.public_id: member for member in page.members}
    form = ConflictForm()
    form.packet.choices = [
        SelectChoice("", "Choose a packet"),
        *map(SelectChoice, packets, candidates_called(page.packets)),
    ]
    if page.packets.pages > 1:
        form.packet.description = (
            f"The first {len(packets)} of {page.packets.counted} by name."
            " Search for the others above."
        )
    form.member.choices = [
        SelectChoice("", "Choose a member"),
        *map(SelectChoice, members, called(access.viewer, page.members)),
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
    html = render_template("cycles/panels/set_conflict.html", page=page, form=form, search=search)
    return html, status_of(form)
