"""The recorder counts what crosses to the database and back, on an engine and on a connection that a test shares."""

import pytest
import sqlalchemy as sa

from reviews.db.extensions import db
from reviews.db.models.people import Person
from tests import builders
from tests.conftest import application, disconnect
from tests.recording import Statement, recorded

pytestmark = pytest.mark.both_databases

NAMES = sa.text("SELECT name FROM person WHERE name <> :name")


def test_statements_are_recorded_with_their_values_and_rows(session):
    for name in ("Ada", "Grace", "Hana"):
        builders.a_person(name)
    with recorded() as sent:
        session.execute(NAMES, {"name": "Ada"}).all()
        session.execute(NAMES, {"name": "Nobody"}).all()
        session.execute(
            sa.text("UPDATE person SET title = :title WHERE name = :name"),
            [{"title": "Miller", "name": "Ada"}, {"title": "Carter", "name": "Grace"}],
        )

    read, read_again, change = sent.statements
    assert (read.parameters, read.rows) == (1, 2)
    assert (read_again.parameters, read_again.rows) == (1, 3)
    assert (change.parameters, change.rows) == (4, 0)
    assert sent.texts[0] == sent.texts[1] == read.text
    assert sent.lengths == [len(read.text), len(read.text), len(change.text)]
    assert (len(sent), sent.rows) == (3, 5)


def test_what_is_sent_before_and_after_the_block_is_not_recorded(session):
    session.scalar(sa.select(Person.id))
    with recorded() as sent:
        pass
    session.scalar(sa.select(Person.id))

    assert sent.statements == []


def test_savepoints_are_not_recorded(session):
    with recorded() as sent:
        builders.a_person("Ada")
        session.commit()
        session.scalar(sa.select(Person.id))

    assert [text.split()[0] for text in sent.texts] == ["INSERT", "SELECT"]


@pytest.mark.usefixtures("session")
def test_rows_that_come_back_from_a_write_are_counted():
    with recorded() as sent:
        builders.a_person("Ada")
        builders.a_person("Grace")

    assert sent.rows == sum("INSERT INTO person " in text for text in sent.texts) == 2


def test_a_request_is_recorded(client):
    client.sign_in(builders.a_person("Ada"))
    with recorded() as sent:
        client.get("/cycles")

    (session,) = [each for each in sent.statements if "FROM sign_in_session" in each.text]
    assert session.rows == 1


def test_an_engine_is_recorded_whatever_connection_it_takes(database):
    with application(database).app_context():
        with recorded() as sent:
            for _ in range(2):
                with db.engine.connect() as connection:
                    connection.execute(sa.text("SELECT 1")).all()

        begins = [Statement("BEGIN DEFERRED", 0)] if db.engine.dialect.name == "sqlite" else []
        assert sent.statements == [*begins, Statement("SELECT 1", 0, 1)] * 2
        disconnect()


def test_a_statement_that_fails_was_sent(session):
    with recorded() as sent, pytest.raises(sa.exc.DBAPIError), session.begin_nested():
        session.execute(sa.text("SELECT nothing FROM nowhere"))

    assert sent.statements == [Statement("SELECT nothing FROM nowhere", 0)]
