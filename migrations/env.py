"""How migrations reach the database: whole or not at all, and one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.script import ScriptDirectory

from ladders.orm import Base
from reviews.db.connections import without_limits
from reviews.db.extensions import db

#: The key of the advisory lock; any number that nothing else in the database uses.
UPGRADE_LOCK = 1_147_495_794


def number(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Count revisions, so that two of one number meet in a merge and not in a database."""
    known = ScriptDirectory.from_config(context.config).walk_revisions()
    directives[0].rev_id = f"{len(list(known)) + 1:04}"


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write the column type that the database sees: a migration outlives our own types."""
    if kind == "type" and isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether a table is of the product: those of the worker's queue are the queue's own."""
    return kind != "table" or not str(name).startswith("huey_")


@contextmanager
def unguarded(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite replace a table without deleting the rows that point at it.

    The pragma counts only outside a transaction, hence on the driver's own connection.
    """
    driver = connection.connection.dbapi_connection
    if driver is None or connection.dialect.name != "sqlite":
        yield
        return
    driver.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]  # sqlite3's shortcut
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")  # type: ignore[attr-defined]  # the same


def lock(connection: sa.Connection) -> None:
    without_limits(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))


def verify(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise RuntimeError(f"The migration would leave rows that point nowhere: {orphans}")


def main() -> None:
    engine = db.engine
    with engine.connect() as connection, unguarded(connection):
        context.configure(
            connection=connection.execution_options(sqlite_begin="IMMEDIATE"),
            target_metadata=Base.metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            transactional_ddl=True,  # Alembic takes SQLite for unable; with our own BEGIN it is not
            render_item=render,
            include_name=is_ours,
            process_revision_directives=number,
        )
        with context.begin_transaction():
            lock(connection)
            context.run_migrations()
            verify(connection)


main()
