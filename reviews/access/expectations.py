"""What a packet is read against: the effective expectations of its target level and roles, with their rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from ladders import canonical
from ladders.document import Ladder
from ladders.effective import Effective, Origin, Split, effective, split_new
from ladders.models import DimensionRow, ExpectationRow, LadderVersion, VersionState
from reviews.db.extensions import db
from reviews.db.models.packets import Packet


@dataclass(frozen=True, slots=True)
class TargetExpectation:
    """One expectation asked of a packet. `label` is "E3": its place in the dimension, the new ones first."""

    id: int
    key: str
    label: str
    text: str
    examples: tuple[str, ...]
    origins: tuple[Origin, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class TargetDimension:
    id: int
    key: str
    name: str
    summary: str
    #: New at the target level: what a promotion is about.
    new: tuple[TargetExpectation, ...]
    #: Expected already at the current level.
    already: tuple[TargetExpectation, ...]

    @property
    def counted(self) -> tuple[TargetExpectation, ...]:
        """What coverage and gaps are counted over: the new ones, or all where nothing is new."""
        return self.new or self.already

    def __iter__(self) -> Iterator[TargetExpectation]:
        return iter(self.new + self.already)


@dataclass(frozen=True, slots=True)
class TargetExpectations:
    """Everything asked of a packet, dimensions in ladder order; one that asks nothing is left out."""

    dimensions: tuple[TargetDimension, ...]
    warnings: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(len(d.new) + len(d.already) for d in self.dimensions)

    def dimension(self, key: str) -> TargetDimension | None:
        return next((d for d in self.dimensions if d.key == key), None)

    def expectation_ids(self) -> frozenset[int]:
        return frozenset(e.id for d in self.dimensions for e in d)


@lru_cache(maxsize=64)
def _document(content_hash: str, text: str) -> Ladder:  # noqa: ARG001 - the hash makes the key cheap to compare
    return canonical.from_json(text)


def ladder_of(version: LadderVersion) -> Ladder:
    """The ladder as a value, read once per content."""
    return _document(version.content_hash, version.document)


@lru_cache(maxsize=512)
def _resolved(
    content_hash: str, ladder: Ladder, target: str, current: str | None, roles: tuple[str, ...]
) -> tuple[Effective, Split]:
    del content_hash
    wanted = effective(ladder, target, roles)
    return wanted, split_new(wanted, effective(ladder, current) if current else None)


def expectations_for(packet: Packet) -> TargetExpectations:
    """What is asked of this packet. Needs its ladder version, target and current level loaded. Two queries."""
    return expectations_at(
        packet.ladder_version,
        packet.target_level.key,
        packet.current_level.key if packet.current_level else None,
        packet.roles,
    )


def expectations_at(
    version: LadderVersion, target: str, current: str | None, roles: Sequence[str]
) -> TargetExpectations:
    """The same for a target level and roles that are only being looked at. Two queries, or none: see `_published`."""
    asked = (target, current, tuple(roles))
    if version.state is VersionState.DRAFT:
        return _expectations(version, *asked)
    return _published(version.id, version.public_id, version.content_hash, *asked)


@lru_cache(maxsize=512)
def _published(
    version_id: int,
    public_id: str,  # noqa: ARG001 - another one in another database, where rows may have other ids
    content_hash: str,  # noqa: ARG001
    *asked: Any,
) -> TargetExpectations:
    """What a published version expects. Neither its text nor the ids of its rows ever change."""
    return _expectations(db.session.get_one(LadderVersion, version_id), *asked)


def _expectations(
    version: LadderVersion, target: str, current: str | None, roles: tuple[str, ...]
) -> TargetExpectations:
    ladder = ladder_of(version)
    wanted, split = _resolved(version.content_hash, ladder, target, current, roles)
    dimensions = {
        row.key: row
        for row in db.session.scalars(
            select(DimensionRow).where(DimensionRow.version_id == version.id)
        )
    }
    ids = {
        row.key: row.id
        for row in db.session.execute(
            select(ExpectationRow.key, ExpectationRow.id).where(
                ExpectationRow.version_id == version.id
            )
        )
    }
    result = []
    for asked in wanted.dimensions:
        row = dimensions[asked.dimension]
        ordered = sorted(asked.expectations, key=lambda e: e.key not in split.new)
        items = tuple(
            TargetExpectation(
                id=ids[item.key],
                key=item.key,
                label=f"E{number}",
                text=item.expectation.text,
                examples=tuple(example.text for example in item.expectation.examples),
                origins=item.origins,
                is_new=item.key in split.new,
            )
            for number, item in enumerate(ordered, start=1)
        )
        result.append(
            TargetDimension(
                id=row.id,
                key=row.key,
                name=row.name,
                summary=ladder.dimension(row.key).summary,
                new=tuple(i for i in items if i.is_new),
                already=tuple(i for i in items if not i.is_new),
            )
        )
    return TargetExpectations(tuple(result), wanted.warnings)
