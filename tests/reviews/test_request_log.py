"""One line per request and per event: what it says, and that it never says what somebody typed."""

import io
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from reviews import create_app
from reviews.access.loaders import SiteAccess
from reviews.db import connections
from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.people import passwords
from reviews.rules.enums import Action, CyclePhase
from reviews.rules.errors import RuleBroken
from reviews.web import security_headers
from reviews.web.guard import guarded
from tests import builders
from tests.clients import StrictClient, form_token
from tests.conftest import application, disconnect
from tests.databases import Databases
from tests.live_server import LiveServer
from tests.pages import Page, values_of
from tests.races import window_of
from tests.reviews.test_busy_database import held
from tests.reviews.test_database_faults import Fault, full, read_only

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).resolve().parents[2]
NO_DATABASE = "sqlite://"
NOBODY = "AAAAAAAAAAAAAAAAAAAAAA"
#: In everything that somebody types here, and in nothing else.
TYPED = "zq7typed"
PASSWORD = "a password of many words"
HASH = passwords.hash_password(PASSWORD)

Line = dict[str, Any]


# -- Pages that fail, each in a way of its own


def bound_value(_access: SiteAccess, typed: str) -> str:
    db.session.execute(sa.text("SELECT no_such FROM person WHERE name = :name"), {"name": typed})
    return ""


def message(_access: SiteAccess, typed: str) -> str:
    try:
        os.environ[typed]
    except KeyError as error:
        error.add_note(typed)
        raise ValueError(f"no {typed}") from error
    return ""


def not_null(_access: SiteAccess, typed: str) -> str:
    db.session.execute(sa.update(Person).values(name=typed, email_key=None))
    return ""


def check(_access: SiteAccess, typed: str) -> str:
    db.session.execute(sa.update(Person).values(name=typed, manager_id=Person.id))
    return ""


def unique(_access: SiteAccess, typed: str) -> str:
    db.session.execute(sa.update(Person).values(name=typed, email_key=typed))
    return ""


def wrong_type(_access: SiteAccess, typed: str) -> str:
    db.session.scalar(sa.select(Person.id).where(Person.is_active == typed))
    return ""


def foreign_key(_access: SiteAccess, typed: str) -> str:
    db.session.execute(sa.update(Person).values(name=typed, manager_id=-1))
    return ""


def too_long(_access: SiteAccess, typed: str) -> str:
    db.session.execute(sa.update(Person).values(name=typed * 1000))
    return ""


def syntax(_access: SiteAccess, typed: str) -> str:
    db.session.execute(sa.text("SELEC :typed"), {"typed": typed})
    return ""


def rule(_access: SiteAccess, typed: str) -> str:
    raise RuleBroken(f"{typed} may not.")


def library(_access: SiteAccess, typed: str) -> str:
    try:
        int(typed)
    except ValueError:
        logging.getLogger("some.library").exception("could not read %s", typed)
    logging.getLogger("some.library").warning("%s is odd", typed)
    return ""


IN_SQL = (bound_value, not_null, check, unique, wrong_type, foreign_key, too_long, syntax)
FAILING = (*IN_SQL, message, rule, library)


# -- An application that logs, and what it wrote


