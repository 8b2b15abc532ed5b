"""Submitting a packet, withdrawing it, and sending it back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from reviews.access.expectations import TargetExpectations, expectations_for
from reviews.access.viewer import Actor
from reviews.audit import service as audit
from reviews.db.extensions import db
from reviews.db.locks import lock_packet
from reviews.db.models.packets import (
    Packet,
    PacketRevision,
    RevisionCoverage,
    RevisionItem,
    RevisionItemDimension,
    RevisionItemExpectation,
)
from reviews.db.rating_counts import keep_rating_counts
from reviews.packets import queries
from reviews.packets.checklist import gates
from reviews.packets.evidence import EvidenceView, covered, digest_of
from reviews.packets.service.locks import lock_open_packet
from reviews.rules.enums import CyclePhase, PacketStage, PacketState, Verb
from reviews.rules.errors import RuleBroken
from reviews.rules.workflow import PACKET, advance


def submit_packet(packet: Packet, *, actor: Actor, now: datetime) -> PacketRevision:
    """Fix the draft as the packet's next revision. Submitting what is submitted already changes nothing.

    Raises:
        RuleBroken: if the forms are closed, or something is missing.
    """
    lock_open_packet(packet, now)
    asked, items = expectations_for(packet), queries.draft_evidence(packet)
    notes = queries.draft_note_texts(packet, asked)
    missing = [
        check.sentence
        for check in gates(
            asked,
            items,
            noted=notes,
            proposed=queries.proposals_of(packet),
            least=packet.cycle.peers_min,
            most=packet.cycle.peers_max,
        )
        if not check.done
    ]
    if missing:
        raise RuleBroken("Not yet: " + " ".join(missing))
    digest = digest_of(items, notes, asked)
    current = queries.current_revision(packet)
    if packet.state is PacketState.SUBMITTED and current and current.digest == digest:
        return current
    revision = PacketRevision(
        packet_id=packet.id,
        number=queries.revisions_of(packet) + 1,
        submitted_at=now,
        digest=digest,
    )
    db.session.add(revision)
    db.session.flush()
    for item in items:
        _copy(item, revision)
    db.session.add_all(_coverage(revision, asked, items, notes))
    advance(PACKET, packet, Verb.SUBMIT_PACKET)
    packet.current_revision_id = revision.id
    packet.submitted_at = now
    packet.return_reason = None
    keep_rating_counts(packet)
    audit.record(
        actor,
        Verb.SUBMIT_PACKET,
        f"Packet of {packet.candidate.name} submitted, revision {revision.number}",
        at=now,
        packet=packet,
        digest=digest,
    )
    return revision


def _copy(item: EvidenceView, revision: PacketRevision) -> None:
    row = RevisionItem(
        revision_id=revision.id,
        number=item.number,
        title=item.title,
        started_on=item.started_on,
        ended_on=item.ended_on,
        role=item.role,
        outcome=item.outcome,
        links=list(item.links),
    )
    db.session.add(row)
    db.session.flush()
    db.session.add_all(
        RevisionItemDimension(item_id=row.id, dimension_id=each) for each in item.dimension_ids
    )
    db.session.add_all(
        RevisionItemExpectation(item_id=row.id, expectation_id=each)
        for each in item.expectation_ids
    )


def _coverage(
    revision: PacketRevision,
    asked: TargetExpectations,
    items: Sequence[EvidenceView],
    notes: Mapping[int, str],
) -> Iterable[RevisionCoverage]:
    for dimension in asked.dimensions:
        flags = covered(dimension, items)
        yield RevisionCoverage(
            revision_id=revision.id,
            dimension_id=dimension.id,
            expectations=len(flags),
            covered=sum(flags),
            no_opportunity=notes.get(dimension.id, ""),
        )


def withdraw_packet(packet: Packet, *, actor: Actor, now: datetime) -> None:
    """End the review of a packet at its candidate's wish. There is no way back.

    Raises:
        IllegalMove: if it is withdrawn already.
        RuleBroken: if it is decided.
    """
    lock_packet(packet)
    if packet.stage is PacketStage.DECIDED:
        raise RuleBroken("This packet can no longer be withdrawn.")
    advance(PACKET, packet, Verb.WITHDRAW_PACKET)
    db.session.flush()
    audit.record(
        actor,
        Verb.WITHDRAW_PACKET,
        f"Packet of {packet.candidate.name} withdrawn",
        at=now,
        packet=packet,
    )


def send_back(packet: Packet, *, reason: str, actor: Actor, now: datetime) -> None:
    """Return a submitted packet to its candidate, who reads the reason and may submit again.

    Raises:
        RuleBroken: once rating has begun, when the candidate could not submit again.
        IllegalMove: if the packet is not submitted.
    """
    lock_packet(packet)
    if packet.cycle.phase is not CyclePhase.EVIDENCE:
        raise RuleBroken(
            "Rating has begun, so the candidate could not submit again. The packet stays as it is."
        )
    advance(PACKET, packet, Verb.RETURN_PACKET)
    packet.return_reason = reason
    db.session.flush()
    audit.record(
        actor,
        Verb.RETURN_PACKET,
        f"Packet of {packet.candidate.name} returned with a reason",
        at=now,
        packet=packet,
    )
