"""Keeping ladders: a draft from a document, its replacement, and publishing, after which nothing changes it."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, scoped_session

from ladders import canonical, document
from ladders.keys import expectation_keys
from ladders.models import (
    Dimension,
    Expectation,
    Ladder,
    LadderVersion,
    Level,
    Mixin,
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
    source_text: str = "",
    answers: str = "{}",
) -> LadderVersion:
    """The next version of the ladder with this id, as a draft; the first one makes the ladder.

    What the published version says already keeps its key there.
    """
    book = session.scalars(select(Ladder).where(Ladder.slug == ladder.id)).one_or_none()
    if book is None:
        book = Ladder(slug=ladder.id, name=ladder.name)
        session.add(book)
        session.flush()
    last = session.scalar(
        select(func.max(LadderVersion.number)).where(LadderVersion.ladder_id == book.id)
    )
    version = LadderVersion(
        public_id=public_id,
        ladder=book,
        number=(last or 0) + 1,
        state=VersionState.DRAFT,
        source_name=source_name,
        source_text=source_text,
        created_at=at,
        document="",
        content_hash="",
    )
    session.add(version)
    _write(session, version, _with_known_keys(session, book, ladder), answers)
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
    _rewrite(session, version, ladder, version.answers)


def replace_draft(
    session: AnySession, version: LadderVersion, ladder: document.Ladder, *, answers: str
) -> None:
    """Give a draft another document, such as the same import with other answers. Keys are kept as in `add_draft`.

    Raises:
        NotADraft: if the version is published.
    """
    _rewrite(session, version, _with_known_keys(session, version.ladder, ladder), answers)


def discard(session: AnySession, version: LadderVersion) -> None:
    """Delete a draft, and the ladder with it where it has no other version. What points at the draft stops it.

    Raises:
        NotADraft: if the version is published.
    """
    if version.state is not VersionState.DRAFT:
        raise NotADraft
    book = version.ladder
    _empty(session, version)
    session.delete(version)
    session.flush()
    left = select(func.count()).where(LadderVersion.ladder_id == book.id)
    if not session.scalar(left):
        session.delete(book)
        session.flush()


def publish(session: AnySession, version: LadderVersion, *, at: datetime) -> None:
    """Freeze a draft, after whose text the ladder is called from now on.

    The version published before it is superseded; cycles that pin it keep it.

    Raises:
        NotADraft: if the version is published already.
    """
    if version.state is not VersionState.DRAFT:
        raise NotADraft
    before = published_version(session, version.ladder_id)
    if before:
        before.state = VersionState.SUPERSEDED
    version.state = VersionState.PUBLISHED
    version.published_at = at
    version.ladder.name = text_of(version).name
    session.flush()


def text_of(version: LadderVersion) -> document.Ladder:
    """The whole ladder of a version, as a value."""
    return canonical.from_json(version.document)


def published_version(session: AnySession, ladder_id: int) -> LadderVersion | None:
    """The version that cycles can be opened with, if there is one."""
    return session.scalars(
        select(LadderVersion).where(
            LadderVersion.ladder_id == ladder_id, LadderVersion.state == VersionState.PUBLISHED
        )
    ).one_or_none()


def _with_known_keys(session: AnySession, book: Ladder, ladder: document.Ladder) -> document.Ladder:
    published = published_version(session, book.id)
    return keep_keys(text_of(published), ladder) if published else ladder


def _empty(session: AnySession, version: LadderVersion) -> None:
    for table in (Expectation, Mixin, Dimension, Level):
        session.execute(delete(table).where(table.version_id == version.id))


def _rewrite(
    session: AnySession, version: LadderVersion, ladder: document.Ladder, answers: str
) -> None:
    if version.state is not VersionState.DRAFT:
        raise NotADraft
    _empty(session, version)
    _write(session, version, ladder, answers)


def _write(
    session: AnySession, version: LadderVersion, ladder: document.Ladder, answers: str
) -> None:
    version.document = canonical.as_json(ladder)
    version.content_hash = hashlib.sha256(version.document.encode()).hexdigest()
    version.answers = answers
    session.flush()
    session.add_all(
        Level(
            version_id=version.id,
            key=level.id,
            name=level.name,
            code=level.code or None,
            track=level.track,
            rank=level.rank,
            position=position,
        )
        for position, level in enumerate(ladder.levels)
    )
    session.add_all(
        Mixin(
            version_id=version.id,
            key=mixin.id,
            name=mixin.name,
            placeholder=mixin.placeholder,
            position=position,
        )
        for position, mixin in enumerate(ladder.mixins)
    )
    dimensions = {
        dimension.id: Dimension(
            version_id=version.id, key=dimension.id, name=dimension.name, position=position
        )
        for position, dimension in enumerate(ladder.dimensions)
    }
    session.add_all(dimensions.values())
    session.flush()
    session.add_all(
        Expectation(
            version_id=version.id,
            dimension_id=dimensions[keyed.dimension].id,
            key=keyed.key,
            text=keyed.expectation.text,
            position=position,
        )
        for position, keyed in enumerate(expectation_keys(ladder))
    )
    session.flush()