class Written:
    """What an application has written so far, line by line."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.text().splitlines()]

    def of(self, event: str) -> list[Line]:
        return [line for line in self.lines() if line["event"] == event]

    def one(self, event: str) -> Line:
        (line,) = self.of(event)
        return line

    def clear(self) -> None:
        self.stream.seek(0)
        self.stream.truncate()


def logging_app(url: str, stream: io.TextIOBase, level: str = "INFO") -> Flask:
    # It writes to the stream that is there when it is made.
    with redirect_stderr(stream):
        return application(url, LOG_LEVEL=level)


@pytest.fixture(scope="module")
def written() -> Written:
    return Written()


@pytest.fixture(scope="module")
def app(databases: Databases, migrated: str, written: Written) -> Iterator[Flask]:
    url = databases.make(copy_of=migrated)
    app = logging_app(url, written.stream)
    for view in FAILING:
        guarded_view = guarded(Action.SIGN_OUT)(view)
        app.add_url_rule(
            f"/fails/{view.__name__}/<typed>", view_func=guarded_view, methods=["GET", "POST"]
        )
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture
def log(written: Written, session: scoped_session[Session]) -> Written:
    assert session
    written.clear()
    return written


@pytest.fixture
def bo(session: scoped_session[Session]) -> Person:
    assert session
    return builders.a_person(f"Bo {TYPED}", password_hash=HASH)


def fail(client: StrictClient, view: str) -> TestResponse:
    """Send a form to a page that fails."""
    token = client.page("/account").one(".//header//input[@name='csrf_token']").get("value")
    return client.post(f"/fails/{view}/{TYPED}", data={"csrf_token": token, TYPED: TYPED})


def attempt(client: StrictClient, email: str, password: str) -> int:
    return client.submit("/sign-in", {"email": email, "password": password}).status_code


# -- The line of a request


def test_a_line_says_what_was_asked_by_whom_and_what_it_took(
    client: StrictClient, log: Written, bo: Person
) -> None:
    client.sign_in(bo)
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    # What the client would first put into the database is not a part of the request.
    db.session.commit()
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        answer = client.get("/")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)

    line = log.one("request")
    milliseconds, time = line.pop("milliseconds"), line.pop("time")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": answer.headers["X-Request-ID"],
        "route": "home.inbox",
        "method": "GET",
        "status": 200,
        "statements": len(sent),
        "person": bo.public_id,
    }
    assert (len(sent) > 1, milliseconds > 0, time.endswith("Z")) == (True, True, True)


@pytest.mark.parametrize(
    ("method", "path", "line"),
    [
        ("GET", "/", ("home.inbox", 302)),
        ("GET", "/healthz", ("health.alive", 200)),
        ("HEAD", "/healthz", ("health.alive", 200)),
        ("GET", "/static/app.css", ("static", 200)),
        ("GET", "/static/none", ("static", 404)),
        ("GET", "/no/such/page", (None, 302)),
        ("PUT", "/healthz", (None, 302)),
    ],
)
def test_every_request_has_one_line(
    client: StrictClient, log: Written, method: str, path: str, line: tuple[str | None, int]
) -> None:
    client.open(path, method=method).close()

    request = log.one("request")
    found = (request["route"], request["status"])
    assert (found, request["method"], request["person"]) == (line, method, None)
    assert log.lines() == [request]


def test_signing_in_is_the_line_of_who_signed_in(
    client: StrictClient, log: Written, bo: Person
) -> None:
    assert attempt(client, bo.email, PASSWORD) == 302

    asked, sent = log.of("request")
    assert (asked["person"], sent["person"]) == (None, bo.public_id)


def test_requests_at_the_same_time_are_counted_apart(database: str) -> None:
    written = Written()
    app = logging_app(database, written.stream)
    together = threading.Barrier(2)

    def counted(_access: SiteAccess, count: str) -> str:
        together.wait()
        for _ in range(int(count)):
            db.session.execute(sa.text("SELECT 1"))
        together.wait()
        return ""

    app.add_url_rule("/counted/<count>", view_func=guarded(Action.SEE_INBOX)(counted))
    with app.app_context():
        windows = {n: window_of(app, builders.a_person()) for n in (10, 20)}
        db.session.commit()
        db.session.remove()
    threads = [
        threading.Thread(target=window.get, args=(f"/counted/{n}",))
        for n, window in windows.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    few, many = sorted(line["statements"] for line in written.of("request"))
    assert (many - few, len({line["request_id"] for line in written.lines()})) == (10, 2)
    with app.app_context():
        db.engine.dispose()


# -- The name of a request


def test_each_request_has_a_name_of_its_own_that_no_client_chooses(client: StrictClient) -> None:
    chosen = {"X-Request-ID": "a" * 16}
    names = {client.get("/healthz", headers=chosen).headers["X-Request-ID"] for _ in range(5)}

    assert len(names - {"a" * 16}) == 5


def test_a_page_about_a_failure_says_the_name_of_its_line(
    client: StrictClient, log: Written, bo: Person
) -> None:
    client.sign_in(bo)
    for address, status in (("/fails/message/x", 500), ("/?unheard=of", 400)):
        log.clear()
        page = client.page(address, status)
        assert page.text(".//main//code") == log.one("request")["request_id"]
    page = Page(client.post("/sign-out"))
    assert page.text(".//main//code") == page.response.headers["X-Request-ID"]


def test_a_page_about_what_is_not_there_says_the_same_every_time(
    client: StrictClient, bo: Person
) -> None:
    client.sign_in(bo)

    assert client.get("/packets/x").data == client.get("/packets/y").data


# -- Events


def test_a_failed_sign_in_names_the_account_and_not_the_address(
    client: StrictClient, log: Written, bo: Person
) -> None:
    for email, account in ((bo.email.upper(), bo.public_id), (f"x{bo.email}", None)):
        log.clear()
        assert attempt(client, email, "a wrong password of words") == 422
        line = log.one("sign_in_failed")
        assert (line["account"], line["route"], line["level"]) == (
            account,
            "signing_in.sign_in",
            "warning",
        )
        assert line["request_id"] == log.of("request")[-1]["request_id"]


def test_a_link_that_opens_nothing_is_a_failed_sign_in(client: StrictClient, log: Written) -> None:
    answer = client.submit(f"/sign-in/link/{TYPED}", {"password": PASSWORD})

    line = log.one("sign_in_failed")
    assert (answer.status_code, line["account"], line["route"]) == (
        422,
        None,
        "signing_in.use_link",
    )


@pytest.mark.usefixtures("one_stretch")
def test_too_many_attempts_and_too_many_misses_are_events(
    client: StrictClient, log: Written, bo: Person
) -> None:
    statuses = [attempt(client, bo.email, "a wrong password of words") for _ in range(6)]
    assert statuses[-1] == 429
    assert log.one("rate_limited")["route"] == "signing_in.sign_in"
    log.clear()
    client.sign_in(bo)

    assert [client.get("/no").status_code for _ in range(31)][-1] == 429
    line = log.one("rate_limited")
    assert (line["person"], line["level"]) == (bo.public_id, "warning")


def test_a_denial_names_the_row_of_the_policy_and_what_was_found(
    client: StrictClient, log: Written, bo: Person
) -> None:
    cycle = builders.a_cycle(phase=CyclePhase.EVIDENCE)
    manager = builders.a_person("Manager")
    packet = builders.a_packet(cycle, candidate=bo, manager=manager)
    hidden = builders.a_packet(cycle)

    def said(person: Person, address: str) -> tuple[Any, ...]:
        client.sign_in(person)
        log.clear()
        status = client.get(address).status_code
        (line,) = (line for line in log.lines() if line["event"] != "request")
        assert line["person"] == person.public_id
        names = ("event", "reason", "action", "cycle", "packet")
        return (status, *(line.get(name) for name in names))

    own = f"/packets/{packet.public_id}"
    ids = (cycle.public_id, packet.public_id)
    secret = ("denied", "policy", "READ_EVIDENCE", None, None)
    assert said(bo, f"/packets/{hidden.public_id}/receipt") == (404, *secret)
    assert said(bo, f"/packets/{NOBODY}/receipt") == (404, *secret)
    assert said(manager, f"{own}/submit") == (
        403,
        *("denied", "policy", "SUBMIT_PACKET", *ids),
    )
    cycle.phase = CyclePhase.RATING
    assert said(bo, f"{own}/evidence/new") == (
        409,
        *("conflict", "phase", "EDIT_EVIDENCE", *ids),
    )
    assert said(bo, "/people") == (404, "denied", "policy", "SEARCH_PEOPLE", None, None)


def test_a_form_without_its_token_is_a_denial(
    client: StrictClient, log: Written, bo: Person
) -> None:
    client.sign_in(bo)
    log.clear()

    assert client.post("/sign-out").status_code == 403
    line = log.one("denied")
    assert (line["reason"], line["status"], line["person"]) == ("token", 403, bo.public_id)


def test_saving_over_a_newer_text_and_breaking_a_rule_are_conflicts(
    client: StrictClient, log: Written, bo: Person
) -> None:
    cycle = builders.a_cycle(name="2027-H1", phase=CyclePhase.SETUP, owners=[bo])
    client.sign_in(bo)
    address = f"/cycles/{cycle.public_id}/setup"
    form = values_of(client.page(address).one(".//main//form[@method='post']"))
    statuses = [client.post(address, data={**form, "name": name}).status_code for name in "ab"]
    broken = fail(client, "rule")

    assert (statuses, broken.status_code) == ([302, 409], 409)
    stale, refused = log.of("conflict")
    assert (stale["reason"], stale["cycle"]) == ("stale", cycle.public_id)
    assert (refused["reason"], refused["route"]) == ("rule", "rule")


# -- Failures of ours


def test_a_failure_is_written_with_the_way_to_it_and_its_cause(
    client: StrictClient, log: Written, bo: Person
) -> None:
    client.sign_in(bo)
    answer = fail(client, "message")

    line = log.one("exception")
    cause, effect = line["traceback"].split("\n\nwhich led to\n\n")
    assert answer.status_code == 500
    assert (line["request_id"], line["level"]) == (answer.headers["X-Request-ID"], "error")
    assert "os.environ[typed]" in cause
    assert cause.endswith("\nbuiltins.KeyError")
    assert "in full_dispatch_request" in effect
    assert effect.endswith("\nbuiltins.ValueError")


#: What each product calls the failure; PostgreSQL also says which table and which constraint.
IN_THE_DATABASE = {
    "bound_value": ("SQLITE_ERROR", "42703", None, None),
    "not_null": ("SQLITE_CONSTRAINT_NOTNULL", "23502", "person", None),
    "check": ("SQLITE_CONSTRAINT_CHECK", "23514", "person", "ck_person_not_own_manager"),
    "foreign_key": (
        "SQLITE_CONSTRAINT_FOREIGNKEY",
        *("23503", "person", "fk_person_manager_id_person"),
    ),
    "syntax": ("SQLITE_ERROR", "42601", None, None),
}


@pytest.mark.parametrize("view", IN_THE_DATABASE)
def test_a_failure_in_the_database_names_the_schema_and_no_row(
    client: StrictClient, log: Written, bo: Person, view: str
) -> None:
    is_sqlite = db.session.get_bind().dialect.name == "sqlite"
    client.sign_in(bo)
    answer = fail(client, view)

    line = log.one("exception")
    found = tuple(line[name] for name in ("database_error", "table", "constraint") if name in line)
    on_sqlite, *on_postgresql = IN_THE_DATABASE[view]
    assert answer.status_code == 500
    assert found == ((on_sqlite,) if is_sqlite else tuple(on_postgresql))
    assert line["statement"].startswith(("SELECT no_such", "UPDATE person SET ", "SELEC "))


def test_losing_a_race_is_a_conflict(client: StrictClient, log: Written, bo: Person) -> None:
    builders.a_person()
    is_sqlite = db.session.get_bind().dialect.name == "sqlite"
    client.sign_in(bo)
    answer = fail(client, "unique")

    # One writer at a time finds what was there before: on SQLite this is a fault of ours.
    if is_sqlite:
        assert log.one("exception")["database_error"] == "SQLITE_CONSTRAINT_UNIQUE"
    else:
        assert (answer.status_code, log.one("conflict")["reason"]) == (409, "taken")


def test_a_busy_database_is_an_event_and_the_page_says_its_name(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_PATIENCE_MS", 50)
    written = Written()
    app = logging_app(database, written.stream)
    with app.app_context():
        window = window_of(app, builders.a_person(is_owner=True))
        with held():
            answer = window.post("/cycles/new", data={"name": TYPED})
        code = "SQLITE_BUSY" if db.engine.dialect.name == "sqlite" else "55P03"
        db.session.remove()
        db.engine.dispose()

    line = written.one("database_unavailable")
    assert (answer.status_code, Page(answer).text(".//main//code")) == (503, line["request_id"])
    assert (line["database_error"], line["level"]) == (code, "warning")
    assert TYPED not in written.text()


@pytest.mark.parametrize("view", IN_SQL, ids=lambda view: view.__name__)
def test_no_answer_to_a_failure_in_the_database_quotes_it(
    client: StrictClient, log: Written, bo: Person, view: Callable[..., str]
) -> None:
    builders.a_person("Who has to differ from Bo")
    client.sign_in(bo)
    answer = fail(client, view.__name__)

    # SQLite takes a text of any length, and any value for true.
    assert answer.status_code in {409, 500} or view in {too_long, wrong_type}
    # What was typed is given back as such, and stands nowhere else.
    given_back = [box.get("value") for box in Page(answer).all(".//main//input[@readonly]")]
    assert answer.text.count(TYPED) == len(given_back)
    assert set(given_back) <= {TYPED}
    assert TYPED not in str(answer.headers)
    assert TYPED not in log.text()


@pytest.mark.parametrize("fault", [held, full, read_only])
def test_what_could_not_be_saved_is_in_the_page_and_not_in_the_log(
    database: str, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(connections, "_PATIENCE_MS", 50)
    written = Written()
    app = logging_app(database, written.stream)
    with app.app_context():
        window = window_of(app, builders.a_person(is_owner=True))
        token = form_token(app)
        db.session.commit()
        with fault():
            for number in range(100):
                fields = {"name": f"{TYPED} {number}", "time_zone": "UTC", "csrf_token": token}
                answer = window.post("/cycles/new", data=fields)
                if answer.status_code != 302:
                    break
        disconnect()

    assert (answer.status_code, TYPED in answer.text) == (503, True)
    assert len(written.of("database_unavailable")) == 1
    assert TYPED not in written.text()


def test_the_text_of_a_database_error_holds_no_value(app: Flask) -> None:
    """Also where somebody else writes it out, such as a command."""
    wrong = sa.text("SELECT no_such FROM person WHERE name = :name")
    told = []
    with app.app_context():
        for engine in db.engines.values():
            with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as caught:
                connection.execute(wrong, {"name": TYPED})
            told.append(str(caught.value))

    assert [(TYPED in text, "hide_parameters=True" in text) for text in told] == [(False, True)] * 2


def test_a_library_is_quoted_by_the_place_where_it_spoke(
    client: StrictClient, log: Written, bo: Person
) -> None:
    client.sign_in(bo)
    answer = fail(client, "library")

    failed, odd = log.of("library")
    assert {line["library"] for line in (failed, odd)} == {"some.library"}
    assert {line["request_id"] for line in (failed, odd)} == {answer.headers["X-Request-ID"]}
    assert [line["level"] for line in (failed, odd)] == ["error", "warning"]
    assert failed["at"].startswith(f"{Path(__file__)}:")
    assert failed["traceback"].endswith("\nbuiltins.ValueError")


def test_what_fails_while_a_failure_is_answered_is_answered_too(tmp_path: Path) -> None:
    written = Written()
    app = logging_app(NO_DATABASE, written.stream)
    app.static_folder = str(tmp_path)  # every page names the stylesheet

    answer = FlaskClient(app, app.response_class).get(f"/sign-in?next={TYPED}")

    request_id = answer.headers["X-Request-ID"]
    assert (answer.status_code, answer.text) == (
        500,
        f"Something failed on our side. Request {request_id}\n",
    )
    assert dict(security_headers.CONSTANT).items() <= dict(answer.headers).items()
    assert [line["event"] for line in written.lines()] == ["exception", "exception", "request"]
    assert {line["request_id"] for line in written.lines()} == {request_id}
    assert written.one("request")["status"] == 500
    assert TYPED not in written.text()


def test_a_failure_that_is_let_through_is_written_too(monkeypatch: pytest.MonkeyPatch) -> None:
    written = Written()
    app = logging_app(NO_DATABASE, written.stream)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", True)

    @app.before_request
    def fail() -> None:
        raise ValueError(TYPED)

    with pytest.raises(ValueError, match=TYPED):
        app.test_client().get("/healthz")

    assert written.one("exception")["traceback"].endswith("\nbuiltins.ValueError")
    assert written.one("request")["status"] is None


def test_what_fails_after_an_answer_was_begun_takes_its_place() -> None:
    written = Written()
    app = logging_app(NO_DATABASE, written.stream)
    begun: list[tuple[str, bool]] = []

    @app.teardown_request
    def fail(_error: BaseException | None) -> None:
        raise ValueError(TYPED)

    def start(status: str, _headers: object, failure: object = None) -> None:
        begun.append((status, failure is not None))

    app.wsgi_app(app.test_request_context("/healthz").request.environ, start)  # type: ignore[arg-type]

    assert begun == [("200 OK", False), ("500 INTERNAL SERVER ERROR", True)]
    assert (written.one("request")["status"], TYPED in written.text()) == (500, False)


def test_a_log_that_is_full_stops_no_request() -> None:
    with io.TextIOWrapper(io.FileIO("/dev/full", "w"), write_through=True) as full:
        client = logging_app(NO_DATABASE, full).test_client()

        assert [client.get("/healthz").status_code for _ in range(2)] == [200, 200]


# -- Nothing that a person typed


def test_nothing_that_a_person_typed_is_written(
    app: Flask, client: StrictClient, log: Written, bo: Person
) -> None:
    bo.is_owner = True
    cycle = builders.a_cycle(phase=CyclePhase.EVIDENCE)
    packet = builders.a_packet(cycle, candidate=bo, manager=builders.a_person(TYPED))
    headers = dict.fromkeys(
        ("User-Agent", "Referer", "X-Request-ID", "X-Forwarded-For", "Accept-Language"), TYPED
    )
    everybody = app.test_client()
    everybody.get(f"/{TYPED}?{TYPED}={TYPED}", headers=headers)
    everybody.get(f"/static/{TYPED}")
    everybody.open("/sign-in", method=TYPED.upper())
    for email, password in ((bo.email, TYPED), (TYPED, TYPED), (f"{TYPED}@example.org", TYPED)):
        attempt(everybody, email, password)
    everybody.submit(f"/sign-in/link/{TYPED}", {"password": f"{TYPED} and some more words"})
    assert attempt(client, bo.email, PASSWORD) == 302
    own = f"/packets/{packet.public_id}"
    for address in ("/people?q=", "/packets/", "/ladders/", f"{own}/evidence/", "/", "/?x="):
        client.get(f"{address}{TYPED}", headers=headers)
        client.post(f"{address}{TYPED}", data={TYPED: TYPED})
        client.put(f"{address}{TYPED}", json={TYPED: TYPED})
    evidence = {"title": TYPED, "situation": TYPED, "my_part": TYPED, "outcome": TYPED}
    fields = values_of(client.page(f"{own}/evidence/new").one(".//main//form[@method='post']"))
    client.post(f"{own}/evidence/new", data={**fields, **evidence})
    client.post(f"{own}/evidence/new", data={**fields, **evidence, "title": TYPED * 1000})
    client.submit("/cycles/new", {"name": TYPED, "time_zone": "Europe/Berlin"})
    client.submit("/account", {"present": TYPED, "chosen": f"{TYPED} and some more words"})
    for view in FAILING:
        fail(client, view.__name__)
    for _ in range(12):
        attempt(everybody, bo.email, TYPED)

    events = {line["event"] for line in log.lines()}
    quoted = [line for line in log.text().splitlines() if TYPED in line.lower()]
    assert quoted == []
    assert PASSWORD not in log.text()
    assert events == {
        "conflict", "denied", "exception", "library", "rate_limited", "request", "sign_in_failed",
    }  # fmt: skip
    assert "OTHER" in {line.get("method") for line in log.lines()}


# -- The setting, and the server around it


def test_a_level_leaves_out_what_is_below_it(database: str) -> None:
    found = {}
    for level in ("INFO", "WARNING", "ERROR", "CRITICAL"):
        written = Written()
        app = logging_app(database, written.stream, level)
        attempt(app.test_client(), "nobody@example.org", "a wrong password of words")
        logging.getLogger("some.library").error("odd")
        with app.app_context():
            db.engine.dispose()
        found[level] = [line["event"] for line in written.lines()]

    assert found == {
        "INFO": ["request", "sign_in_failed", "request", "library"],
        "WARNING": ["sign_in_failed", "library"],
        "ERROR": ["library"],
        "CRITICAL": [],
    }


def test_tests_are_silent_unless_they_ask(capfd: pytest.CaptureFixture[str]) -> None:
    app = application(NO_DATABASE)

    app.test_client().get("/healthz")

    assert (app.config["LOG_LEVEL"], *capfd.readouterr()) == ("CRITICAL", "", "")


def test_an_application_with_a_level_that_is_none_does_not_start() -> None:
    with pytest.raises(RuntimeError, match="LOG_LEVEL is chatty, and not one of INFO"):
        create_app({"SQLALCHEMY_DATABASE_URI": NO_DATABASE, "LOG_LEVEL": "chatty"})


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "INFO")


# Its environment is set before it starts.
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
@pytest.mark.usefixtures("loud")
def test_the_server_adds_no_line_of_its_own(live_server: LiveServer) -> None:
    for request in (
        f"GET /healthz?{TYPED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        f"GET /{TYPED} {TYPED} HTTP/1.1\r\n\r\n",  # which it cannot read
        f"GET / HTTP/1.1\r\n{TYPED} {TYPED}\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", live_server.port)) as connection:
            connection.sendall(request.encode())
            while connection.recv(4096):
                pass

    lines = live_server.log.read_text().splitlines()
    assert [json.loads(line)["route"] for line in lines] == ["health.alive"]
    assert TYPED not in live_server.log.read_text()
