"""A cycle, the ladder versions it pins, its owners and its panels."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ladders.models import LadderVersion
from ladders.orm import Base
from reviews.db.models.people import Person
from reviews.rules.enums import CyclePhase


class Cycle(Base):
    __tablename__ = "cycle"
    __table_args__ = (
        CheckConstraint(
            "release_at IS NULL OR phase IN ('calibration', 'archived')",
            name="release_after_calibration",
        ),
        CheckConstraint(
            "(release_at IS NULL) = (released_by_id IS NULL)", name="release_has_person"
        ),
        CheckConstraint("peers_min >= 0 AND peers_max >= peers_min", name="peers_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    #: Other cycles may have the same name: a refusal would tell of cycles that its reader may not know.
    name: Mapped[str] = mapped_column(String(200))
    #: Moved by workflow.advance() and by nothing else.
    phase: Mapped[CyclePhase] = mapped_column(default=CyclePhase.SETUP)
    #: IANA name; deadlines are shown and typed in it.
    time_zone: Mapped[str] = mapped_column(String(80))
    evidence_due: Mapped[datetime | None]
    rating_due: Mapped[datetime | None]
    calibration_due: Mapped[datetime | None]
    #: Units whose people may start a packet; an empty list means everybody.
    units: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: {category: {"word": ..., "hint": ...}} for the six categories, in the company's wording.
    scale: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    peers_min: Mapped[int] = mapped_column(default=3)
    peers_max: Mapped[int] = mapped_column(default=6)
    #: The declared rule: how many dimensions may be *partly* for a promotion; the others must be at least *met*.
    partly_allowed: Mapped[int] = mapped_column(default=1)
    #: From this instant, by the database's clock, outcomes are open to those they concern.
    release_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    release_reason: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class CycleLadder(Base):
    """A ladder version the cycle is judged against."""

    __tablename__ = "cycle_ladder"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    ladder_version_id: Mapped[int] = mapped_column(
        ForeignKey("ladder_version.id"), primary_key=True
    )

    ladder_version: Mapped[LadderVersion] = relationship(lazy="raise_on_sql")


class CycleOwner(Base):
    __tablename__ = "cycle_owner"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Panel(Base):
    """The committee, or one of several."""

    __tablename__ = "panel"
    __table_args__ = (
        UniqueConstraint("cycle_id", "name"),
        CheckConstraint("quorum >= 1", name="quorum"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    #: How many ballots a packet needs before it can be revealed without a recorded reason.
    quorum: Mapped[int] = mapped_column(default=3)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class PanelMember(Base):
    __tablename__ = "panel_member"

    panel_id: Mapped[int] = mapped_column(ForeignKey("panel.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    is_chair: Mapped[bool] = mapped_column(default=False)
    #: Of whoever was added when voting had begun. A packet whose ballots were revealed by then keeps the panel it had.
    joined_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
