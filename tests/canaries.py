"""Marked texts, and the sweep that looks for them in every answer and every line of the log that the suite makes.

The builders put a mark into each text that somebody may not read, wherever a test gives no text of its own. A mark is
letters and digits, which nothing that writes a page, a file, an address or JSON changes, and it says by itself which
row of the policy opens the text, of which packet, and who wrote it. So whatever a test is about, each of its answers
is searched, and the policy is asked, fresh, whether the person who asked may read what was found.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, TextIO, cast

from flask import Flask
from sqlalchemy import or_, select
from werkzeug.test import TestResponse

from reviews.access import loaders
from reviews.access.viewer import Viewer
from reviews.db.connections import begin_read, end_read
from reviews.db.extensions import db
from reviews.db.models.packets import (
    Assignment,
    Packet,
    PacketRevision,
    RevisionCoverage,
    RevisionItem,
)
from reviews.db.models.ratings import Rating
from reviews.people import queries as people
from reviews.rules.enums import Action, AssignmentState, RaterKind
from reviews.rules.policy import Answer
from reviews.web.request_log import Event, Fact, Log

# -- Marks


@dataclass(frozen=True)
class Text:
    """A kind of text: the row that opens it to others, and the row that opens it to the one person whose own it is."""

    what: str
    to_others: Action | None
    to_author: Action | None = None

    @property
    def rows(self) -> set[str]:
        return {row.value for row in (self.to_others, self.to_author) if row}


#: Row of the policy -> the text that is marked for it.
MARKED = {
    "K03": Text("the draft of the evidence", Action.READ_EVIDENCE_DRAFT),
    "K07": Text("the evidence as it was submitted", Action.READ_EVIDENCE),
    "K15": Text("why a packet was returned", Action.RETURN_PACKET, Action.KNOW_PACKET),
    "R06": Text("the draft of a rating", None, Action.READ_RATING_DRAFT),
    "R13": Text(
        "what the manager agreed to share", Action.READ_SHAREABLE_RATIONALE, Action.READ_OWN_RATING
    ),
    "R14": Text(
        "what the manager did not agree to share",
        Action.READ_CONFIDENTIAL_RATIONALE,
        Action.READ_OWN_RATING,
    ),
    "R16": Text("what a peer wrote", Action.READ_PEER_RATIONALE, Action.READ_OWN_RATING),
    "R25": Text("why somebody declined to rate", Action.READ_DECLINE_REASON),
    "V02": Text("why ballots were revealed early", Action.OPEN_COMMITTEE_PAGE),
    "V05": Text(
        "why there is a conflict", Action.READ_CONFLICT_REASON, Action.READ_CONFLICT_REASON
    ),
    "V10": Text("the reasons on a ballot", Action.READ_BALLOTS, Action.READ_OWN_BALLOT),
    "D02": Text("the reasons of a decision", Action.READ_OUTCOME),
    "D03": Text("the letter", Action.READ_FEEDBACK),
    "L01": Text("a line of the audit log", Action.READ_PACKET_AUDIT),
}
_STATES = "shows no text that somebody wrote: states, counts or names"
_ACT = "is an act: what it takes is marked where it is read"
#: The other rows, and why nothing is marked for them.
UNMARKED = {
    **dict.fromkeys((
        "K16", "R01", "R02", "R12", "R15", "R19", "R20", "V01", "V04", "V11", "V12", "V17", "V26", "V27", "V28", "D01",
    ), _STATES),
    **dict.fromkeys((
        "K02", "K04", "K05", "K06", "K17", "R03", "R04", "R05", "R07", "R08", "R24", "V03", "V07", "V08", "V21", "V25",
        "D06",
    ), _ACT),
}  # fmt: skip

_FORM = "zq7{row}p{packet}a{author}n{number}q"
_MARK = re.compile(rb"zq7([a-z]\d\d)p(\d+)a(\d+)n(\d+)q")


@dataclass(frozen=True)
class Mark:
    row: str
    packet: int
    author: int
    #: What tells it from others of the same row, packet and author.
    number: int

    @property
    def text(self) -> str:
        return _FORM.format(**{**vars(self), "row": self.row.lower()})


def marked(
    text: str, row: str, packet: Packet, *, author: int | None = None, number: int = 0
) -> str:
    """The text with a mark, which is the same in every world where these four are.

    Args:
        row: a key of `MARKED`.
        packet: flushed, so that it has its id.
        author: the person whose own the text is.
    """
    assert row in MARKED, row
    return f"{text} ({Mark(row, packet.id, author or 0, number).text})"


def marks_in(data: bytes) -> set[Mark]:
    if b"zq7" not in data:
        return set()
    return {
        Mark(row.decode().upper(), int(packet), int(author), int(number))
        for row, packet, author, number in _MARK.findall(data)
    }


def without_marks(text: str) -> str:
    """The text as it would be without them, for a test that compares it whole."""
    return re.sub(r" \(zq7\w+q\)", "", text)


# -- Who may read them


class Reader:
    """Somebody who was told something, and what the policy says to that at this moment."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        #: Of one answer, which may hold many marks of one packet.
        self._known: dict[tuple[int, Action | None], Answer | None] = {}

    def may_read(self, mark: Mark) -> bool:
        """Whether a row opens the text where it stands now."""
        is_author = mark.author == self._viewer.person_id
        return any(
            self._answer(mark.packet, text.to_others) is Answer.ALLOW
            or (
                is_author
                and self._answer(mark.packet, text.to_author) in {Answer.ALLOW, Answer.OWN}
            )
            for text in (MARKED[row] for row in _rows_now(mark))
        )

    def _answer(self, packet: int, action: Action | None) -> Answer | None:
        if action is not None and (packet, action) not in self._known:
            self._known[packet, action] = self._ask(packet, action)
        return self._known.get((packet, action))

    def _ask(self, packet: int, action: Action) -> Answer | None:
        public_id = db.session.scalar(select(Packet.public_id).where(Packet.id == packet))
        access = public_id and loaders.packet(self._viewer, action, packet=public_id)
        return access.answer(action) if access else None


