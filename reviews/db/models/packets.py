"""A candidate's packet in one cycle: the draft evidence, the submitted revisions, and who is asked to rate it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ladders.models import LadderVersion, LevelRow
from ladders.orm import Base
from reviews.db.column_types import SortKey
from reviews.db.models.cycles import Cycle
from reviews.db.models.people import Person
from reviews.rules.enums import (
    AssignmentState,
    DeclineCategory,
    PacketStage,
    PacketState,
    RaterKind,
)
from reviews.rules.name_keys import NAME_KEY_LENGTH


class Packet(Base):
    __tablename__ = "packet"
    __table_args__ = (
        UniqueConstraint("cycle_id", "candidate_id"),
        CheckConstraint("manager_id <> candidate_id", name="manager_is_not_candidate"),
        CheckConstraint(
            "stage = 'waiting' OR state IN ('submitted', 'withdrawn', 'void')",
            name="stage_after_submission",
        ),
        CheckConstraint(
            "(stage IN ('discussion', 'decided')) = (revealed_at IS NOT NULL)",
            name="revealed_has_date",
        ),
        CheckConstraint("(stage = 'decided') = (decided_at IS NOT NULL)", name="decided_has_date"),
        # Each list of packets reads its first page from the front of one of these.
        Index("ix_packet_stage", "cycle_id", "state", "stage"),
        Index("ix_packet_agenda", "cycle_id", "state", "agenda_order"),
        Index("ix_packet_board", "cycle_id", "state", "target_level_id", "agenda_order"),
        Index("ix_packet_candidate_name", "cycle_id", "candidate_sort_key", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    candidate_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: The candidate's `sort_key`, kept here so that a list by name begins at the front of an index, and the `name_key`.
    candidate_sort_key: Mapped[str] = mapped_column(SortKey)
    candidate_name_key: Mapped[str] = mapped_column(String(NAME_KEY_LENGTH))
    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    panel_id: Mapped[int | None] = mapped_column(ForeignKey("panel.id"), index=True)
    ladder_version_id: Mapped[int] = mapped_column(ForeignKey("ladder_version.id"))
    #: What the candidate already works at; None when no level of the ladder says it.
    current_level_id: Mapped[int | None] = mapped_column(ForeignKey("level.id"))
    target_level_id: Mapped[int] = mapped_column(ForeignKey("level.id"), index=True)
    #: Keys of the mixin roles the candidate is also read against, in ladder order.
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Both moved by workflow.advance() and by nothing else.
    state: Mapped[PacketState] = mapped_column(default=PacketState.DRAFT)
    stage: Mapped[PacketStage] = mapped_column(default=PacketStage.WAITING)
    current_revision_id: Mapped[int | None] = mapped_column(
        ForeignKey("packet_revision.id", use_alter=True, name="fk_packet_current_revision_id")
    )
    return_reason: Mapped[str | None] = mapped_column(Text)
    #: How many evidence items were ever added. A number that was cited once is not given to another item.
    items_numbered: Mapped[int] = mapped_column(default=0)
    #: Order on the board, at random.
    agenda_order: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    revealed_at: Mapped[datetime | None]
    revealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: Why the ballots were revealed although some were missing, and how many.
    reveal_reason: Mapped[str | None] = mapped_column(String(1000))
    missing_ballots: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    cycle: Mapped[Cycle] = relationship(lazy="raise_on_sql")
    candidate: Mapped[Person] = relationship(foreign_keys=[candidate_id], lazy="raise_on_sql")
    manager: Mapped[Person] = relationship(foreign_keys=[manager_id], lazy="raise_on_sql")
    ladder_version: Mapped[LadderVersion] = relationship(lazy="raise_on_sql")
    target_level: Mapped[LevelRow] = relationship(
        foreign_keys=[target_level_id], lazy="raise_on_sql"
    )
    current_level: Mapped[LevelRow | None] = relationship(
        foreign_keys=[current_level_id], lazy="raise_on_sql"
    )

    __mapper_args__ = {"version_id_col": version}


@event.listens_for(Packet, "before_insert")
def _take_name(_mapper: Any, connection: Connection, packet: Packet) -> None:
    packet.candidate_sort_key, packet.candidate_name_key = connection.execute(
        select(Person.sort_key, Person.name_key).where(Person.id == packet.candidate_id)
    ).one()


@event.listens_for(Person, "after_update")
def _pass_name_on(_mapper: Any, connection: Connection, person: Person) -> None:
    if inspect(person).attrs.name.history.has_changes():
        connection.execute(
            update(Packet)
            .where(Packet.candidate_id == person.id)
            .values(candidate_sort_key=person.sort_key, candidate_name_key=person.name_key)
        )


class EvidenceItem(Base):
    """One piece of evidence in the candidate's draft. Nobody else reads it before it is in a revision."""

    __tablename__ = "evidence_item"
    __table_args__ = (
        UniqueConstraint("packet_id", "number"),
        CheckConstraint(
            "ended_on IS NULL OR started_on IS NULL OR ended_on >= started_on",
            name="dates_in_order",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), index=True)
    #: What people cite: "item 3". Never given twice in a packet.
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    #: The candidate's part in it.
    role: Mapped[str] = mapped_column(String(200), default="")
    #: What was done and what came of it, as Markdown.
    outcome: Mapped[str] = mapped_column(Text, default="")
    #: Absolute http(s) addresses, in order.
    links: Mapped[list[str]] = mapped_column(JSON, default=list)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class EvidenceDimension(Base):
    """The item speaks to this dimension."""

    __tablename__ = "evidence_dimension"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("evidence_item.id", ondelete="CASCADE"), primary_key=True
    )
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"), primary_key=True)


