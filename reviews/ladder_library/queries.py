"""Reading ladders for their pages: the library, one version, and the draft that an upload became."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import contains_eager

from ladders import library
from ladders.canonical import dump
from ladders.document import Dimension, Ladder, Level, Licence
from ladders.importing.bundle import Upload
from ladders.importing.corrections import Corrections
from ladders.importing.fields import FieldUse
from ladders.importing.marks import Mark
from ladders.importing.pipeline import read_uploads
from ladders.importing.proposal import Proposal
from ladders.importing.questions import SINGLE
from ladders.models import (
    DimensionRow,
    ExpectationRow,
    LadderRow,
    LadderVersion,
    LevelRow,
    VersionState,
)
from reviews.access.expectations import ladder_of
from reviews.access.loaders import SiteAccess
from reviews.db.extensions import db
from reviews.db.models.cycles import CycleLadder
from reviews.db.models.packets import Packet
from reviews.ladder_library.comparing import StepReading, VersionChanges, read_step, version_changes
from reviews.ladder_library.import_preview import (
    FieldRow,
    FileLines,
    HeadingRow,
    ImportDraft,
    LineRow,
    MovedRow,
    ProposedPart,
    field_rows,
    left_out,
    moved_in,
    not_imported,
    notes,
    outline,
    placeholders,
    proposed_parts,
)
from reviews.ladder_library.pages import (
    MOST_HITS,
    DimensionGroup,
    Hit,
    LevelReading,
    OverviewTrack,
    Stated,
    UnderstoodRow,
    across_levels,
    dimension_groups,
    find,
    first_step,
    next_above,
    overview,
    read_level,
    understood,
)
from reviews.rules.enums import Action


def version(access: SiteAccess, public_id: str) -> LadderVersion | None:
    """The version with its ladder, or None where the viewer may not know of it: drafts are the owners'. One query."""
    return db.session.scalars(
        select(LadderVersion)
        .join(LadderVersion.ladder)
        .options(contains_eager(LadderVersion.ladder))
        .where(LadderVersion.public_id == public_id, _readable(access))
    ).one_or_none()


def _readable(access: SiteAccess) -> ColumnElement[bool]:
    states = [VersionState.PUBLISHED, VersionState.SUPERSEDED]
    if access.may(Action.READ_LADDER_DRAFT):
        states.append(VersionState.DRAFT)
    return LadderVersion.state.in_(states)


def is_used(row: LadderVersion) -> bool:
    """Whether a cycle or a packet points at the version."""
    uses = (CycleLadder.ladder_version_id == row.id, Packet.ladder_version_id == row.id)
    return any(db.session.scalar(select(exists().where(use))) for use in uses)


# -- The library


@dataclass(frozen=True, slots=True)
class LibraryRow:
    public_id: str
    name: str
    number: int
    state: VersionState
    #: When it was published, or for a draft when it was imported.
    since: datetime
    source: str
    levels: int
    dimensions: int
    expectations: int


@dataclass(frozen=True, slots=True)
class Library:
    published: tuple[LibraryRow, ...]
    drafts: tuple[LibraryRow, ...]
    may_import: bool


def library_page(access: SiteAccess) -> Library:
    """The published version of each ladder, and to owners the drafts. One query."""

    def how_many(
        row: type[LevelRow] | type[DimensionRow] | type[ExpectationRow],
    ) -> ColumnElement[int]:
        return (
            select(func.count())
            .where(row.version_id == LadderVersion.id)
            .correlate(LadderVersion)
            .scalar_subquery()
        )

    shown = or_(
        LadderVersion.state == VersionState.PUBLISHED,
        LadderVersion.state == VersionState.DRAFT,
    )
    found = db.session.execute(
        select(
            LadderVersion.public_id,
            LadderRow.name,
            LadderVersion.number,
            LadderVersion.state,
            func.coalesce(LadderVersion.published_at, LadderVersion.created_at),
            LadderVersion.source_name,
            how_many(LevelRow),
            how_many(DimensionRow),
            how_many(ExpectationRow),
        )
        .join(LadderRow, LadderRow.id == LadderVersion.ladder_id)
        .where(_readable(access), shown)
        .order_by(func.lower(LadderRow.name), LadderRow.id, LadderVersion.number.desc())
    )
    rows = [LibraryRow(*row) for row in found]
    return Library(
        published=tuple(row for row in rows if row.state is VersionState.PUBLISHED),
        drafts=tuple(row for row in rows if row.state is VersionState.DRAFT),
        may_import=access.may(Action.IMPORT_LADDER),
    )


# -- One version


