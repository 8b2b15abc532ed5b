"""When the database fails: an answer in time that says so, nothing half done, and what was typed is kept."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.test import TestResponse

from reviews.db import connections, postgresql
from reviews.db.connections import begin_write
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.db.models.people import Person
from reviews.db.postgresql import PatientConnection
from reviews.people import passwords
from reviews.people import service as people
from reviews.people.queries import now
from reviews.web import error_handlers
from tests import builders, postgres
from tests.clients import Window, form_token
from tests.conftest import application, disconnect
from tests.databases import Databases, PostgresDatabases
from tests.pages import Page, values_of
from tests.races import window_of
from tests.reviews.test_busy_database import held

pytestmark = pytest.mark.both_databases

TYPED = {"name": "Spring <2027>", "time_zone": "Europe/Berlin"}
PASSWORD = "a password of many words"

BUSY = "Others are saving just now"
AWAY = "The database does not answer just now"
SHUT = "Nothing can be saved just now"

Fault = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def app(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    # Before the first connection: nobody waits for seconds in a test.
    monkeypatch.setattr(connections, "_PATIENCE_MS", 50)
    monkeypatch.setattr(connections, "_CONNECT_SECONDS", 0.05)
    yield from in_context(application(database))


def in_context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app
        disconnect()


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def let_go() -> None:
    db.session.commit()
    db.session.remove()


# -- Faults


@contextmanager
def on_each_connection(statement: str) -> Iterator[None]:
    """Say this to each connection for writing when it is taken from the pool."""

    def say(connection: Any, *_: Any) -> None:
        connection.execute(statement)

    let_go()
    sa.event.listen(db.engine, "checkout", say)
    yield
    sa.event.remove(db.engine, "checkout", say)
    db.engine.dispose()


def fill(person: Person) -> None:
    while True:
        people.open_session(person, at=now(), hours=1)
        db.session.commit()


@contextmanager
def full() -> Iterator[None]:
    """No page of the file is left; on PostgreSQL the server says so of its disk."""
    if not is_sqlite():
        with failing("53100"):
            yield
        return
    with on_each_connection("PRAGMA max_page_count = 1"):  # it takes the present size for the least
        person = builders.a_person()
        db.session.commit()
        with pytest.raises(OperationalError, match="full"):
            fill(person)
        db.session.rollback()
        db.session.remove()
        yield


@contextmanager
def full_and_ended() -> Iterator[None]:
    """The same, and SQLite ends the whole transaction, as it may: no savepoint is left to go back to."""

    def end(context: Any) -> None:
        if is_sqlite() and context.connection is not None:
            driver = context.connection.connection.driver_connection
            if driver.in_transaction:
                driver.execute("ROLLBACK")

    with full():
        sa.event.listen(db.engine, "handle_error", end)
        yield
        sa.event.remove(db.engine, "handle_error", end)


@contextmanager
def read_only() -> Iterator[None]:
    if is_sqlite():
        with on_each_connection("PRAGMA query_only = ON"):
            yield
        return
    name = db.engine.url.database
    db.session.execute(sa.text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    let_go()
    db.engine.dispose()
    yield
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET default_transaction_read_only = off")
        connection.exec_driver_sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    db.engine.dispose()


@contextmanager
def no_connection_left() -> Iterator[None]:
    let_go()
    with ExitStack() as taken:
        for engine in db.engines.values():
            for _ in range(15):
                taken.enter_context(engine.connect())
        yield


@contextmanager
def failing(code: str, act: str = "") -> Iterator[None]:
    """Let PostgreSQL refuse every new cycle and session with this code of its own."""
    body = act or f"RAISE EXCEPTION 'refused' USING ERRCODE = '{code}'"
    for statement in (
        f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON cycle FOR EACH ROW EXECUTE FUNCTION refuse()",
        "CREATE TRIGGER refuse BEFORE INSERT ON sign_in_session FOR EACH ROW EXECUTE FUNCTION refuse()",
    ):
        db.session.execute(sa.text(statement))
    let_go()
    yield
    db.session.rollback()
    db.session.execute(sa.text("DROP FUNCTION refuse() CASCADE"))
    let_go()


# -- What people see


def typed_again(answer: TestResponse) -> tuple[int, str | None, str, dict[str, str]]:
    """The answer: its status, when to come back, its title, and what its form sends."""
    page = Page(answer)
    forms = page.all(".//main//form")
    fields = values_of(forms[0]) if forms else {}
    return (
        answer.status_code,
        answer.headers.get("Retry-After"),
        page.text(".//h1"),
        {name: value for name, (value,) in fields.items()},
    )


def cycles() -> list[str]:
    found = list(db.session.scalars(sa.select(Cycle.name)))
    let_go()
    return found


@pytest.fixture
def owner(app: Flask) -> Window:
    window = window_of(app, builders.a_person("Ines", is_owner=True))
    let_go()
    return window


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        (held, BUSY),
        (no_connection_left, BUSY),
        (full, SHUT),
        (full_and_ended, SHUT),
        (read_only, SHUT),
    ],
)
def test_what_was_typed_is_kept_and_can_be_sent_when_the_fault_is_over(
    app: Flask, owner: Window, fault: Fault, title: str
) -> None:
    token = form_token(app)
    with fault():
        # A page of the file that was begun before it was full takes some more.
        for number in range(100):
            sent = {**TYPED, "name": f"Spring <{number}>", "csrf_token": token}
            answer = owner.post("/cycles/new", data=sent)
            if answer.status_code != 302:
                break

    assert typed_again(answer) == (503, "5", title, sent)
    assert sent["name"] not in cycles()
    assert owner.post("/cycles/new", data=sent).status_code == 302
    assert cycles().count(sent["name"]) == 1


@pytest.mark.parametrize("fault", [full, read_only])
def test_where_nothing_can_be_written_whoever_is_signed_in_reads_on_and_nobody_signs_in(
    app: Flask, owner: Window, fault: Fault
) -> None:
    email = builders.a_person("Bo", password_hash=passwords.hash_password(PASSWORD)).email
    let_go()
    with fault():
        read = [owner.get(page).status_code for page in ("/", "/people", "/cycles/new")]
        stranger = Window(app, app.response_class)
        fields = values_of(Page(stranger.get("/sign-in")).one(".//main//form"))
        fields |= {"email": email, "password": PASSWORD}
        answer = stranger.post("/sign-in", data=fields)

    assert read == [200, 200, 200]
    assert typed_again(answer) == (503, "5", SHUT, {})
    assert PASSWORD not in answer.text
    assert (
        "Whoever is signed in can go on reading. Nobody can save anything or sign in"
        in " ".join(answer.text.split())
    )


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True, scope="session")
def test_whatever_postgresql_cannot_help_is_no_fault_of_ours(app: Flask, owner: Window) -> None:
    sent = {**TYPED, "csrf_token": form_token(app)}
    titles = {}
    for code in ("53100", "53200", "57014", "57P01", "57P03", "58030", "40001", "40P01", "08006"):
        with failing(code):
            answer = owner.post("/cycles/new", data=sent)
        titles[code] = typed_again(answer)[2]
        assert typed_again(answer) == (503, "5", titles[code], sent), code
    with failing("", "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1)"):
        answer = owner.post("/cycles/new", data=sent)
        assert typed_again(answer) == (503, "5", AWAY, sent)
    ours = {}
    for code in ("42P01", "22012", "XX000", "54001", "0A000"):
        with failing(code):
            ours[code] = owner.post("/cycles/new", data=sent).status_code

    busy = dict.fromkeys(("57014", "40001", "40P01"), BUSY)
    away = dict.fromkeys(("53200", "57P01", "57P03", "58030", "08006"), AWAY)
    assert titles == {"53100": SHUT, **busy, **away}
    assert ours == dict.fromkeys(ours, 500)
    assert cycles() == []


def test_a_page_over_no_database_is_an_answer_too(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_CONNECT_SECONDS", 2)
    away = {
        "SQLite": f"sqlite:///{tmp_path}/none/levelset.db",
        "PostgreSQL": f"postgresql+psycopg://levelset@/postgres?host={tmp_path}",
    }
    app = application(away[databases.product.split()[0]])
    window = Window(app, app.response_class)
    window.hold("a token")
    sent = {**TYPED, "csrf_token": form_token(app)}

    assert typed_again(window.get("/")) == (503, "5", AWAY, {})
    status, after, _, kept = typed_again(window.post("/cycles/new", data=sent))
    assert (status, after, kept) == (503, "5", sent)


@pytest.mark.test_all
@pytest.mark.parametrize("databases", ["postgresql"], indirect=True, scope="session")
def test_a_server_that_is_frozen_is_not_waited_for(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel acknowledges what is sent to it: without a limit of our own this test never ends."""
    # Another server, for other tests need that one.
    assert databases.product.startswith("PostgreSQL")
    monkeypatch.setattr(PatientConnection, "patience", 0.5)
    monkeypatch.setattr(postgresql, "_PAUSE_SECONDS", 0)
    server = postgres.Server.start()
    try:
        made = PostgresDatabases(server.url)
        url = made.make()
        app = application(url)
        with app.app_context():
            flask_migrate.upgrade()
            owner = window_of(app, builders.a_person("Ines", is_owner=True))
            sent = {**TYPED, "csrf_token": form_token(app)}
            let_go()
            assert owner.get("/").status_code == 200
            server.signal(signal.SIGSTOP)
            try:
                answers = [
                    # Over a connection that is there, and over one that would have to be made.
                    *(typed_again(owner.post("/cycles/new", data=sent)) for _ in range(2)),
                    typed_again(owner.get("/")),
                    owner.get("/readyz").text,
                ]
            finally:
                server.signal(signal.SIGCONT)
            assert answers == [(503, "5", AWAY, sent)] * 2 + [(503, "5", AWAY, {}), "database"]
            assert owner.get("/").status_code == 200
            assert owner.post("/cycles/new", data=sent).status_code == 302
            assert cycles() == [TYPED["name"]]
            disconnect()
        made.engine.dispose()
    finally:
        server.stop()


