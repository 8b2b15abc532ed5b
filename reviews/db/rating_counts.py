"""The counts of a packet's submitted ratings, kept beside it, so that a board of any size reads one row a packet."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from reviews.db.extensions import db
from reviews.db.models.packets import Assignment, Packet, RevisionCoverage
from reviews.db.models.ratings import Rating, RatingCounts
from reviews.rules.enums import MISSING, SCALE, AssignmentState, Category, RaterKind
from reviews.rules.rating_summary import (
    CellCounts,
    has_coverage_hole,
    ratings_disagree,
    scatter_of,
)

_SUBMITTED = Assignment.state == AssignmentState.SUBMITTED
_BY_MANAGER = Assignment.kind == RaterKind.MANAGER
_BY_PEER = Assignment.kind == RaterKind.PEER
_MISSING = Rating.category.in_(MISSING)
#: What was submitted, by dimension; how many peers gave each category comes at the end.
_GIVEN: Select[*tuple[Any, ...]] = (
    select(
        Rating.dimension_id,
        func.max(Rating.category).filter(_BY_MANAGER, Rating.category.in_(SCALE)).label("manager"),
        func.count().filter(_BY_MANAGER, _MISSING).label("manager_missing"),
        func.count().filter(_BY_PEER, _MISSING).label("peers_missing"),
        *(func.count().filter(_BY_PEER, Rating.category == category) for category in SCALE),
    )
    .join(Assignment, Assignment.id == Rating.assignment_id)
    .where(Assignment.packet_id == bindparam("packet"), _SUBMITTED)
    .group_by(Rating.dimension_id)
)


def keep_rating_counts(packet: Packet) -> None:
    """Count again what is submitted about the packet. To be called when a revision or a rating is submitted.

    The caller has locked the packet, so that two ratings cannot be counted past each other.
    """
    db.session.flush()
    raters = db.session.scalars(
        select(Assignment.rater_id).where(Assignment.packet_id == packet.id, _SUBMITTED)
    )
    db.session.merge(RatingCounts(**counts_row(packet.id, _cells_of(packet), raters)))
    db.session.flush()


def counts_row(
    packet: int, cells: Sequence[tuple[int, CellCounts]], raters: Iterable[int]
) -> dict[str, Any]:
    """The columns of `RatingCounts`, of a packet's cells by dimension and of those who have submitted a rating."""
    counts = [cell for _, cell in cells]
    return {
        "packet_id": packet,
        "cells": [pack(dimension, cell) for dimension, cell in cells],
        "disagreements": sum(map(ratings_disagree, counts)),
        "coverage_holes": sum(map(has_coverage_hole, counts)),
        "raters": sorted(raters),
        "scatter": [
            [n, *values] for n, values in scatter_of(cell.ratings for cell in counts).items()
        ],
    }


def pack(dimension: int, cell: CellCounts) -> list[int | None]:
    """A cell as it is kept. How many raters were asked is not: that changes without any rating."""
    return [
        dimension,
        None if cell.manager is None else SCALE.index(cell.manager),
        int(cell.manager_missing),
        *cell.peers,
        cell.peers_missing,
        cell.covered,
        cell.expectations,
        int(cell.no_opportunity),
    ]


def unpack(cell: Sequence[Any], *, asked: int) -> CellCounts:
    """What `pack` was given, without the dimension, which comes first, and how many raters were asked."""
    manager, manager_missing, low, partly, met, high, missing, covered, expectations, note = cell
    return CellCounts(
        manager=None if manager is None else SCALE[manager],
        manager_missing=bool(manager_missing),
        peers=(low, partly, met, high),
        peers_missing=missing,
        asked=asked,
        covered=covered,
        expectations=expectations,
        no_opportunity=bool(note),
    )


def _cells_of(packet: Packet) -> list[tuple[int, CellCounts]]:
    given = {row.dimension_id: row for row in db.session.execute(_GIVEN, {"packet": packet.id})}
    coverage = db.session.scalars(
        select(RevisionCoverage)
        .where(RevisionCoverage.revision_id == packet.current_revision_id)
        .order_by(RevisionCoverage.dimension_id)
    )
    cells = []
    for row in coverage:
        counts = given.get(row.dimension_id)
        cells.append(
            (
                row.dimension_id,
                CellCounts(
                    manager=Category(counts.manager) if counts and counts.manager else None,
                    manager_missing=bool(counts and counts.manager_missing),
                    peers=tuple(counts[-len(SCALE) :]) if counts else (0, 0, 0, 0),
                    peers_missing=counts.peers_missing if counts else 0,
                    asked=0,
                    covered=row.covered,
                    expectations=row.expectations,
                    no_opportunity=bool(row.no_opportunity),
                ),
            )
        )
    return cells
