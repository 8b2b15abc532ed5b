"""The pages of a packet: starting it, reading it, submitting it, and what the manager does with it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from reviews.access.loaders import PacketAccess, StartAccess
from reviews.db.models.packets import Assignment
from reviews.display.formatting import count
from reviews.packets import pages, peer_pages, queries, service, targets
from reviews.packets.forms import (
    EvidenceForm,
    NoOpportunityForm,
    PeerDecisionForm,
    PeerForm,
    ReturnForm,
    TargetForm,
)
from reviews.packets.pages import EvidencePage, NotePage
from reviews.packets.targets import ChosenTarget, TargetChoice
from reviews.rules.enums import Action
from reviews.rules.errors import RuleBroken, StaleEdit
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.forms import ButtonForm, take_button_only
from reviews.web.guard import guarded, render_closed
from reviews.web.lists import count_search

bp = Blueprint("packets", __name__)

_CHOICE = ("target", "current")


def _wanted(form: TargetForm) -> TargetChoice | None:
    """The choice in the form that was sent, else in the address; None where neither has one."""
    if form.is_submitted():
        return TargetChoice(
            form.target.data or "", form.current.data or "", tuple(form.roles.data or ())
        )
    if "target" in request.args:
        return TargetChoice(
            request.args["target"],
            request.args.get("current", ""),
            tuple(request.args.getlist("role")),
        )
    return None


def _chosen(target: ChosenTarget | None) -> ChosenTarget:
    if target is None:
        raise RuleBroken("Choose a level from the list.")
    return target


@bp.route("/cycles/<cycle>/packets/new", methods=["GET", "POST"])
@guarded(Action.CREATE_PACKET, on="start", params=_CHOICE, lists=("role",))
def start(access: StartAccess) -> ResponseReturnValue:
    form = TargetForm()
    page = targets.start_page(access, _wanted(form))
    if form.validate_on_submit():
        with rules_shown_on(form):
            chosen = _chosen(page.chosen)
            packet = service.create_packet(
                access.cycle,
                candidate=page.candidate,
                current_level=chosen.current.level if chosen.current else None,
                target_level=chosen.target.level,
                roles=chosen.roles,
                actor=access.viewer,
                now=access.viewer.now,
            )
            flash("Your packet is started. Nobody reads it before you submit it.")
            return redirect(url_for(".show", packet=packet.public_id))
    return render_template("packets/start.html", page=page, form=form), status_of(form)


@bp.route("/packets/<packet>/target", methods=["GET", "POST"])
@guarded(Action.EDIT_EVIDENCE, on="packet", params=_CHOICE, lists=("role",))
def retarget(access: PacketAccess) -> ResponseReturnValue:
    form = TargetForm()
    page = targets.retarget_page(access, _wanted(form))
    if form.validate_on_submit():
        with rules_shown_on(form):
            chosen = _chosen(page.chosen)
            lost = service.retarget_packet(
                access.packet,
                current_level=chosen.current.level if chosen.current else None,
                target_level=chosen.target.level,
                roles=chosen.roles,
                actor=access.viewer,
                now=access.viewer.now,
            )
            gone = f" {count(lost, 'link')} to your items went, as announced." if lost else ""
            flash(f"Your packet now goes for {chosen.target.level.name}.{gone}")
            return redirect(url_for(".show", packet=access.packet.public_id))
    return render_template("packets/retarget.html", page=page, form=form), status_of(form)


@bp.get("/packets/<packet>")
@guarded(Action.KNOW_PACKET, on="packet")
def show(access: PacketAccess) -> ResponseReturnValue:
    return render_template("packets/show.html", page=pages.packet_page(access))


# -- Evidence


@bp.route("/packets/<packet>/evidence/new", methods=["GET", "POST"])
@guarded(Action.EDIT_EVIDENCE, on="packet", params=("dimension",))
def add_evidence(access: PacketAccess) -> ResponseReturnValue:
    page = pages.evidence_page(access, dimension=request.args.get("dimension", ""))
    came_from = [page.came_from.id] if page.came_from else []
    form = EvidenceForm(data={"dimensions": came_from})
    if form.validate_on_submit():
        with rules_shown_on(form):
            return _saved(access, page, form)
    return _evidence_form(page, form), status_of(form)


@bp.route("/packets/<packet>/evidence/<item>", methods=["GET", "POST"])
@guarded(Action.EDIT_EVIDENCE, on="packet")
def edit_evidence(access: PacketAccess, item: str) -> ResponseReturnValue:
    page = pages.evidence_page(access, item=item)
    form = EvidenceForm(data=_fields(page))
    if page.is_gone and not form.is_submitted():
        abort(404)
    if form.validate_on_submit():
        if page.is_gone:
            return _evidence_form(page, form), 409
        with rules_shown_on(form):
            try:
                return _saved(access, page, form)
            except StaleEdit as stale:
                # The next save is meant to replace what is shown beside the form.
                form.version.renew(stale.version)
                return _evidence_form(page, form, stale), 409
    return _evidence_form(page, form), status_of(form)


def _saved(access: PacketAccess, page: EvidencePage, form: EvidenceForm) -> ResponseReturnValue:
    item = service.save_evidence(
        access.packet,
        page.row,
        draft=form.draft(),
        version=form.version.data or 0,
        actor=access.viewer,
        now=access.viewer.now,
    )
    flash(f"Item {item.number} is saved.")
    return redirect(url_for(".show", packet=access.packet.public_id, _anchor=f"item-{item.number}"))


def _evidence_form(page: EvidencePage, form: EvidenceForm, stale: StaleEdit | None = None) -> str:
    return render_template("packets/evidence.html", page=page, form=form, stale=stale)


def _fields(page: EvidencePage) -> dict[str, object]:
    """What the form of a saved item shows at first."""
    if page.row is None or page.saved is None:
        return {}
    saved = page.saved
    return {
        "version": page.row.version,
        "title": saved.title,
        "started_on": saved.started_on,
        "ended_on": saved.ended_on,
        "role": saved.role,
        "outcome": saved.outcome,
        "links": "\n".join(saved.links),
        "dimensions": sorted(saved.dimension_ids),
        "expectations": sorted(saved.expectation_ids),
    }


@bp.post("/packets/<packet>/evidence/<item>/remove")
@guarded(Action.EDIT_EVIDENCE, on="packet")
def remove_evidence(access: PacketAccess, item: str) -> ResponseReturnValue:
    row = queries.item_of(access.packet, item)
    if row is None:
        abort(404)
    take_button_only()
    service.remove_evidence(access.packet, row, actor=access.viewer, now=access.viewer.now)
    flash(f"Item {row.number}, “{row.title}”, is removed.")
    return redirect(url_for(".show", packet=access.packet.public_id))


@bp.route("/packets/<packet>/no-opportunity/<dimension>", methods=["GET", "POST"])
@guarded(Action.EDIT_EVIDENCE, on="packet")
def no_opportunity(access: PacketAccess, dimension: str) -> ResponseReturnValue:
    page = pages.note_page(access, dimension) or abort(404)
    form = NoOpportunityForm(data={"note": page.note, "version": page.version})
    stale = None
    if form.validate_on_submit():
        with rules_shown_on(form):
            try:
                return _noted(access, page, form.note.data or "", form.version.data or 0)
            except StaleEdit as newer:
                stale = newer
                # The next save is meant to replace what is shown beside the form.
                form.version.renew(newer.version)
    html = render_template("packets/no_opportunity.html", page=page, form=form, stale=stale)
    return html, 409 if stale else status_of(form)


@bp.post("/packets/<packet>/no-opportunity/<dimension>/remove")
@guarded(Action.EDIT_EVIDENCE, on="packet")
def remove_no_opportunity(access: PacketAccess, dimension: str) -> ResponseReturnValue:
    page = pages.note_page(access, dimension) or abort(404)
    take_button_only()
    return _noted(access, page, "", page.version)


def _noted(access: PacketAccess, page: NotePage, note: str, version: int) -> ResponseReturnValue:
    service.save_no_opportunity(
        access.packet,
        page.dimension,
        note=note,
        version=version,
        actor=access.viewer,
        now=access.viewer.now,
    )
    flash(f"Your note on {page.dimension.name} is {'saved' if note else 'removed'}.")
    anchor = f"in-{page.dimension.key}"
    return redirect(url_for(".show", packet=access.packet.public_id, _anchor=anchor))


# -- Peers


@bp.route("/packets/<packet>/peers", methods=["GET", "POST"])
@guarded(Action.PROPOSE_PEERS, on="packet", params=("q",))
def peers(access: PacketAccess) -> ResponseReturnValue:
    form = PeerForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            person = queries.active_person(form.person.data or "")
            if person is None:
                raise RuleBroken("Choose a person from the list.", field="person")
            act, done = service.propose_peer, "proposed"
            if access.may(Action.APPROVE_PEER):
                act, done = service.add_peer, "approved as a peer"
            act(access.packet, person=person, actor=access.viewer, now=access.viewer.now)
            flash(f"{person.name} is {done}.")
            return redirect(url_for(".peers", packet=access.packet.public_id))
    return _peers(access, form)


def _peers(access: PacketAccess, form: FlaskForm) -> ResponseReturnValue:
    name = " ".join(request.args.get("q", "").split())
    if name:
        count_search()
    page = peer_pages.peers_page(access, name)
    return render_template("packets/peers.html", page=page, form=form), status_of(form)


def _peer(access: PacketAccess, public_id: str) -> Assignment:
    return queries.peer_of(access.packet, public_id) or abort(404)


@bp.post("/packets/<packet>/peers/<peer>/decision")
@guarded(Action.APPROVE_PEER, on="packet")
def decide_on_peer(access: PacketAccess, peer: str) -> ResponseReturnValue:
    row, form = _peer(access, peer), PeerDecisionForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            approve = form.answer.data == "approve"
            service.decide_on_peer(row, approve=approve, actor=access.viewer, now=access.viewer.now)
            flash(f"{row.rater.name} is {'approved' if approve else 'rejected'}.")
            return redirect(url_for(".peers", packet=access.packet.public_id))
    return _peers(access, form)


@bp.post("/packets/<packet>/peers/<peer>/remove")
@guarded(Action.APPROVE_PEER, on="packet")
def remove_peer(access: PacketAccess, peer: str) -> ResponseReturnValue:
    row, form = _peer(access, peer), ButtonForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.remove_peer(row, actor=access.viewer, now=access.viewer.now)
            flash(f"{row.rater.name} is no longer a peer.")
            return redirect(url_for(".peers", packet=access.packet.public_id))
    return _peers(access, form)


@bp.post("/packets/<packet>/peers/<peer>/withdraw")
@guarded(Action.WITHDRAW_PROPOSAL, on="packet")
def withdraw_proposal(access: PacketAccess, peer: str) -> ResponseReturnValue:
    row, form = _peer(access, peer), ButtonForm()
    # What others proposed is not there for the candidate.
    if row.proposed_by_id != access.viewer.person_id:
        abort(404)
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.withdraw_proposal(row, actor=access.viewer, now=access.viewer.now)
            flash(f"{row.rater.name} is no longer proposed.")
            return redirect(url_for(".peers", packet=access.packet.public_id))
    return _peers(access, form)


# -- Submitting, withdrawing, sending back


@bp.route("/packets/<packet>/submit", methods=["GET", "POST"])
@guarded(Action.SUBMIT_PACKET, on="packet")
def submit(access: PacketAccess) -> ResponseReturnValue:
    form = ButtonForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.submit_packet(access.packet, actor=access.viewer, now=access.viewer.now)
            return redirect(url_for(".receipt", packet=access.packet.public_id))
    page = pages.submit_packet_page(access)
    return render_template("packets/submit.html", page=page, form=form), status_of(form)


@bp.get("/packets/<packet>/receipt")
@guarded(Action.READ_EVIDENCE, on="packet")
def receipt(access: PacketAccess) -> ResponseReturnValue:
    page = pages.receipt_page(access)
    if page is None:
        abort(404)
    return render_template("packets/receipt.html", page=page)


@bp.get("/packets/<packet>/withdraw")
@guarded(Action.OPEN_WITHDRAWAL, on="packet")
def withdraw(access: PacketAccess) -> ResponseReturnValue:
    """The candidate's until release: that the right ended with a decision shows only to whoever makes use of it."""
    return _withdraw(access, ButtonForm())


