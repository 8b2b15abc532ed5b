"""The sweep over answers and lines of the log: that it finds what is told to somebody who may not know it."""

import json
import tomllib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask, Response, request
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from reviews.access.loaders import PacketAccess
from reviews.db.extensions import db
from reviews.db.models.calibration import BallotMark, DimensionOutcome
from reviews.db.models.packets import Assignment, Packet, RevisionCoverage, RevisionItem
from reviews.db.models.people import Person
from reviews.db.models.ratings import Rating
from reviews.rules.enums import (
    AssignmentState,
    ConflictStanding,
    CyclePhase,
    PacketStage,
    PacketState,
    RaterKind,
)
from reviews.rules.policy.table import HERE
from reviews.web import request_log
from reviews.web.request_log import Event
from tests import builders
from tests.canaries import MARKED, SWEEP, UNMARKED, Mark, Pieces, marked, marks_in, without_marks
from tests.clients import FORM_SECRET, Window
from tests.conftest import application, disconnect, swept
from tests.databases import Databases

# -- A text of each row, as the builders mark it


class Scene:
    """A packet in the phase in which the row is read, with people around it."""

    def __init__(self, phase: CyclePhase, stage: PacketStage = PacketStage.WAITING, **of: Any):
        self.owner = builders.a_person("Owner")
        self.member = builders.a_person("Member")
        self.peer = builders.a_person("Peer")
        self.manager = builders.a_person("Manager")
        self.candidate = builders.a_person("Candidate", manager=self.manager)
        self.stranger = builders.a_person("Stranger")
        cycle = builders.a_cycle(phase=phase, owners=[self.owner])
        self.packet = builders.a_packet(
            cycle,
            candidate=self.candidate,
            manager=self.manager,
            panel=builders.a_panel(cycle, members=[self.member]),
            stage=stage,
            **of,
        )


def of_item(scene: Scene) -> tuple[str, list[Person]]:
    return builders.an_item(scene.packet).outcome, [scene.candidate]


def of_revision(scene: Scene) -> tuple[str, list[Person]]:
    (first, *_) = db.session.scalars(
        select(RevisionItem).where(RevisionItem.revision_id == scene.packet.current_revision_id)
    )
    return first.outcome, [scene.candidate, scene.manager, scene.owner]


def of_return(scene: Scene) -> tuple[str, list[Person]]:
    return scene.packet.return_reason or "", [scene.candidate, scene.manager, scene.owner]


def of_draft(scene: Scene) -> tuple[str, list[Person]]:
    assignment = builders.an_assignment(scene.packet, scene.peer)
    return builders.a_rating_draft(assignment).rationale, [scene.peer]


def of_rating(scene: Scene, **how: Any) -> tuple[str, list[Person]]:
    assignment = builders.a_rating(scene.packet, **how)
    (first, *_) = db.session.scalars(select(Rating).where(Rating.assignment_id == assignment.id))
    return first.rationale, [scene.owner, assignment.rater]


def of_decline(scene: Scene) -> tuple[str, list[Person]]:
    declined = builders.an_assignment(scene.packet, state=AssignmentState.DECLINED)
    return declined.decline_note or "", [scene.owner]


def of_reveal(scene: Scene) -> tuple[str, list[Person]]:
    return scene.packet.reveal_reason or "", [scene.owner]


def of_conflict(scene: Scene) -> tuple[str, list[Person]]:
    conflict = builders.a_conflict(scene.packet, scene.member, ConflictStanding.DECLARED)
    return conflict.reason, [scene.owner, scene.member]


def of_ballot(scene: Scene) -> tuple[str, list[Person]]:
    builders.a_conflict(scene.packet, scene.member)
    ballot = builders.a_ballot(scene.packet, scene.member)
    (first, *_) = db.session.scalars(select(BallotMark).where(BallotMark.ballot_id == ballot.id))
    return first.rationale, [scene.owner, scene.member]


def of_outcome(scene: Scene) -> tuple[str, list[Person]]:
    decision = builders.a_decision(scene.packet, scene.owner)
    (first, *_) = db.session.scalars(
        select(DimensionOutcome).where(DimensionOutcome.decision_id == decision.id)
    )
    return first.reason, [scene.owner]


