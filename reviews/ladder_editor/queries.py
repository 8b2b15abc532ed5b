"""What the pages of a draft under edit show. Each part has a mark, by which a save knows what it was made from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ladders import editing, library
from ladders.document import Cell, Dimension, Ladder, Level, Track
from ladders.editing import Owner, Row
from ladders.models import LadderVersion, VersionState
from reviews.access.expectations import ladder_of
from reviews.db.extensions import db
from reviews.ladder_library.pages import Reference, same_as
from reviews.ladder_library.queries import LadderHead, head_of


def mark(part: object) -> str:
    """Equal for equal parts of a ladder: whoever saves says with it which text they saw."""
    return hashlib.sha256(repr(part).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class GroupedDimension:
    """A dimension, and the name of its group; empty where it is in none."""

    dimension: Dimension
    group: str


@dataclass(frozen=True, slots=True)
class FramePage:
    head: LadderHead
    ladder: Ladder
    dimensions: tuple[GroupedDimension, ...]
    #: The version that publishing the draft would supersede.
    published: LadderHead | None

    @property
    def is_behind(self) -> bool:
        """Whether another version was published after this draft was begun."""
        return bool(
            self.published
            and self.published.published
            and self.head.begun < self.published.published
        )


def frame_page(row: LadderVersion) -> FramePage:
    """One query."""
    ladder = ladder_of(row)
    groups = {group.id: group.name for group in ladder.groups}
    published = library.published_version(db.session, row.ladder_id)
    return FramePage(
        head=head_of(row),
        ladder=ladder,
        dimensions=tuple(
            GroupedDimension(each, groups.get(each.group or "", "")) for each in ladder.dimensions
        ),
        published=head_of(published) if published else None,
    )


@dataclass(frozen=True, slots=True)
class OwnerCell:
    dimension: Dimension
    cell: Cell
    same_as: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class AtLevel:
    level: Level
    expectations: int


@dataclass(frozen=True, slots=True)
class OwnerPage:
    """A level, a role, what it says more at a level, or what is asked of everybody, with a cell for every dimension."""

    head: LadderHead
    owner: Owner
    name: str
    #: The role whose words at one level these are; else empty.
    role: str
    cells: tuple[OwnerCell, ...]
    #: For a role: the levels at which it says something more, and those at which it could.
    stated_at: tuple[AtLevel, ...]
    silent_at: tuple[Level, ...]


def owner_page(row: LadderVersion, owner: Owner) -> OwnerPage | None:
    """None where the ladder has no such level or role. No query."""
    ladder = ladder_of(row)
    try:
        editing.cells_of(ladder, owner)
    except KeyError:
        return None
    stated_at, silent_at = _at_levels(ladder, owner)
    return OwnerPage(
        head=head_of(row),
        owner=owner,
        name=_name(ladder, owner),
        role=ladder.mixin(owner.id).name if owner.level else "",
        cells=tuple(
            OwnerCell(each, cell, same_as(ladder, cell))
            for each in ladder.dimensions
            for cell in (editing.cell_of(ladder, owner, each.id),)
        ),
        stated_at=stated_at,
        silent_at=silent_at,
    )


def _at_levels(ladder: Ladder, owner: Owner) -> tuple[tuple[AtLevel, ...], tuple[Level, ...]]:
    if owner.kind != "roles" or owner.level:
        return (), ()
    mixin = ladder.mixin(owner.id)
    cells = {each.level: each.cells for each in mixin.cells_by_level}
    return (
        tuple(
            AtLevel(level, sum(len(cell.expectations) for cell in cells[level.id]))
            for level in ladder.levels
            if level.id in cells
        ),
        tuple(
            level
            for level in ladder.levels
            if level.id not in cells and mixin.applies_to.allows(level)
        ),
    )


def _name(ladder: Ladder, owner: Owner) -> str:
    if owner.kind == "levels":
        return ladder.level(owner.id).name
    if owner.kind == "roles":
        name = ladder.mixin(owner.id).name
        return f"{name} at {ladder.level(owner.level).name}" if owner.level else name
    return ladder.common.name or "Every level"


@dataclass(frozen=True, slots=True)
class EditedDimensionPage:
    head: LadderHead
    dimension: Dimension
    group: str


def dimension_page(row: LadderVersion, dimension_id: str) -> EditedDimensionPage | None:
    """None where the ladder has no such dimension. No query."""
    ladder = ladder_of(row)
    groups = {group.id: group.name for group in ladder.groups}
    for each in ladder.dimensions:
        if each.id == dimension_id:
            return EditedDimensionPage(head_of(row), each, groups.get(each.group or "", ""))
    return None


@dataclass(frozen=True, slots=True)
class TrackPage:
    head: LadderHead
    track: Track
    #: The other tracks: id and name.
    names: Mapping[str, str]


def track_page(row: LadderVersion, track_id: str) -> TrackPage | None:
    """None where the ladder has no such track. No query."""
    ladder = ladder_of(row)
    names = {each.id: each.name for each in ladder.tracks}
    if names.pop(track_id, None) is None:
        return None
    return TrackPage(head_of(row), ladder.track(track_id), names)


@dataclass(frozen=True, slots=True)
class CellPage:
    head: LadderHead
    owner: Owner
    name: str
    dimension: Dimension
    cell: Cell
    rows: tuple[Row, ...]
    #: The levels that it can be called the same as.
    sames: tuple[Level, ...]


def cell_page(row: LadderVersion, owner: Owner, dimension_id: str) -> CellPage | None:
    """None where there is no such owner or dimension. No query."""
    page = owner_page(row, owner)
    found = page and next((each for each in page.cells if each.dimension.id == dimension_id), None)
    if not (page and found):
        return None
    ladder = ladder_of(row)
    return CellPage(
        head=page.head,
        owner=page.owner,
        name=page.name,
        dimension=found.dimension,
        cell=found.cell,
        rows=editing.rows_of(ladder, page.owner, dimension_id),
        sames=editing.possible_sames(ladder, page.owner, dimension_id),
    )


def is_edited_here(row: LadderVersion) -> bool:
    """Drafts that were begun from a published version; those from a document are corrected in their import."""
    return row.state is VersionState.DRAFT and not row.source_name
