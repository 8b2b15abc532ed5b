"""Proposing peers and deciding on them.

Two are blind here. Nothing answers a candidate differently because of what became of a proposal, or because somebody
else proposed the same person. And nothing answers a manager whose own rating is not in differently because of what an
asked peer has done: who declined, like who has rated, shows when it is.

Nobody is refused for a seat on the packet's panel, or the answer would tell who has one. Whoever is asked to rate is
set aside from the panel for this packet (`access.standing.relations`), and owners read of it among the panels.
"""

from datetime import datetime

from sqlalchemy import exists, func, select

from reviews.access.viewer import Actor, person_id_of
from reviews.audit import service as audit
from reviews.db import random_source
from reviews.db.extensions import db
from reviews.db.locks import lock_packet
from reviews.db.models.packets import Assignment, Packet
from reviews.db.models.people import Person
from reviews.packets import queries
from reviews.packets.service.locks import lock_open_packet
from reviews.rules.enums import AssignmentState, CyclePhase, PacketState, RaterKind, Verb
from reviews.rules.errors import RuleBroken
from reviews.rules.workflow import APPROVED, APPROVED_EVER, ASSIGNMENT, UNDER_WAY, advance

#: Asked at some time, whatever the peer has done since.
_ASKED_ONCE = frozenset(APPROVED_EVER) - {AssignmentState.APPROVED}


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
    if by_candidate and queries.proposals_of(packet) >= packet.cycle.peers_max:
        raise RuleBroken(
            f"At most {packet.cycle.peers_max} peers can be proposed. Remove one first.",
            field="person",
        )
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


def add_peer(packet: Packet, *, person: Person, actor: Actor, now: datetime) -> Assignment:
    """Put somebody forward and approve them, for somebody who may do both. All or nothing.

    Raises:
        RuleBroken: if the person cannot be a peer here or asked now, is on the list already, or enough are approved.
    """
    lock_packet(packet)
    _refuse_ended(packet)
    _refuse_approval(packet, actor)
    peer = propose_peer(packet, person=person, actor=actor, now=now)
    decide_on_peer(peer, approve=True, actor=actor, now=now)
    return peer


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
        RuleBroken: if it was decided before, or enough peers are approved.
    """
    packet = assignment.packet
    lock_packet(packet)
    _refuse_ended(packet)
    if assignment.state is not AssignmentState.NOMINATED:
        raise RuleBroken(f"{assignment.rater.name} was decided on before.")
    if not approve:
        advance(ASSIGNMENT, assignment, Verb.REJECT_PEER)
        db.session.flush()
        _record(assignment, Verb.REJECT_PEER, "rejected as a peer", actor, now)
        return
    _refuse_approval(packet, actor)
    advance(ASSIGNMENT, assignment, Verb.APPROVE_PEER)
    if packet.cycle.phase is CyclePhase.RATING:
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
    if _is_blind(packet, actor) and assignment.state in _ASKED_ONCE:
        raise RuleBroken("Submit your own rating first. Until then, peers who were asked stay.")
    if assignment.state is AssignmentState.SUBMITTED:
        raise RuleBroken(f"{assignment.rater.name} has submitted a rating, which stays.")
    if assignment.state not in APPROVED:
        raise RuleBroken(f"{assignment.rater.name} is not asked, or not any more.")
    advance(ASSIGNMENT, assignment, Verb.REMOVE_PEER)
    db.session.flush()
    _record(assignment, Verb.REMOVE_PEER, "removed as a peer", actor, now)


def _refuse_ended(packet: Packet) -> None:
    if packet.state not in UNDER_WAY:
        raise RuleBroken("This packet was withdrawn.")
    if packet.cycle.phase not in {CyclePhase.EVIDENCE, CyclePhase.RATING}:
        raise RuleBroken("Peers are settled: rating has ended.")


def _refuse_approval(packet: Packet, actor: Actor) -> None:
    rating = packet.cycle.phase is CyclePhase.RATING
    if rating and packet.state is not PacketState.SUBMITTED:
        raise RuleBroken("This packet was not submitted, so nobody is asked to rate it.")
    # To a manager who still owes a rating, a peer who declined still takes a place: a free one would tell.
    taken = APPROVED_EVER if _is_blind(packet, actor) else APPROVED
    if _count(packet, taken) >= packet.cycle.peers_max:
        raise RuleBroken(f"{packet.cycle.peers_max} peers are approved. Remove one first.")


def _is_blind(packet: Packet, actor: Actor) -> bool:
    """Whether the actor is the manager and owes a rating: what peers have done is nothing to them until it is in."""
    person = person_id_of(actor)
    return person == packet.manager_id and not _has_rated(packet, person)


def _count(packet: Packet, states: tuple[AssignmentState, ...]) -> int:
    counted = select(func.count()).where(
        Assignment.packet_id == packet.id,
        Assignment.kind == RaterKind.PEER,
        Assignment.state.in_(states),
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
