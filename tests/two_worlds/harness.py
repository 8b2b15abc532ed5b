"""Two copies of one database, the same people before each, and everything that they get to see of it."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import select

from reviews.db import hits, random_source
from reviews.db.connections import begin_write
from reviews.db.extensions import db
from reviews.db.models.people import Person
from reviews.home.reminders import what_waits
from reviews.mail import sending
from reviews.mail.outbox import post
from reviews.mail.smtp import Delivery, Fate
from reviews.mail.wording import WrittenMail, message_bytes
from reviews.people.service import open_mailed_link
from reviews.rules.enums import MailKind
from tests.clients import Window
from tests.mail_server import look_through
from tests.recording import recorded
from tests.two_worlds.rows import Change, Rows, changes, rows_of

SEED = b"one seed for both worlds"
WRITES = ("INSERT", "UPDATE", "DELETE")

Event = Callable[[], None]


class Request(NamedTuple):
    method: str
    path: str
    #: The route that it was made for, to name it when it betrays something.
    family: str
    #: What is sent with a form.
    fields: Mapping[str, Any] | None = None
    #: What is tried, in a word or two.
    what: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, [self.method, self.path, f"({self.family})", self.what]))


class Observation(NamedTuple):
    """What reaches a person, what they could measure of the answer's cost, and what their request did."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statements: int
    rows: int
    written: tuple[Change, ...]


@dataclass
class World:
    """An application over one copy, with the sessions that people have in both."""

    app: Flask
    tokens: Mapping[str, str]
    #: Whether everything is tried, in hours, or each thing once.
    tries_everything: bool = False
    #: How many events so far.
    happened: int = 0
    _rows: Rows | None = None

    @contextmanager
    def changed(self) -> Iterator[None]:
        """Rows written inside the block are in this world."""
        with self.app.app_context():
            yield
            db.session.commit()
            db.session.remove()
        self.forget_rows()

    def happens(self, events: Sequence[Event]) -> None:
        """The same in both worlds is the same to the byte, ids and all."""
        for event in events:
            self.happened += 1
            with self.changed(), random_source.use(keyed("what happens", self.happened)):
                event()

    def mail_to(self, name: str, ordinal: int) -> list[bytes]:
        """All that the worker sends somebody now, as it is sent; a reminder with it, if anything waits for them."""
        sent: list[bytes] = []
        with self.changed(), random_source.use(keyed(f"mail to {name}", ordinal)):
            begin_write()
            person = db.session.scalars(select(Person).where(Person.name == name)).one()
            address = person.email
            post(MailKind.REMINDER, person, at=sending.database_instant())
            db.session.commit()

            def take(message_id: str, wording: WrittenMail, token: str) -> Delivery:
                if wording.to == address:
                    named = {"message_id": message_id, "token": token}
                    sent.append(message_bytes(wording, sender="levelset@example.org", **named))
                    look_through(sent[-1])
                return Delivery(Fate.ACCEPTED)

            sending.send_due(take, open_mailed_link, what_waits, stop=lambda: False)
        return sent

    def rows(self) -> Rows:
        """All that stands in its database, read once until something is written."""
        if self._rows is None:
            with self.app.app_context():
                self._rows = rows_of(db.engine)
        return self._rows

    def forget_rows(self) -> None:
        self._rows = None


def keyed(actor: str, ordinal: int) -> random_source.Source:
    """Randomness that depends on who asks and on which of their requests it is, and not on what happened to others."""
    drawn = Counter[str]()

    def draw(purpose: str, size: int) -> bytes:
        drawn[purpose] += 1
        message = f"{actor}|{ordinal}|{purpose}|{drawn[purpose]}".encode()
        return hmac.digest(SEED, message, hashlib.sha512)[:size]

    return draw


class Browser:
    """Somebody's browser in one world: it keeps its cookies, and its answers are looked at whole."""

    def __init__(self, world: World, person: str) -> None:
        self.world = world
        self.person = person
        self.client = Window(world.app, world.app.response_class)
        self.client.hold(world.tokens[person])
        with world.app.app_context():
            self.engines = tuple(db.engines.values())
        self.sent = 0

    def send(self, request: Request) -> Observation:
        before = self.world.rows()
        # The limit on misses would hide whatever comes after them.
        hits.forget()
        with (
            recorded(*self.engines) as seen,
            random_source.use(keyed(self.person, self.sent)),
        ):
            answer = self.client.open(request.path, method=request.method, data=request.fields)
        self.sent += 1
        # Equal failures would be equal bytes.
        assert answer.status_code < 500, f"{request}: {answer.status}"
        if any(text.startswith(WRITES) for text in seen.texts):
            self.world.forget_rows()
        return Observation(
            answer.status_code,
            tuple(answer.headers.items()),
            answer.data,
            len(seen),
            seen.rows,
            changes(before, self.world.rows()),
        )


class Pair:
    """Two worlds, and people who do the same in both, one after the other. What tells the worlds apart is kept."""

    def __init__(self, one: World, other: World, *people: str) -> None:
        self.one, self.other, self.people = one, other, people
        self.browsers = {
            person: (Browser(one, person), Browser(other, person)) for person in people
        }
        #: What told the worlds apart, in words, and the routes that did.
        self.told: list[str] = []
        self.families: dict[str, set[str]] = {person: set() for person in people}
        #: How often who asked for each route, and how.
        self.hits: Counter[tuple[str, str, str]] = Counter()
        #: How many messages people got.
        self.messages = 0
        self._looked_at_mail = 0

    def get_mail(self) -> None:
        """Whatever each of them is sent by now, in both worlds."""
        for person in self.people:
            self._looked_at_mail += 1
            one, other = (
                world.mail_to(person, self._looked_at_mail) for world in (self.one, self.other)
            )
            self.messages += len(one) + len(other)
            if one != other:
                self.told.append(f"{person}: mail: {one} and {other}")
                self.families[person].add("mail")

    def send(self, person: str, request: Request) -> Observation:
        """Make the request in both worlds; gives what is seen in the first."""
        one, other = (browser.send(request) for browser in self.browsers[person])
        self.hits[person, request.family, request.method] += 2
        if one != other:
            self.told.append(f"{person}: {request}: {first_difference(one, other)}")
            self.families[person].add(request.family)
        return one

    def send_all(self, script: Sequence[Request]) -> None:
        for request in script:
            for person in self.people:
                self.send(person, request)

    @property
    def requests(self) -> int:
        return self.hits.total()

    @property
    def posts(self) -> int:
        return sum(count for (_, _, method), count in self.hits.items() if method == "POST")


def first_difference(one: Observation, other: Observation) -> str:
    if one.status != other.status:
        return f"status {one.status} and {other.status}"
    if one.body != other.body:
        pairs = zip(one.body, other.body, strict=False)
        end = min(len(one.body), len(other.body))
        at = next((i for i, (a, b) in enumerate(pairs) if a != b), end)
        around = slice(max(at - 40, 0), at + 40)
        return f"from byte {at}: {one.body[around]!r} and {other.body[around]!r}"
    if one.headers != other.headers:
        return f"headers {set(one.headers) ^ set(other.headers)}"
    if one.statements != other.statements:
        return f"{one.statements} and {other.statements} statements"
    if one.rows != other.rows:
        return f"{one.rows} and {other.rows} rows read"
    return f"written: {set(one.written) ^ set(other.written)}"