def of_letter(scene: Scene) -> tuple[str, list[Person]]:
    return builders.a_decision(scene.packet, scene.owner).letter, [scene.owner]


def of_line(scene: Scene) -> tuple[str, list[Person]]:
    return builders.an_audit_line(scene.packet).summary, [scene.owner]


EVIDENCE, RATING, CALIBRATION = CyclePhase.EVIDENCE, CyclePhase.RATING, CyclePhase.CALIBRATION

Told = tuple[str, list[Person]]
#: Row of the policy -> the scene, and what makes the text and names everybody there who may read it.
SCENES: dict[str, tuple[dict[str, Any], Callable[[Scene], Told]]] = {
    "K03": ({"phase": EVIDENCE}, of_item),
    "K07": ({"phase": RATING}, of_revision),
    "K15": ({"phase": EVIDENCE, "state": PacketState.RETURNED}, of_return),
    "R06": ({"phase": RATING}, of_draft),
    "R13": ({"phase": RATING}, lambda s: of_rating(s, kind=RaterKind.MANAGER, shareable=True)),
    "R14": ({"phase": RATING}, lambda s: of_rating(s, kind=RaterKind.MANAGER)),
    "R16": ({"phase": RATING}, lambda s: of_rating(s, rater=s.peer)),
    "R25": ({"phase": RATING}, of_decline),
    "V02": (
        {"phase": CALIBRATION, "stage": PacketStage.DISCUSSION, "missing_ballots": 1},
        of_reveal,
    ),
    "V05": ({"phase": CALIBRATION, "stage": PacketStage.VOTING}, of_conflict),
    "V10": ({"phase": CALIBRATION, "stage": PacketStage.DISCUSSION}, of_ballot),
    "D02": ({"phase": CALIBRATION, "stage": PacketStage.DECIDED}, of_outcome),
    "D03": ({"phase": CALIBRATION, "stage": PacketStage.DECIDED}, of_letter),
    "L01": ({"phase": RATING}, of_line),
}


def scene_of(row: str) -> tuple[Scene, str, list[Person]]:
    how, make = SCENES[row]
    scene = Scene(**how)
    text, readers = make(scene)
    return scene, text, readers


# -- An application that tells everybody what it should not


