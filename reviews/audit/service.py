"""Writing the audit log. Every service that changes something calls `record` in the same transaction."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from reviews.extensions import db
from reviews.facts import Viewer
from reviews.models.cycles import Cycle
from reviews.models.packets import Packet
from reviews.models.people import Person
from reviews.models.trail import AuditEvent, AuditHead
from reviews.vocabulary import Action

#: What the first line follows.
START = "0" * 64

_key = b""


def sign_with(key: str) -> None:
    """Set the key of the chain; called once when an application is made."""
    global _key  # noqa: PLW0603 - one key per process, like the secret it comes from
    _key = key.encode()


def record(
    actor: Viewer | Person | None,
    action: Action,
    summary: str,
    *,
    at: datetime,
    cycle: Cycle | None = None,
    packet: Packet | None = None,
    **details: Any,
) -> AuditEvent:
    """Append one line to the chain.

    Args:
        actor: who did it; None for the command line.
        summary: one sentence for the owner who reads the log. It may name people, never what somebody wrote.
        at: the request's instant.
        cycle: what it belongs to; taken from the packet where there is one.
        details: small values that changed, as JSON.
    """
    head = db.session.scalars(select(AuditHead).with_for_update()).one_or_none()
    if head is None:
        head = AuditHead(id=1, count=0, digest=START)
        db.session.add(head)
    actor_id = actor.person_id if isinstance(actor, Viewer) else actor.id if actor else None
    event = AuditEvent(
        at=at,
        actor_id=actor_id,
        action=action.name.lower(),
        cycle_id=packet.cycle_id if packet else cycle.id if cycle else None,
        packet_id=packet.id if packet else None,
        summary=summary[:500],
        details=details,
    )
    event.digest = digest_of(event, head.digest)
    head.digest = event.digest
    head.count += 1
    db.session.add(event)
    db.session.flush()
    return event


def digest_of(event: AuditEvent, previous: str) -> str:
    """The line's digest: HMAC-SHA256 with the audit key over its canonical JSON and the digest before it."""
    line = json.dumps(
        [
            previous,
            event.at.astimezone(UTC).isoformat(),
            event.actor_id,
            event.action,
            event.cycle_id,
            event.packet_id,
            event.summary,
            event.details,
        ],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hmac.new(_key, line.encode(), hashlib.sha256).hexdigest()