@bp.post("/packets/<packet>/withdraw")
@guarded(Action.WITHDRAW_PACKET, Action.OPEN_WITHDRAWAL, on="packet")
def withdraw_now(access: PacketAccess) -> ResponseReturnValue:
    """What is wrong with the form is said first: only a withdrawal that is meant learns that it is late."""
    form = ButtonForm()
    if form.validate_on_submit():
        if not access.may(Action.WITHDRAW_PACKET):
            return render_closed(access)
        with rules_shown_on(form):
            service.withdraw_packet(access.packet, actor=access.viewer, now=access.viewer.now)
            flash("Your packet is withdrawn.")
            return redirect(url_for(".show", packet=access.packet.public_id))
    return _withdraw(access, form)


def _withdraw(access: PacketAccess, form: ButtonForm) -> ResponseReturnValue:
    page = pages.packet_head(access)
    return render_template("packets/withdraw.html", head=page, form=form), status_of(form)


@bp.route("/packets/<packet>/return", methods=["GET", "POST"])
@guarded(Action.RETURN_PACKET, on="packet")
def send_back(access: PacketAccess) -> ResponseReturnValue:
    form = ReturnForm()
    if form.validate_on_submit():
        with rules_shown_on(form):
            service.send_back(
                access.packet,
                reason=form.reason.data or "",
                actor=access.viewer,
                now=access.viewer.now,
            )
            flash(f"The packet is back with {access.packet.candidate.name}.")
            return redirect(url_for(".show", packet=access.packet.public_id))
    page = pages.packet_head(access)
    return render_template("packets/send_back.html", head=page, form=form), status_of(form)
