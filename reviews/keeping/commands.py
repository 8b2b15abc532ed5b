"""`flask --app reviews backup` and `restore`."""

import sqlite3 as driver
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, NullPool, create_engine, inspect, literal, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from reviews.audit import verification
from reviews.db import migrations
from reviews.db.clock import now_sql
from reviews.db.connections import without_limits
from reviews.db.extensions import db
from reviews.keeping import archive, sqlite
from reviews.keeping.archive import ArchiveError, ArchiveReader, ArchiveWriter, Manifest

_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
#: Whoever works with the database has written to one of these; the migrations have not.
_IN_USE = ("person", "ladder", "audit_event")
_IF_BROKEN_OFF = (
    "Restoring. If this is broken off, the database is as it was, or as it is in the backup: restore again, with"
    " --replace if it is not empty, before the service starts."
)


def backup(file: Path) -> None:
    """Write the whole database, as it is at one instant, into a new file."""
    with _told():
        with archive.written(file) as writer:
            _save(writer, file.resolve().parent)
        # As somebody would who has to rely on it.
        with archive.opened(file) as reader:
            click.echo(f"{file} is whole: {_about(reader.manifest)}")


def restore(file: Path, *, check: bool, replace: bool) -> None:
    """Put what is in a backup into the database, or only look at the backup."""
    with _told(), archive.opened(file) as reader:
        if check:
            _check(reader)
        else:
            _load(reader, replace=replace)
        about = _about(reader.manifest)
    if check:
        click.echo(f"{file} is whole: {about}")
        return
    migrations.upgrade()
    found = verification.verify()
    if found.places:
        places = "\n".join(f"- {place}" for place in found.places)
        raise click.ClickException(f"Restored, {about} But the audit log is broken.\n{places}")
    click.echo(f"Restored: {about} The audit log is whole: {found.lines} lines.")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ArchiveError as error:
        raise click.ClickException(str(error)) from error
    except driver.Error as error:
        raise click.ClickException(f"SQLite refuses it: {error}.") from error
    except SQLAlchemyError as error:
        # PostgreSQL's words can quote a row.
        kind = type(getattr(error, "orig", error)).__name__
        raise click.ClickException(f"The database refuses it: {kind}.") from error


def _about(manifest: Manifest) -> str:
    rows = sum(manifest.rows.values())
    return f"{rows} rows, revision {manifest.revision}, of {manifest.at}."


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _database_file() -> Path:
    return Path(str(db.engine.url.database)).resolve()


# -- Saving


def _save(writer: ArchiveWriter, folder: Path) -> None:
    if _is_sqlite():
        with sqlite.copied(_database_file(), folder) as copy:
            rows = sqlite.save(copy, writer)
            engine = create_engine(f"sqlite:///{copy}", poolclass=NullPool)
            with engine.connect() as connection:
                writer.finish(_manifest(connection, rows))
        return
    from reviews.keeping import postgresql  # noqa: PLC0415 - the driver may not be there

    with db.engine.connect() as plain:
        # One snapshot for all tables: what others commit meanwhile is not in it.
        connection = plain.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        without_limits(connection)
        columns = postgresql.columns_of(connection)
        rows = postgresql.save(connection, columns, writer)
        sequences = postgresql.sequences_of(connection)
        writer.finish(_manifest(connection, rows, columns=columns, sequences=sequences))


def _manifest(connection: Connection, rows: dict[str, int], **more: Any) -> Manifest:
    revision = migrations.revision_of(connection)
    if revision is None:
        raise ArchiveError("The database has no tables yet, so there is nothing to keep.")
    return Manifest(
        version=tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"],
        revision=revision,
        at=connection.scalars(select(now_sql())).one().isoformat(timespec="seconds"),
        database=connection.dialect.name,
        rows=rows,
        audit_heads=_audit_heads(connection),
        **more,
    )


def _audit_heads(connection: Connection) -> list[dict[str, Any]]:
    # Not by the model, which may be newer than the table.
    found = connection.execute(text("SELECT * FROM audit_head ORDER BY 1")).mappings()
    return [
        {name: value if isinstance(value, int) else str(value) for name, value in head.items()}
        for head in found
    ]


# -- Restoring


def _check(reader: ArchiveReader) -> None:
    if reader.manifest.database == "sqlite":
        sqlite.check(reader)
    else:
        from reviews.keeping import postgresql  # noqa: PLC0415 - the driver may not be there

        postgresql.check(reader)


def _load(reader: ArchiveReader, *, replace: bool) -> None:
    manifest = reader.manifest
    if manifest.database != db.engine.dialect.name:
        raise ArchiveError(
            f"The backup is of {manifest.database}, and the database is {db.engine.dialect.name}."
        )
    if not migrations.is_known(manifest.revision):
        raise ArchiveError(
            f"The backup is of revision {manifest.revision}, which this version does not know: install a newer one."
        )
    with db.engine.connect() as connection:
        present = migrations.revision_of(connection)
        is_used = _is_used(connection)
    if is_used and not replace:
        raise ArchiveError(
            "The database is not empty. --replace puts the backup in the place of all that is in it."
        )
    click.echo(_IF_BROKEN_OFF, err=True)
    if _is_sqlite():
        for engine in db.engines.values():
            engine.dispose()
        sqlite.load(reader, _database_file())
        return
    from reviews.keeping import postgresql  # noqa: PLC0415 - the driver may not be there

    postgresql.check(reader)
    if present is None:
        migrations.upgrade(manifest.revision)
    elif present != manifest.revision:
        raise ArchiveError(
            f"The database has the tables of revision {present}, and the backup those of {manifest.revision}:"
            " restore into a database without tables."
        )
    with db.engine.begin() as connection:
        without_limits(connection)
        postgresql.load(connection, reader)


def _is_used(connection: Connection) -> bool:
    there = set(inspect(connection).get_table_names())
    return any(
        connection.scalar(select(literal(1)).select_from(table(name)).limit(1))
        for name in _IN_USE
        if name in there
    )
