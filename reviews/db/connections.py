"""How a connection behaves, so that nothing acknowledged is lost, nothing is overwritten and nobody waits for ever."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import SQLAlchemyError

from reviews.db.extensions import db

#: Below this, two connections that write and checkpoint at once may corrupt a write-ahead log.
_WAL_IS_SAFE_FROM = (3, 51, 3)
#: How long a writer waits for another one before the person is asked to send again.
_PATIENCE_MS = 5000


#: Kept by each connection, so that a statement is planned once and not once per page. More than there are texts.
_STATEMENTS_KEPT = 500


def prepare(engine: Engine) -> None:
    """Let the engine's connections behave as this module says. Called once, before the first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "do_connect", _before_postgresql_connects)
        event.listen(engine, "connect", _on_postgresql_connect)
        event.listen(engine, "begin", _on_postgresql_begin)


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


def _on_sqlite_begin(connection: Connection) -> None:
    access = connection.get_execution_options().get(_ACCESS)
    connection.exec_driver_sql(f"PRAGMA query_only={int(access == _READ)}")
    connection.exec_driver_sql(f"BEGIN {'IMMEDIATE' if access == _WRITE else 'DEFERRED'}")


def _before_postgresql_connects(
    _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]
) -> None:
    # Prepared when it is first sent: a page is asked for by many people, each in a transaction of its own.
    parameters["prepare_threshold"] = 0


def _on_postgresql_connect(connection: Any, _record: Any) -> None:
    connection.prepared_max = _STATEMENTS_KEPT
    # It would wait for ever. And one plan for everybody: what is asked for is in the text, who asks makes no difference.
    connection.execute(f"SET lock_timeout = {_PATIENCE_MS}")
    connection.execute("SET plan_cache_mode = force_generic_plan")
    # Committed, or the first rollback would take the settings back.
    connection.commit()


def _on_postgresql_begin(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it has just begun something
    driver.read_only = connection.get_execution_options().get(_ACCESS) == _READ


_ACCESS, _READ, _WRITE = "levelset_access", "read", "write"


def begin_read() -> None:
    """Open this request's transaction as one in which the database refuses to write.

    It has to be committed: the driver forgets what it has prepared where a transaction is rolled back.
    """
    db.session.connection(execution_options={_ACCESS: _READ})


def end_read() -> None:
    """Commit what is open, so that statements stay prepared; whatever has broken it may not spoil the answer."""
    try:
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()


def begin_write() -> None:
    """Open this request's transaction as a writer, before anything is read in it."""
    db.session.connection(execution_options={_ACCESS: _WRITE})
