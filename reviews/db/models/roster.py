"""Files of people that wait to be imported, and how files of their kind were read."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ladders.orm import Base


class RosterUpload(Base):
    """A people file between its upload and its import. Its author alone opens it; after a day it is deleted."""

    __tablename__ = "roster_upload"
    __table_args__ = (CheckConstraint("people > 0", name="has_people"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(index=True)
    #: The name of the file on the author's machine.
    name: Mapped[str] = mapped_column(String(100))
    headings: Mapped[list[str]] = mapped_column(JSON)
    #: The rows below the headings, packed.
    rows: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    people: Mapped[int]
    #: How it was read, and what was skipped.
    notes: Mapped[list[str]] = mapped_column(JSON)
    #: Which column says what; None until the author has said so. The same for whether it is the whole roster.
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    is_whole: Mapped[bool | None]
    #: Number in the file -> whose its address is, where that was asked.
    answers: Mapped[dict[str, str]] = mapped_column(JSON)


class RosterMapping(Base):
    """How a file with these headings was read last, by anybody: for the next file with them."""

    __tablename__ = "roster_mapping"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the headings.
    headings_digest: Mapped[str] = mapped_column(String(64), unique=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
