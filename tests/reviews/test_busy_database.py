"""While somebody else holds the database: nobody waits for ever, nothing is half done, and what was typed is kept."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from wtforms import PasswordField

from reviews.db import connections
from reviews.db.extensions import db
from reviews.db.models.cycles import Cycle
from reviews.web.error_handlers import PROOF, SECRETS
from reviews.web.forms import StrictForm
from tests import builders
from tests.clients import form_token
from tests.conftest import application, disconnect
from tests.pages import Page, values_of
from tests.races import window_of

pytestmark = pytest.mark.both_databases

TYPED = {"name": "Spring <2027>", "time_zone": "Europe/Berlin"}


@pytest.fixture
def app(database, monkeypatch):
    # Before the first connection: nobody waits for five seconds in a test.
    monkeypatch.setattr(connections, "_PATIENCE_MS", 50)
    app = application(database)
    with app.app_context():
        yield app
        disconnect()


@contextmanager
def held() -> Iterator[None]:
    """Another writer is in the middle of something."""
    db.session.commit()
    db.session.remove()
    engine = sa.create_engine(db.engine.url)
    with engine.connect() as other:
        is_sqlite = engine.dialect.name == "sqlite"
        other.exec_driver_sql("BEGIN IMMEDIATE" if is_sqlite else "LOCK TABLE cycle, person")
        yield
        other.rollback()
    engine.dispose()


def test_a_writer_who_waits_in_vain_sends_the_same_again(app):
    window = window_of(app, builders.a_person("Ines", is_owner=True))
    sent = {**TYPED, "csrf_token": form_token(app)}
    with held():
        answer = window.post("/cycles/new", data=sent)

    form = Page(answer).one(".//main//form")
    again = {name: value for name, (value,) in values_of(form).items()}
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert again == sent
    assert form.get("action") is None

    done = window.post("/cycles/new", data=again)

    assert done.status_code == 302
    assert db.session.scalars(sa.select(Cycle.name)).all() == [TYPED["name"]]


def test_a_file_that_was_not_chosen_does_not_lose_the_text(app):
    window = window_of(app, builders.a_person("Ines", is_owner=True))
    sent = {**TYPED, "csrf_token": form_token(app)}
    with held():
        empty = window.post("/cycles/new", data={**sent, "file": (io.BytesIO(), "")})
        chosen = window.post("/cycles/new", data={**sent, "file": (io.BytesIO(b"x"), "a.csv")})

    assert values_of(Page(empty).one(".//main//form")) == {n: [v] for n, v in sent.items()}
    # What the file was is not in a page: the browser still has it.
    assert (chosen.status_code, Page(chosen).all(".//main//form")) == (503, [])


def test_what_another_site_sent_is_not_made_good(app):
    window = window_of(app, builders.a_person("Ines", is_owner=True))
    with held():
        answer = window.post("/cycles/new", data=TYPED)

    again = values_of(Page(answer).one(".//main//form"))
    assert (answer.status_code, again["csrf_token"]) == (503, [""])
    assert window.post("/cycles/new", data=again).status_code == 403


def test_a_password_is_not_written_into_a_page(app):
    window = window_of(app, builders.a_person("Ines"))
    sent = {"present": "what it was before", "chosen": "what it is to be", "csrf_token": "x"}
    with held():
        answer = window.post("/account", data=sent)

    assert (answer.status_code, "what it" in answer.text) == (503, False)
    assert Page(answer).all(".//main//form") == []


def test_a_body_that_is_too_large_is_called_so_all_the_same(app):
    window = window_of(app, builders.a_person("Ines", is_owner=True))
    with held():
        answer = window.post("/cycles/new", data={"name": "x" * 2_000_000})

    assert answer.status_code == 413


def forms(of: type[StrictForm]) -> Iterator[type[StrictForm]]:
    for form in of.__subclasses__():
        yield form
        yield from forms(form)


def test_every_field_for_a_password_is_kept_secret(app):
    with app.test_request_context():
        found = {
            field.name
            for form in forms(StrictForm)
            if form.__module__.startswith("reviews.signing_in.")
            for field in form()
            if isinstance(field, PasswordField)
        }

    assert found == SECRETS | {"proof_password"}
    assert "proof_password" in PROOF


def test_a_fault_of_ours_is_not_called_a_busy_database(app):
    window = window_of(app, builders.a_person("Ines"))
    db.session.execute(sa.text("ALTER TABLE person RENAME COLUMN name TO said"))
    db.session.commit()

    assert window.get("/").status_code == 500
