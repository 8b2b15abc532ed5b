"""What a rater says about one packet: a rationale and a category per dimension, a mark per expectation."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ladders.orm import Base
from reviews.db.column_types import OneOf
from reviews.rules.enums import MARKS, RATING_CATEGORIES, Mark, RatingCategory


class Rating(Base):
    """One dimension of one assignment. A draft until the assignment is submitted, fixed from then on."""

    __tablename__ = "rating"
    __table_args__ = (UniqueConstraint("assignment_id", "dimension_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"), index=True)
    rationale: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[RatingCategory | None] = mapped_column(OneOf("category", RATING_CATEGORIES))
    #: The candidate may read this rationale, with the manager's name, after release.
    shareable: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


class ExpectationMark(Base):
    __tablename__ = "expectation_mark"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    expectation_id: Mapped[int] = mapped_column(
        ForeignKey("expectation.id"), primary_key=True, index=True
    )
    mark: Mapped[Mark] = mapped_column(OneOf("mark", MARKS))


class RatingCounts(Base):
    """What the board reads of a submitted packet: its ratings, counted. Only `reviews.db.rating_counts` writes it."""

    __tablename__ = "rating_counts"

    packet_id: Mapped[int] = mapped_column(ForeignKey("packet.id"), primary_key=True)
    #: A list for every dimension that asks something of the packet, as `reviews.db.rating_counts` packs it.
    cells: Mapped[list[list[Any]]] = mapped_column(JSON)
    #: How many dimensions have ratings that disagree, and how many have a coverage hole.
    disagreements: Mapped[int]
    coverage_holes: Mapped[int]
    #: The ids of the people whose rating is in.
    raters: Mapped[list[int]] = mapped_column(JSON)
    #: `rating_summary.Scatter` of the cells, as a list of its keys and values.
    scatter: Mapped[list[list[int]]] = mapped_column(JSON)
