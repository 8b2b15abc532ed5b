"""The audit log: one line per change, chained so that an edit, a gap or a cut shows."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ladders.orm import Base


class AuditEvent(Base):
    __tablename__ = "audit_event"
    # The log of a cycle is read from its end.
    __table_args__ = (Index("ix_audit_event_cycle", "cycle_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: None for the command line.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: The value of a `reviews.rules.enums.Verb`.
    action: Mapped[str] = mapped_column(String(60))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"))
    packet_id: Mapped[int | None] = mapped_column(ForeignKey("packet.id"), index=True)
    #: What changed, in words: "Packet of Ada, submitted".
    summary: Mapped[str] = mapped_column(String(500))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: Which of the chains it is part of: see `audit.chain`.
    lane: Mapped[int] = mapped_column(default=0)
    #: HMAC-SHA256 over this line and the digest of the line before in its lane.
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """The end of a lane: one row for each, locked by whoever appends to it."""

    __tablename__ = "audit_head"

    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Lines of the lane.
    count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    #: HMAC-SHA256 over the lane, the count and the digest. Empty for good once something was appended to a head that
    #: was not ours.
    mac: Mapped[str] = mapped_column(String(64))
