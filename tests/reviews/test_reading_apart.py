"""Documents are read between two transactions: nobody waits meanwhile, and what has changed since counts."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from werkzeug.test import TestResponse

from ladders.importing import pipeline
from ladders.importing.text import Document, read_text
from ladders.models import LadderVersion, VersionState
from reviews.db import connections
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.db.models.people import Person, SignInSession
from reviews.db.models.roster import RosterUpload
from reviews.ladder_library import queries
from reviews.roster import table_file
from reviews.roster import views as roster_pages
from reviews.rules.errors import RuleBroken
from reviews.web import guard
from tests import builders
from tests.clients import form_token
from tests.conftest import application, disconnect
from tests.pages import Page, values_of
from tests.races import Window, window_of

pytestmark = pytest.mark.both_databases

LADDER = "# Cooks\n## Junior Cook\n### Taste\n- Tastes.\n- Salts.\n## Senior Cook\n### Taste\n- Seasons.\n"
ROSTER = "employee_id,name,email,manager_employee_id\n"
NIA = ROSTER + "1,Nia,nia@example.org,\n"
#: Every page that reads a document, and what is sent there: a file, or the fields of a form.
READERS: dict[str, dict[str, Any]] = {
    "roster.upload": {"file": ("people.csv", NIA)},
    "roster.columns": {},
    "roster.map_columns": {"act": "read"},
    "roster.look_over": {},
    "roster.list_file": {},
    "roster.answer": {},
    "roster.apply": {"digest": "seen", "leavers_read": "y"},
    "ladder_library.upload": {"files": ("cooks.md", LADDER)},
    "ladder_library.preview": {},
    "ladder_library.answer": {},
    "ladder_library.arrange": {},
    "ladder_library.fields": {},
    "ladder_library.swap": {},
    "ladder_library.order": {},
    "ladder_library.lines": {},
    "ladder_library.headings": {},
    "ladder_library.publish": {},
}


@pytest.fixture(autouse=True)
def every_look_reads() -> Iterator[None]:
    """As the first look does in each process: what was read once is kept for the next one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "reading_of", queries.reading_of.__wrapped__)
        yield


