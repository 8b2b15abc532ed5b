"""The tables of a PostgreSQL database to and from the parts of an archive, in the text form of COPY."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Cursor, sql
from psycopg import Error as PostgresError
from sqlalchemy import Connection, text

from reviews.keeping.archive import ArchiveError, ArchiveReader, ArchiveWriter

#: Written by the migrations themselves. The queue of the worker, `huey_...`, is not copied either: it wakes, no more.
_NOT_COPIED = "alembic_version"
_TABLES = text(
    "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) AS columns"
    " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
    " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'"
    " AND table_name <> :left_out AND table_name NOT LIKE 'huey\\_%'"
    " GROUP BY table_name ORDER BY table_name"
)
_SEQUENCES = text(
    "SELECT sequencename AS name, last_value FROM pg_sequences"
    " WHERE schemaname = current_schema() AND last_value IS NOT NULL AND sequencename NOT LIKE 'huey\\_%'"
    " ORDER BY sequencename"
)
_REFERENCES = text(
    "SELECT relname AS on_table, conname AS name, pg_get_constraintdef(pg_constraint.oid) AS rule"
    " FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
    " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


def columns_of(connection: Connection) -> dict[str, list[str]]:
    """The columns of each table that is copied."""
    found = connection.execute(_TABLES, {"left_out": _NOT_COPIED})
    return {row.table_name: row.columns for row in found}


def sequences_of(connection: Connection) -> dict[str, int]:
    return {row.name: row.last_value for row in connection.execute(_SEQUENCES)}


def save(
    connection: Connection, columns: dict[str, list[str]], into: ArchiveWriter
) -> dict[str, int]:
    """Add the tables to the archive as this connection's transaction sees them; how many rows each has."""
    return {table: _save(connection, table, names, into) for table, names in columns.items()}


def _save(connection: Connection, table: str, names: list[str], into: ArchiveWriter) -> int:
    with _cursor(connection) as cursor:
        with cursor.copy(_copy(table, names, "TO STDOUT")) as copy:
            into.add(_part(table), copy)
        return cursor.rowcount


def check(reader: ArchiveReader) -> None:
    """See whether each part has as many rows as the manifest says."""
    for table, count in reader.manifest.rows.items():
        # A line end inside a value is written as two other characters.
        found = sum(block.count(b"\n") for block in reader.blocks(_part(table)))
        if found != count:
            raise ArchiveError(
                f"{table} has {found} rows in the backup, and its manifest says {count}."
            )


def load(connection: Connection, reader: ArchiveReader) -> None:
    """Put the rows of the archive in the place of those of the tables, which are of its revision.

    All of it is one transaction, which the caller commits.
    """
    columns = reader.manifest.columns
    if columns != columns_of(connection):
        raise ArchiveError("The tables of the database are not those of the backup.")
    references = connection.execute(_REFERENCES).all()
    with _cursor(connection) as cursor:
        # Rows point at each other in a circle, so that no order of tables would do.
        for row in references:
            cursor.execute(_alter(row.on_table, "DROP CONSTRAINT {}", row.name))
        for table in columns:
            cursor.execute(_alter(table, "DISABLE TRIGGER USER"))
        tables = sql.SQL(", ").join(map(sql.Identifier, columns))
        cursor.execute(sql.SQL("TRUNCATE {}").format(tables))
        for table, names in columns.items():
            with cursor.copy(_copy(table, names, "FROM STDIN")) as copy:
                for block in reader.blocks(_part(table)):
                    copy.write(block)
            if cursor.rowcount != reader.manifest.rows[table]:
                raise ArchiveError(
                    f"{table} has {cursor.rowcount} rows, and not those of the manifest."
                )
        for name, last in reader.manifest.sequences.items():
            cursor.execute("SELECT setval(%s::regclass, %s)", (name, last))
        for table in columns:
            cursor.execute(_alter(table, "ENABLE TRIGGER USER"))
        for row in references:
            # All rows are checked by this.
            cursor.execute(_alter(row.on_table, f"ADD CONSTRAINT {{}} {row.rule}", row.name))


def _part(table: str) -> str:
    return f"tables/{table}.copy"


@contextmanager
def _cursor(connection: Connection) -> Iterator[Cursor[Any]]:
    driver: Any = connection.connection.driver_connection
    cursor: Cursor[Any]
    try:
        with driver.cursor() as cursor:
            yield cursor
    except PostgresError as error:
        # Its words can quote a row.
        raise ArchiveError(f"PostgreSQL refuses it: {type(error).__name__}.") from error


def _copy(table: str, names: list[str], way: str) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    return sql.SQL(f"COPY {{}} ({{}}) {way}").format(sql.Identifier(table), columns)


def _alter(table: str, what: str, *names: str) -> sql.Composed:
    act = sql.SQL(what).format(*map(sql.Identifier, names))
    return sql.SQL("ALTER TABLE {} ").format(sql.Identifier(table)) + act
