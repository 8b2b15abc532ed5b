"""Lines of an audit log, and what somebody does to them who can write to the database."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from reviews.audit import service
from reviews.audit.verification import Verification, verify
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent, AuditHead
from reviews.db.models.people import Person
from reviews.rules.enums import Verb
from tests.builders import NOW

#: How a place says when its line was written.
WRITTEN = f"{NOW:%Y-%m-%d %H:%M:%S} UTC"


def written_by(actors: Iterable[Person]) -> list[AuditEvent]:
    """A line of each, in this order."""
    found = [
        service.record(actor, Verb.EDIT_PANELS, f"Change {number}", at=NOW, quorum=number)
        for number, actor in enumerate(actors, start=1)
    ]
    db.session.expire_all()
    return found


def break_in() -> None:
    """Take the triggers away that refuse to change a line, as somebody can who owns the tables."""
    if db.engine.dialect.name == "sqlite":
        for name in ("no_update", "no_delete", "no_replace"):
            db.session.execute(text(f"DROP TRIGGER audit_event_{name}"))
    else:
        db.session.execute(text("DROP TRIGGER audit_event_is_kept ON audit_event"))


def places() -> list[tuple[int | None, int | None, int | None, str | None]]:
    """Where the log is broken: lane, line, id and instant of each place."""
    return [(each.lane, each.line, each.id, each.at) for each in verified().places]


def problems() -> list[str]:
    return [str(each) for each in verified().places]


def verified() -> Verification:
    db.session.expire_all()
    return verify()


def rows_of(model: type[AuditEvent | AuditHead]) -> list[dict[str, Any]]:
    """A copy of all rows, as somebody can keep one."""
    table = model.__table__
    first = next(iter(table.primary_key))
    rows = db.session.execute(table.select().order_by(first)).mappings()
    return [dict(row) for row in rows]
