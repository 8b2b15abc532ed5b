"""People who write without a pause while something fails, and what has become of all that they sent."""

import html
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import islice
from time import monotonic, sleep
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from benchmarks import data, rush
from benchmarks.data import PROSE, Size
from benchmarks.offering import Request, Write
from benchmarks.serving import cookie_of, form_token
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent, AuditHead
from reviews.db.models.calibration import Ballot, BallotMark
from reviews.db.models.packets import Assignment, EvidenceItem, Packet
from reviews.db.models.people import TakenForm
from reviews.db.models.ratings import Rating
from reviews.people.service import open_session
from reviews.rules.enums import AssignmentState, Category, Verb

#: As many as the server has threads: none of them waits for another one.
PEOPLE = 8
#: Between an answer and the next request of the same person.
_PAUSE = 0.15
#: After which an answer counts as one that does not come.
_PATIENCE = 30
#: Of so many requests one is a ballot.
_BALLOTS = 10


def prepare(app: Flask, count: int) -> list[Request]:
    """Load what is written to, and make the requests: ratings, evidence and reads as in the rush, and ballots."""
    requests = rush.prepare(app, count)
    cycle, chair = data.load(Size(count // _BALLOTS, 2, 1))
    cookie = cookie_of(app, open_session(chair, at=cycle.created_at, hours=12))
    token = form_token(app)
    packets = db.session.execute(
        sa.select(Packet.id, Packet.public_id).where(Packet.cycle_id == cycle.id)
    ).all()
    dimensions = db.session.scalars(
        sa.select(Rating.dimension_id)
        .join(Assignment)
        .where(Assignment.packet_id == packets[0].id)
        .distinct()
    ).all()
    ballots = []
    for packet, public_id in packets:
        said = f"{PROSE} Said of packet {packet}."
        fields = {f"choice_{dimension}": Category.MET.value for dimension in dimensions}
        fields |= {f"rationale_{dimension}": said for dimension in dimensions}
        body = urlencode({**fields, "csrf_token": token})
        address = f"/packets/{public_id}/ballot"
        ballots.append(
            Request("POST", address, cookie, body, Write("ballot", (packet, *dimensions), said))
        )
    db.session.commit()
    return list(_mixed(requests, ballots))


def _mixed(requests: Iterable[Request], ballots: Iterable[Request]) -> Iterator[Request]:
    rest = iter(requests)
    for ballot in ballots:
        yield from islice(rest, _BALLOTS)
        yield ballot
    yield from rest


# -- Sending


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one request."""

    request: Request
    #: Of HTTP; 0 where the connection was cut.
    status: int
    #: Instants in seconds.
    sent: float
    done: float
    #: Whether the answer never came.
    hung: bool = False
    #: Whether it refuses what was typed and does not have it.
    text_lost: bool = False

    @property
    def seconds(self) -> float:
        return self.done - self.sent

    @property
    def is_acknowledged(self) -> bool:
        return self.request.write is not None and self.status == 302


class Crowd:
    """Threads that send one request after the other. What is refused or cut off they send again, word for word."""

    def __init__(self, requests: Sequence[Request]) -> None:
        self.port = 0
        self.told: list[Told] = []
        self._new = deque(requests)
        self._again: deque[Request] = deque()
        self._under_way = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write) for _ in range(PEOPLE)]
        #: Nobody begins anything new while this is not set.
        self.may_begin = threading.Event()

    def start(self, port: int) -> None:
        self.port = port
        self.may_begin.set()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        self.may_begin.set()
        for thread in self._threads:
            thread.join()

    def settle(self) -> bool:
        """Let everything that was begun be answered well, and nothing new be begun. False if that does not happen."""
        self.may_begin.clear()
        deadline = monotonic() + 2 * _PATIENCE
        while monotonic() < deadline:
            with self._lock:
                if not (self._under_way or self._again):
                    return True
            sleep(0.05)
        return False

    def acknowledged(self) -> dict[Write, float]:
        """Each write that the server said it had taken, and when."""
        return {
            told.request.write: told.done
            for told in self.told
            if told.is_acknowledged and told.request.write is not None
        }

    def _write(self) -> None:
        while not self._over.is_set():
            request = self._next()
            if request is None:
                sleep(0.05)
                continue
            told = _send(self.port, request)
            self.told.append(told)
            with self._lock:
                # A refusal that would be the same again is text lost, or a fault of what was prepared.
                if request.write is not None and told.status in {0, 500, 503}:
                    self._again.append(request)
                self._under_way -= 1
            sleep(_PAUSE)

    def _next(self) -> Request | None:
        with self._lock:
            if self._again:
                request = self._again.popleft()
            elif self.may_begin.is_set() and self._new:
                request = self._new.popleft()
            else:
                return None
            self._under_way += 1
            return request


def _send(port: int, request: Request) -> Told:
    headers = {"Cookie": request.cookie, "Connection": "close"}
    if request.body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    sent = monotonic()
    try:
        connection.request(request.method, request.address, request.body or None, headers)
        response = connection.getresponse()
        page = html.unescape(response.read().decode())
    except TimeoutError:
        return Told(request, 0, sent, monotonic(), hung=True)
    except (OSError, HTTPException):
        return Told(request, 0, sent, monotonic())
    finally:
        connection.close()
    done = monotonic()
    status = response.status
    if "/sign-in" in response.headers.get("Location", ""):
        status = 401
    text = request.write.text if request.write is not None else ""
    typed = request.write is not None and request.write.kind != "submit" and status != 302
    return Told(request, status, sent, done, text_lost=typed and text not in page)


# -- What is there afterwards


def missing(acknowledged: Iterable[Write]) -> int:
    """Of these writes, how many the database does not hold word for word."""
    held: dict[tuple[str, tuple[int, ...]], set[str]] = {}
    for assignment, state in db.session.execute(sa.select(Assignment.id, Assignment.state)):
        held["submit", (assignment,)] = {state.value}
    for *row, text in db.session.execute(
        sa.select(Rating.assignment_id, Rating.dimension_id, Rating.rationale)
    ):
        held["draft", tuple(row)] = {text}
    for item, text in db.session.execute(sa.select(EvidenceItem.id, EvidenceItem.outcome)):
        held["evidence", (item,)] = {text}
    ballots: dict[int, dict[int, str]] = {}
    for packet, dimension, text in db.session.execute(
        sa.select(Ballot.packet_id, BallotMark.dimension_id, BallotMark.rationale).join(BallotMark)
    ):
        ballots.setdefault(packet, {})[dimension] = text
    lost = 0
    for write in acknowledged:
        if write.kind == "ballot":
            packet, *dimensions = write.row
            found = {ballots.get(packet, {}).get(dimension, "") for dimension in dimensions}
        else:
            found = held.get((write.kind, write.row), set())
        lost += found != {write.text}
    return lost


def acts() -> Counter[str]:
    """How often each act is in the tables, and with a minus how often in the audit log; and what no act leaves."""
    counted = {
        Verb.EDIT_EVIDENCE: sa.select(sa.func.count()).where(EvidenceItem.version > 1),
        Verb.SUBMIT_RATING: sa.select(sa.func.count()).where(
            Assignment.state == AssignmentState.SUBMITTED
        ),
        Verb.CAST_BALLOT: sa.select(sa.func.count(Ballot.id)),
    }
    found: Counter[str] = Counter()
    for verb, rows in counted.items():
        lines = sa.select(sa.func.count()).where(AuditEvent.action == verb)
        found[verb.value] = db.session.scalars(rows).one() - db.session.scalars(lines).one()
    heads = sa.select(sa.func.coalesce(sa.func.sum(AuditHead.count), 0))
    lines = sa.select(sa.func.count(AuditEvent.id))
    found["heads"] = db.session.scalars(heads).one() - db.session.scalars(lines).one()
    unanswered = sa.select(sa.func.count()).where(TakenForm.digest != "", TakenForm.location == "")
    found["presses"] = db.session.scalars(unanswered).one()
    marks = sa.select(sa.func.count()).select_from(BallotMark)
    ballots = sa.select(sa.func.count(Ballot.id))
    found["marks"] = db.session.scalars(marks).one() - 2 * db.session.scalars(ballots).one()
    return found