class Leak:
    """What is added to every answer, and to the log."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.body = self.header = self.line = ""
        self.repeats: str | None = None

    def spring(self, response: Response) -> Response:
        if self.body:
            response.set_data(response.get_data() + self.body.encode())
        if self.header:
            response.headers["X-Told"] = self.header
        if self.line:
            request_log.note(Event.DENIED, reason=self.line)
        if self.repeats:
            request_log.note(Event.DENIED, reason=request.form[self.repeats])
        return response


@pytest.fixture(scope="module")
def leaks() -> Leak:
    return Leak()


@pytest.fixture(scope="module")
def app(databases: Databases, migrated: str, leaks: Leak) -> Iterator[Flask]:
    url = databases.make(copy_of=migrated)
    app = application(url)
    app.after_request(leaks.spring)
    yield app
    with app.app_context():
        disconnect()
    databases.drop(url)


@pytest.fixture
def leak(leaks: Leak, session: scoped_session[Session]) -> Iterator[Leak]:
    assert session
    yield leaks
    leaks.forget()


@pytest.fixture
def window(app: Flask, leak: Leak) -> Window:
    assert leak
    return Window(app, app.response_class)


def found_by(window: Window, person: Person | None, path: str = "/account") -> list[str]:
    """What the sweep finds in the answer that somebody is given."""
    if person:
        window.sign_in(person)
    db.session.commit()
    with SWEEP.expecting() as found:
        window.get(path)
    return found


# -- Answers


@pytest.mark.parametrize("row", MARKED)
def test_a_text_that_is_told_to_somebody_who_may_not_read_it_is_found(
    window: Window, leak: Leak, row: str
) -> None:
    scene, leak.body, readers = scene_of(row)
    (mark,) = marks_in(leak.body.encode())
    people = [each for each in vars(scene).values() if isinstance(each, Person)]
    told = {person.name: found_by(window, person) for person in people}

    assert mark.row == row
    assert {name for name, found in told.items() if not found} == {
        reader.name for reader in readers
    }
    for name, found in told.items():
        if found:
            assert found == [f"GET /account tells {name} {MARKED[row].what}: {mark}"]


@pytest.mark.parametrize("row", MARKED)
def test_whoever_is_not_signed_in_may_read_none(window: Window, leak: Leak, row: str) -> None:
    _, leak.body, _ = scene_of(row)
    (mark,) = marks_in(leak.body.encode())

    (found,) = found_by(window, None, "/sign-in")

    assert found == (f"GET /sign-in tells somebody who is not signed in {MARKED[row].what}: {mark}")


@pytest.mark.parametrize("written", [str, escape, json.dumps, quote, lambda text: f"<b>{text}</b>"])
def test_a_mark_is_found_however_it_is_written(
    window: Window, leak: Leak, written: Callable[[str], str]
) -> None:
    scene, text, _ = scene_of("D03")

    leak.body = written(text)
    assert len(found_by(window, scene.stranger)) == 1
    leak.body, leak.header = "", quote(text)
    assert len(found_by(window, scene.stranger)) == 1


def test_a_page_that_does_not_ask_the_policy_is_found(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep asks by itself: what a page took for granted makes no difference."""
    scene, text, _ = scene_of("K03")
    (mark,) = marks_in(text.encode())
    path = f"/packets/{scene.packet.public_id}"
    asked = found_by(window, scene.manager, path)
    monkeypatch.setattr(PacketAccess, "may", lambda *_: True)

    assert (asked, found_by(window, scene.manager, path)) == (
        [],
        [f"GET {path} tells Manager {MARKED['K03'].what}: {mark}"],
    )


def test_what_is_packed_is_refused_because_it_cannot_be_searched(
    app: Flask, monkeypatch: pytest.MonkeyPatch, window: Window
) -> None:
    def pack(response: Response) -> Response:
        response.headers["Content-Encoding"] = "gzip"
        return response

    monkeypatch.setitem(app.after_request_funcs, None, [pack])

    assert found_by(window, None, "/sign-in") == ["GET /sign-in: gzip cannot be searched"]


def test_what_is_made_while_it_is_sent_is_searched_as_it_is_taken() -> None:
    """No sooner: to take it all at once would be another answer than the one a client gets."""
    mark = Mark("D03", 7, 0, 1)
    begin, end = mark.text[:6].encode(), mark.text[6:].encode()
    taken: list[int] = []
    judged: list[set[Mark]] = []

    def made() -> Iterator[bytes]:
        for number, piece in enumerate((b"One ", begin, end, b" three", mark.text.encode())):
            taken.append(number)
            yield piece

    pieces = Pieces(made(), judged.append, set())
    assert taken == []
    assert b"".join(pieces) == b"One " + begin + end + b" three" + mark.text.encode()
    assert (judged, len(taken)) == ([set(), set(), {mark}, set(), set()], 5)


def test_what_somebody_sent_may_come_back_to_them(window: Window) -> None:
    scene, text, _ = scene_of("D03")
    window.sign_in(scene.stranger)
    db.session.commit()

    with SWEEP.expecting() as found:
        window.post("/sign-out", data={"next": text}, headers={"X-Sent": text})
    assert found == []


# -- Texts that have gone on to another row


def test_a_draft_that_was_submitted_is_read_as_evidence(window: Window, leak: Leak) -> None:
    scene, leak.body, _ = scene_of("K03")
    before = found_by(window, scene.manager)
    revision = builders.a_revision(scene.packet)
    (first, *_) = db.session.scalars(
        select(RevisionItem).where(RevisionItem.revision_id == revision.id)
    )
    other = first.outcome
    first.outcome = leak.body
    as_item = found_by(window, scene.manager)
    db.session.get_one(RevisionItem, first.id).outcome = other
    taken_out = found_by(window, scene.manager)
    (coverage, *_) = db.session.scalars(
        select(RevisionCoverage).where(RevisionCoverage.revision_id == revision.id)
    )
    coverage.no_opportunity = leak.body
    as_note = found_by(window, scene.manager)

    assert [len(found) for found in (before, as_item, taken_out, as_note)] == [1, 0, 1, 0]


