"""Copies of one database, so that what differs between them is what a test made different."""

from collections.abc import Callable, Iterator

import pytest
from itsdangerous import TimestampSigner

from reviews.db import clock
from reviews.db.extensions import db
from tests.builders import NOW
from tests.conftest import application, disconnect
from tests.databases import Databases
from tests.two_worlds import people
from tests.two_worlds.harness import World

#: Set up, though nobody is there: what is sent is looked at before.
MAIL = {"MAIL_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "levelset@example.org"}


@pytest.fixture(scope="session")
def template(databases: Databases, migrated: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a database to copy, and everybody's session in it."""
    url = databases.make(copy_of=migrated)
    app = application(url)
    with app.app_context():
        tokens = people.base()
        db.session.commit()
        disconnect()
    yield url, tokens
    databases.drop(url)


@pytest.fixture(
    params=[False, pytest.param(True, marks=pytest.mark.prove)], ids=["each once", "everything"]
)
def make_world(
    request: pytest.FixtureRequest,
    databases: Databases,
    template: tuple[str, dict[str, str]],
    record_property: Callable[[str, str], None],
) -> Iterator[Callable[..., World]]:
    """Gives a world of its own in which these things happened, one after the other."""
    record_property("ran on", databases.product)
    url, tokens = template
    made = []

    def make(*happened: Callable[[], None]) -> World:
        copy = databases.make(copy_of=url)
        settings = MAIL | people.PROVIDER
        world = World(application(copy, **settings), tokens, tries_everything=request.param)
        made.append((world, copy))
        world.happens(happened)
        return world

    yield make
    for world, copy in made:
        with world.app.app_context():
            disconnect()
        databases.drop(copy)


@pytest.fixture(autouse=True)
def stopped_clocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database's instant and the one inside signed cookies and tokens."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: int(NOW.timestamp()))
    with clock.fixed(NOW):
        yield
