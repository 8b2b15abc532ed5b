"""What a database stands on: who may read its file, how its server keeps what it is given, and what the clock says."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

from sqlalchemy import URL, Engine, func, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from reviews.db.clock import now_sql
from reviews.db.models.audit import AuditEvent
from reviews.rules import settings

_MOUNTS = Path("/proc/mounts")
#: What SQLite writes beside its file.
_BESIDE = ("-journal", "-wal", "-shm")
#: How the name of a folder begins in which a backup or a restore has a copy of the database while it works.
WORKING_COPY = ".levelset-"
_SERVER = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`faults` are sentences, for which nothing starts; `warnings` are words for the log."""

    faults: tuple[str, ...]
    warnings: tuple[str, ...]


def of_file(url: str) -> list[str]:
    """What is wrong with the file of a SQLite database, which is made for its owner alone if it is not there."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or address.database in {None, "", ":memory:"}:
        return []
    file = Path(str(address.database)).resolve()
    try:
        with suppress(FileExistsError):
            # The journal beside it gets the same mode from SQLite.
            file.touch(mode=0o600, exist_ok=False)
        there = [file, *(path for end in _BESIDE if (path := Path(f"{file}{end}")).exists())]
        modes: dict[PurePath, int] = {path: stat.S_IMODE(path.stat().st_mode) for path in there}
        folder = stat.S_IMODE(file.parent.stat().st_mode)
    except OSError as error:
        return [f"{file} cannot be used: {os.strerror(error.errno or 0)}. DATABASE_URL names it."]
    mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace") if _MOUNTS.exists() else ""
    return settings.file_faults(file, modes, folder, mounts)


def _has_working_copy(address: URL) -> bool:
    """Whether a backup or a restore that was killed has left a copy of everything beside the file of the database."""
    if address.get_backend_name() != "sqlite" or address.database in {None, "", ":memory:"}:
        return False
    return any(Path(str(address.database)).resolve().parent.glob(f"{WORKING_COPY}*"))


def of_anchor(place: str) -> list[str]:
    """What is wrong with where the anchor of the audit log is kept: it has to be a file of the service alone."""
    file = Path(place)
    if not place:
        return []
    if not file.parent.is_dir():
        return [f"AUDIT_ANCHOR names {file}, and there is no folder {file.parent}."]
    if file.exists() and not file.is_file():
        return [f"AUDIT_ANCHOR names {file}, which is no ordinary file."]
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        return [f"{file} can be read by others than its owner: chmod 600 {file}"]
    return []


def of_server(engine: Engine) -> Surroundings:
    """What the database says about itself and the time. One that does not answer is no reason not to start."""
    try:
        with engine.connect() as connection:
            found: dict[str, str] = {}
            if engine.dialect.name == "postgresql":
                asked = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
                rows = connection.execute(asked, {"names": list(_SERVER)})
                found = {row.name: row.setting for row in rows}
            now = connection.scalar(select(now_sql()))
            assert isinstance(now, datetime)  # noqa: S101 - a database has a clock
            warnings = settings.server_warnings(found)
            warnings += ["working_copy"] if _has_working_copy(engine.url) else []
            # Before the first migration there is no log.
            with suppress(SQLAlchemyError):
                newest = connection.scalar(select(func.max(AuditEvent.at)))
                warnings += ["clock_before_audit_log"] if settings.is_before(now, newest) else []
    except SQLAlchemyError:
        return Surroundings((), ())
    return Surroundings(
        (*settings.server_faults(found), *settings.clock_faults(now)), tuple(warnings)
    )
