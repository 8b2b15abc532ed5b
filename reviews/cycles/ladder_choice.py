"""Reading the ladder versions a cycle is judged against, and those it may choose from."""

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from ladders.models import LadderRow, LadderVersion, VersionState
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle, CycleLadder


def label(version: LadderVersion) -> str:
    return f"{version.ladder.name}, version {version.number}"


def pinned_versions(cycle: Cycle) -> Sequence[LadderVersion]:
    return db.session.scalars(
        select(LadderVersion)
        .join(CycleLadder, CycleLadder.ladder_version_id == LadderVersion.id)
        .join(LadderVersion.ladder)
        .options(contains_eager(LadderVersion.ladder))
        .where(CycleLadder.cycle_id == cycle.id)
        .order_by(LadderRow.name, LadderVersion.number)
    ).all()


def selectable_versions(chosen: Iterable[str]) -> Sequence[LadderVersion]:
    """Published versions, and what was chosen before a newer one took its place."""
    return db.session.scalars(
        select(LadderVersion)
        .join(LadderVersion.ladder)
        .options(contains_eager(LadderVersion.ladder))
        .where(
            or_(
                LadderVersion.state == VersionState.PUBLISHED,
                LadderVersion.public_id.in_(tuple(chosen)),
            )
        )
        .order_by(LadderRow.name, LadderVersion.number)
    ).all()


def ladder_versions(public_ids: Iterable[str]) -> Sequence[LadderVersion]:
    return db.session.scalars(
        select(LadderVersion).where(LadderVersion.public_id.in_(tuple(public_ids)))
    ).all()


def ladder_names() -> dict[str, str]:
    """Public id -> name of every version, for sentences about settings."""
    versions = db.session.scalars(select(LadderVersion).options(joinedload(LadderVersion.ladder)))
    return {version.public_id: label(version) for version in versions}
