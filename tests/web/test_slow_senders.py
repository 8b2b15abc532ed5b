"""Whoever is slow to send holds up nobody else."""

import socket
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from reviews.db.extensions import db
from reviews.people import service as people
from reviews.people.queries import now
from tests.builders import a_person
from tests.clients import cookie_of, form_token
from tests.live_server import LiveServer

pytestmark = pytest.mark.both_databases


def cookies(server: LiveServer) -> list[str]:
    """Of two people who are signed in."""
    with server.app.app_context():
        tokens = [people.open_session(a_person(), at=now(), hours=1) for _ in range(2)]
        db.session.commit()
        return [cookie_of(server.app, token) for token in tokens]


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_body_that_does_not_come_holds_up_no_writer(live_server: LiveServer, kind: str) -> None:
    slow, quick = cookies(live_server)
    with socket.create_connection(("127.0.0.1", live_server.port)) as half_sent:
        half_sent.sendall(
            f"POST /account HTTP/1.1\r\nHost: localhost\r\nCookie: {slow}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: 1000\r\n\r\ncsrf_token=".encode()
        )
        # It has arrived when the answer to something that was asked later is there.
        ask(live_server, "GET", "/healthz", quick)
        body = urlencode({"csrf_token": form_token(live_server.app)})

        assert ask(live_server, "POST", "/sign-out", quick, body) == 302


def ask(server: LiveServer, method: str, path: str, cookie: str, body: str = "") -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, body or None, headers)
    status = connection.getresponse().status
    connection.close()
    return status