def test_a_rating_is_read_as_what_it_has_become(window: Window, leak: Leak) -> None:
    scene, leak.body, _ = scene_of("R06")
    before = found_by(window, scene.owner)
    assignment = db.session.scalars(select(Assignment)).one()
    assignment.state = AssignmentState.SUBMITTED
    assignment.submitted_at = builders.NOW
    assignment.revision_id = db.session.get_one(Packet, scene.packet.id).current_revision_id

    assert [len(before), len(found_by(window, scene.owner))] == [1, 0]


# -- Lines of the log


@pytest.mark.parametrize("row", MARKED)
def test_a_line_that_tells_a_text_is_found_whoever_asked(
    window: Window, leak: Leak, row: str
) -> None:
    _, leak.line, readers = scene_of(row)

    (found,) = found_by(window, readers[0])

    assert found.startswith(f"A line of the log tells {MARKED[row].what}: {{")
    assert leak.line in found


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("password", "one word"),
        ("csrf_token", FORM_SECRET),
        ("title", "A text that somebody has typed."),
    ],
)
def test_a_line_that_says_what_was_sent_is_found(
    window: Window, leak: Leak, field: str, text: str
) -> None:
    leak.repeats = field

    with SWEEP.expecting() as found:
        window.post("/sign-in", data={field: text})

    assert [each.split(": {")[0] for each in found] == [
        f"POST /sign-in: a line of the log says {text!r}, which was sent"
    ]


def test_a_line_that_says_the_token_of_a_session_or_of_a_link_is_found(
    window: Window, leak: Leak
) -> None:
    bo = builders.a_person("Bo")
    window.sign_in(bo)
    with window.session_transaction() as held:
        leak.line = held["_user_id"]
    assert len(found_by(window, None)) == 1

    leak.line = "a" * 43
    assert len(found_by(window, None, f"/sign-in/link/{leak.line}")) == 1


def test_lines_are_looked_at_although_the_log_is_silent(window: Window) -> None:
    before = SWEEP._seen["lines"]  # noqa: SLF001 - what this run has counted so far

    window.get("/sign-in")

    assert SWEEP._seen["lines"] == before + 1  # noqa: SLF001 - the same


# -- The run


def test_every_row_is_marked_or_named_with_a_reason() -> None:
    rows = tomllib.loads((HERE / "packet.toml").read_text(encoding="utf-8"))
    by_row = {row for text in MARKED.values() for row in text.rows}

    assert by_row | set(UNMARKED) == {row["id"] for row in rows.values()}
    assert by_row & set(UNMARKED) == set()
    assert SCENES.keys() == MARKED.keys()


def test_a_mark_is_the_same_in_every_world_and_can_be_taken_out(
    session: scoped_session[Session],
) -> None:
    assert session
    packet = Scene(EVIDENCE).packet

    text = marked("Seen.", "R16", packet, author=3, number=5)

    assert text == f"Seen. (zq7r16p{packet.id}a3n5q)"
    assert marks_in(text.encode()) == {Mark("R16", packet.id, 3, 5)}
    assert without_marks(text) == "Seen."


def test_what_is_found_fails_the_test_in_which_it_was_found() -> None:
    item: Any = SimpleNamespace(user_properties=[])
    part = swept(item)
    next(part)
    SWEEP.complain("Somebody was told.")

    with pytest.raises(pytest.fail.Exception, match=r"^Somebody was told\.$"):
        next(part)
    assert ("others", 1) in item.user_properties


def test_a_test_that_has_failed_by_itself_says_both() -> None:
    part = swept(SimpleNamespace(user_properties=[]))  # type: ignore[arg-type]  # all that is asked of it
    next(part)
    SWEEP.complain("Somebody was told.")
    failure = ValueError("Broken.")

    with pytest.raises(ValueError, match="Broken"):
        part.throw(failure)
    assert failure.__notes__ == ["Somebody was told."]
