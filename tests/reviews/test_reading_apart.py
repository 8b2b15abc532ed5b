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
from reviews.ladder_library import queries
from reviews.people import importing
from reviews.people.roster_file import MOST_ROWS, read_roster
from reviews.web import guard
from tests import builders
from tests.clients import form_token
from tests.conftest import application, disconnect
from tests.pages import Page, values_of
from tests.races import Window, window_of

pytestmark = pytest.mark.both_databases

LADDER = "# Cooks\n## Junior Cook\n### Taste\n- Tastes.\n- Salts.\n## Senior Cook\n### Taste\n- Seasons.\n"
ROSTER = "employee_id,name,email,manager_employee_id\n"
#: Every page that reads a document, and what is sent there: a file, or the fields of a form.
READERS: dict[str, dict[str, Any]] = {
    "people.upload": {"file": ("people.csv", ROSTER)},
    "people.apply_import": {"text": ROSTER, "digest": "", "leavers_read": "y"},
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


def while_reading(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Let something happen whenever a document is read."""

    def read(data: bytes) -> Document:
        act()
        return read_text(data)

    def read_rows(text: str) -> Any:
        act()
        return read_roster(text)

    read_roster = importing.read_roster
    monkeypatch.setattr(pipeline, "read_text", read)
    monkeypatch.setattr(importing, "read_text", read)
    monkeypatch.setattr(importing, "read_roster", read_rows)


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
    seen: dict[str, set[bool]] = {}
    for endpoint, view in app.view_functions.items():
        if not getattr(view, "reads_first", False):
            continue
        is_open = seen.setdefault(endpoint, set())
        monkeypatch.undo()
        while_reading(monkeypatch, lambda to=is_open: to.add(db.session().in_transaction()))  # type: ignore[misc]
        parts = {"version": draft} if "people" not in endpoint and "upload" not in endpoint else {}
        if endpoint == "ladder_library.preview":
            owner.get(address(app, endpoint, **parts))
        else:
            post(app, owner, endpoint, **parts)

    assert seen == {endpoint: {False} for endpoint in READERS}


def test_another_person_saves_while_a_document_is_read(
    app: Flask, owner: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = signed_in(app, "Otto", is_owner=True)
    with held_readers(app, monkeypatch, (owner, "people.upload")) as answers:
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
    # What would change is that everybody has to be in the file first.
    assert [answer.status_code for answer in answers] == [422]
    assert "There is nobody below the first line." in answers[0].text


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
    readers = [(owner, "people.upload")] * guard.MOST_READERS
    with held_readers(app, monkeypatch, *readers) as answers:
        with_file = post(app, owner, "ladder_library.upload")
        with_text = post(app, owner, "people.apply_import")
        pages = [owner.get(page).status_code for page in ("/", "/people/import", "/ladders/import")]

    assert [answer.status_code for answer in answers] == [422] * guard.MOST_READERS
    assert pages == [200, 200, 200]
    for answer in (with_file, with_text):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "Yours was not read, and nothing was changed." in answer.text
    again = values_of(Page(with_text).one(".//main//form"))
    assert again.pop("csrf_token") != []
    assert {name: value for name, (value,) in again.items()} == READERS["people.apply_import"]
    # The next one is read again.
    assert post(app, owner, "people.upload").status_code == 422


def test_nothing_is_read_for_somebody_who_may_not_import_or_without_the_token_of_a_form(
    app: Flask, owner: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = signed_in(app, "Bo", is_owner=False)
    while_reading(monkeypatch, lambda: pytest.fail("something was read"))

    statuses = {
        endpoint: (
            post(app, stranger, endpoint).status_code,
            owner.post(address(app, endpoint), data={}).status_code,
        )
        for endpoint in ("people.upload", "people.apply_import", "ladder_library.upload")
    }

    assert set(statuses.values()) == {(404, 403)}


@pytest.mark.parametrize("endpoint", ["people.upload", "ladder_library.upload"])
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


def roster_of(count: int, name: str = "") -> str:
    """So many people, without a name where none is given: a mistake in each row."""
    rows = (f"{number:06},{name},p{number:06}@example.com,\n" for number in range(count))
    return ROSTER + "".join(rows)


@pytest.mark.parametrize("name", ["", "Nia"], ids=["mistakes", "new people"])
def test_the_page_of_a_people_file_does_not_grow_with_what_it_does_not_show(
    app: Flask, owner: Window, name: str
) -> None:
    small, large = (
        uploaded(app, owner, "people.upload", "people.csv", roster_of(count, name))
        for count in (1_000, 2_000)
    )
    shown = importing.MOST_SHOWN if name else importing.MOST_PROBLEMS
    # The text of the file goes back with the form.
    grown = len(roster_of(2_000, name)) - len(roster_of(1_000, name)) if name else 0

    assert [len(Page(answer).all(".//main//tbody/tr")) for answer in (small, large)] == (
        [shown, shown] if name else [shown + importing.MOST_SHOWN] * 2
    )
    assert f"And {2_000 - shown:,} more." in large.text
    assert abs(len(large.data) - len(small.data) - grown) < 100


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
    wide = uploaded(app, owner, "people.upload", "people.csv", "x," * 201 + "\n" + "a\n" * 9)
    long = uploaded(app, owner, "people.upload", "people.csv", ROSTER + "a,b\n" * 25_001)

    assert (wide.status_code, long.status_code) == (422, 422)
    assert "The first line names 202 columns; at most 200 are read." in wide.text
    read = read_roster(ROSTER + "a,b\n" * 25_003)
    assert len(read.entries) == MOST_ROWS
    assert [each.line for each in read.problems if "more than 25,000 rows" in each.sentence] == [
        25_002
    ]
