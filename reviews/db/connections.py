"""How a connection behaves, so that nothing acknowledged is lost, nothing is overwritten and nobody waits for ever."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event

from reviews.db.extensions import db

#: Below this, two connections that write and checkpoint at once may corrupt a write-ahead log.
_WAL_IS_SAFE_FROM = (3, 51, 3)
#: How long a writer waits for another one before the person is asked to send again.
_PATIENCE_MS = 5000


def prepare(engine: Engine) -> None:
    """On SQLite foreign keys, every commit on disk before it is answered, and transactions begun by us."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "connect", _on_postgresql_connect)


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver would open a transaction only at the first write: a read before it could be stale by then.
    connection.isolation_level = None
    journal = "WAL" if sqlite3.sqlite_version_info >= _WAL_IS_SAFE_FROM else "DELETE"
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    cursor.execute(f"PRAGMA journal_mode={journal}")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _on_postgresql_connect(connection: Any, _record: Any) -> None:
    # It would wait for ever. Committed, or the first rollback would take the setting back.
    connection.execute(f"SET lock_timeout = {_PATIENCE_MS}")
    connection.commit()


def _on_sqlite_begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def begin_write() -> None:
    """Open this request's transaction as a writer, before anything is read in it."""
    if db.engine.dialect.name == "sqlite":
        db.session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
