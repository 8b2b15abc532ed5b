"""What a measurement stands on: databases, an application over one, processor time, and what machine it was."""

import os
import platform
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import process_time

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from reviews import create_app
from reviews.cli import prepare_migrations
from reviews.db.extensions import db
from tests import postgres
from tests.databases import Databases, PostgresDatabases, SqliteFiles

_TICKS = os.sysconf("SC_CLK_TCK")
#: What the tests' server leaves out: here a commit waits for the disk, as it would in production.
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def _stop(*_: object) -> None:
    raise SystemExit("stopped")


@contextmanager
def servers(names: Sequence[str]) -> Iterator[dict[str, Databases]]:
    """A place for new databases of each product, by name: "SQLite" and "PostgreSQL"."""
    # A run that is stopped from outside takes its servers with it, as one that is interrupted does.
    signal.signal(signal.SIGTERM, _stop)
    with ExitStack() as stack:
        found: dict[str, Databases] = {}
        if "SQLite" in names:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            found["SQLite"] = SqliteFiles(Path(folder))
        if "PostgreSQL" in names:
            postgres.SETTINGS.update(DURABLE)
            server = postgres.Server.start()
            stack.callback(server.stop)
            found["PostgreSQL"] = PostgresDatabases(server.url)
        yield found


@contextmanager
def application(databases: Databases) -> Iterator[Flask]:
    """An application over an empty database with every table.

    Its context is not open: a request inside one would share user and session with the request before it.
    """
    url = databases.make()
    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    prepare_migrations(app)
    with app.app_context():
        flask_migrate.upgrade()
    yield app
    for engine in engines_of(app):
        engine.dispose()
    databases.drop(url)


def engine_of(app: Flask) -> sa.Engine:
    with app.app_context():
        return db.engine


def engines_of(app: Flask) -> list[sa.Engine]:
    """The one that writes, and the one that reads."""
    with app.app_context():
        return list(db.engines.values())


def url_of(app: Flask) -> str:
    return engine_of(app).url.render_as_string(hide_password=False)


# -- Processor time


class Processor:
    """Processor seconds of this process and of the database processes that serve the application."""

    def __init__(self, engine: sa.Engine) -> None:
        self.backends = backends_of(engine)

    def read(self) -> float:
        return process_time() + sum(map(backend_seconds, self.backends))


def backends_of(engine: sa.Engine) -> list[int]:
    """The processes of a PostgreSQL that are connected to the engine's database; none for SQLite."""
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return list(found.scalars())


def backend_seconds(process: int) -> float:
    """Of a process with one thread, to the nanosecond."""
    told = Path(f"/proc/{process}/schedstat").read_text(encoding="ascii")
    return int(told.split()[0]) / 1e9


def process_seconds(process: int) -> float:
    """Of all threads of a process, to a hundredth of a second."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    # The second field is a name in brackets, which may hold anything.
    fields = told.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_megabytes(process: int) -> float:
    told = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    line = next(line for line in told.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


# -- What it was measured on


def load_average() -> str:
    return ", ".join(f"{load:.1f}" for load in os.getloadavg())


def described(products: Sequence[str]) -> str:
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("Flask", "SQLAlchemy", "psycopg", "gunicorn")
    )
    return (
        f"Python {platform.python_version()}, {', '.join(products)}, {packages};"
        f" {os.cpu_count()} cores ({_processor()}), {_memory()} GB of memory"
    )


def _processor() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")
