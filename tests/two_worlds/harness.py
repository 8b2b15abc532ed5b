"""Two copies of one database, and everything that somebody gets to see of each."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from flask import Flask

from reviews.db import hits, random_source
from reviews.db.extensions import db
from tests.clients import Window, form_token
from tests.recording import recorded

SEED = b"one seed for both worlds"


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
    #: Whether everything is tried, in hours, or each thing once.
    tries_everything: bool = False

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
    client = Window(app, app.response_class)
    client.hold(world.tokens[person])
    token = form_token(app)
    with app.app_context():
        engines = tuple(db.engines.values())
    seen = []
    for ordinal, request in enumerate(script):
        data = {"csrf_token": token} if request.method not in {"GET", "HEAD"} else None
        # The limit on misses would hide whatever comes after them.
        hits.forget()
        with recorded(*engines) as sent, random_source.use(keyed(person, ordinal)):
            response = client.open(request.path, method=request.method, data=data)
        # Equal failures would be equal bytes.
        assert response.status_code < 500, f"{request.method} {request.path}: {response.status}"
        seen.append(
            Observation(
                response.status_code, tuple(response.headers.items()), response.data, len(sent)
            )
        )
    return seen


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


def crawl(
    app: Flask, ids: Mapping[str, tuple[str, ...]], *, everything: bool = False
) -> list[Request]:
    """Every page of the application, with each of these ids in each part of its address.

    Parts vary one at a time around the first id of each, or in every combination where everything is tried. The address
    made of first ids is also tried with a parameter that no page has, and with HEAD, which must tell no more than GET,
    where everything is tried. A method that no page has is refused before anything is looked for.
    """
    adapter = app.url_map.bind("localhost")
    script = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" not in rule.methods or rule.endpoint in {"static", "health"}:
            continue
        choose = every_combination if everything else one_at_a_time
        first, *others = [
            adapter.build(rule.endpoint, parts) for parts in choose(rule.arguments, ids)
        ]
        script.append(Request("GET", first, rule.endpoint))
        if everything:
            script.append(Request("HEAD", first, rule.endpoint))
        script.append(Request("GET", f"{first}?unheard=of", rule.endpoint))
        script += [Request("GET", path, rule.endpoint) for path in others]
    return script


def one_at_a_time(names: set[str], ids: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    first = {name: ids[name][0] for name in names}
    yield first
    for name in sorted(names):
        for other in ids[name][1:]:
            yield {**first, name: other}


def every_combination(
    names: set[str], ids: Mapping[str, tuple[str, ...]]
) -> Iterator[dict[str, str]]:
    ordered = sorted(names)
    for chosen in product(*(ids[name] for name in ordered)):
        yield dict(zip(ordered, chosen, strict=True))
