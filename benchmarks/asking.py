"""Asking an application in this process for a page: signed in, in turn with something else, and for how much."""

import gc
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from benchmarks.machine import Processor
from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.people.service import open_session

#: Processor seconds of this process after which a page is given up.
LIMIT = 30
#: Seconds after which a slow page counts as warm.
_PATIENCE = 3.0
#: What begins and ends transactions is no statement of a page.
_FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")

Ask = Callable[[], bytes]


class Effort(NamedTuple):
    """How often is asked. The board's figures come from rounds, those of other pages from single asks."""

    rounds: int
    asks: int
    #: Before it counts: a PostgreSQL has settled on its plans after a dozen.
    warm_up: int


FULL = Effort(rounds=7, asks=9, warm_up=12)
SHORT = Effort(rounds=3, asks=3, warm_up=6)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request, in milliseconds: by the clock, and of processors; and the length of its answer."""

    wall: float
    cpu: float
    bytes: int


def session_of(app: Flask, person: int) -> str:
    """Sign somebody in; the token that belongs into the cookie."""
    with app.app_context():
        token = open_session(db.session.get_one(Person, person), at=datetime.now(UTC), hours=12)
        db.session.commit()
    return token


class TooSlow(BaseException):
    """A page that took `LIMIT`. No Exception: Flask would make an answer of it."""


def _give_up(*_: object) -> None:
    raise TooSlow


def page_of(app: Flask, person: int, address: str) -> Ask:
    """A way to ask for a page as this person, again and again. To be used outside the application's context.

    Asking raises TooSlow.
    """
    signal.signal(signal.SIGPROF, _give_up)
    client = FlaskClient(app, app.response_class)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = session_of(app, person)

    def ask() -> bytes:
        signal.setitimer(signal.ITIMER_PROF, LIMIT)
        try:
            response = client.get(address)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status}")
        html: bytes = response.data
        return html

    return ask


def warm_up(times: int, *asks: Ask) -> None:
    """Ask until caches are filled and plans are made, and let go of what loading has left behind."""
    gc.collect()
    begun = perf_counter()
    for _ in range(times):
        for ask in asks:
            ask()
        if perf_counter() - begun > _PATIENCE:
            break


def cost_of(ask: Ask, processor: Processor) -> Cost:
    begun, used = perf_counter(), processor.read()
    html = ask()
    used = processor.read() - used
    return Cost((perf_counter() - begun) * 1000, used * 1000, len(html))


@contextmanager
def statements(engines: Sequence[sa.Engine]) -> Iterator[list[str]]:
    """The statements that are sent over these engines inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(_FRAME):
            seen.append(statement)

    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)
