"""The frozen world: built once per database, and asked by people whose clocks stand still."""

from collections.abc import Iterator

import pytest
from flask import Flask
from itsdangerous import TimestampSigner

from reviews.db import clock
from reviews.db.extensions import db
from tests.builders import NOW
from tests.conftest import application, disconnect
from tests.databases import Databases
from tests.permissions.world import World, build


@pytest.fixture(scope="session")
def inhabited(databases: Databases, migrated: str) -> Iterator[tuple[Flask, World]]:
    url = databases.make(copy_of=migrated)
    app = application(url)
    with app.app_context():
        world = build()
        db.session.commit()
    yield app, world
    with app.app_context():
        disconnect()
    databases.drop(url)


@pytest.fixture(scope="session")
def app(inhabited: tuple[Flask, World]) -> Flask:
    """The application over the frozen world; what a test changes in it ends with the test."""
    return inhabited[0]


@pytest.fixture
def world(inhabited: tuple[Flask, World], session: object) -> World:  # noqa: ARG001 - rolls back
    return inhabited[1]


@pytest.fixture(autouse=True)
def stopped_clocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database's instant and the one inside signed cookies and tokens: answers are compared byte by byte."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: int(NOW.timestamp()))
    with clock.fixed(NOW):
        yield
