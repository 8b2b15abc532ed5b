"""How a request uses the database: a read cannot write, and PostgreSQL plans a statement once, not once per page."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from reviews.access.loaders import SiteAccess
from reviews.db.extensions import READ, db
from reviews.db.models.people import Person
from reviews.rules.enums import Action, CyclePhase
from reviews.web.guard import guarded
from tests import builders
from tests.clients import StrictClient
from tests.conftest import application, disconnect

pytestmark = pytest.mark.both_databases


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    """Over a database of its own: what a transaction is does not show where a test rolls everything back."""
    app = application(database)
    with app.app_context():
        yield app
        disconnect()


def signed_in(app: Flask, person: Person) -> StrictClient:
    client = app.test_client()
    client.sign_in(person)
    return client


def test_a_page_that_is_only_looked_at_cannot_change_anything(app: Flask) -> None:
    person = builders.a_person("Ada", is_owner=True)
    db.session.commit()

    @app.get("/sneaky")
    @guarded(Action.SEE_INBOX)
    def sneaky(access: SiteAccess) -> str:
        change = text("UPDATE person SET name = 'Changed' WHERE id = :id")
        db.session.execute(change, {"id": access.viewer.person_id})
        return ""

    client = signed_in(app, person)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(DBAPIError, match=r"read-only|readonly"):
        client.get("/sneaky")

    db.session.expire_all()
    assert person.name == "Ada"
    # The next request on the same connection is a write, and may.
    assert client.submit("/cycles/new", {"name": "Spring", "time_zone": "UTC"}).status_code == 302


def test_the_statements_of_a_page_stay_prepared(app: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite plans in the process, and keeps no plan between statements")
    owner = builders.a_person("Ada", is_owner=True)
    cycle = builders.a_cycle(phase=CyclePhase.RATING, owners=[owner])
    packet = builders.a_packet(cycle)
    db.session.commit()
    client = signed_in(app, owner)
    pages = ("/", f"/cycles/{cycle.public_id}", f"/packets/{packet.public_id}", "/packets/nothing")

    answers = [client.get(page).status_code for page in (*pages, *pages)]

    prepared = prepared_statements()
    assert answers == [200, 200, 200, 404] * 2
    # The viewer, the cycle and the packet, each loaded by one text for all, planned without their values.
    for loader in ("FROM sign_in_session", "WHERE cycle.public_id =", "WHERE packet.public_id ="):
        (plans,) = [plans for statement, plans in prepared if loader in statement]
        assert plans[0] > 1, loader
        assert plans[1] == 0, loader


def prepared_statements() -> list[tuple[str, tuple[int, int]]]:
    """Statement, and how often a generic and a custom plan was used for it, on the connection that was read over."""
    asked = text("SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements")
    db.session.remove()
    with db.engines[READ].connect() as connection:
        return [(s, (generic, custom)) for s, generic, custom in connection.execute(asked)]
