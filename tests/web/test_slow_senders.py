"""Whoever is slow to send holds up nobody else."""

import select
import socket
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse
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


HALVES = {
    "a head": "GET / HTTP/1.1\r\nHost: local",
    "a first line": "GET /" + "a" * 4000,
    "a form": "POST /account HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\ncsrf_token=",
    "a form in chunks": (
        "POST /account HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4\r\n\r\n\r\n\r\n5;x\r\ncsrf_"
    ),
    "a last chunk": (
        "POST /account HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: 1\r\n"
    ),
}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
def test_no_thread_waits_for_the_other_half_of_a_request(live_server: LiveServer) -> None:
    """For four threads there are five of each kind; somebody else is answered while the server waits for all."""
    with ExitStack() as opened:
        waiting = [begun(opened, live_server, half) for half in HALVES.values() for _ in range(5)]

        assert ask(live_server, "GET", "/healthz", "") == 200
        ended, _, _ = select.select(waiting, [], [], 0)
        assert ended == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
def test_the_beginning_of_a_next_request_is_not_waited_for(live_server: LiveServer) -> None:
    whole = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with ExitStack() as opened:
        connections = [begun(opened, live_server, f"{whole}GET / HT") for _ in range(5)]

        assert ask(live_server, "GET", "/healthz", "") == 200
        for each in connections:
            assert everything(each).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
def test_what_comes_in_pieces_is_taken_whole_on_one_connection(live_server: LiveServer) -> None:
    token, (cookie, _) = form_token(live_server.app), cookies(live_server)
    body = urlencode({"csrf_token": token, "current": "a" * 300_000})
    head = f"Host: localhost\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    chunks = "".join(f"{len(part):x}\r\n{part}\r\n" for part in (body[:9], body[9:]))
    with ExitStack() as opened:
        connection = begun(opened, live_server, "GET /hea")
        statuses = []
        for request in (
            "lthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
            f"POST /sign-in HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}",
            f"POST /sign-in HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        ):
            for piece in (request[:20], request[20:-3], request[-3:]):
                connection.sendall(piece.encode())
            answer = HTTPResponse(connection)
            answer.begin()
            answer.read()
            statuses.append(answer.status)

    assert statuses == [200, 422, 422, 200]


NO_REQUESTS = {
    "GET /" + "a" * 5000: 414,
    "nonsense\r\n\r\n": 400,
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n": 302,
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 1\r\n\r\n": 400,
}


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
def test_what_is_no_request_is_not_waited_for(live_server: LiveServer) -> None:
    answers = {}
    for request in NO_REQUESTS:
        with ExitStack() as opened:
            answer = everything(begun(opened, live_server, request))
            answers[request] = int(answer.split()[1])

    assert answers == NO_REQUESTS


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True, scope="session")
def test_no_answer_names_the_server(live_server: LiveServer) -> None:
    for request in ("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n", "nonsense\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", live_server.port)) as connection:
            connection.sendall(request.encode())
            answer = everything(connection)

        assert answer.startswith(b"HTTP/1.")
        assert b"\nserver:" not in answer.lower()
        assert b"gunicorn" not in answer.lower()


def begun(opened: ExitStack, server: LiveServer, text: str) -> socket.socket:
    connection = opened.enter_context(socket.create_connection(("127.0.0.1", server.port)))
    connection.sendall(text.encode())
    return connection


def everything(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(4096), b""))


def ask(server: LiveServer, method: str, path: str, cookie: str, body: str = "") -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request(method, path, body or None, headers)
    status = connection.getresponse().status
    connection.close()
    return status
