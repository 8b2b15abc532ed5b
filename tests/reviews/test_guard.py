"""The one way into every page: the order of its answers, and what is left behind by a write."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select, text
from sqlalchemy.orm import Session, scoped_session

from reviews import create_app
from reviews.db.models.people import Person
from reviews.rules.enums import Action, CyclePhase
from reviews.web import guard
from tests import builders
from tests.clients import StrictClient, form_token, one_request_id

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
        (
            "POST",
            guard.guarded(Action.WITHDRAW_PACKET, on="packet"),
            "page does not open behind OPEN_WITHDRAWAL",
        ),
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


def test_a_forged_request_learns_nothing_about_the_phase(
    client: StrictClient, person: Person
) -> None:
    """Without a token a form says 403 whether it is open, closed or never was the person's."""
    answers = {}
    for phase in (CyclePhase.EVIDENCE, CyclePhase.RATING, CyclePhase.CALIBRATION):
        cycle = builders.a_cycle(phase=phase)
        packet = builders.a_packet(cycle, candidate=person, manager=builders.a_person("Manager"))
        client.sign_in(person)
        for act in ("submit", "return"):
            with one_request_id():
                answer = client.post(f"/packets/{packet.public_id}/{act}", data={})
            answers[phase, act] = answer.status_code, answer.data
        token = {"csrf_token": form_token(current_app)}
        late = client.post(f"/packets/{packet.public_id}/submit", data=token)
        assert (late.status_code == 409) is (phase is not CyclePhase.EVIDENCE)

    assert {status for status, _ in answers.values()} == {403}
    assert len({data for (_, act), (_, data) in answers.items() if act == "submit"}) == 1