class EvidenceExpectation(Base):
    """The item shows this expectation."""

    __tablename__ = "evidence_expectation"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("evidence_item.id", ondelete="CASCADE"), primary_key=True
    )
    expectation_id: Mapped[int] = mapped_column(ForeignKey("expectation.id"), primary_key=True)


class NoOpportunity(Base):
    """The candidate's note in the draft that the role gave no chance to show a dimension, and why."""

    __tablename__ = "no_opportunity"

    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), primary_key=True)
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"), primary_key=True)
    note: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class PacketRevision(Base):
    """What the candidate submitted, unchanged from then on. Ratings name the revision they were made on."""

    __tablename__ = "packet_revision"
    __table_args__ = (UniqueConstraint("packet_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), index=True)
    number: Mapped[int]
    submitted_at: Mapped[datetime]
    #: SHA-256 of the items as JSON: the receipt the candidate can keep.
    digest: Mapped[str] = mapped_column(String(64))


class RevisionItem(Base):
    """An evidence item as it stood when the revision was submitted."""

    __tablename__ = "revision_item"
    __table_args__ = (UniqueConstraint("revision_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("packet_revision.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    role: Mapped[str] = mapped_column(String(200), default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
    links: Mapped[list[str]] = mapped_column(JSON, default=list)


class RevisionItemDimension(Base):
    __tablename__ = "revision_item_dimension"

    item_id: Mapped[int] = mapped_column(ForeignKey("revision_item.id"), primary_key=True)
    dimension_id: Mapped[int] = mapped_column(
        ForeignKey("dimension.id"), primary_key=True, index=True
    )


class RevisionItemExpectation(Base):
    __tablename__ = "revision_item_expectation"

    item_id: Mapped[int] = mapped_column(ForeignKey("revision_item.id"), primary_key=True)
    expectation_id: Mapped[int] = mapped_column(
        ForeignKey("expectation.id"), primary_key=True, index=True
    )


class RevisionCoverage(Base):
    """Per dimension: how many expectations are asked of this packet, and how many have evidence in the revision.

    Beside them the candidate's note that there was no opportunity; empty where there is none.
    """

    __tablename__ = "revision_coverage"

    revision_id: Mapped[int] = mapped_column(ForeignKey("packet_revision.id"), primary_key=True)
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"), primary_key=True)
    expectations: Mapped[int]
    covered: Mapped[int]
    no_opportunity: Mapped[str] = mapped_column(Text, default="", server_default="")


class Assignment(Base):
    """One person asked to rate one packet: the manager, or a peer from nomination on."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("packet_id", "rater_id"),
        CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted_has_date"
        ),
        CheckConstraint(
            "state <> 'declined' OR decline_category IS NOT NULL", name="declined_has_category"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), index=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[RaterKind]
    state: Mapped[AssignmentState] = mapped_column(default=AssignmentState.NOMINATED)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decline_category: Mapped[DeclineCategory | None]
    decline_note: Mapped[str | None] = mapped_column(String(500))
    #: The revision the rating was made on; set when it is submitted.
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("packet_revision.id"))
    #: Order among the peers of a packet, at random, so that position names nobody.
    peer_order: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    rater: Mapped[Person] = relationship(foreign_keys=[rater_id], lazy="raise_on_sql")
    packet: Mapped[Packet] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}
