"""Where tests get their databases from: empty ones, and copies of one that is migrated already."""

import os
import secrets
import shutil
import sqlite3
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa


class Databases(Protocol):
    #: Product and version, as the summary of a run names it.
    product: str

    def make(self, copy_of: str | None = None) -> str:
        """Give the URL of a new database: an empty one, or a copy nobody is connected to."""

    def drop(self, url: str) -> None: ...


class SqliteFiles:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.product = f"SQLite {sqlite3.sqlite_version}"

    def make(self, copy_of: str | None = None) -> str:
        path = self.folder / f"{secrets.token_hex(8)}.db"
        if copy_of is not None:
            shutil.copy(copy_of.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        Path(url.removeprefix("sqlite:///")).unlink()


class PostgresDatabases:
    def __init__(self, server: str) -> None:
        self.server = sa.make_url(server)
        self.engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with self.engine.connect() as connection:
            version = connection.exec_driver_sql("SHOW server_version").scalar_one()
        self.product = f"PostgreSQL {version.split()[0]}"

    def make(self, copy_of: str | None = None) -> str:
        name = f"levelset_test_{os.getpid()}_{secrets.token_hex(4)}"
        template = "template0" if copy_of is None else sa.make_url(copy_of).database
        # A copy of its files: to log each of its pages takes three times as long.
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.server.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(statement)