@pytest.fixture
def app(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    # Before the first connection: nobody waits for five seconds in a test.
    monkeypatch.setattr(connections, "_PATIENCE_MS", 200)
    app = application(database)
    with app.app_context():
        yield app
        disconnect()


@pytest.fixture
def owner(app: Flask) -> Window:
    return signed_in(app, "Ines", is_owner=True)


def signed_in(app: Flask, name: str, *, is_owner: bool) -> Window:
    window = window_of(app, builders.a_person(name, is_owner=is_owner))
    # Nothing that the test has open may hold up a request.
    db.session.commit()
    db.session.remove()
    return window


def sent(app: Flask, fields: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends: a file is a name and a text."""
    data = {
        name: (io.BytesIO(value[1].encode()), value[0]) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }
    return {**data, "csrf_token": form_token(app)}


def post(app: Flask, window: Window, endpoint: str, **parts: str) -> TestResponse:
    return window.post(address(app, endpoint, **parts), data=sent(app, READERS[endpoint]))


def address(app: Flask, endpoint: str, **parts: str) -> str:
    with app.test_request_context():
        return url_for(endpoint, **parts)


def a_draft(app: Flask, owner: Window) -> str:
    """The public id of a draft that was imported."""
    answer = post(app, owner, "ladder_library.upload")
    assert answer.status_code == 302
    return str(answer.location.split("/")[-2])


#: Those that read no document: they ask somebody else, and `test_company.py` holds the same of them.
ASKING = {"company_sign_in.prove"}
#: Those that are only looked at.
PAGES = {"ladder_library.preview", "roster.columns", "roster.look_over", "roster.list_file"}


def a_waiting_file() -> str:
    """The public id of a people file that Ines has uploaded."""
    author = db.session.scalars(sa.select(Person).where(Person.name == "Ines")).one()
    present = db.session.scalars(sa.select(SignInSession.created_at)).first()
    waiting = builders.a_waiting_file(author, made_at=present)
    public_id = waiting.public_id
    db.session.commit()
    db.session.remove()
    return public_id


def while_reading(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Let something happen whenever a document is read."""

    def read(data: bytes) -> Document:
        act()
        return read_text(data)

    def acting(reader: Callable[..., Any]) -> Callable[..., Any]:
        def read_rows(*arguments: Any) -> Any:
            act()
            return reader(*arguments)

        return read_rows

    monkeypatch.setattr(pipeline, "read_text", read)
    for name in ("read_table", "guess", "read_people"):
        monkeypatch.setattr(roster_pages, name, acting(getattr(roster_pages, name)))


@contextmanager
def elsewhere() -> Iterator[sa.Connection]:
    """Somebody else's connection."""
    engine = sa.create_engine(db.engine.url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_every_page_that_reads_a_document_does_so_while_no_transaction_is_open(
    app: Flask, owner: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = a_draft(app, owner)
    waiting = a_waiting_file()
    seen: dict[str, set[bool]] = {}
    for endpoint, view in app.view_functions.items():
        if not getattr(view, "reads_first", False) or endpoint in ASKING:
            continue
        is_open = seen.setdefault(endpoint, set())
        monkeypatch.undo()
        while_reading(monkeypatch, lambda to=is_open: to.add(db.session().in_transaction()))  # type: ignore[misc]
        parts = {} if endpoint.endswith(".upload") else {"version": draft}
        if endpoint.startswith("roster.") and parts:
            parts = {"waiting": waiting, **({"which": "new"} if "list" in endpoint else {})}
        if endpoint in PAGES:
            owner.get(address(app, endpoint, **parts))
        else:
            post(app, owner, endpoint, **parts)

    assert seen == {endpoint: {False} for endpoint in READERS}


def test_another_person_saves_while_a_document_is_read(
    app: Flask, owner: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = signed_in(app, "Otto", is_owner=True)
    with held_readers(app, monkeypatch, (owner, "roster.upload")) as answers:
        saved = other.post(
            "/cycles/new", data=sent(app, {"name": "Spring", "time_zone": "Europe/Berlin"})
        )
        with elsewhere() as connection:
            if connection.dialect.name == "postgresql":
                idle = connection.scalar(
                    sa.text(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        " AND state LIKE 'idle in transaction%'"
                    )
                )
                assert idle == 0

    assert saved.status_code == 302
    assert db.session.scalars(sa.select(Cycle.name)).all() == ["Spring"]
    assert [answer.status_code for answer in answers] == [302]


@contextmanager
def held_readers(
    app: Flask, monkeypatch: pytest.MonkeyPatch, *readers: tuple[Window, str]
) -> Iterator[list[TestResponse]]:
    """Inside the block each of these pages is in the middle of a document. Afterwards their answers are there."""
    started, go_on = threading.Semaphore(0), threading.Event()
    answers: list[TestResponse] = []

    def wait() -> None:
        started.release()
        assert go_on.wait(30)

    def send(window: Window, endpoint: str) -> None:
        with app.app_context():
            answers.append(post(app, window, endpoint))

    while_reading(monkeypatch, wait)
    threads = [threading.Thread(target=send, args=each) for each in readers]
    for thread in threads:
        thread.start()
    try:
        assert all(started.acquire(timeout=30) for _ in readers)
        yield answers
    finally:
        go_on.set()
        for thread in threads:
            thread.join()


def test_few_documents_are_read_at_a_time_and_everything_else_is_served(
    app: Flask, owner: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = a_waiting_file()
    readers = [(owner, "roster.upload")] * guard.MOST_READERS
    with held_readers(app, monkeypatch, *readers) as answers:
        with_file = post(app, owner, "ladder_library.upload")
        with_text = post(app, owner, "roster.apply", waiting=waiting)
        pages = [owner.get(page).status_code for page in ("/", "/people/import", "/ladders/import")]

    assert [answer.status_code for answer in answers] == [302] * guard.MOST_READERS
    assert pages == [200, 200, 200]
    for answer in (with_file, with_text):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "Yours was not read, and nothing was changed." in answer.text
    again = values_of(Page(with_text).one(".//main//form"))
    assert again.pop("csrf_token") != []
    assert {name: value for name, (value,) in again.items()} == READERS["roster.apply"]
    # The next one is read again.
    assert post(app, owner, "roster.upload").status_code == 302


def test_nothing_is_read_for_somebody_who_may_not_import_or_without_the_token_of_a_form(
    app: Flask, owner: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = signed_in(app, "Bo", is_owner=False)
    while_reading(monkeypatch, lambda: pytest.fail("something was read"))

    waiting = {"waiting": a_waiting_file()}
    statuses = {
        endpoint: (
            post(app, stranger, endpoint, **parts).status_code,
            owner.post(address(app, endpoint, **parts), data={}).status_code,
        )
        for endpoint, parts in (
            ("roster.upload", {}),
            ("roster.apply", waiting),
            ("roster.map_columns", waiting),
            ("roster.answer", waiting),
            ("ladder_library.upload", {}),
        )
    }

    assert set(statuses.values()) == {(404, 403)}


@pytest.mark.parametrize("endpoint", ["roster.upload", "ladder_library.upload"])
def test_whoever_loses_the_right_while_a_document_is_read_has_imported_nothing(
    app: Flask, owner: Window, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    def take_the_right() -> None:
        with elsewhere() as connection:
            connection.execute(sa.update(Person).values(is_owner=False))

    while_reading(monkeypatch, take_the_right)

    answer = post(app, owner, endpoint)

    assert answer.status_code == 404
    assert db.session.scalars(sa.select(LadderVersion.id)).all() == []
    assert db.session.scalars(sa.select(RosterUpload.id)).all() == []


def test_whoever_is_signed_out_while_a_document_is_read_has_imported_nothing(
    app: Flask, owner: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sign_out() -> None:
        with elsewhere() as connection:
            connection.execute(sa.delete(SignInSession))

    while_reading(monkeypatch, sign_out)

    answer = post(app, owner, "ladder_library.upload")

    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/ladders/import")
    assert db.session.scalars(sa.select(LadderVersion.id)).all() == []


def test_what_is_saved_while_a_draft_is_read_is_not_overwritten(
    app: Flask, owner: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = a_draft(app, owner)

    def save_the_same_draft() -> None:
        with elsewhere() as connection:
            connection.execute(sa.update(LadderVersion).values(version=LadderVersion.version + 1))

    before = db.session.scalars(sa.select(LadderVersion.version)).one()
    db.session.remove()
    while_reading(monkeypatch, save_the_same_draft)
    fields = {"version": str(before)}
    swapped = owner.post(address(app, "ladder_library.swap", version=draft), data=sent(app, fields))
    looked_at = owner.get(address(app, "ladder_library.preview", version=draft))
    published = post(app, owner, "ladder_library.publish", version=draft)

    assert swapped.status_code == 409
    assert looked_at.location == address(app, "ladder_library.preview", version=draft)
    assert published.status_code == 409
    kept = db.session.scalars(sa.select(LadderVersion)).one()
    assert kept.state is VersionState.DRAFT


def uploaded(app: Flask, owner: Window, endpoint: str, name: str, text: str) -> TestResponse:
    (field,) = READERS[endpoint]
    return owner.post(address(app, endpoint), data=sent(app, {field: (name, text)}))


def test_the_map_of_a_long_document_does_not_grow_with_what_it_does_not_show(
    app: Flask, owner: Window
) -> None:
    pages = []
    for count in (600, 900):
        rows = "".join(f"T{number:04},x{number:04},y\n" for number in range(count))
        made = uploaded(app, owner, "ladder_library.upload", "a.csv", f"D,Level 1,Level 2\n{rows}")
        pages.append(owner.get(f"{made.location}/headings"))

    small, large = (len(page.data) for page in pages)
    assert abs(large - small) < 1_000
    assert all("The document has more headings." in page.text for page in pages)


def test_a_people_file_is_refused_before_it_is_read_to_its_end(app: Flask, owner: Window) -> None:
    wide = uploaded(app, owner, "roster.upload", "people.csv", "x," * 201 + "y\n" + "a\n" * 9)
    read = 0

    def endless() -> Iterator[tuple[int, list[str]]]:
        nonlocal read
        while True:
            read += 1
            yield read, ["a", "b"]

    with pytest.raises(RuleBroken, match="more than 100,000 people"):
        table_file.pack(endless(), 2)

    assert wide.status_code == 422
    assert "There are 202 columns; at most 200 are read." in wide.text
    assert read == table_file.MOST_ROWS + 1
