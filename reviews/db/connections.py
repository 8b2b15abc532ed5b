"""How a connection behaves, so that nothing acknowledged is lost, nothing is overwritten and nobody waits for ever."""

import select
import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

from reviews.db.extensions import READ, db

#: Below this, two connections that write and checkpoint at once may corrupt a write-ahead log.
_WAL_IS_SAFE_FROM = (3, 51, 3)
#: How long a writer waits for another one before the person is asked to send again. On SQLite one may have to wait to
#: begin and once more to commit, and the answer has to be there within six seconds all the same.
_PATIENCE_MS = 2500
#: After which PostgreSQL breaks a statement off, and ends the session of whoever has begun something and stopped.
_STATEMENT_MS = 5000
_IDLE_MS = 60_000
#: How long one waits for a connection of the pool, and for PostgreSQL to let a new one in.
_CONNECT_SECONDS = 2


#: Kept by each connection, so that a statement is planned once and not once per page. More than there are texts.
_STATEMENTS_KEPT = 500


def engine_options(url: str) -> dict[str, Any]:
    """What the engine for this address has to be made with."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}:
        return {}  # it has one connection, for which nobody waits
    return {"pool_timeout": _CONNECT_SECONDS}


def prepare(engine: Engine, *, reads_only: bool) -> None:
    """Let the engine's connections behave as this module says. Called once, before the first connection."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        # For good: to change it for a transaction would throw away whatever the connection has prepared.
        refuse_writes = "PRAGMA query_only=ON"
    else:
        event.listen(engine, "do_connect", _connect_to_postgresql)
        event.listen(engine, "connect", _on_postgresql_connect)
        event.listen(engine, "checkout", _before_postgresql_is_used)
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


def _connect_to_postgresql(
    _dialect: Any, _record: Any, arguments: Any, parameters: dict[str, Any]
) -> Any:
    # Imported here: whoever keeps everything in SQLite may not have the driver.
    from reviews.db import postgresql  # noqa: PLC0415

    # Prepared when it is first sent: a page is asked for by many people, each in a transaction of its own.
    parameters["prepare_threshold"] = 0
    parameters.setdefault("connect_timeout", _CONNECT_SECONDS)
    return postgresql.connect(*arguments, **parameters)


def _on_postgresql_connect(connection: Any, _record: Any) -> None:
    connection.prepared_max = _STATEMENTS_KEPT
    _say(
        connection,
        # It would wait for ever.
        f"SET lock_timeout = {_PATIENCE_MS}",
        f"SET statement_timeout = {_STATEMENT_MS}",
        f"SET idle_in_transaction_session_timeout = {_IDLE_MS}",
        # One plan for everybody: what is asked for is in the text, and who asks makes no difference.
        "SET plan_cache_mode = force_generic_plan",
        # A page's statements are long and find few rows: to compile one would take longer than to run it.
        "SET jit = off",
    )


def _before_postgresql_is_used(connection: Any, _record: Any, _proxy: Any) -> None:
    """Take a new connection where the server has ended this one: between transactions it says nothing but goodbye."""
    from reviews.db import postgresql  # noqa: PLC0415 - as above

    postgresql.silence.refuse()
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError
    connection.begin_waiting()


def without_limits(connection: Connection) -> None:
    """For what may take minutes, such as a migration or a backup: nothing of this transaction is broken off."""
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        driver.patience = None
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


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
