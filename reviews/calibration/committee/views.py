"""The committee's pages: conflicts, one packet, the ballot, the reveal, the decision."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from reviews.access.loaders import CycleAccess, PacketAccess
from reviews.calibration import service
from reviews.calibration.committee import queries
from reviews.calibration.committee.forms import (
    BallotForm,
    DecisionForm,
    DeclareForm,
    RevealForm,
)
from reviews.rules.enums import Action, PacketStage
from reviews.rules.rating_summary import rule_reading
from reviews.rules.scale import ScaleWords
from reviews.web.error_handlers import rules_shown_on, status_of
from reviews.web.guard import guarded
from reviews.web.lists import NameSearch, page_number

bp = Blueprint("committee", __name__)

_SEALED = "Your ballot is sealed. Nobody reads it before the chair reveals them all."
#: Also of a ballot that was opened before the reveal and sent after it.
_CAST_LATE = "Your ballot is cast. The ballots are revealed, so whoever has voted reads it now."


@bp.route("/cycles/<cycle>/conflicts", methods=["GET", "POST"])
@guarded(Action.ANSWER_CONFLICT_QUESTIONS, on="cycle", params=("q", "page"))
def conflicts(access: CycleAccess) -> ResponseReturnValue:
    search = NameSearch(request.args)
    page = queries.conflicts_page(access, page=page_number(), name=search.words)
    if not page.packets and not search.q.data:
        abort(404)
    # A conflict may still be declared where the answer was "none": the form has those as well, below the open ones.
    asked = [row for row in page.rows if row.answer in {"open", "none"}]
    form = DeclareForm.for_packets(
        ((row.public_id, row.candidate) for row in asked), needs_tick=not page.on_panel
    )
    if form.validate_on_submit():
        packets = {each.packet.public_id: each.packet for each in page.packets}
        answered, declared = form.answered(), form.declared()
        with rules_shown_on(form):
            service.answer_conflicts(
                [
                    packets[row.public_id]
                    for row in asked
                    if (row.answer == "open" and row.public_id in answered)
                    or row.public_id in declared
                ],
                declared={packets[public_id].id: reason for public_id, reason in declared.items()},
                actor=access.viewer,
                now=access.viewer.now,
            )
            flash("Your answers are recorded. Packets with a conflict are closed to you.")
            # To an owner without a seat, the packet is gone from this page too, and with the last one the page.
            back = ".conflicts" if page.on_panel else "cycles.show"
            return redirect(url_for(back, cycle=access.cycle.public_id))
    html = render_template(
        "calibration/committee/conflicts.html", access=access, page=page, form=form, search=search
    )
    return html, status_of(form)


@bp.get("/packets/<packet>/committee")
@guarded(Action.OPEN_COMMITTEE_PAGE, on="packet")
def show(access: PacketAccess) -> ResponseReturnValue:
    page = queries.committee_page(access)
    queries.log_cells(access, page)
    queries.log_tally(access, page, with_ballots=True)
    return _show("calibration/committee/show.html", access, page)


@bp.route("/packets/<packet>/ballot", methods=["GET", "POST"])
@guarded(Action.CAST_BALLOT, on="packet")
def ballot(access: PacketAccess) -> ResponseReturnValue:
    return _ballot(access)


@bp.route("/packets/<packet>/ballot/change", methods=["GET", "POST"])
@guarded(Action.CHANGE_BALLOT, on="packet")
def change_ballot(access: PacketAccess) -> ResponseReturnValue:
    return _ballot(access)


def _show(template: str, access: PacketAccess, page: queries.CommitteePage, **more: Any) -> str:
    """A committee page with the steps of the packet above it."""
    voted = page.own_ballot is not None
    done = {
        "Vote alone": voted or page.revealed,
        "Reveal": page.revealed,
        "Decide": page.decided,
    }
    current = next((label for label, is_done in done.items() if not is_done), None)
    steps = [
        {"label": label, "url": None, "done": is_done, "current": label == current}
        for label, is_done in done.items()
    ]
    return render_template(
        template,
        access=access,
        page=page,
        stage_steps=steps,
        Action=Action,
        **more,
    )


def _ballot(access: PacketAccess) -> ResponseReturnValue:
    page = queries.committee_page(access)
    queries.log_cells(access, page)
    form = BallotForm.for_dimensions(page.dimensions, page.own_ballot or {}, page.scale)
    packet = access.packet

    def seal() -> None:
        service.cast_ballot(packet, marks=form.marks(), actor=access.viewer, now=access.viewer.now)

    return _record(
        form,
        seal,
        lambda: _CAST_LATE if packet.stage is PacketStage.DISCUSSION else _SEALED,
        access,
        lambda: _show("calibration/committee/ballot.html", access, page, form=form),
    )


@bp.route("/packets/<packet>/reveal", methods=["GET", "POST"])
@guarded(Action.REVEAL_BALLOTS, on="packet")
def reveal(access: PacketAccess) -> ResponseReturnValue:
    page = queries.committee_page(access)
    form = RevealForm()

    def open_ballots() -> None:
        service.reveal(
            access.packet,
            reason=form.reason.data or "",
            actor=access.viewer,
            now=access.viewer.now,
        )

    return _record(
        form,
        open_ballots,
        lambda: "The ballots are revealed to everybody who has voted.",
        access,
        lambda: _show("calibration/committee/reveal.html", access, page, form=form),
    )


@bp.route("/packets/<packet>/decision", methods=["GET", "POST"])
@guarded(Action.DECIDE_PACKET, on="packet")
def decide(access: PacketAccess) -> ResponseReturnValue:
    page = queries.committee_page(access)
    queries.log_tally(access, page, with_ballots=False)
    form = DecisionForm.for_dimensions(page.dimensions, page.scale)

    def record() -> None:
        service.decide(
            access.packet, draft=form.draft(), actor=access.viewer, now=access.viewer.now
        )

    return _record(
        form,
        record,
        lambda: (
            "The decision is recorded. It opens to the candidate and the manager at release, not before."
        ),
        access,
        lambda: _show(
            "calibration/committee/decide.html",
            access,
            page,
            form=form,
            rule=_rule(form, access, page.scale),
        ),
    )


def _rule(form: DecisionForm, access: PacketAccess, scale: ScaleWords) -> str | None:
    """What the rule reads, once every dimension has an attainment."""
    attainments = [attainment for attainment, _ in form.draft().attainments.values()]
    chosen = [attainment for attainment in attainments if attainment]
    if len(chosen) < len(attainments):
        return None
    return rule_reading(chosen, access.packet.cycle.partly_allowed, scale).sentence


def _record(
    form: FlaskForm,
    act: Callable[[], None],
    done: Callable[[], str],
    access: PacketAccess,
    show: Callable[[], str],
) -> ResponseReturnValue:
    """Act on a sent form and go to the packet's committee page; show the form again where a rule says no."""
    if form.validate_on_submit():
        with rules_shown_on(form):
            act()
            flash(done())
            return redirect(url_for(".show", packet=access.packet.public_id))
    return show(), status_of(form)
