"""What a committee leaves behind: conflicts, sealed ballots and decisions.

Ballots and decisions are only ever added.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ladders.orm import Base
from reviews.db.column_types import OneOf
from reviews.db.models.people import Person
from reviews.rules.enums import (
    ATTAINMENTS,
    BALLOT_CHOICES,
    Attainment,
    BallotChoice,
    ConflictStanding,
    Outcome,
)


class Conflict(Base):
    """What a panel member, or the owner for them, put on record about one packet."""

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("packet_id", "person_id"),
        # Few are more than the answer that there is none.
        Index("ix_conflict_standing", "standing", "packet_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    standing: Mapped[ConflictStanding]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class PersonalTie(Base):
    """Somebody was related to a packet when voting on it began: see `reviews.access.ties`, which alone writes it.

    Of those on its panel and the owners of its cycle, whoever was a manager or report of the candidate, then or lately,
    or a candidate for the same level. From then on nothing else says who is.
    """

    __tablename__ = "personal_tie"

    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Ballot(Base):
    """One member's sealed vote on one packet. A changed mind is a new ballot with a higher round."""

    __tablename__ = "ballot"
    __table_args__ = (UniqueConstraint("packet_id", "member_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    round: Mapped[int]
    cast_at: Mapped[datetime]

    member: Mapped[Person] = relationship(lazy="raise_on_sql")


class BallotMark(Base):
    __tablename__ = "ballot_mark"

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), primary_key=True)
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"), primary_key=True)
    choice: Mapped[BallotChoice] = mapped_column(OneOf("ballotchoice", BALLOT_CHOICES))
    rationale: Mapped[str] = mapped_column(Text, default="")


class Decision(Base):
    """What the committee decided. A later change is a new number; nothing is overwritten."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("packet_id", "number"),
        CheckConstraint(
            "(outcome = 'defer') = (look_again_on IS NOT NULL)", name="deferred_has_date"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), index=True)
    number: Mapped[int]
    outcome: Mapped[Outcome]
    #: What the candidate reads first.
    letter: Mapped[str] = mapped_column(Text)
    #: The reading of the declared rule on these attainments, in words, kept as it was shown.
    rule_reading: Mapped[str] = mapped_column(String(500))
    #: Why the outcome differs from the rule; empty when it follows it.
    against_rule: Mapped[str] = mapped_column(String(1000), default="")
    #: For a deferral: the evidence that is missing, and when the case is looked at again.
    awaited_evidence: Mapped[str] = mapped_column(Text, default="")
    look_again_on: Mapped[date | None]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class OutcomeReading(Base):
    """Somebody has marked a released outcome as read. Theirs alone: only their own home page looks at it."""

    __tablename__ = "outcome_reading"

    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    read_at: Mapped[datetime]


class DimensionOutcome(Base):
    __tablename__ = "dimension_outcome"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"), primary_key=True)
    attainment: Mapped[Attainment] = mapped_column(OneOf("attainment", ATTAINMENTS))
    reason: Mapped[str] = mapped_column(Text)


class Gap(Base):
    """An expectation the committee names as open, and what would close it."""

    __tablename__ = "gap"

    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    expectation_id: Mapped[int] = mapped_column(ForeignKey("expectation.id"), primary_key=True)
    closes_with: Mapped[str] = mapped_column(Text)