@dataclass(frozen=True, slots=True)
class LadderHead:
    """What the head of every page of a version says."""

    public_id: str
    name: str
    number: int
    state: VersionState
    begun: datetime
    published: datetime | None
    licence: Licence
    #: Made from an uploaded document, and not by editing the version before it.
    is_imported: bool

    @property
    def is_draft(self) -> bool:
        return self.state is VersionState.DRAFT


def head_of(row: LadderVersion) -> LadderHead:
    """No query: the document is in the row."""
    ladder = ladder_of(row)
    return LadderHead(
        row.public_id,
        ladder.name,
        row.number,
        row.state,
        row.created_at,
        row.published_at,
        ladder.licence,
        row.source_name != "",
    )


@dataclass(frozen=True, slots=True)
class OtherVersion:
    public_id: str
    number: int
    state: VersionState
    published: datetime | None


@dataclass(frozen=True, slots=True)
class ShowPage:
    head: LadderHead
    ladder: Ladder
    #: The columns of the overview.
    groups: tuple[DimensionGroup, ...]
    tracks: tuple[OverviewTrack, ...]
    expectations: int
    others: tuple[OtherVersion, ...]
    #: Some level is above another, so that there is a step to read.
    has_steps: bool
    may_edit: bool


def show_page(access: SiteAccess, row: LadderVersion) -> ShowPage:
    """One query."""
    ladder = ladder_of(row)
    others = db.session.scalars(
        select(LadderVersion)
        .where(
            LadderVersion.ladder_id == row.ladder_id,
            LadderVersion.id != row.id,
            _readable(access),
        )
        .order_by(LadderVersion.number.desc())
    )
    return ShowPage(
        head=head_of(row),
        ladder=ladder,
        groups=dimension_groups(ladder),
        tracks=overview(ladder),
        expectations=sum(each.total for each in understood(ladder)),
        others=tuple(
            OtherVersion(each.public_id, each.number, each.state, each.published_at)
            for each in others
        ),
        has_steps=first_step(ladder) is not None,
        may_edit=access.may(Action.EDIT_LADDER),
    )


@dataclass(frozen=True, slots=True)
class LevelPage:
    head: LadderHead
    reading: LevelReading


def level_page(row: LadderVersion, key: str, roles: Sequence[str]) -> LevelPage | None:
    """None where the ladder has no such level or role. No query: the document is in the row."""
    ladder = ladder_of(row)
    level = next((each for each in ladder.levels if each.id == key), None)
    if level is None or not {mixin.id for mixin in ladder.mixins}.issuperset(roles):
        return None
    return LevelPage(head_of(row), read_level(ladder, level, roles))


@dataclass(frozen=True, slots=True)
class DimensionPage:
    head: LadderHead
    dimension: Dimension
    group: str
    stated: tuple[Stated, ...]
    #: All dimensions, to go from one to the next.
    groups: tuple[DimensionGroup, ...]


def dimension_page(row: LadderVersion, key: str) -> DimensionPage | None:
    ladder = ladder_of(row)
    dimension = next((each for each in ladder.dimensions if each.id == key), None)
    if dimension is None:
        return None
    groups = dimension_groups(ladder)
    group = next(each.name for each in groups if dimension in each.dimensions)
    return DimensionPage(head_of(row), dimension, group, across_levels(ladder, key), groups)


def file_of(row: LadderVersion) -> str:
    """The whole ladder as a `ladder/1` file, which imports to the same ladder again."""
    return dump(ladder_of(row))


@dataclass(frozen=True, slots=True)
class SearchPage:
    head: LadderHead
    words: str
    hits: tuple[Hit, ...]
    #: There are more hits than are shown.
    is_cut: bool


def search_page(row: LadderVersion, words: str) -> SearchPage:
    """No query: the document is in the row."""
    hits = find(ladder_of(row), words)
    return SearchPage(head_of(row), words, hits, len(hits) == MOST_HITS)


# -- Two versions, two levels


@dataclass(frozen=True, slots=True)
class ChangesPage:
    head: LadderHead
    #: None where there is no version before it.
    before: LadderHead | None
    changes: VersionChanges | None


def changes_page(access: SiteAccess, row: LadderVersion, since: str | None) -> ChangesPage | None:
    """The version against another of its ladder, or the one before it; None where there is no such. One query."""
    chosen = select(LadderVersion).where(
        LadderVersion.ladder_id == row.ladder_id, _readable(access)
    )
    if since is None:
        chosen = chosen.where(
            LadderVersion.number < row.number, LadderVersion.state != VersionState.DRAFT
        )
    else:
        chosen = chosen.where(LadderVersion.public_id == since)
    ladder = ladder_of(row)
    before = db.session.scalars(chosen.order_by(LadderVersion.number.desc()).limit(1)).first()
    if before is None:
        return ChangesPage(head_of(row), None, None) if since is None else None
    older = ladder_of(before)
    return ChangesPage(head_of(row), head_of(before), version_changes(older, ladder))


