"""The server is killed under a writing client, again and again: whatever it had answered is in the database."""

import re
import threading
import time
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Self
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent, AuditHead
from reviews.db.models.packets import EvidenceItem, Packet, PacketState
from reviews.db.models.people import Person
from reviews.people import service as people
from reviews.people.queries import now
from tests import builders
from tests.clients import cookie_of
from tests.live_server import LiveServer

pytestmark = [pytest.mark.both_databases, pytest.mark.test_all]


class Writer:
    """A candidate who saves one evidence item after another, and remembers those that were acknowledged."""

    def __init__(self, server: LiveServer, packet: str, dimension: int, cookies: str) -> None:
        self.server = server
        self.address = f"/packets/{packet}/evidence/new"
        self.dimension = dimension
        self.cookies = cookies
        self.acknowledged: list[str] = []
        self.attempts = 0
        self.failure: BaseException | None = None
        self.enough = threading.Event()
        self.wanted = 0

    @classmethod
    def sign_in(cls, server: LiveServer) -> Self:
        with server.app.app_context():
            candidate, packet = a_writing_candidate()
            dimension = builders.asked(packet).dimensions[0].id
            token = people.open_session(candidate, at=now(), hours=1)
            db.session.commit()
            public_id = packet.public_id
        return cls(server, public_id, dimension, cookie_of(server.app, token))

    def request(self, method: str, body: str | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            headers = {"Cookie": self.cookies}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, self.address, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def open_form(self) -> tuple[int, str]:
        """The page, from a server that has just come back and may drop the first caller."""
        for _ in range(50):
            try:
                return self.request("GET")
            except (OSError, HTTPException):
                time.sleep(0.2)
        return self.request("GET")

    def write_until_it_breaks(self, token: str) -> None:
        while True:
            self.attempts += 1
            title = f"Item {self.attempts}"
            fields = {
                "csrf_token": token,
                "version": "0",
                "title": title,
                "outcome": "What came of it.",
                "dimensions": self.dimension,
            }
            try:
                status, text = self.request("POST", urlencode(fields))
            except (OSError, HTTPException):
                return
            if status != 302:
                self.failure = AssertionError(f"{status}: {text[:2000]}")
                self.enough.set()
                return
            self.acknowledged.append(title)
            if len(self.acknowledged) >= self.wanted:
                self.enough.set()


def a_writing_candidate() -> tuple[Person, Packet]:
    cycle = builders.a_cycle()
    packet = builders.a_packet(cycle, state=PacketState.DRAFT)
    return packet.candidate, packet


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.prove)])
def test_whatever_was_acknowledged_survives_the_death_of_the_server(
    live_server: LiveServer, kills: int
) -> None:
    writer = Writer.sign_in(live_server)
    dice = Random(1)  # noqa: S311 - how long to wait is no secret

    for _ in range(kills):
        status, page = writer.open_form()
        assert status == 200, page[:2000]
        (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', page))
        writer.wanted = len(writer.acknowledged) + dice.randint(1, 6)
        writer.enough.clear()
        thread = threading.Thread(target=writer.write_until_it_breaks, args=(token,))
        thread.start()
        assert writer.enough.wait(30)
        live_server.kill()
        thread.join(30)
        assert writer.failure is None, writer.failure
        live_server.restart()

    with live_server.app.app_context():
        kept = db.session.scalars(sa.select(EvidenceItem.title)).all()
        lines = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
        head = db.session.scalars(sa.select(sa.func.sum(AuditHead.count))).one()
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert db.session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    assert set(writer.acknowledged) - set(kept) == set()
    assert len(writer.acknowledged) >= kills
    # Nothing is half done either: what is kept has its line in the audit log, and the chain its head.
    assert len(kept) == len(set(kept)) == lines == head
