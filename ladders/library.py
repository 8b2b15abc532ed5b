"""Keeping ladders: a draft from a document, its replacement, and publishing, after which nothing changes it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, scoped_session

from ladders import canonical, document
from ladders.importing.bundle import Upload
from ladders.importing.corrections import Corrections, dumped, loaded
from ladders.keys import expectation_keys
from ladders.models import (
    DimensionRow,
    ExpectationRow,
    LadderFile,
    LadderRow,
    LadderVersion,
    LevelRow,
    MixinRow,
    VersionState,
)
from ladders.rekey import keep_keys

AnySession = Session | scoped_session[Any]


class NotADraft(Exception):  # noqa: N818 - a refusal, not a fault
    """A published version was asked to change."""


def add_draft(
    session: AnySession,
    ladder: document.Ladder,
    *,
    public_id: str,
    at: datetime,
    source_name: str = "",
    source_key: str = "",
    files: Sequence[Upload] = (),
    corrections: Corrections | None = None,
) -> LadderVersion:
    """The next version of the ladder with this id, as a draft; the first one makes the ladder.

    What the published version says already keeps its key there.
    """
    book = _book(session, ladder)
    version = LadderVersion(
        public_id=public_id,
        ladder=book,
        number=_next_number(session, book),
        state=VersionState.DRAFT,
        source_name=source_name,
        source_key=source_key,
        created_at=at,
        document="",
        content_hash="",
    )
    session.add(version)
    _write(session, version, _with_known_keys(session, book, ladder), corrections)
    session.add_all(
        LadderFile(version_id=version.id, position=position, name=file.name, data=file.data)
        for position, file in enumerate(files)
    )
    session.flush()
    return version


def begin_edit(
    session: AnySession, published: LadderVersion, *, public_id: str, at: datetime
) -> LadderVersion:
    """A draft with the text of a published version, to be edited. It has no source document."""
    return add_draft(session, text_of(published), public_id=public_id, at=at)


def edit_draft(session: AnySession, version: LadderVersion, ladder: document.Ladder) -> None:
    """Give a draft the text that a person edited, with the keys that it says itself.

    Raises:
        NotADraft: if the version is published.
    """
    if version.state is not VersionState.DRAFT:
        raise NotADraft
    _clear(session, version)
    _write(session, version, ladder, corrections_of(version))


def replace_draft(
    session: AnySession,
    version: LadderVersion,
    ladder: document.Ladder,
    corrections: Corrections,
) -> None:
    """Give a draft another document, such as the same import with other answers. Keys are kept as in `add_draft`.

    Where that is a version of another ladder, the draft becomes the next version of it.

    Raises:
        NotADraft: if the version is published.
    """
    if version.state is not VersionState.DRAFT:
        raise NotADraft
    _clear(session, version)
    before = version.ladder
    if before.slug != ladder.id:
        book = _book(session, ladder)
        version.number, version.ladder = _next_number(session, book), book
        session.flush()
        _drop_empty(session, before)
    _write(session, version, _with_known_keys(session, version.ladder, ladder), corrections)


def discard_draft(session: AnySession, version: LadderVersion) -> None:
    """Delete a draft with its files, and the ladder too if there is nothing else of it.

    What points at the draft stops it.

    Raises:
        NotADraft: if the version is published.
    """
    if version.state is not VersionState.DRAFT:
        raise NotADraft
    _clear(session, version)
    session.execute(delete(LadderFile).where(LadderFile.version_id == version.id))
    session.delete(version)
    session.flush()
    _drop_empty(session, version.ladder)


def publish(session: AnySession, version: LadderVersion, *, at: datetime) -> None:
    """Freeze a draft. The version published before it is superseded; cycles that pin it keep it.

    Raises:
        NotADraft: if the version is published already.
    """
    if version.state is not VersionState.DRAFT:
        raise NotADraft
    for before in session.scalars(
        select(LadderVersion).where(
            LadderVersion.ladder_id == version.ladder_id,
            LadderVersion.state == VersionState.PUBLISHED,
        )
    ):
        before.state = VersionState.SUPERSEDED
    version.state = VersionState.PUBLISHED
    version.published_at = at
    version.ladder.name = _fit(text_of(version).name, LadderRow.name)
    session.flush()


def says(session: AnySession, version: LadderVersion, ladder: document.Ladder) -> bool:
    """Whether a draft still has the text that it would be given if it were made anew from this ladder."""
    return _with_known_keys(session, version.ladder, ladder) == text_of(version)


def text_of(version: LadderVersion) -> document.Ladder:
    """The whole ladder of a version, as a value."""
    return canonical.from_json(version.document)


def files_of(session: AnySession, version: LadderVersion) -> list[Upload]:
    """What was uploaded, in its order."""
    found = session.execute(
        select(LadderFile.name, LadderFile.data)
        .where(LadderFile.version_id == version.id)
        .order_by(LadderFile.position)
    )
    return [Upload(name, data) for name, data in found]


def corrections_of(version: LadderVersion) -> Corrections:
    return loaded(version.corrections)


def last_import(session: AnySession, source_key: str) -> LadderVersion | None:
    """The newest version that a document of this name made, of whatever ladder. A draft does not count yet."""
    return session.scalars(
        select(LadderVersion)
        .where(
            LadderVersion.source_key == source_key,
            LadderVersion.source_key != "",
            LadderVersion.state != VersionState.DRAFT,
        )
        .order_by(LadderVersion.id.desc())
        .limit(1)
    ).one_or_none()


def published_version(session: AnySession, ladder_id: int) -> LadderVersion | None:
    """The version that cycles can be opened with, if there is one."""
    return session.scalars(
        select(LadderVersion).where(
            LadderVersion.ladder_id == ladder_id, LadderVersion.state == VersionState.PUBLISHED
        )
    ).one_or_none()


def published_text(session: AnySession, slug: str) -> document.Ladder | None:
    """The text of that version, of the ladder with this name in addresses."""
    book = session.scalars(select(LadderRow).where(LadderRow.slug == slug)).one_or_none()
    version = published_version(session, book.id) if book else None
    return text_of(version) if version else None


def _with_known_keys(
    session: AnySession, book: LadderRow, ladder: document.Ladder
) -> document.Ladder:
    published = published_version(session, book.id)
    return keep_keys(text_of(published), ladder) if published else ladder


def _book(session: AnySession, ladder: document.Ladder) -> LadderRow:
    """The ladder of this id among those that are kept."""
    book = session.scalars(select(LadderRow).where(LadderRow.slug == ladder.id)).one_or_none()
    if book is None:
        book = LadderRow(slug=ladder.id, name=_fit(ladder.name, LadderRow.name))
        session.add(book)
        session.flush()
    return book


def _next_number(session: AnySession, book: LadderRow) -> int:
    last = session.scalar(
        select(func.max(LadderVersion.number)).where(LadderVersion.ladder_id == book.id)
    )
    return (last or 0) + 1


def _drop_empty(session: AnySession, book: LadderRow) -> None:
    if not session.scalar(select(LadderVersion.id).where(LadderVersion.ladder_id == book.id)):
        session.delete(book)
        session.flush()


def _clear(session: AnySession, version: LadderVersion) -> None:
    """Remove the rows that were made from the words of a draft."""
    for table in (ExpectationRow, MixinRow, DimensionRow, LevelRow):
        session.execute(delete(table).where(table.version_id == version.id))


def _fit(words: str, column: Any) -> str:
    """Names in rows are for lists; the document keeps them whole."""
    room = column.type.length
    return words if len(words) <= room else words[: room - 1] + "\u2026"


def _write(
    session: AnySession,
    version: LadderVersion,
    ladder: document.Ladder,
    corrections: Corrections | None,
) -> None:
    version.document = canonical.as_json(ladder)
    version.content_hash = hashlib.sha256(version.document.encode()).hexdigest()
    version.corrections = dumped(corrections or Corrections())
    session.flush()
    session.add_all(
        LevelRow(
            version_id=version.id,
            key=level.id,
            name=_fit(level.name, LevelRow.name),
            code=_fit(level.code, LevelRow.code) or None,
            track=level.track,
            rank=level.rank,
            position=position,
        )
        for position, level in enumerate(ladder.levels)
    )
    session.add_all(
        MixinRow(
            version_id=version.id,
            key=mixin.id,
            name=_fit(mixin.name, MixinRow.name),
            placeholder=mixin.placeholder,
            position=position,
        )
        for position, mixin in enumerate(ladder.mixins)
    )
    dimensions = {
        dimension.id: DimensionRow(
            version_id=version.id,
            key=dimension.id,
            name=_fit(dimension.name, DimensionRow.name),
            position=position,
        )
        for position, dimension in enumerate(ladder.dimensions)
    }
    session.add_all(dimensions.values())
    session.flush()
    session.add_all(
        ExpectationRow(
            version_id=version.id,
            dimension_id=dimensions[keyed.dimension].id,
            key=keyed.key,
            text=keyed.expectation.text,
            position=position,
        )
        for position, keyed in enumerate(expectation_keys(ladder))
    )
    session.flush()
