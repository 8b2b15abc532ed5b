"""What every answer says to a browser, what the server believes of a request's headers, and what it serves at all."""

import pytest
from flask import request
from sqlalchemy.orm import Session, scoped_session

from reviews import create_app
from tests import builders
from tests.clients import HEADERS, StrictClient

ADDRESSES = {
    "/sign-in": "text/html; charset=utf-8",
    "/": "text/html; charset=utf-8",
    "/no/such/page": "text/html; charset=utf-8",
    "/healthz": "text/plain; charset=utf-8",
    "/static/app.css": "text/css; charset=utf-8",
    "/static/counter.js": "text/javascript; charset=utf-8",
    "/static/favicon.svg": "image/svg+xml; charset=utf-8",
    "/static/none": "text/html; charset=utf-8",
}
#: An answer that is the same for everybody is kept by browsers, and names no cookie.
PERSONAL = {"Cache-Control", "Vary"}


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_has_the_headers_and_says_what_it_is(client: StrictClient, path: str) -> None:
    answer = client.get(path, headers={"Origin": "https://evil.example"})
    answer.close()

    assert answer.content_type == ADDRESSES[path]
    asked = {name for name in HEADERS if not path.startswith("/static/") or name not in PERSONAL}
    assert {name: answer.headers.get(name) for name in asked} == {
        name: HEADERS[name] for name in asked
    }
    # No other origin may read an answer, whichever asks.
    assert [name for name, _ in answer.headers if name.startswith("Access-Control-")] == []


def test_a_refused_host_has_the_headers_too(client: StrictClient) -> None:
    answer = client.get("/", headers={"Host": "evil.example"})

    assert answer.content_type == "text/plain; charset=utf-8"
    assert HEADERS.items() <= dict(answer.headers).items()


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/.",
        "/static/..%2fconfig.py",
        "/static/%2e%2e/config.py",
        "/.git/config",
        "/config.py",
        "/var/levelset.db",
    ],
)
def test_nothing_but_pages_and_styles_is_served(
    client: StrictClient, session: scoped_session[Session], path: str
) -> None:
    assert session
    client.sign_in(builders.a_person())

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("method", ["TRACE", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/account", "/static/app.css", "/static/none"])
def test_a_request_is_never_given_back_as_it_came(
    client: StrictClient, session: scoped_session[Session], path: str, method: str
) -> None:
    assert session
    client.sign_in(builders.a_person())

    answer = client.open(path, method=method, headers={"X-Mine": "to be traced"})

    assert answer.status_code == 405
    assert "to be traced" not in answer.text


@pytest.mark.parametrize(
    ("proxies", "address", "scheme"),
    [("0", "192.0.2.1", "http"), ("1", "203.0.113.9", "https"), ("2", "198.51.100.7", "https")],
)
def test_only_proxies_that_are_there_are_believed(proxies: str, address: str, scheme: str) -> None:
    app = create_app({"MODE": "test", "SQLALCHEMY_DATABASE_URI": "sqlite://", "PROXIES": proxies})
    seen = {}

    @app.before_request
    def note() -> None:
        seen.update(address=request.remote_addr, scheme=request.scheme, host=request.host)

    headers = {
        "X-Forwarded-For": "10.0.0.1, 198.51.100.7, 203.0.113.9",
        "X-Forwarded-Proto": "https, https, https",
        "X-Forwarded-Host": "evil.example",
        "X-Real-IP": "10.0.0.2",
        "Forwarded": "for=10.0.0.3;host=evil.example",
    }
    app.test_client().get("/healthz", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.1"})

    assert seen == {"address": address, "scheme": scheme, "host": "localhost"}


def test_every_page_of_somebody_signed_in_can_be_left(
    client: StrictClient, session: scoped_session[Session]
) -> None:
    assert session
    client.sign_in(builders.a_person(is_owner=True))
    pages = ("/", "/account", "/cycles", "/cycles/new", "/ladders", "/people", "/words")

    buttons = [
        client.page(path).texts(".//header//form[@action='/sign-out']//button") for path in pages
    ]

    assert buttons == [["Sign out"]] * len(pages)
