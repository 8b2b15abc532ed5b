"""What every test may ask for: a database, an application over it, clients, a browser; and what a run ran on."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask_migrate
import hypothesis
import pytest
from flask import Flask, has_request_context
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser
from playwright.sync_api import Page as BrowserPage
from sqlalchemy.orm import Session, scoped_session

from ladders.importing import pipeline
from reviews import create_app
from reviews.audit import chain
from reviews.cli import prepare_migrations
from reviews.db import hits
from reviews.db.connections import without_limits
from reviews.db.extensions import db
from reviews.roster import views as roster_pages
from tests import postgres
from tests.browser import NAMES, chromium, find_chromium, watched_pages
from tests.canaries import SEEN, SWEEP, listening
from tests.clients import StrictClient
from tests.databases import Databases, PostgresDatabases, SqliteFiles
from tests.ladders import real
from tests.live_server import LiveServer

SERVER = pytest.StashKey[postgres.Server]()

# How many examples a property is tried on: `tests/examples.py` counts in parts of these hundred.
hypothesis.settings.register_profile("few", max_examples=25)
hypothesis.settings.register_profile("many", max_examples=5_000)


@dataclass(frozen=True)
class Need:
    """What some tests cannot run without, and which is not on every machine."""

    #: The mark of the tests that need it.
    mark: str
    name: str
    is_there: bool
    #: What somebody does who wants these tests to run.
    advice: str


NEEDS = (
    Need(
        "browser",
        "Chromium",
        find_chromium() is not None,
        f"Install Chromium, or set CHROMIUM to its program (looked for {', '.join(NAMES)}).",
    ),
    Need(
        "real_ladders",
        "Real ladders",
        real.FOLDER.is_dir(),
        f"They are expected in {real.FOLDER}; LEVELSET_LADDERS names another folder.",
    ),
)


# -- The run as a whole


def pytest_configure() -> None:
    os.environ["LEVELSET_MODE"] = "test"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: long tests wait for a server, a browser, a disk or a clock."""
    return (os.cpu_count() or 1) * 3 // 2


def say_how_many_mutants(terminalreporter: pytest.TerminalReporter) -> None:
    """Of all parts together (`tests/mutants/`), whether they passed or not."""
    counts = Counter[str]()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            counts.update({n: v for n, v in report.user_properties if n.startswith("mutants")})
    if counts:
        terminalreporter.line(f"Mutants: {counts['mutants caught']} of {counts['mutants']} caught")


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVER in config.stash:
        config.stash[SERVER].stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if hasattr(item, "callspec") and item.callspec.params.get("databases") == "postgresql":
            item.add_marker("postgresql")
        for need in NEEDS:
            if item.get_closest_marker(need.mark) and not need.is_there:
                item.add_marker(pytest.mark.skip(reason=f"{need.name}: not here. {need.advice}"))
    items.sort(key=place_of)