@dataclass(frozen=True, slots=True)
class StepPage:
    head: LadderHead
    current: Level
    #: None where nothing was chosen and no level is above.
    target: Level | None
    #: None where there are no two levels to compare.
    reading: StepReading | None
    levels: tuple[Level, ...]


def step_page(
    row: LadderVersion, current: str | None, target: str | None, roles: Sequence[str]
) -> StepPage | None:
    """From one level to another; what is not chosen is the lowest level and the next one. No query."""
    ladder = ladder_of(row)
    levels = {level.id: level for level in ladder.levels}
    first = first_step(ladder)
    lowest = first[0] if first else min(ladder.levels, key=lambda each: each.rank)
    here = levels.get(current) if current else lowest
    there = levels.get(target) if target else here and next_above(ladder, here)
    if here is None or (target and there is None):
        return None
    if not {mixin.id for mixin in ladder.mixins}.issuperset(roles):
        return None
    reading = read_step(ladder, here, there, roles) if there and there != here else None
    return StepPage(head_of(row), here, there, reading, ladder.levels)


# -- A draft


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """What was uploaded for a draft and what was corrected in it, as plain values: to be read without a database."""

    #: The state of the draft that this is.
    version: int
    files: tuple[Upload, ...]
    corrections: Corrections


def stored(row: LadderVersion) -> StoredDraft:
    """One query."""
    files = tuple(library.files_of(db.session, row))
    return StoredDraft(row.version, files, library.corrections_of(row))


def draft_of(row: LadderVersion) -> ImportDraft | None:
    """What was uploaded for a version, read again; None for a canonical file, and where there was no file.

    One query, and the reading takes long: a page asks `stored`, and reads while no transaction is open.
    """
    found = stored(row)
    return read_draft(found.files, found.corrections)


def read_draft(files: Sequence[Upload], corrections: Corrections) -> ImportDraft | None:
    """The same from files at hand. No query."""
    read = _read(
        files,
        swap=corrections.swap,
        marks=corrections.marks,
        order=corrections.order,
        fields=corrections.fields,
    )
    return ImportDraft.of(read, corrections) if read else None


def read_outline(
    files: Sequence[Upload], corrections: Corrections, draft: ImportDraft | None
) -> tuple[HeadingRow, ...]:
    """The headings of files at hand, of which `draft` was read; read again only without what was marked. No query."""
    if draft is None:
        return ()
    is_as_found = not corrections.marks and not corrections.swap
    read = (
        draft.proposal
        if is_as_found
        else _read(files, order=corrections.order, fields=corrections.fields)
    )
    return outline(read) if read else ()


def _read(
    files: Sequence[Upload],
    *,
    swap: bool = False,
    marks: Mapping[str, Mark] | None = None,
    order: Sequence[str] = (),
    fields: Mapping[str, FieldUse] | None = None,
) -> Proposal | None:
    if not files:
        return None
    said = (tuple(sorted(each.items())) for each in (marks or {}, fields or {}))
    read = reading_of(tuple(files), swap, tuple(order), *said)
    return read if isinstance(read, Proposal) else None


def read_files(files: Sequence[Upload]) -> Proposal | Ladder:
    """What files say before anybody corrects it. Raises as `read_uploads` does."""
    return reading_of(tuple(files), False, (), (), ())


#: Whoever looks a draft over asks for it again and again. One may take twenty megabytes.
@lru_cache(maxsize=4)
def reading_of(
    files: tuple[Upload, ...],
    swap: bool,  # noqa: FBT001 - the arguments are the key of the cache
    order: tuple[str, ...],
    marks: tuple[tuple[str, Mark], ...],
    fields: tuple[tuple[str, FieldUse], ...],
) -> Proposal | Ladder:
    """Nobody changes what is given: with a person's other corrections a proposal makes a new ladder each time."""
    return read_uploads(files, swap=swap, order=order, marks=dict(marks), fields=dict(fields))


@dataclass(frozen=True, slots=True)
class EarlierImport:
    """The last version that a document of the same name made, as plain values."""

    files: tuple[Upload, ...]
    corrections: Corrections
    ladder: Ladder
    #: The ladder that it joined as a level, as published now.
    base: Ladder | None


