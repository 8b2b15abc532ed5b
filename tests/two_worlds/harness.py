"""Two copies of one database, and everything that somebody gets to see of each."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from reviews.db import random_source
from reviews.db.extensions import db
from reviews.web.extensions import limiter

SEED = b"one seed for both worlds"
RAW_TOKEN = "the same in both worlds"


class Request(NamedTuple):
    method: str
    path: str
    #: The route that it was made for, to name it when it betrays something.
    family: str


class Observation(NamedTuple):
    """What reaches a person, and what they could measure: how many statements the answer took."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statements: int


@dataclass(frozen=True)
class World:
    """An application over one copy, with the sessions that people have in both."""

    app: Flask
    tokens: Mapping[str, str]

    @contextmanager
    def changed(self) -> Iterator[None]:
        """Rows written inside the block are in this world."""
        with self.app.app_context():
            yield
            db.session.commit()
            db.session.remove()


def keyed(actor: str, ordinal: int) -> random_source.Source:
    """Randomness that depends on who asks and on which of their requests it is, and not on what happened to others."""
    drawn = Counter[str]()

    def draw(purpose: str, size: int) -> bytes:
        drawn[purpose] += 1
        message = f"{actor}|{ordinal}|{purpose}|{drawn[purpose]}".encode()
        return hmac.digest(SEED, message, hashlib.sha512)[:size]

    return draw


def observe(world: World, script: list[Request], person: str) -> list[Observation]:
    """Make the requests one after the other, as a browser that keeps its cookies."""
    app = world.app
    client = FlaskClient(app, app.response_class)
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": world.tokens[person], "csrf_token": RAW_TOKEN})
    with app.test_request_context():
        session["csrf_token"] = RAW_TOKEN
        token = generate_csrf()
    seen = []
    for ordinal, request in enumerate(script):
        data = {"csrf_token": token} if request.method not in {"GET", "HEAD"} else None
        # The limit on misses would hide whatever comes after them.
        limiter.reset()
        with statements(app) as sent, random_source.use(keyed(person, ordinal)):
            response = Context().run(client.open, request.path, method=request.method, data=data)
        # Equal failures would be equal bytes.
        assert response.status_code < 500, f"{request.method} {request.path}: {response.status}"
        seen.append(
            Observation(
                response.status_code, tuple(response.headers.items()), response.data, len(sent)
            )
        )
    return seen


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)


def differences(
    script: list[Request], one: list[Observation], other: list[Observation]
) -> list[str]:
    """Each request whose answers differ, with the first place where they do."""
    return [
        f"{request.method} {request.path} ({request.family}): {first_difference(a, b)}"
        for request, a, b in zip(script, one, other, strict=True)
        if a != b
    ]


def first_difference(one: Observation, other: Observation) -> str:
    if one.status != other.status:
        return f"status {one.status} and {other.status}"
    if one.body != other.body:
        pairs = zip(one.body, other.body, strict=False)
        at = next((i for i, (a, b) in enumerate(pairs) if a != b), len(one.body))
        return (
            f"from byte {at}: {one.body[at - 40 : at + 40]!r} and {other.body[at - 40 : at + 40]!r}"
        )
    if one.headers != other.headers:
        return f"headers {set(one.headers) ^ set(other.headers)}"
    return f"{one.statements} and {other.statements} statements"


def families(script: list[Request], one: list[Observation], other: list[Observation]) -> set[str]:
    """The routes that tell the two worlds apart."""
    return {r.family for r, a, b in zip(script, one, other, strict=True) if a != b}


# -- What somebody can try

#: HEAD must tell no more than GET. A method that no page has is refused before anything is looked for.
METHODS = ("GET", "HEAD")


def crawl(
    app: Flask, ids: Mapping[str, tuple[str, ...]], methods: tuple[str, ...] = METHODS
) -> list[Request]:
    """Every page of the application, with each of these ids in each part of its address.

    Parts vary one at a time around the first id of each. The address made of first ids is also tried with the other
    methods and with a parameter that no page has.
    """
    adapter = app.url_map.bind("localhost")
    script = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" not in rule.methods or rule.endpoint in {"static", "health"}:
            continue
        first, *others = [
            adapter.build(rule.endpoint, parts) for parts in combinations(rule.arguments, ids)
        ]
        script += [Request(method, first, rule.endpoint) for method in methods]
        script.append(Request("GET", f"{first}?unheard=of", rule.endpoint))
        script += [Request("GET", path, rule.endpoint) for path in others]
    return script


def combinations(names: set[str], ids: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    first = {name: ids[name][0] for name in names}
    yield first
    for name in sorted(names):
        for other in ids[name][1:]:
            yield {**first, name: other}
