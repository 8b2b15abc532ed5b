"""Whoever is slow to send holds up nobody else."""

import socket
from contextlib import ExitStack
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


@pytest.mark.test_all
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
def test_half_a_request_does_not_keep_a_thread_for_good(live_server: LiveServer) -> None:
    """Six for four threads, half of them with a whole head: the server ends each, and answers somebody else."""
    cookie, _ = cookies(live_server)
    head = (
        f"POST /account HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nContent-Length: 99\r\n"
    )
    with ExitStack() as opened:
        for each in ("GET / HTTP/1.1\r\nHost: local", f"{head}\r\ncsrf_token=") * 3:
            address = ("127.0.0.1", live_server.port)
            connection = opened.enter_context(socket.create_connection(address))
            connection.sendall(each.encode())

        assert ask(live_server, "GET", "/healthz", "") == 200


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
def test_no_answer_names_the_server(live_server: LiveServer) -> None:
    for request in ("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n", "nonsense\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", live_server.port)) as connection:
            connection.sendall(request.encode())
            answer = b"".join(iter(lambda: connection.recv(4096), b""))

        assert answer.startswith(b"HTTP/1.")
        assert b"\nserver:" not in answer.lower()
        assert b"gunicorn" not in answer.lower()


def ask(server: LiveServer, method: str, path: str, cookie: str, body: str = "") -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, body or None, headers)
    status = connection.getresponse().status
    connection.close()
    return status
