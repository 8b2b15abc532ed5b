"""Moving a cycle to its next phase, with everything that moves along, in one transaction."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from reviews.access.ties import write_down_ties
from reviews.access.viewer import Viewer
from reviews.audit import service as audit
from reviews.cycles.panels.queries import panels_of
from reviews.cycles.phases.checklist import MissingItem
from reviews.cycles.phases.queries import missing_to_advance
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.locks import lock_cycle
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Assignment, Packet
from reviews.rules.enums import AssignmentState, CyclePhase, PacketStage, RaterKind, Verb
from reviews.rules.errors import IllegalMove, RuleBroken
from reviews.rules.workflow import ASSIGNMENT, CYCLE, IN_REVIEW, OWED, STAGE, advance

_STEPS = {
    CyclePhase.SETUP: Verb.OPEN_CYCLE,
    CyclePhase.EVIDENCE: Verb.START_RATING,
    CyclePhase.RATING: Verb.START_CALIBRATION,
}


def advance_cycle(cycle: Cycle, *, actor: Viewer, now: datetime, reason: str = "") -> None:
    """Move the cycle on, and its packets and assignments with it.

    Raises:
        RuleBroken: for the first thing that is missing; `missing_to_advance` lists them all.
        IllegalMove: from calibration on, where packets move on their own.
    """
    began_in = cycle.phase
    lock_cycle(cycle, to_move=True)
    if cycle.phase is not began_in:
        raise IllegalMove("Somebody else has moved the cycle on just now.")
    missing: tuple[MissingItem, ...] = missing_to_advance(cycle, actor)
    if missing:
        raise RuleBroken(missing[0].sentence)
    step = _STEPS.get(cycle.phase)
    if step is None:
        raise IllegalMove(f"This is not possible while the cycle is in {cycle.phase}.")
    advance(CYCLE, cycle, step)
    match cycle.phase:
        case CyclePhase.RATING:
            _invite_raters(cycle, actor=actor, now=now)
        case CyclePhase.CALIBRATION:
            _end_ratings(cycle)
            _begin_voting(cycle, now=now)
    summary = f"{cycle.name} moved on to {cycle.phase.value}"
    audit.record(actor, step, summary, at=now, cycle=cycle, reason=reason)


def _invite_raters(cycle: Cycle, *, actor: Viewer, now: datetime) -> None:
    """Ask the approved peers of each submitted packet, and its manager, who needs no invitation."""
    for packet in _submitted(cycle):
        db.session.add(
            Assignment(
                public_id=random_source.public_id(),
                packet_id=packet.id,
                rater_id=packet.manager_id,
                kind=RaterKind.MANAGER,
                state=AssignmentState.ACCEPTED,
                proposed_by_id=actor.person_id,
                created_at=now,
            )
        )
    approved = (
        select(Assignment)
        .join(Packet, Packet.id == Assignment.packet_id)
        .where(
            Packet.cycle_id == cycle.id,
            Packet.state.in_(IN_REVIEW),
            Assignment.state == AssignmentState.APPROVED,
        )
    )
    for assignment in db.session.scalars(approved):
        advance(ASSIGNMENT, assignment, Verb.INVITE_PEER)


def _end_ratings(cycle: Cycle) -> None:
    """What is submitted stays."""
    unfinished = (
        select(Assignment)
        .join(Packet, Packet.id == Assignment.packet_id)
        .where(
            Packet.cycle_id == cycle.id,
            Assignment.state.in_((AssignmentState.NOMINATED, *OWED)),
        )
    )
    for assignment in db.session.scalars(unfinished):
        was_asked = assignment.state in OWED
        advance(ASSIGNMENT, assignment, Verb.EXPIRE_RATING if was_asked else Verb.DROP_NOMINATION)


def _begin_voting(cycle: Cycle, *, now: datetime) -> None:
    """Put each submitted packet before its panel, in a random order, and write down who is related to it."""
    packets = _submitted(cycle)
    heard = Counter({panel.id: 0 for panel in panels_of(cycle)})
    heard.update(packet.panel_id for packet in packets if packet.panel_id)
    for packet in packets:
        if packet.panel_id is None:
            # Only a packet whose panel the owner may not know comes here without one: others are refused above.
            packet.panel_id = min(heard, key=lambda panel: (heard[panel], panel))
            heard[packet.panel_id] += 1
        packet.agenda_order = random_source.order_key("agenda")
        advance(STAGE, packet, Verb.START_VOTING)
    db.session.flush()
    write_down_ties(Packet.cycle_id == cycle.id, Packet.stage == PacketStage.VOTING, now=now)


def _submitted(cycle: Cycle) -> list[Packet]:
    return list(
        db.session.scalars(
            select(Packet)
            .where(Packet.cycle_id == cycle.id, Packet.state.in_(IN_REVIEW))
            .order_by(Packet.id)
        )
    )
