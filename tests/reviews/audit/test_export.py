"""A log as a file: the lines of the pages and no others, and a line that says that somebody took them along."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from reviews.audit import queries, service
from reviews.db import clock
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.rules.enums import ConflictStanding, CyclePhase, PacketStage, Verb
from tests import builders as b
from tests.builders import NOW
from tests.clients import form_token
from tests.recording import recorded

pytestmark = pytest.mark.both_databases

HEADINGS = ["When (UTC)", "Who", "What", "Act", "Reason"]


@pytest.fixture(autouse=True)
def stopped_clock():
    with clock.fixed(NOW):
        yield


@pytest.fixture
def owner(session):  # noqa: ARG001 - rolls back
    return b.a_person("Ines Okafor")


@pytest.fixture
def cycle(owner):
    return b.a_cycle(phase=CyclePhase.RATING, owners=[owner])


def path(cycle, query="", log=""):
    return f"/cycles/{cycle.public_id}/audit{log}{query}"


def send(client, address):
    return client.post(address, data={"csrf_token": form_token(client.application)})


def lines_in(answer):
    assert answer.status_code == 200
    text = answer.data.decode("utf-8-sig")
    assert len(answer.data.decode()) == len(text) + 1
    headings, *lines = csv.reader(io.StringIO(text, newline=""))
    assert headings == HEADINGS
    return lines


def on_the_pages(client, address):
    """Who and what, over all pages."""
    found = []
    while address:
        page = client.page(address)
        for row in page.all(".//tbody/tr"):
            who, what = row.findall("td")[-2:]
            found.append((who.text, what.text))
        links = page.all(".//nav[@class='pager']/a")
        address = next((each.get("href") for each in links if each.text == "Next"), None)
    return found


def last_line():
    return db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def test_the_file_is_sent_to_be_kept_and_not_cached(client, owner, cycle):
    service.record(owner, Verb.OPEN_CYCLE, "Opened", at=NOW, cycle=cycle, reason="It is time.")
    client.sign_in(owner)

    answer = send(client, path(cycle))

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="changes-{NOW:%Y-%m-%d}.csv"'
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert lines_in(answer) == [
        [f"{NOW:%Y-%m-%d %H:%M:%S}", "Ines Okafor", "Opened", "Open cycle", "It is time."]
    ]


def test_the_file_has_the_lines_of_the_pages(client, owner, cycle):
    hidden = b.a_packet(cycle)
    b.a_conflict(hidden, owner, ConflictStanding.DECLARED)
    for number in range(60):
        reader = b.a_person("Mara" if number % 2 else "Bo")
        packet = hidden if number % 3 == 0 else b.a_packet(cycle)
        b.a_read(packet, reader)
        service.record(reader, Verb.SUBMIT_PACKET, f"Line {number}", at=NOW, packet=packet)
    client.sign_in(owner)

    for log in ("", "/reads"):
        for query, count in (
            ("", 40),
            ("?q=mara", 20),
            ("?from=2020-01-01&to=2020-01-02", 0),
            ("?person=x", 0),
        ):
            expected = on_the_pages(client, path(cycle, query, log))

            lines = lines_in(send(client, path(cycle, query, log)))

            assert [(who, what) for _, who, what, *_ in lines] == expected, (log, query)
            assert len(expected) == count, (log, query)


def test_of_reads_the_file_says_what_was_read_of_whom(client, owner, cycle):
    packet = b.a_packet(cycle, candidate=b.a_person("Ada", manager=b.a_person()))
    b.a_read(packet, b.a_person("Mara"))
    client.sign_in(owner)

    answer = send(client, path(cycle, "", "/reads"))

    assert answer.headers["Content-Disposition"].endswith(f'"reads-{NOW:%Y-%m-%d}.csv"')
    assert lines_in(answer) == [
        [
            f"{NOW:%Y-%m-%d %H:%M:%S}",
            "Mara",
            "Packet of Ada",
            "Read the peers' ratings, with their names",
            "",
        ]
    ]


@pytest.mark.parametrize("log", ["", "/reads"])
def test_an_owner_with_a_conflict_takes_nothing_of_the_packet_along(client, owner, cycle, log):
    packet = b.a_packet(cycle, panel=b.a_panel(cycle, members=[owner]))
    b.a_conflict(packet, owner, ConflictStanding.DECLARED)
    b.a_read(packet, b.a_person("Mara"))
    service.record(packet.candidate, Verb.SUBMIT_PACKET, "Submitted", at=NOW, packet=packet)
    client.sign_in(owner)

    for query in ("", f"?packet={packet.public_id}"):
        assert lines_in(send(client, path(cycle, query, log))) == []


def test_a_conflict_that_is_declared_while_the_file_is_made_ends_the_packets_lines(
    client, owner, cycle, monkeypatch
):
    monkeypatch.setattr(queries, "_BATCH", 2)
    packet = b.a_packet(cycle)
    for number in range(5):
        service.record(owner, Verb.EDIT_PANELS, f"Line {number}", at=NOW, packet=packet)
    client.sign_in(owner)
    parts = send(client, path(cycle)).iter_encoded()
    taken = [next(parts), next(parts)]

    b.a_conflict(packet, owner, ConflictStanding.DECLARED)
    db.session.commit()

    assert b"Line 4" in taken[1]
    assert b"".join(parts) == b""


def test_the_release_is_left_out_for_an_owner_with_a_packet(client, owner):
    cycle = b.a_cycle(phase=CyclePhase.CALIBRATION, owners=[owner])
    b.a_packet(cycle, candidate=owner, stage=PacketStage.DECIDED)
    service.record(owner, Verb.RELEASE_CYCLE, "Release set", at=NOW, cycle=cycle)
    client.sign_in(owner)

    assert lines_in(send(client, path(cycle))) == []


def test_a_name_that_is_a_formula_is_text_in_the_file(client, owner, cycle):
    service.record(b.a_person("=1+1"), Verb.EDIT_PANELS, "-2", at=NOW, cycle=cycle, reason="@x")
    client.sign_in(owner)

    ((_, *cells),) = lines_in(send(client, path(cycle)))

    assert cells == ["'=1+1", "'-2", "Edit panels", "'@x"]


# -- The line that says so


def test_an_export_leaves_one_line_with_its_filters_and_a_look_leaves_none(client, owner, cycle):
    client.sign_in(owner)
    client.page(path(cycle))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0

    send(client, path(cycle, f"?q=mara&from=2026-03-09&person={owner.public_id}", "/reads"))

    (line,) = db.session.scalars(sa.select(AuditEvent))
    assert (line.actor_id, line.cycle_id, line.packet_id) == (owner.id, cycle.id, None)
    assert (line.action, line.summary) == (
        "export_log",
        "Reads exported, filtered by person, text, since",
    )
    assert line.details["log"] == "reads"
    assert line.details["filters"]["text"] == "mara"
    assert line.details["filters"]["person"] == owner.public_id
    assert line.details["filters"]["since"].startswith("2026-03-09 00:00:00")


def test_what_an_export_was_filtered_by_tells_another_owner_nothing(client, owner, cycle):
    """A person or an act that has lines only in a packet that is closed to the reader."""
    packet = b.a_packet(cycle, candidate=b.a_person("Ada", manager=b.a_person("Bo")))
    client.sign_in(owner)
    send(client, path(cycle, f"?q=Ada&action=reveal_ballots&person={packet.manager.public_id}"))

    page = client.page(path(cycle))

    assert on_the_pages(client, path(cycle)) == [
        ("Ines Okafor", "Changes exported, filtered by action, person, text")
    ]
    assert not {"Ada", "Bo", "Reveal"} & set(page.text().split())


def test_an_export_about_a_packet_is_a_line_of_that_packet(client, owner, cycle):
    mine = b.a_person("Mine")
    db.session.add(b.CycleOwner(cycle_id=cycle.id, person_id=mine.id))
    packet = b.a_packet(cycle, candidate=mine, manager=b.a_person())
    client.sign_in(owner)
    send(client, path(cycle, f"?packet={packet.public_id}", "/reads"))

    seen = on_the_pages(client, path(cycle))
    client.sign_in(mine)

    assert seen == [("Ines Okafor", "Reads about the packet of Mine exported, filtered by packet")]
    assert on_the_pages(client, path(cycle)) == []


def test_a_packet_of_another_cycle_is_no_packet_of_this_log(client, owner, cycle):
    other = b.a_packet(b.a_cycle(owners=[owner]))
    client.sign_in(owner)

    assert lines_in(send(client, path(cycle, f"?packet={other.public_id}"))) == []
    assert (last_line().packet_id, last_line().cycle_id) == (None, cycle.id)


def test_all_of_it_is_said_to_be_all_and_the_next_file_has_the_line(client, owner, cycle):
    client.sign_in(owner)
    first = lines_in(send(client, path(cycle)))
    second = lines_in(send(client, path(cycle)))

    assert first == []
    assert [line[2] for line in second] == ["Changes exported, all of them"]


def test_the_changes_of_the_site_are_exported_by_a_site_owner(client, session):  # noqa: ARG001 - rolls back
    root = b.a_person("Root", is_owner=True)
    service.record(root, Verb.IMPORT_PEOPLE, "People imported", at=NOW)
    client.sign_in(root)

    assert [line[2] for line in lines_in(send(client, "/audit"))] == ["People imported"]
    assert (last_line().action, last_line().cycle_id) == ("export_log", None)


@pytest.mark.parametrize("log", ["", "/reads"])
def test_a_filter_that_cannot_be_is_shown_again_and_nothing_is_exported(client, owner, cycle, log):
    client.sign_in(owner)

    answer = send(client, path(cycle, "?from=tomorrow", log))

    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "Type a date, such as 2026-06-08." in answer.text
    assert 'value="tomorrow"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0


@pytest.mark.parametrize("query", ["?page=2", "?sort=at", "?q=a&q=b"])
def test_what_is_no_filter_is_refused(client, owner, cycle, query):
    client.sign_in(owner)

    assert send(client, path(cycle, query)).status_code == 400


@pytest.mark.parametrize("log", ["", "/reads"])
def test_nobody_else_can_export(client, cycle, log):
    chair = b.a_person()
    packet = b.a_packet(cycle, panel=b.a_panel(cycle, chair=chair))
    for person in (chair, packet.candidate, packet.manager, b.a_person()):
        client.sign_in(person)
        assert send(client, path(cycle, "", log)).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0


def test_without_a_token_nothing_is_exported(client, owner, cycle):
    client.sign_in(owner)

    assert client.post(path(cycle)).status_code == 403


# -- However many there are


def test_lines_are_read_a_few_at_a_time_in_transactions_of_their_own(
    client, owner, cycle, monkeypatch
):
    monkeypatch.setattr(queries, "_BATCH", 10)
    for number in range(35):
        at = NOW + timedelta(minutes=number)
        service.record(owner, Verb.EDIT_PANELS, f"Line {number}", at=at, cycle=cycle)
    client.sign_in(owner)

    with recorded() as seen:
        lines = lines_in(send(client, path(cycle)))

    assert [line[2] for line in lines] == [f"Line {number}" for number in reversed(range(35))]
    batches = [each for each in seen.statements if "audit_event.id < " in each.text]
    assert [each.rows for each in batches] == [10, 10, 10, 5]


def test_the_file_is_made_while_it_is_sent(client, owner, cycle, monkeypatch):
    """What is held in memory at a time is a batch, and nobody who stops taking it keeps a connection."""
    monkeypatch.setattr(queries, "_BATCH", 10)
    for number in range(35):
        service.record(owner, Verb.EDIT_PANELS, f"Line {number}", at=NOW, cycle=cycle)
    client.sign_in(owner)
    answer = send(client, path(cycle))
    parts = answer.iter_encoded()

    with recorded() as seen:
        begin, first = next(parts), next(parts)
        answer.close()

    assert answer.is_streamed
    assert (begin.count(b"\r\n"), first.count(b"\r\n")) == (1, 10)
    assert len([each for each in seen.texts if not each.startswith("BEGIN")]) == 1
