"""What a load balancer is told: one word, the same for everybody, at a cost that does not grow."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from reviews.db import migrations
from reviews.db.extensions import db
from tests.clients import StrictClient
from tests.conftest import application
from tests.databases import Databases, PostgresDatabases
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    """Over a database of its own: what happens to it cannot be rolled back."""
    app = application(database)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def told(app: Flask, path: str = "/readyz") -> tuple[int, str, str]:
    answer = app.test_client().get(path)
    return answer.status_code, answer.text, answer.content_type


TEXT = "text/plain; charset=utf-8"
READY = (200, "ready", TEXT)
MIGRATIONS = (503, "migrations", TEXT)
DATABASE = (503, "database", TEXT)


def test_a_migrated_database_is_ready(app: Flask) -> None:
    assert told(app) == READY


def test_a_database_that_has_missed_a_migration_is_not_ready(app: Flask) -> None:
    flask_migrate.downgrade()
    assert told(app) == MIGRATIONS

    flask_migrate.upgrade()
    assert told(app) == READY


def test_a_database_from_the_future_is_not_ready(app: Flask) -> None:
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    db.session.commit()

    assert told(app) == MIGRATIONS


def test_a_database_without_a_table_is_not_ready(databases: Databases) -> None:
    url = databases.make()
    app = application(url)

    assert told(app) == MIGRATIONS
    with app.app_context():
        db.engine.dispose()
    databases.drop(url)


def test_without_a_database_only_the_process_answers(databases: Databases, tmp_path: Path) -> None:
    away = {
        "SQLite": f"sqlite:///{tmp_path}/none/levelset.db",
        "PostgreSQL": f"postgresql+psycopg://levelset@/postgres?host={tmp_path}",
    }
    app = application(away[databases.product.split()[0]])

    assert told(app) == DATABASE
    assert told(app, "/healthz") == (200, "ok", TEXT)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True, scope="session")
def test_a_server_that_comes_back_is_ready_again(app: Flask, databases: PostgresDatabases) -> None:
    assert told(app) == READY
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
    name = db.engine.url.database
    db.session.remove()
    other = sa.create_engine(databases.server)
    with other.connect() as connection:
        connection.execute(sa.text(ended), {"name": name})
    other.dispose()

    # The connection that the server has ended is not used again.
    assert [told(app), told(app)] == [READY, READY]


def test_asking_costs_the_same_whatever_the_answer(app: Flask) -> None:
    with recorded() as ready:
        assert told(app) == READY
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    with recorded() as behind:
        assert told(app) == MIGRATIONS
    with recorded() as alive:
        told(app, "/healthz")

    assert (ready.texts, alive.texts) == (behind.texts, [])


def test_the_migrations_of_the_code_are_read_once(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(migrations.FOLDER, tmp_path / "migrations")
    monkeypatch.setattr(migrations, "FOLDER", folder)
    assert told(app) == READY
    shutil.rmtree(folder)

    assert told(app) == READY


def test_readiness_needs_no_session_and_opens_none(client: StrictClient) -> None:
    answer = client.head("/readyz")

    assert (answer.status_code, answer.data) == (200, b"")
