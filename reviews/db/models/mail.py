"""The outbox: messages that are to be sent, and what has become of them; and when the worker was last seen."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ladders.orm import Base
from reviews.db.models.people import Person
from reviews.rules.enums import MailStatus, ReminderDays


class OutboxMessage(Base):
    """A message to one person, written in the transaction of the act that it tells of. Nothing in it is secret."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("(status = 'waiting') = (ended_at IS NULL)", name="waiting_has_no_end"),
        CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="lease_has_an_end"),
        Index("ix_outbox_message_due", "status", "due_at"),
        Index("ix_outbox_message_person_id", "person_id", "kind", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: At random. With the secret of the installation it gives the token of the link in the message, and its Message-ID.
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    #: A `MailKind`. Text, so that a new kind needs no migration.
    kind: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: What the message says beside the name of the person.
    about: Mapped[dict[str, str]] = mapped_column(JSON)
    #: Where it goes, if not to the address that the person has when it is sent.
    address: Mapped[str | None] = mapped_column(String(254))
    made_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[MailStatus] = mapped_column(default=MailStatus.WAITING)
    #: When it is tried next.
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    #: Whoever sends it draws a lease, and nobody else sends it until that has run out.
    lease: Mapped[str | None] = mapped_column(String(22))
    leased_until: Mapped[datetime | None]
    #: The message as it was sent first, so that it is the same if it is sent again; without the token of its link.
    wording: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: From the first try on: by it a message that comes back is known.
    message_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    #: A sentence: why it was not sent, or what was wrong at the last try.
    reason: Mapped[str] = mapped_column(String(500), default="")
    #: When somebody had it sent again, as another message.
    repeated_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class ReminderChoice(Base):
    """That somebody wants to be reminded of what waits for them. Whoever does not has no row."""

    __tablename__ = "reminder_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    days: Mapped[ReminderDays]
    #: Of the last reminder that was left, or of the choice: there is none for that day any more.
    last_day: Mapped[date] = mapped_column(index=True)


class WorkerHeartbeat(Base):
    """When the worker was last seen at work."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    seen_at: Mapped[datetime]
