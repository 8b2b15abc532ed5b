"""Writing the audit log. Every service that changes something calls `record` in the same transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from reviews.access.viewer import Actor, person_id_of
from reviews.audit import anchor
from reviews.audit.chain import SIGNED, digest_of, head_mac, instant_text, lane_of
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent, AuditHead
from reviews.db.models.cycles import Cycle
from reviews.db.models.packets import Packet
from reviews.rules.enums import Verb


def record(
    actor: Actor | None,
    verb: Verb,
    summary: str,
    *,
    at: datetime,
    cycle: Cycle | None = None,
    packet: Packet | None = None,
    **details: Any,
) -> AuditEvent:
    """Append one line to the actor's lane. Until the transaction ends, nobody else appends to it.

    Args:
        actor: who did it; None for the command line.
        summary: one sentence for the owner who reads the log. It may name people, never what somebody wrote.
        at: the request's instant.
        cycle: what it belongs to; taken from the packet where there is one.
        details: small values that changed, as JSON.
    """
    actor_id = None if actor is None else person_id_of(actor)
    lane = lane_of(actor_id)
    head = db.session.scalars(
        select(AuditHead).where(AuditHead.lane == lane).with_for_update()
    ).one()
    event = AuditEvent(
        at=at,
        actor_id=actor_id,
        action=verb.value,
        cycle_id=packet.cycle_id if packet else cycle.id if cycle else None,
        packet_id=packet.id if packet else None,
        summary=summary[:500],
        details=details,
        lane=lane,
    )
    _, *others = (getattr(event, name) for name in SIGNED)
    event.digest = digest_of(head.digest, [instant_text(at), *others])
    # A head that somebody else wrote is not made good by what follows it.
    is_ours = head.mac == head_mac(lane, head.count, head.digest)
    head.digest = event.digest
    head.count += 1
    head.mac = head_mac(lane, head.count, head.digest) if is_ours else ""
    db.session.add(event)
    db.session.flush()
    anchor.note(head, at)
    return event