@pytest.fixture
def silence() -> Iterator[postgresql.Silence]:
    postgresql.silence.begin()
    yield postgresql.silence
    postgresql.silence.end()


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True, scope="session")
def test_after_no_answer_nobody_waits_once_more(
    app: Flask, owner: Window, silence: postgresql.Silence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has waited for a thread meanwhile is answered without the server being asked."""
    sent = {**TYPED, "csrf_token": form_token(app)}
    asked = [typed_again(owner.post("/cycles/new", data=sent)), typed_again(owner.get("/"))]
    db.engine.dispose()
    asked.append(typed_again(owner.post("/cycles/new", data=sent)))

    assert asked == [(503, "5", AWAY, sent), (503, "5", AWAY, {}), (503, "5", AWAY, sent)]
    assert silence.patience(5.5) == 1
    monkeypatch.setattr(postgresql, "_PAUSE_SECONDS", 0)
    assert owner.post("/cycles/new", data=sent).status_code == 302
    assert silence.patience(5.5) == 5.5
    assert cycles() == [TYPED["name"]]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("databases", ["postgresql"], indirect=True, scope="session")
def test_several_long_waits_of_a_transaction_are_given_no_more_than_one(
    silence: postgresql.Silence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientConnection, "patience", 0.7)
    monkeypatch.setattr(postgresql, "_LEAST_SECONDS", 0.1)
    slow = sa.text("SELECT pg_sleep(0.5)")
    for _ in range(2):
        silence.end()
        with db.engine.connect() as connection:
            connection.execute(slow)
            with pytest.raises(OperationalError, match="does not answer"):
                connection.execute(slow)


@pytest.mark.usefixtures("databases")
def test_every_connection_has_its_limits(database: str) -> None:
    """Those for reading too."""
    app = application(database)
    with app.app_context():
        found = [limits_of(engine) for engine in db.engines.values()]
        disconnect()

    sqlite = {"pool": 2, "busy_timeout": 2500}
    postgresql = {
        "pool": 2,
        "connect_timeout": "2",
        "patience": 5.5,
        "lock_timeout": "2500ms",
        "statement_timeout": "5s",
        "idle_in_transaction_session_timeout": "1min",
        "jit": "off",
    }
    assert found == [sqlite if database.startswith("sqlite") else postgresql] * 2


def limits_of(engine: sa.Engine) -> dict[str, object]:
    assert isinstance(engine.pool, sa.QueuePool)
    found: dict[str, object] = {"pool": engine.pool.timeout()}
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return {
                **found,
                "busy_timeout": connection.exec_driver_sql("PRAGMA busy_timeout").scalar(),
            }
        driver: Any = connection.connection.driver_connection
        found["connect_timeout"] = driver.info.get_parameters()["connect_timeout"]
        found["patience"] = driver.patience
        for name in (
            "lock_timeout",
            "statement_timeout",
            "idle_in_transaction_session_timeout",
            "jit",
        ):
            found[name] = connection.exec_driver_sql(f"SHOW {name}").scalar()
    return found


@pytest.mark.usefixtures("app")
def test_a_long_act_is_given_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    if is_sqlite():
        pytest.skip("SQLite breaks nothing off")
    slow = sa.text("SELECT pg_sleep(0.3)")
    monkeypatch.setattr(connections, "_STATEMENT_MS", 100)
    db.engine.dispose()
    with db.engine.connect() as connection:
        with pytest.raises(SQLAlchemyError, match="statement timeout"):
            connection.execute(slow)
        connection.rollback()
        connections.without_limits(connection)
        connection.execute(slow)
        connection.rollback()
        with pytest.raises(SQLAlchemyError, match="statement timeout"):
            connection.execute(slow)


def test_a_transaction_that_sqlite_has_ended_with_a_savepoint_open_is_let_go(app: Flask) -> None:
    if not is_sqlite():
        pytest.skip("PostgreSQL ends no transaction by itself and stays connected")
    with app.test_request_context("/", method="POST"):
        begin_write()
        db.session.begin_nested()
        db.session.execute(sa.select(1))
        db.session.connection().connection.driver_connection.execute("ROLLBACK")

        error_handlers._let_go()  # noqa: SLF001 - what every page of a failure does first

        assert db.session.scalar(sa.select(1)) == 1
        db.session.remove()
