"""The read log: who was shown what of a packet that only few may see."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ladders.orm import Base


class PacketRead(Base):
    """A person was shown this part of a packet on this day. Rows are only ever added: the database refuses the rest."""

    __tablename__ = "packet_read"
    __table_args__ = (
        # In this order, so that what one person was shown today is found in one place.
        UniqueConstraint("person_id", "day", "packet_id", "action"),
        # The log of a cycle is read from its end.
        Index("ix_packet_read_cycle", "cycle_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: In UTC.
    day: Mapped[date]
    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    #: The id of the row of the policy that opened it.
    action: Mapped[str] = mapped_column(String(4))
    #: The first time on that day.
    at: Mapped[datetime]