OWN = "http://127.0.0.1:8000"
ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "http://127.0.0.1:x"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": OWN},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]
FROM_HERE = [
    {},
    {"Origin": OWN},
    {"Origin": "http://localhost"},  # as the test calls it
    {"Sec-Fetch-Site": "same-origin", "Origin": OWN},
    # What a browser sends with a form of a page under no-referrer.
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_a_form_from_another_site_is_refused_like_one_without_a_token(
    app: Flask, client: StrictClient, person: Person, headers: dict[str, str]
) -> None:
    cycle = builders.a_cycle(phase=CyclePhase.EVIDENCE)
    packet = builders.a_packet(cycle, candidate=person, manager=builders.a_person("Manager"))
    own, other = packet.public_id, builders.a_packet(cycle).public_id
    client.sign_in(person)
    good = {"csrf_token": form_token(app)}

    with one_request_id():
        without = client.post(f"/packets/{own}/withdraw", data={})
        foreign = [
            client.post(f"/packets/{packet_id}/withdraw", data=good, headers=headers)
            for packet_id in (own, other, NOBODY)
        ]

    assert [answer.status_code for answer in foreign] == [403, 404, 404]
    assert (foreign[0].data, str(foreign[0].headers)) == (without.data, str(without.headers))
    assert app.test_client().post("/sign-in", data=good, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", FROM_HERE)
def test_a_form_of_ours_is_taken_with_whatever_a_browser_says_of_it(
    app: Flask, client: StrictClient, person: Person, headers: dict[str, str]
) -> None:
    client.sign_in(person)

    answer = client.post("/sign-out", data={"csrf_token": form_token(app)}, headers=headers)

    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("public_url", "status"), [("http://reviews.test", 302), ("https://reviews.test", 403)]
)
def test_over_plain_http_to_another_machine_a_browser_says_nothing(
    app: Flask, person: Person, monkeypatch: pytest.MonkeyPatch, public_url: str, status: int
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_URL", public_url)
    client = app.test_client()
    client.sign_in(person)
    sent = {"csrf_token": form_token(app)}

    assert client.post("/sign-out", data=sent, headers={"Origin": "null"}).status_code == status


@pytest.mark.parametrize("path", ["/", "/no/such/page", "/sign-in", f"/packets/{NOBODY}"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    "how", ["no-cors image", "cors empty", "navigate iframe", "navigate object"]
)
def test_another_site_embeds_no_page(
    client: StrictClient, person: Person, path: str, site: str, how: str
) -> None:
    mode, dest = how.split()
    fetch = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
    with one_request_id():
        nobody = client.get(path, headers=fetch)
        client.sign_in(person)
        somebody = client.get(path, headers=fetch)

    assert (nobody.status_code, somebody.status_code) == (403, 403)
    assert (nobody.data, str(nobody.headers)) == (somebody.data, str(somebody.headers))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_a_link_on_another_site_leads_here(client: StrictClient, person: Person, site: str) -> None:
    client.sign_in(person)
    fetch = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

    assert client.get("/", headers=fetch).status_code == 200


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


URL_ENCODED = "application/x-www-form-urlencoded"
IN_PARTS = "multipart/form-data; boundary=x"


def in_parts(name: bytes, value: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--x--\r\n' % (
        name,
        value,
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (URL_ENCODED, b"name=%FF"),
        (URL_ENCODED, b"name=\xff"),
        (URL_ENCODED, b"%FF=name"),
        (URL_ENCODED, b"name=%C0%AF"),  # a longer way to write a slash
        (URL_ENCODED, b"name=%ED%A0%80"),  # half of a pair
        (IN_PARTS, in_parts(b"name", b"\xff")),
        (IN_PARTS, in_parts(b"name", b"caf\xe9")),  # as an old browser on an old page wrote it
        # A file may hold anything, but its name is shown and kept.
        (IN_PARTS, in_parts(b"files\"; filename*=utf-8''caf%e9.csv; x=\"", b"x")),
    ],
)
def test_what_is_no_text_is_refused_and_not_changed(
    client: StrictClient, person: Person, kind: str, body: bytes
) -> None:
    signing_in = client.post("/sign-in", data=body, content_type=kind)
    client.sign_in(person)
    signed_in = client.post("/sign-out", data=body, content_type=kind)

    assert (signing_in.status_code, signed_in.status_code) == (400, 400)


@pytest.mark.parametrize(
    "name", [b"na\xffme", b'files"; filename="caf\xe9.csv', b'fi\xffles"; filename="a.csv']
)
def test_parts_with_a_name_that_is_no_text_are_no_form(
    client: StrictClient, person: Person, name: bytes
) -> None:
    client.sign_in(person)
    token = form_token(client.application).encode()
    body = in_parts(b"csrf_token", token).removesuffix(b"--x--\r\n") + in_parts(name, b"x")

    # The same with a name that is one is taken.
    statuses = [
        client.post("/sign-out", data=each, content_type=IN_PARTS).status_code
        for each in (body, in_parts(b"csrf_token", token))
    ]

    assert statuses == [403, 302]


@pytest.mark.parametrize("query", ["q=%FF", "q=\xff", "%FF=1", "q=%C0%AF"])
def test_a_query_that_is_no_text_is_refused(client: StrictClient, query: str) -> None:
    """Before anything is looked up, and for every address."""
    for path in ("/sign-in", "/", "/no/such/page"):
        answer = client.get(path, environ_overrides={"QUERY_STRING": query})
        assert answer.status_code == 400


@pytest.mark.parametrize("kind", [URL_ENCODED, IN_PARTS])
def test_the_sign_for_lost_text_may_be_typed(
    client: StrictClient, session: scoped_session[Session], kind: str
) -> None:
    client.sign_in(builders.a_person("Owner", is_owner=True))
    sent = {"csrf_token": form_token(client.application), "name": "Fr\ufffdhling"}

    answer = client.post(
        "/cycles/new",
        data={**sent, "time_zone": "Europe/Berlin"},
        content_type=kind.split(";", maxsplit=1)[0],
    )

    assert answer.status_code == 302
    assert session.scalars(select(builders.Cycle.name)).all() == ["Fr\ufffdhling"]


def test_a_packed_body_is_not_unpacked(client: StrictClient, person: Person) -> None:
    client.sign_in(person)

    answer = client.post("/sign-out", data=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 415


@pytest.mark.usefixtures("one_stretch")
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