def place_of(item: pytest.Item) -> tuple[bool, bool, bool]:
    """One database after the other, of each the long tests first: at the end a process would wait for one alone."""
    is_longest = item.nodeid.startswith("tests/mutants/")
    is_long = any(map(item.get_closest_marker, ("browser", "test_all", "prove")))
    return item.get_closest_marker("postgresql") is not None, not is_longest, not is_long


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    yield from swept(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield from swept(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield from swept(item)


def swept(item: pytest.Item) -> Iterator[None]:
    """Fail what has told something to somebody who may not know it, and keep how much was looked at."""
    failure: BaseException | None = None
    try:
        yield
    except BaseException as error:
        failure = error
        raise
    finally:
        seen, found = SWEEP.taken()
        item.user_properties.extend(seen.items())
        if found:
            if failure is None:
                pytest.fail("\n".join(found), pytrace=False)
            failure.add_note("\n".join(found))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests really ran on, and aloud what they did not run on."""
    passed = terminalreporter.stats.get("passed", [])
    ran = Counter(
        value
        for report in passed
        for name, value in set(report.user_properties)
        if name == "ran on"
    )
    ran["Real ladders"] = sum("real_ladders" in report.keywords for report in passed)
    terminalreporter.section("ran on")
    say_how_many_mutants(terminalreporter)
    for product, count in sorted(ran.items()):
        if count:
            terminalreporter.line(f"{product}: {count} tests passed")
    say_two_worlds(terminalreporter)
    seen = Counter[str]()
    for reports in terminalreporter.stats.values():
        for report in reports:
            # The last report of a test holds what all of its parts have seen.
            if getattr(report, "when", None) == "teardown":
                for name, value in report.user_properties:
                    if name in SEEN:
                        seen[name] += value
    terminalreporter.line(
        f"Canaries: {seen['answers']:,} answers and {seen['lines']:,} lines of the log looked at,"
        f" {seen['met']:,} marks met by those who may read them, {seen['others']:,} by others"
    )
    for need in NEEDS:
        left_out = [
            report
            for report in terminalreporter.stats.get("skipped", [])
            if need.mark in report.keywords and need.advice in str(report.longrepr)
        ]
        if left_out:
            terminalreporter.line(
                f"NOT RUN, {need.name}: {len(left_out)} tests. {need.advice}", red=True, bold=True
            )


def say_two_worlds(terminalreporter: pytest.TerminalReporter) -> None:
    """How much the tests of two worlds have sent, summed over all of them."""
    told: dict[str, list[Any]] = {}
    for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get(
        "failed", []
    ):
        for name, value in report.user_properties:
            told.setdefault(name, []).append(value)
    if "two worlds: requests" in told:
        sums = {
            name: sum(told[f"two worlds: {name}"]) for name in ("requests", "posts", "differences")
        }
        terminalreporter.line(
            f"Two worlds: {sums['requests']:,} requests, {sums['posts']:,} of them POST,"
            f" {len(set(told['two worlds: secret']))} secrets,"
            f" {len(set(told['two worlds: observer']))} observers,"
            f" {sums['differences']} differences"
        )
    for columns in set(told.get("two worlds: columns", [])):
        terminalreporter.line(f"Two worlds: {columns} columns that are kept differ in some pair")


# -- Databases and the application


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Databases:
    """Where databases come from. Every test that reaches for one is there for both products, and each tier picks."""
    if request.param == "sqlite":
        return SqliteFiles(tmp_path_factory.mktemp("sqlite"))
    return PostgresDatabases(postgres_server(request.config))


def postgres_server(config: pytest.Config) -> str:
    """Give the address of a server: the one that the environment names, or else one of this process."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        return named
    if SERVER not in config.stash:
        config.stash[SERVER] = postgres.Server.start()
    return config.stash[SERVER].url


@pytest.fixture(scope="session")
def migrated(databases: Databases) -> Iterator[str]:
    """A database that the migrations made; to be copied, never written to."""
    url = databases.make()
    with application(url).app_context():
        flask_migrate.upgrade()
        disconnect()
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
        disconnect()
    databases.drop(url)


@pytest.fixture(scope="session", autouse=True)
def every_line_is_looked_at() -> Iterator[None]:
    with listening():
        yield


@pytest.fixture(scope="session", autouse=True)
def documents_are_read_apart() -> Iterator[None]:
    """No request of any test reads a document while its transaction is open."""
    patch = pytest.MonkeyPatch()
    for module, name in (
        (pipeline, "read_text"),
        (roster_pages, "read_table"),
        (roster_pages, "guess"),
        (roster_pages, "read_people"),
    ):
        patch.setattr(module, name, read_apart(getattr(module, name)))
    yield
    patch.undo()


def read_apart(read: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*args: Any) -> Any:
        assert not (has_request_context() and db.session().in_transaction()), read.__name__
        return read(*args)

    return checked


def disconnect() -> None:
    """Close what the application in whose context this is called still holds open, before its database is dropped."""
    db.session.remove()
    for engine in db.engines.values():
        engine.dispose()


def application(url: str, **settings: Any) -> Flask:
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, **settings})
    prepare_migrations(app)
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
    hits.forget()
    # Another application of this process may have signed last.
    chain.sign_with(app.config["AUDIT_KEY"])
    with app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            # A request has a few seconds from its first statement; here that is the first one of the test.
            without_limits(connection)
            # A commit inside becomes the release of a savepoint of this connection.
            both = dict(db.engines)
            db.engines.update(dict.fromkeys(both, connection))
            db.session.session_factory.configure(join_transaction_mode="create_savepoint")
            yield db.session
            db.session.remove()
            outer.rollback()
            db.engines.update(both)


@pytest.fixture
def one_stretch(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Hold the clock of counted limits at the middle of a minute: no test meets its end. The instant may be moved."""
    present = [time.time() // 60 * 60 + 30]
    monkeypatch.setattr(hits.time, "time", lambda: present[0])
    return present


@pytest.fixture
def client(app: Flask, session: scoped_session[Session]) -> StrictClient:  # noqa: ARG001 - rolls back
    """Nobody's client. `app.test_client()` gives another one, for another person."""
    return app.test_client()


# -- A server and a browser


@pytest.fixture
def live_server(database: str, tmp_path: Path) -> Iterator[LiveServer]:
    server = LiveServer.start(database, tmp_path / "server.log")
    yield server
    server.kill()
    SWEEP.write(server.log.read_text())
    with server.app.app_context():
        disconnect()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = find_chromium()
    assert program is not None
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
