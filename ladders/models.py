"""Ladders in the database: the whole document of a version, and a row for everything others point at."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ladders.orm import Base


class VersionState(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class LadderRow(Base):
    """One ladder through all its versions."""

    __tablename__ = "ladder"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))


class LadderVersion(Base):
    """One text of a ladder. A draft may be replaced; a published one never changes again."""

    __tablename__ = "ladder_version"
    __table_args__ = (
        UniqueConstraint("ladder_id", "number"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published_has_date"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    ladder_id: Mapped[int] = mapped_column(ForeignKey("ladder.id"), index=True)
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(default=VersionState.DRAFT)
    #: The whole ladder as canonical JSON; `content_hash` is the SHA-256 of these bytes.
    document: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    #: What was uploaded, in words; the files themselves are in `LadderFile`.
    source_name: Mapped[str] = mapped_column(String(255), default="")
    #: What the document calls itself before it is corrected, as an id: its next version is known by that.
    source_key: Mapped[str] = mapped_column(String(200), default="")
    #: What a person corrected in the preview, as JSON: see `ladders.importing.corrections`.
    corrections: Mapped[str] = mapped_column(Text, default="{}")
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    #: Makes the second of two simultaneous writers fail instead of winning silently.
    version: Mapped[int] = mapped_column()

    ladder: Mapped[LadderRow] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}


class LadderFile(Base):
    """An uploaded file as it came, kept so that the import can be looked over again."""

    __tablename__ = "ladder_file"
    __table_args__ = (UniqueConstraint("version_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("ladder_version.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(255))
    data: Mapped[bytes]


class LevelRow(Base):
    __tablename__ = "level"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("ladder_version.id"), index=True)
    key: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    code: Mapped[str | None] = mapped_column(String(80))
    track: Mapped[str | None] = mapped_column(String(200))
    rank: Mapped[int]
    position: Mapped[int]


class DimensionRow(Base):
    __tablename__ = "dimension"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("ladder_version.id"), index=True)
    key: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]


class MixinRow(Base):
    """A role on top of a level, such as technical lead."""

    __tablename__ = "mixin"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("ladder_version.id"), index=True)
    key: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    placeholder: Mapped[bool]
    position: Mapped[int]


class ExpectationRow(Base):
    """One statement a level or role makes. Evidence and marks point here, by a key that survives a re-import."""

    __tablename__ = "expectation"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("ladder_version.id"), index=True)
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"), index=True)
    key: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