def earlier_import(proposal: Proposal) -> EarlierImport | None:
    """At most four queries."""
    row = library.last_import(db.session, proposal.blank().id)
    if row is None:
        return None
    found = stored(row)
    return EarlierImport(found.files, found.corrections, ladder_of(row), base_of(found.corrections))


def base_of(corrections: Corrections) -> Ladder | None:
    """The published text of the ladder that a level joins. At most two queries."""
    return library.published_text(db.session, corrections.join.ladder) if corrections.join else None


@dataclass(frozen=True, slots=True)
class JoinTarget:
    """A ladder that a level can join, with its places: what a form sends for each, and its words."""

    name: str
    places: tuple[tuple[str, str], ...]


def join_targets(draft: ImportDraft) -> tuple[JoinTarget, ...]:
    """Every published ladder with the places between its levels, where a single level may join one. One query."""
    if all(each.id != SINGLE for each in draft.proposal.questions):
        return ()
    rows = db.session.scalars(
        select(LadderVersion)
        .where(LadderVersion.state == VersionState.PUBLISHED)
        .order_by(LadderVersion.id)
    )
    ladders = [(row.number, ladder_of(row)) for row in rows]
    return tuple(
        JoinTarget(f"{ladder.name}, version {number}", tuple(_places(ladder)))
        for number, ladder in ladders
    )


def _places(ladder: Ladder) -> Iterator[tuple[str, str]]:
    """Lowest first in each track: below the lowest level, then instead of each and above it."""
    tracks: dict[str | None, list[Level]] = {}
    for level in ladder.levels:
        tracks.setdefault(level.track, []).append(level)
    for levels in tracks.values():
        ordered = sorted(levels, key=lambda level: level.rank)
        yield f"below {ladder.id} {ordered[0].id}", f"Below {ordered[0].name}"
        for level in ordered:
            yield f"instead {ladder.id} {level.id}", f"Instead of {level.name}"
            words = f"Above {level.name}, as rank {level.rank + 1}"
            yield f"above {ladder.id} {level.id}", words


@dataclass(frozen=True, slots=True)
class PreviewPage:
    head: LadderHead
    ladder: Ladder
    rows: tuple[UnderstoodRow, ...]
    source_name: str
    #: The state of the draft that forms change.
    version: int
    #: None for a canonical file: it says everything itself.
    draft: ImportDraft | None
    not_imported: tuple[FileLines, ...]
    notes: tuple[LineRow, ...]
    moved: tuple[MovedRow, ...]
    left_out: tuple[MovedRow, ...]
    parts: tuple[ProposedPart, ...]
    #: Those of data files.
    fields: tuple[FieldRow, ...]
    placeholders: tuple[str, ...]
    #: What a single level could join; empty where that is not asked.
    targets: tuple[JoinTarget, ...]
    #: What keeps the draft from being published, in sentences.
    missing: tuple[str, ...]
    #: The number of the version that publishing would supersede.
    supersedes: int | None

    @property
    def lines_left(self) -> int:
        return sum(len(each.words) for each in self.not_imported)


def missing(row: LadderVersion, draft: ImportDraft | None) -> tuple[str, ...]:
    """What keeps the draft from being published. No query."""
    ladder = ladder_of(row)
    if not any(
        cell.expectations
        for level in ladder.levels
        for cell in (*level.cells, *ladder.common.cells)
    ):
        return ("A ladder needs at least one level with an expectation before it is published.",)
    if draft and draft.open_questions:
        return ("Answer the questions about this document before you publish it.",)
    return ()


def preview_page(row: LadderVersion, draft: ImportDraft | None) -> PreviewPage:
    """Two queries, and one more for a document of one level."""
    ladder = ladder_of(row)
    published = db.session.scalar(
        select(LadderVersion.number).where(
            LadderVersion.ladder_id == row.ladder_id,
            LadderVersion.state == VersionState.PUBLISHED,
        )
    )
    return PreviewPage(
        head=head_of(row),
        ladder=ladder,
        rows=understood(ladder),
        source_name=row.source_name,
        version=row.version,
        draft=draft,
        not_imported=not_imported(draft) if draft else (),
        notes=notes(draft) if draft else (),
        moved=moved_in(draft) if draft else (),
        left_out=left_out(draft) if draft else (),
        parts=proposed_parts(draft) if draft else (),
        fields=field_rows(draft) if draft else (),
        placeholders=placeholders(ladder),
        targets=join_targets(draft) if draft else (),
        missing=missing(row, draft),
        supersedes=published,
    )