def _rows_now(mark: Mark) -> set[str]:
    """The row of the mark, or those that a service or a test has moved the text to since it was made."""
    if mark.row == "K03" and _is_submitted(mark):
        return {"K03", "K07"}
    if mark.row in {"R06", "R13", "R14", "R16"}:
        return _rating_rows(mark) or {mark.row}
    return {mark.row}


def _is_submitted(mark: Mark) -> bool:
    noted = select(RevisionCoverage.revision_id).where(
        RevisionCoverage.revision_id == PacketRevision.id,
        RevisionCoverage.no_opportunity.contains(mark.text),
    )
    told = select(RevisionItem.id).where(
        RevisionItem.revision_id == PacketRevision.id, RevisionItem.outcome.contains(mark.text)
    )
    found = select(PacketRevision.id).where(
        PacketRevision.packet_id == mark.packet, or_(told.exists(), noted.exists())
    )
    return db.session.scalar(found.limit(1)) is not None


def _rating_rows(mark: Mark) -> set[str]:
    found = db.session.execute(
        select(Assignment.state, Assignment.kind, Rating.shareable)
        .join(Rating, Rating.assignment_id == Assignment.id)
        .where(
            Assignment.packet_id == mark.packet,
            Assignment.rater_id == mark.author,
            Rating.rationale.contains(mark.text),
        )
    )
    return {
        "R06"
        if row.state is not AssignmentState.SUBMITTED
        else "R16"
        if row.kind is RaterKind.PEER
        else "R13"
        if row.shareable
        else "R14"
        for row in found
    }


# -- The sweep

#: Whether this context is the sweep's own: what it sends to the database is no part of what a test measures.
looking: ContextVar[bool] = ContextVar("looking", default=False)
_lines: ContextVar[list[str] | None] = ContextVar("lines", default=None)
#: Names of fields whose text is looked for however short it is.
_PASSWORDS = {"password", "present", "chosen"}
_SHORTEST = {True: 8, False: 16}
_PUBLIC_ID = re.compile(r"[\w-]{22}")


#: What a sweep counts: answers, lines of the log, and marks by whether the person may read them.
SEEN = ("answers", "lines", "met", "others")


