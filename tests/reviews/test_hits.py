"""Counting how often somebody does something: for all processes together, cheaply, and over a restart."""

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from reviews.db import connections, hits
from reviews.db.extensions import db
from reviews.db.hits import Limit
from reviews.db.models.attempts import HitCount
from tests.builders import LATER, NOW
from tests.conftest import application, disconnect
from tests.recording import recorded

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("one_stretch")]

SIX = Limit("six", most=6, seconds=60)


def test_so_many_are_within_the_limit_and_no_more(session):
    assert session
    assert [hits.hit(SIX, "a") for _ in range(8)] == [True] * 6 + [False] * 2
    assert hits.hit(SIX, "b")


def test_a_process_tells_the_database_every_few_times_and_nothing_once_it_is_too_much(session):
    assert session
    statements = []
    for _ in range(10):
        with recorded() as sent:
            hits.hit(SIX, "a")
        statements.append(bool([text for text in sent.texts if not text.startswith("BEGIN")]))

    assert statements == [False, True] * 3 + [True] + [False] * 3


def test_processes_count_together_and_a_restart_forgets_what_was_not_told(session):
    assert session
    for _ in range(5):
        hits.hit(SIX, "a")
    hits.forget()  # as another process, or a new one; four of them had been told

    assert [hits.hit(SIX, "a") for _ in range(3)] == [True, True, False]


def test_a_stretch_that_is_over_counts_no_more_and_leaves_nothing(session, one_stretch):
    for _ in range(8):
        hits.hit(SIX, "a")
    one_stretch[0] += 60

    assert hits.hit(SIX, "a")
    session.add(HitCount(key="old", ends_at=NOW.replace(year=2001), count=1))
    session.add(HitCount(key="present", ends_at=LATER, count=1))
    session.flush()
    for _ in range(2):
        hits.hit(SIX, "b")
    assert "old" not in session.scalars(select(HitCount.key)).all()
    assert "present" in session.scalars(select(HitCount.key)).all()


def test_while_the_database_is_busy_a_process_goes_by_what_it_knows(database, monkeypatch):
    monkeypatch.setattr(connections, "_PATIENCE_MS", 50)
    hits.forget()
    app = application(database)
    with app.app_context():
        engine = sa.create_engine(db.engine.url)
        with engine.connect() as other:
            is_sqlite = engine.dialect.name == "sqlite"
            other.exec_driver_sql("BEGIN IMMEDIATE" if is_sqlite else "LOCK TABLE hit_count")
            assert [hits.hit(SIX, "a") for _ in range(7)] == [True] * 6 + [False]
            other.rollback()
        engine.dispose()
        disconnect()
