"""How a connection behaves, so that nothing acknowledged is lost, nothing is overwritten and nobody waits for ever."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from reviews.db.extensions import READ, db

#: Below this, two connections that write and checkpoint at once may corrupt a write-ahead log.
_WAL_IS_SAFE_FROM = (3, 51, 3)
#: How long a writer waits for another one before the person is asked to send again.
_PATIENCE_MS = 5000


#: Kept by each connection, so that a statement is planned once and not once per page. More than there are texts.
_STATEMENTS_KEPT = 500


def keep_private(url: str) -> None:
    """Make the file of a SQLite database, if there is none, and let nobody but its owner read it. Others have no file.

    Raises:
        RuntimeError: if others may read the file that is there.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or address.database in {None, "", ":memory:"}:
        return
    path = Path(str(address.database))
    with suppress(FileExistsError):
        # The journal beside it gets the same mode from SQLite.
        path.touch(mode=0o600, exist_ok=False)
    if path.stat().st_mode & 0o077:
        raise RuntimeError(f"{path} can be read by others than its owner: chmod 600 {path}")


def prepare(engine: Engine, *, reads_only: bool) -> None:
    """Let the engine's connections behave as this module says. Called once, before the first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        # For good: to change it for a transaction would throw away whatever the connection has prepared.
        refuse_writes = "PRAGMA query_only=ON"
    else:
        event.listen(engine, "do_connect", _before_postgresql_connects)
        event.listen(engine, "connect", _on_postgresql_connect)
        refuse_writes = "SET default_transaction_read_only = on"
    if reads_only:
        event.listen(engine, "connect", lambda connection, _record: _say(connection, refuse_writes))


def _say(connection: Any, *settings: str) -> None:
    for setting in settings:
        connection.execute(setting)
    # Or the first rollback would take them back.
    connection.commit()


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver would open a transaction only at the first write: a read before it could be stale by then.
    connection.isolation_level = None
    journal = "WAL" if sqlite3.sqlite_version_info >= _WAL_IS_SAFE_FROM else "DELETE"
    _say(
        connection,
        f"PRAGMA busy_timeout={_PATIENCE_MS}",
        f"PRAGMA journal_mode={journal}",
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=ON",
    )


def _on_sqlite_begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _before_postgresql_connects(
    _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]
) -> None:
    # Prepared when it is first sent: a page is asked for by many people, each in a transaction of its own.
    parameters["prepare_threshold"] = 0


def _on_postgresql_connect(connection: Any, _record: Any) -> None:
    connection.prepared_max = _STATEMENTS_KEPT
    _say(
        connection,
        # It would wait for ever.
        f"SET lock_timeout = {_PATIENCE_MS}",
        # One plan for everybody: what is asked for is in the text, and who asks makes no difference.
        "SET plan_cache_mode = force_generic_plan",
    )


def begin_read() -> None:
    """Look things up over connections on which the database refuses to write.

    What is read has to be committed: the driver forgets what it has prepared where a transaction is rolled back.
    """
    db.session().info[READ] = True


def end_read() -> None:
    """Commit what is open; whatever has broken it may not spoil the answer."""
    try:
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()


def begin_write() -> None:
    """Open this request's transaction as a writer, before anything is read in it."""
    session = db.session()
    session.info[READ] = False
    if db.engine.dialect.name == "sqlite":
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