class Sweep:
    """What was looked at in this process, and what was found that should not be there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()
        self._found: list[str] = []

    def count(self, what: str, number: int = 1) -> None:
        with self._lock:
            self._seen[what] += number

    def complain(self, sentence: str) -> None:
        with self._lock:
            self._seen["others"] += 1
            self._found.append(sentence)

    def taken(self) -> tuple[Counter[str], list[str]]:
        """What there is since the last time."""
        with self._lock:
            taken = self._seen, self._found
            self._seen, self._found = Counter(), []
        return taken

    @contextmanager
    def expecting(self) -> Iterator[list[str]]:
        """Give a list that holds, after the block, what was found inside it; no test fails of that."""
        with self._lock:
            before, self._found = self._found, []
        found: list[str] = []
        try:
            yield found
        finally:
            with self._lock:
                found += self._found
                self._found = before
                self._seen["others"] -= len(found)

    # -- Answers

    def ask(self, app: Flask, send: Callable[..., TestResponse], *args: Any, **how: Any) -> Any:
        """Send a request, in a context of its own, and look at the answer and at each line written meanwhile."""
        lines: list[str] = []
        _lines.set(lines)
        response = send(*args, **how)
        self.count("answers")
        address = _address(response)
        self._look_for_what_was_typed(app, response, how, lines, address)
        if response.request.path.startswith("/static/"):
            return response
        if packed := response.headers.get("Content-Encoding"):
            self.complain(f"{address}: {packed} cannot be searched")
        # What somebody sent may come back to them.
        sent = marks_in(repr((args, how)).encode())
        self.judge(app, response, marks_in(str(response.headers).encode()) - sent)
        if "Content-Length" in response.headers:
            self.judge(app, response, marks_in(response.get_data()) - sent)
        else:
            # It is made while it is sent, and is to be so here too.
            response.response = Pieces(response.response, partial(self.judge, app, response), sent)
        return response

    def judge(self, app: Flask, response: TestResponse, found: set[Mark]) -> None:
        """Ask the policy, in a context and a transaction of its own, whether who was answered may read these."""
        if found:
            Context().run(self._judge, app, response, found)

    def _judge(self, app: Flask, response: TestResponse, found: set[Mark]) -> None:
        looking.set(True)
        with app.app_context():
            begin_read()
            self._judge_for(_token(app, response), _address(response), found)
            end_read()

    def _judge_for(self, token: str | None, address: str, found: set[Mark]) -> None:
        signed_in = people.viewer_of_session(token) if token else None
        reader = Reader(signed_in[0]) if signed_in else None
        for mark in sorted(found, key=str):
            if reader and reader.may_read(mark):
                self.count("met")
            else:
                name = signed_in[0].name if signed_in else "somebody who is not signed in"
                self.complain(f"{address} tells {name} {MARKED[mark.row].what}: {mark}")

    # -- Lines

    def write(self, text: str) -> None:
        """Take what goes to the log, as a stream does."""
        lines = _lines.get()
        for line in filter(None, text.splitlines()):
            self.count("lines")
            if lines is not None:
                lines.append(line)
            for mark in marks_in(line.encode()):
                self.complain(f"A line of the log tells {MARKED[mark.row].what}: {line}")

    def flush(self) -> None:
        """There is nothing to wait for."""

    def _look_for_what_was_typed(
        self, app: Flask, response: TestResponse, how: Mapping[str, Any], lines: list[str], at: str
    ) -> None:
        if not lines:
            return
        typed = [*_typed(how), *_parts(response.request.path)]
        if token := _token(app, response):
            typed.append(token)
        for line in lines:
            for text in typed:
                if text in line:
                    self.complain(f"{at}: a line of the log says {text!r}, which was sent: {line}")


class Pieces:
    """An answer that is made while it is sent, searched piece by piece as a client takes them."""

    #: No mark is longer.
    _OVERLAP = 80

    def __init__(self, pieces: Any, judge: Callable[[set[Mark]], None], sent: set[Mark]) -> None:
        self._pieces = pieces
        self._iterator = iter(pieces)
        self._judge = judge
        self._sent = sent
        self._end = b""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        piece: bytes = next(self._iterator)
        text = self._end + piece
        self._judge(marks_in(text) - marks_in(self._end) - self._sent)
        self._end = text[-self._OVERLAP :]
        return piece

    def close(self) -> None:
        if hasattr(self._pieces, "close"):
            self._pieces.close()


def _address(response: TestResponse) -> str:
    return f"{response.request.method} {response.request.path}"


def _token(app: Flask, response: TestResponse) -> str | None:
    held = app.session_interface.open_session(app, cast("Any", response.request))
    return held.get("_user_id") if held else None


def _typed(how: Mapping[str, Any]) -> Iterator[str]:
    """Texts of the form or the query that are too long or too secret to be a word of ours."""
    for fields in (how.get("data"), how.get("query_string"), how.get("json")):
        if isinstance(fields, Mapping):
            for name, value in fields.items():
                for text in value if isinstance(value, list | tuple) else [value]:
                    if isinstance(text, str) and len(text) >= _SHORTEST[name in _PASSWORDS]:
                        yield from [] if _PUBLIC_ID.fullmatch(text) else [text]


def _parts(path: str) -> list[str]:
    """Parts of an address that are longer than a public id, such as the token of a link."""
    return [part for part in path.split("/") if len(part) > 22]


SWEEP = Sweep()
#: Writes every line that any application writes, whatever the level of its own log.
_every_line = Log("INFO")
_every_line._stream = cast("TextIO", SWEEP)  # noqa: SLF001 - the log takes no stream


@contextmanager
def listening() -> Iterator[None]:
    """Look at the lines of every application that is there or is made inside the block."""
    write = Log.write

    def heard(log: Log, what: Event, level: int, facts: dict[str, Fact]) -> None:
        if log is not _every_line:
            write(_every_line, what, level, facts)
        write(log, what, level, facts)

    Log.write = heard  # type: ignore[method-assign,assignment]  # for the length of the run
    try:
        yield
    finally:
        Log.write = write  # type: ignore[method-assign]  # as it was
