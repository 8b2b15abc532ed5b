"""The one way into every page: the order of its answers, and what is left behind by a write."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session, scoped_session

from reviews import create_app
from reviews.db.models.people import Person
from reviews.rules.enums import Action, CyclePhase
from reviews.web import guard
from tests import builders
from tests.clients import StrictClient, one_request_id

pytestmark = pytest.mark.both_databases

NOBODY = "AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def person(session: scoped_session[Session]) -> Person:
    assert session
    return builders.a_person("Ada")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/cycles", f"/packets/{NOBODY}", "/no/such/page"])
def test_whoever_is_not_signed_in_is_sent_to_the_same_page_from_everywhere(
    client: StrictClient, method: str, path: str
) -> None:
    answer = client.open(path, method=method)

    assert (answer.status_code, answer.location) == (302, f"/sign-in?next={path}")


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/readyz", "/sign-in", "/static/app.css", "/no/such/page"]
)
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil.example"]
)
def test_a_host_that_is_not_ours_is_refused_with_the_same_answer_everywhere(
    client: StrictClient, host: str, path: str
) -> None:
    answer = client.get(path, headers={"Host": host})

    assert (answer.status_code, answer.text) == (400, "This address is not served here.\n")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000"])
def test_the_machines_own_names_are_served_under_any_port(client: StrictClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("method", "decorate", "why"),
    [
        ("GET", lambda view: view, "page names no action"),
        ("POST", guard.guarded(Action.SEE_INBOX), "page changes something behind SEE_INBOX"),
        (
            "GET",
            guard.public(Action.SEE_INBOX),
            "page and SEE_INBOX do not agree who it is open to",
        ),
        ("GET", guard.guarded(Action.SIGN_IN), "page and SIGN_IN do not agree who it is open to"),
    ],
)
def test_an_application_with_a_route_that_the_policy_does_not_cover_does_not_start(
    method: str, decorate: Callable[..., Any], why: str
) -> None:
    app = Flask("open")
    view = decorate(lambda *_: "hello")
    app.add_url_rule("/page", endpoint="page", view_func=view, methods=[method])

    with pytest.raises(RuntimeError, match=f"does not cover: {why}"):
        guard.require_guarded_routes(app)


def test_a_forged_request_learns_nothing_about_what_exists(
    client: StrictClient, person: Person
) -> None:
    """The token is looked at after the policy: without one, 404 stays 404 and a known page says 403."""
    cycle = builders.a_cycle(phase=CyclePhase.EVIDENCE)
    packet = builders.a_packet(cycle, candidate=person, manager=builders.a_person("Manager"))
    hidden = builders.a_packet(cycle)
    own, other = packet.public_id, hidden.public_id
    client.sign_in(person)

    answers = [
        client.post(f"/packets/{packet_id}/withdraw", data={}) for packet_id in (own, other, NOBODY)
    ]

    assert [answer.status_code for answer in answers] == [403, 404, 404]
    assert answers[1].data == answers[2].data


@pytest.mark.parametrize("query", ["?x=1", "?group=", "?q=%00"])
def test_an_unknown_parameter_is_refused_for_everybody(
    client: StrictClient, person: Person, query: str
) -> None:
    client.sign_in(person)

    assert client.get("/" + query).status_code == 400


def test_a_parameter_is_given_once_unless_it_is_a_list(
    client: StrictClient, person: Person
) -> None:
    packet = builders.a_packet(builders.a_cycle(), candidate=person)
    address = f"/packets/{packet.public_id}/target"
    client.sign_in(person)

    statuses = {
        query: client.get(f"{address}?{query}").status_code
        for query in ("role=a&role=b", "target=a&target=b", "role=a&role=%00", "roles=a")
    }

    assert statuses == {
        "role=a&role=b": 200,
        "target=a&target=b": 400,
        "role=a&role=%00": 400,
        "roles=a": 400,
    }


def test_a_packed_body_is_not_unpacked(client: StrictClient, person: Person) -> None:
    client.sign_in(person)

    answer = client.post("/sign-out", data=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 415


def test_whoever_tries_addresses_is_slowed_down_and_loses_nothing(
    app: Flask, client: StrictClient, person: Person
) -> None:
    packet = builders.a_packet(builders.a_cycle(), candidate=person)
    other = app.test_client()
    other.sign_in(builders.a_person("Bo"))
    client.sign_in(person)
    client.get("/")  # the first answer sets a cookie

    with one_request_id():
        misses = [client.get(f"/packets/{NOBODY}") for _ in range(32)]
    hidden = builders.a_packet(builders.a_cycle()).public_id
    late = [client.get(address) for address in (f"/packets/{hidden}", "/no/such/page")]
    late += [client.delete(f"/packets/{hidden}"), client.get("/static/no-such-file")]

    assert [miss.status_code for miss in misses] == [404] * 30 + [429] * 2
    assert {(miss.data, str(miss.headers)) for miss in misses[:30]} == {
        (misses[0].data, str(misses[0].headers))
    }
    assert {(each.status_code, each.data) for each in late} == {(429, misses[-1].data)}
    assert client.get(f"/packets/{packet.public_id}").status_code == 200
    assert other.get(f"/packets/{NOBODY}").status_code == 404


@pytest.mark.parametrize("page", ["packets", "cycles", "ladders"])
@pytest.mark.parametrize("name", ["%00", "..%2f..", "a" * 9000, "%F0%9F%92%A5", "'"])
def test_no_address_is_an_error(client: StrictClient, person: Person, page: str, name: str) -> None:
    client.sign_in(person)

    odd, plain = client.get(f"/{page}/{name}"), client.get(f"/{page}/{NOBODY}")

    assert (odd.status_code, odd.data) == (404, plain.data)


def test_a_wrong_method_is_told_only_where_the_page_may_be_known(
    client: StrictClient, person: Person
) -> None:
    cycle = builders.a_cycle(phase=CyclePhase.EVIDENCE)
    packet = builders.a_packet(cycle, candidate=person, manager=builders.a_person("Manager"))
    own, hidden = packet.public_id, builders.a_packet(cycle).public_id
    client.sign_in(person)

    statuses = [client.delete(f"/packets/{name}").status_code for name in (own, hidden, NOBODY)]

    assert statuses == [405, 404, 404]


def test_a_form_shown_again_leaves_nothing_behind(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    owner = builders.a_person("Owner", is_owner=True)
    client.sign_in(owner)

    refused = client.submit("/cycles/new", {"name": "", "time_zone": "Europe/Berlin"})
    created = client.submit("/cycles/new", {"name": "Spring", "time_zone": "Europe/Berlin"})

    assert (refused.status_code, created.status_code) == (422, 302)
    assert session.scalars(select(builders.Cycle.name)).all() == ["Spring"]


def test_sqlite_keeps_what_it_has_acknowledged(session: scoped_session[Session]) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("this is about SQLite")
    library = tuple(map(int, session.scalar(text("select sqlite_version()")).split(".")))
    found = {
        name: session.scalar(text(f"PRAGMA {name}"))
        for name in ("synchronous", "foreign_keys", "journal_mode")
    }

    journal = "wal" if library >= (3, 51, 3) else "delete"
    assert found == {"synchronous": 2, "foreign_keys": 1, "journal_mode": journal}


def test_every_route_names_rows_of_the_policy() -> None:
    app = create_app(
        {
            "MODE": "production",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "AUDIT_KEY": secrets.token_urlsafe(48),
            "PUBLIC_URL": "https://reviews.example.org",
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
        }
    )
    declared = {
        endpoint: getattr(view, "guards", None) for endpoint, view in app.view_functions.items()
    }

    unnamed = {endpoint for endpoint, actions in declared.items() if not actions}
    assert unnamed == {guard.STATIC}
    assert "styleguide.show" not in declared


def test_options_tells_nothing_of_any_address(
    app: Flask, client: StrictClient, session: scoped_session[Session]
) -> None:
    assert session
    packet = builders.a_packet(builders.a_cycle(phase=CyclePhase.EVIDENCE))
    client.sign_in(builders.a_person())
    addresses = (
        "/", "/none", "/sign-in", "/static/app.css", "/static/none", "/healthz", "/cycles/new",
        f"/packets/{packet.public_id}", "/packets/none", f"/packets/{packet.public_id}/submit",
    )  # fmt: skip
    with one_request_id():
        answers = [
            (answer.status, sorted(answer.headers), answer.data)
            for who in (client, app.test_client())
            for answer in (who.options(address) for address in addresses)
        ]

    assert answers == [answers[0]] * len(answers)
    assert (answers[0][0], answers[0][2]) == ("204 NO CONTENT", b"")
    assert {name for name, _ in answers[0][1]} & {"Allow", "Set-Cookie"} == set()
