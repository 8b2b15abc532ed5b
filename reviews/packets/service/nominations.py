"""Proposing peers and deciding on them.

The candidate's side is blind by construction: nothing here answers a candidate differently because of what became of a
proposal, or because somebody else proposed, or may not ask, the same person.
"""

from datetime import datetime

from sqlalchemy import exists, func, select

from reviews.access.viewer import Actor, person_id_of
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.locks import lock_packet
from reviews.db.models.cycles import PanelMember
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.packets import queries
from reviews.packets.service.locks import lock_open_packet
from reviews.rules.enums import AssignmentState, CyclePhase, PacketState, RaterKind, Verb
from reviews.rules.errors import RuleBroken
from reviews.rules.workflow import APPROVED, ASKED, ASSIGNMENT, UNDER_WAY, advance


def propose_peer(packet: Packet, *, person: Person, actor: Actor, now: datetime) -> Assignment:
    """Put somebody forward as a peer.

    What is on the list already becomes the candidate's proposal too when the candidate names it, and stays what it is.

    Raises:
        RuleBroken: if the person cannot be a peer here, or the list is full or closed.
    """
    by_candidate = person_id_of(actor) == packet.candidate_id
    if by_candidate:
        lock_open_packet(packet, now)
    else:
        lock_packet(packet)
        _refuse_ended(packet)
    if person.id in {packet.candidate_id, packet.manager_id} or not person.is_active:
        raise RuleBroken(f"{person.name} cannot be a peer on this packet.", field="person")
    listed = db.session.scalars(
        select(Assignment).where(
            Assignment.packet_id == packet.id, Assignment.rater_id == person.id
        )
    ).one_or_none()
    if listed is not None and (not by_candidate or listed.proposed_by_id == packet.candidate_id):
        raise RuleBroken(f"{person.name} is on the list already.", field="person")
    if by_candidate:
        if queries.proposals_of(packet) >= packet.cycle.peers_max:
            raise RuleBroken(
                f"At most {packet.cycle.peers_max} peers can be proposed. Remove one first.",
                field="person",
            )
    else:
        _refuse_panel(packet, person)
    if listed is None:
        listed = Assignment(
            public_id=random_source.public_id(),
            packet=packet,
            rater=person,
            kind=RaterKind.PEER,
            peer_order=random_source.order_key("peer order"),
            created_at=now,
        )
        db.session.add(listed)
    elif by_candidate:
        # Proposed, withdrawn and proposed again: an id that came back would tell that it had been decided on.
        listed.public_id = random_source.public_id()
    listed.proposed_by_id = person_id_of(actor)
    db.session.flush()
    _record(listed, Verb.PROPOSE_PEERS, "proposed as a peer", actor, now)
    return listed


def withdraw_proposal(assignment: Assignment, *, actor: Actor, now: datetime) -> None:
    """Take back the candidate's own proposal. If it was decided on already, it stays, as the manager's."""
    packet = assignment.packet
    lock_open_packet(packet, now)
    _record(assignment, Verb.WITHDRAW_PROPOSAL, "no longer proposed by the candidate", actor, now)
    if assignment.state is AssignmentState.NOMINATED:
        db.session.delete(assignment)
    else:
        assignment.proposed_by_id = packet.manager_id
    db.session.flush()


def decide_on_peer(assignment: Assignment, *, approve: bool, actor: Actor, now: datetime) -> None:
    """Approve or reject a nomination. While ratings are collected, an approved peer is invited at once.

    Raises:
        RuleBroken: if the person cannot be asked, or enough peers are approved.
        IllegalMove: if it was decided before.
    """
    packet = assignment.packet
    lock_packet(packet)
    _refuse_ended(packet)
    if not approve:
        advance(ASSIGNMENT, assignment, Verb.REJECT_PEER)
        db.session.flush()
        _record(assignment, Verb.REJECT_PEER, "rejected as a peer", actor, now)
        return
    rating = packet.cycle.phase is CyclePhase.RATING
    if rating and packet.state is not PacketState.SUBMITTED:
        raise RuleBroken("This packet was not submitted, so nobody is asked to rate it.")
    _refuse_panel(packet, assignment.rater)
    if _live(packet) >= packet.cycle.peers_max:
        raise RuleBroken(f"{packet.cycle.peers_max} peers are approved. Remove one first.")
    advance(ASSIGNMENT, assignment, Verb.APPROVE_PEER)
    if rating:
        advance(ASSIGNMENT, assignment, Verb.INVITE_PEER)
    db.session.flush()
    _record(assignment, Verb.APPROVE_PEER, "approved as a peer", actor, now)


def remove_peer(assignment: Assignment, *, actor: Actor, now: datetime) -> None:
    """Take an approved or invited peer off the packet; a rating that is in stays.

    Raises:
        RuleBroken: if the peer has submitted, or the actor still owes the own rating and may not learn whether.
    """
    packet = assignment.packet
    lock_packet(packet)
    _refuse_ended(packet)
    # A manager who still owes a rating would learn from the answer how far the peer is.
    blind = person_id_of(actor) == packet.manager_id and not _has_rated(packet, person_id_of(actor))
    if blind and assignment.state in ASKED:
        raise RuleBroken("Submit your own rating first. Until then, peers who were asked stay.")
    if assignment.state is AssignmentState.SUBMITTED:
        raise RuleBroken(f"{assignment.rater.name} has submitted a rating, which stays.")
    advance(ASSIGNMENT, assignment, Verb.REMOVE_PEER)
    db.session.flush()
    _record(assignment, Verb.REMOVE_PEER, "removed as a peer", actor, now)


def _refuse_ended(packet: Packet) -> None:
    if packet.state not in UNDER_WAY:
        raise RuleBroken("This packet was withdrawn.")
    if packet.cycle.phase not in {CyclePhase.EVIDENCE, CyclePhase.RATING}:
        raise RuleBroken("Peers are settled: rating has ended.")


def _refuse_panel(packet: Packet, person: Person) -> None:
    """One constant sentence: who sits on the committee is not the manager's to know."""
    sits = exists().where(
        PanelMember.panel_id == packet.panel_id, PanelMember.person_id == person.id
    )
    if db.session.scalar(select(sits)):
        raise RuleBroken(
            f"{person.name} cannot be asked to rate this packet. Choose somebody else.",
            field="person",
        )


def _live(packet: Packet) -> int:
    counted = select(func.count()).where(
        Assignment.packet_id == packet.id,
        Assignment.kind == RaterKind.PEER,
        Assignment.state.in_(APPROVED),
    )
    return db.session.scalar(counted) or 0


def _has_rated(packet: Packet, person_id: int) -> bool:
    submitted = exists().where(
        Assignment.packet_id == packet.id,
        Assignment.rater_id == person_id,
        Assignment.state == AssignmentState.SUBMITTED,
    )
    return bool(db.session.scalar(select(submitted)))


def _record(assignment: Assignment, verb: Verb, what: str, actor: Actor, now: datetime) -> None:
    packet = assignment.packet
    audit.record(
        actor,
        verb,
        f"{assignment.rater.name} {what} for {packet.candidate.name}",
        at=now,
        packet=packet,
        peer=assignment.rater.public_id,
    )
