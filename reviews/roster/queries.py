"""Reading for an import: everybody as its rules see them, and the files that wait."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased, undefer

from reviews.access.viewer import Viewer
from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.db.models.roster import RosterMapping, RosterUpload
from reviews.roster.mapping import ColumnMapping, loaded
from reviews.roster.plan import Identity, KnownPerson
from reviews.roster.table_file import PeopleTable

#: A file that nobody has imported by then is deleted, and opened no more.
KEPT = timedelta(days=1)
#: Mappings that are looked through for one that fits, the newest first.
_LOOKED_THROUGH = 50


def roster() -> list[KnownPerson]:
    """Everybody as the rules of the import see them, in the order of their names. One query."""
    manager = aliased(Person)
    # A part at a time: of a large company the rows alone would take as much again as the people.
    rows = db.session.execute(
        select(
            Person.id,
            Person.employee_id,
            Person.name,
            Person.email,
            manager.employee_id,
            Person.title,
            Person.level,
            Person.unit,
            Person.is_active,
            Person.is_owner,
        )
        .outerjoin(manager, manager.id == Person.manager_id)
        .order_by(Person.sort_key, Person.id)
        .execution_options(yield_per=2_000)
    )
    #: Equal texts are kept once.
    kept: dict[str, str] = {}
    return [
        KnownPerson(
            employee_id=employee_id,
            name=name,
            email=email,
            manager_employee_id=kept.setdefault(to or "", to or ""),
            title=kept.setdefault(title, title),
            level=kept.setdefault(level, level),
            unit=kept.setdefault(unit, unit),
            is_active=is_active,
            is_owner=is_owner,
            id=row_id,
        )
        for row_id, employee_id, name, email, to, title, level, unit, is_active, is_owner in rows
    ]


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that was uploaded, and what its author has said of it."""

    public_id: str
    name: str
    made_at: datetime
    table: PeopleTable
    mapping: ColumnMapping | None
    is_whole: bool | None
    answers: dict[str, Identity]


def upload_row(viewer: Viewer, public_id: str) -> RosterUpload | None:
    """The file of this viewer; nobody else has it."""
    return db.session.scalars(
        select(RosterUpload).where(
            RosterUpload.public_id == public_id,
            RosterUpload.author_id == viewer.person_id,
            RosterUpload.made_at > viewer.now - KEPT,
        )
    ).one_or_none()


def waiting_file(viewer: Viewer, public_id: str) -> WaitingFile | None:
    """The same with its rows, as plain values."""
    row = db.session.scalars(
        select(RosterUpload)
        .options(undefer(RosterUpload.rows))
        .where(
            RosterUpload.public_id == public_id,
            RosterUpload.author_id == viewer.person_id,
            RosterUpload.made_at > viewer.now - KEPT,
        )
    ).one_or_none()
    if row is None:
        return None
    return WaitingFile(
        public_id=row.public_id,
        name=row.name,
        made_at=row.made_at,
        table=PeopleTable(tuple(row.headings), row.rows, row.people, tuple(row.notes)),
        mapping=loaded(row.mapping) if row.mapping else None,
        is_whole=row.is_whole,
        answers={number: Identity(answer) for number, answer in row.answers.items()},
    )


@dataclass(frozen=True, slots=True)
class WaitingRow:
    public_id: str
    name: str
    made_at: datetime
    people: int


def waiting_files(viewer: Viewer) -> list[WaitingRow]:
    """The files of this viewer that wait, the newest first."""
    rows = db.session.execute(
        select(RosterUpload.public_id, RosterUpload.name, RosterUpload.made_at, RosterUpload.people)
        .where(RosterUpload.author_id == viewer.person_id, RosterUpload.made_at > viewer.now - KEPT)
        .order_by(RosterUpload.made_at.desc(), RosterUpload.id.desc())
    )
    return [WaitingRow(*row) for row in rows]


def digest_of(headings: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(headings)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Remembered:
    """How a file like this one was read last."""

    mapping: ColumnMapping
    made_at: datetime
    #: Whether that file had the same columns, in the same order.
    is_same: bool


def remembered(headings: Sequence[str]) -> Remembered | None:
    """By the same headings, else the newest whose columns are all here."""
    same = digest_of(headings)
    rows = db.session.scalars(
        select(RosterMapping)
        .order_by((RosterMapping.headings_digest == same).desc(), RosterMapping.made_at.desc())
        .limit(_LOOKED_THROUGH)
    )
    for row in rows:
        mapping = loaded(row.mapping)
        if set(mapping.columns) <= set(headings):
            return Remembered(mapping, row.made_at, row.headings_digest == same)
    return None
