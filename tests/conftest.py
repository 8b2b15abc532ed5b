"""What every test may ask for: a database, an application over it, clients, a browser; and what a run proved."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser
from playwright.sync_api import Page as BrowserPage
from sqlalchemy.orm import Session, scoped_session

from reviews import create_app
from reviews.db.extensions import db
from reviews.web.extensions import limiter
from tests import postgres
from tests.browser import NAMES, chromium, find_chromium, watched_pages
from tests.databases import Databases, PostgresDatabases, SqliteFiles
from tests.live_server import LiveServer
from tests.pages import StrictClient

SERVER = pytest.StashKey[postgres.Server]()
NO_CHROMIUM = "no Chromium on this machine"


# -- The run as a whole


def pytest_configure(config: pytest.Config) -> None:
    os.environ["LEVELSET_MODE"] = "test"
    if config.getoption("numprocesses", None):
        start_postgres(config)  # once, here; the workers inherit its address


def start_postgres(config: pytest.Config) -> str:
    """Give the address of a server: the one that the environment names, or else our own."""
    if not os.environ.get("TEST_DATABASE_URL"):
        config.stash[SERVER] = postgres.Server.start()
        os.environ["TEST_DATABASE_URL"] = config.stash[SERVER].url
    return os.environ["TEST_DATABASE_URL"]


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVER in config.stash:
        config.stash[SERVER].stop()
        del os.environ["TEST_DATABASE_URL"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests really ran on, and aloud what they did not run on."""
    ran = Counter(
        value
        for report in terminalreporter.stats.get("passed", [])
        for name, value in set(report.user_properties)
        if name == "ran on"
    )
    if ran:
        terminalreporter.section("ran on")
    for product, count in sorted(ran.items()):
        terminalreporter.line(f"{product}: {count} tests passed")
    silent = [
        report.nodeid
        for report in terminalreporter.stats.get("skipped", [])
        if "browser" in report.keywords and NO_CHROMIUM in str(report.longrepr)
    ]
    if silent:
        terminalreporter.line(
            f"NO BROWSER: {len(silent)} tests did not run. Install Chromium, or set CHROMIUM"
            f" to its program (looked for {', '.join(NAMES)}).",
            red=True,
            bold=True,
        )


# -- Databases and the application


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Databases:
    """Where databases come from. Every test that reaches for one runs on both products."""
    if request.param == "sqlite":
        return SqliteFiles(tmp_path_factory.mktemp("sqlite"))
    return PostgresDatabases(start_postgres(request.config))


@pytest.fixture(scope="session")
def migrated(databases: Databases) -> Iterator[str]:
    """A database that the migrations made; to be copied, never written to."""
    url = databases.make()
    with application(url).app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    yield url
    databases.drop(url)


@pytest.fixture
def database(
    databases: Databases, migrated: str, record_property: Callable[[str, str], None]
) -> Iterator[str]:
    """A migrated database of the test's own, for what rolling back cannot undo."""
    record_property("ran on", databases.product)
    url = databases.make(copy_of=migrated)
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def app(databases: Databases, migrated: str) -> Iterator[Flask]:
    url = databases.make(copy_of=migrated)
    app = application(url)
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop(url)


def application(url: str, **settings: Any) -> Flask:
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, **settings})
    app.test_client_class = StrictClient
    # Many applications are made here of the same templates.
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()
    return app


@pytest.fixture
def session(
    app: Flask, databases: Databases, record_property: Callable[[str, str], None]
) -> Iterator[scoped_session[Session]]:
    """The application's session. All that a test or its requests commit ends with the test."""
    record_property("ran on", databases.product)
    limiter.reset()
    with app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            # A commit inside becomes the release of a savepoint of this connection.
            both = dict(db.engines)
            db.engines.update(dict.fromkeys(both, connection))
            db.session.session_factory.configure(join_transaction_mode="create_savepoint")
            yield db.session
            db.session.remove()
            outer.rollback()
            db.engines.update(both)


@pytest.fixture
def client(app: Flask, session: scoped_session[Session]) -> StrictClient:  # noqa: ARG001 - rolls back
    """Nobody's client. `app.test_client()` gives another one, for another person."""
    return app.test_client()


@pytest.fixture
def queries() -> Callable[[], AbstractContextManager[list[str]]]:
    """For counting: the list that a `with` block over it fills with the statements sent inside."""

    @contextmanager
    def recording() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            # Savepoints are the fixture's, not the application's.
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
                seen.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)

    return recording


# -- A server and a browser


@pytest.fixture
def live_server(database: str, tmp_path: Path) -> Iterator[LiveServer]:
    server = LiveServer.start(database, tmp_path / "server.log")
    yield server
    server.kill()
    with server.app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.skip(NO_CHROMIUM)
    with chromium(program) as browser:
        yield browser


@pytest.fixture
def open_page(
    browser: Browser, live_server: LiveServer, record_property: Callable[[str, str], None]
) -> Iterator[Callable[..., BrowserPage]]:
    """Open pages of the live server, each in the browser of a person of its own."""
    record_property("ran on", f"Chromium {browser.version}")
    with watched_pages(browser, live_server.url) as open_page:
        yield open_page


@pytest.fixture
def browser_page(open_page: Callable[..., BrowserPage]) -> BrowserPage:
    return open_page()
