"""The anchor outside the database shows what the database itself cannot: that an older copy stands in its place."""

import io
import json
import os
import runpy
import stat
import threading
from contextlib import redirect_stderr
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import current_app

from reviews.audit import anchor, chain, service, verification
from reviews.audit.verification import Verification, verify
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent, AuditHead
from reviews.rules.enums import Verb
from tests.builders import NOW, a_person
from tests.conftest import application, disconnect
from tests.recording import recorded
from tests.reviews.audit.lines import break_in, problems, rows_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "audit.anchor"


@pytest.fixture
def anchored(database, kept):
    """An application over a database of its own, with an anchor. Ada and Bo write in lanes 1 and 2."""
    app = application(database, AUDIT_ANCHOR=str(kept))
    with app.app_context():
        yield app
        disconnect()
    anchor.keep_at("")


@pytest.fixture
def ada(anchored):  # noqa: ARG001 - in its database
    found = a_person()
    db.session.commit()
    assert found.id % chain.LANES == 1
    return found


@pytest.fixture
def bo(ada):
    found = a_person()
    db.session.commit()
    assert found.id == ada.id + 1
    return found


def write(*actors, minutes=0):
    """A line of each, in a transaction of its own."""
    for actor in actors:
        service.record(actor, Verb.EDIT_PANELS, "Changed", at=NOW + timedelta(minutes=minutes))
        db.session.commit()


def said(kept: Path) -> list[tuple[int, int]]:
    """Lane and count of each line of the anchor."""
    lines = [anchor.read(line) for line in kept.read_text().splitlines()]
    return [state[:2] for line in lines for state in line.states]


# -- What is written when


def test_each_commit_leaves_a_line_for_the_lanes_that_it_wrote_to(kept, ada, bo):
    write(ada, ada, bo)
    service.record(ada, Verb.EDIT_PANELS, "Third", at=NOW)
    service.record(ada, Verb.EDIT_PANELS, "Fourth", at=NOW)
    service.record(bo, Verb.EDIT_PANELS, "Second", at=NOW)
    db.session.commit()

    assert said(kept) == [(1, 1), (1, 2), (2, 1), (1, 4), (2, 2)]
    assert len(kept.read_text().splitlines()) == 4
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert verify() == Verification(6)


def test_an_anchor_costs_no_statement(ada):
    def cost():
        with recorded(*db.engines.values()) as seen:
            write(ada)
        return len(seen)

    write(ada)
    with_one = cost()
    anchor.keep_at("")

    assert with_one == cost()


def test_a_line_says_lane_count_digest_and_instant_under_a_keyed_digest(kept, ada):
    write(ada)
    (line,) = kept.read_text().splitlines()
    (head,) = (head for head in rows_of(AuditHead) if head["lane"] == 1)

    at, state, mac = line.split(" ")
    assert (at, state) == (NOW.isoformat(), f"1:1:{head['digest'][:16]}")
    assert (len(mac), len(line) < 100) == (32, True)


def test_what_is_rolled_back_leaves_no_line(kept, ada):
    service.record(ada, Verb.EDIT_PANELS, "Never", at=NOW)
    db.session.rollback()
    db.session.commit()

    assert not kept.exists()


def test_a_line_that_a_savepoint_took_back_is_not_anchored(kept, ada):
    savepoint = db.session.begin_nested()
    service.record(ada, Verb.EDIT_PANELS, "Never", at=NOW)
    savepoint.rollback()
    with db.session.begin_nested():
        service.record(ada, Verb.EDIT_PANELS, "First", at=NOW)
    assert not kept.exists()
    savepoint = db.session.begin_nested()
    service.record(ada, Verb.EDIT_PANELS, "Never", at=NOW)
    savepoint.rollback()
    db.session.commit()

    assert said(kept) == [(1, 1)]
    assert verify() == Verification(1)


def test_nor_is_one_whose_savepoint_ended_well_in_another_that_did_not(kept, ada):
    outer = db.session.begin_nested()
    with db.session.begin_nested():
        service.record(ada, Verb.EDIT_PANELS, "Never", at=NOW)
    outer.rollback()
    db.session.commit()

    assert not kept.exists()
    assert verify() == Verification(0)


def test_a_change_without_a_line_of_the_log_leaves_none_in_the_anchor(kept, ada):
    ada.unit = "Elsewhere"
    db.session.commit()

    assert not kept.exists()


def test_a_command_leaves_a_line_too(anchored, kept):
    anchored.test_cli_runner().invoke(args=["people", "add-owner", "Ada", "ada@example.org"])

    assert {lane for lane, _ in said(kept)} == {0}
    assert verify().places == ()


def test_a_page_leaves_a_line_too(anchored, kept, ada):
    ada.is_owner = True
    db.session.commit()

    create_a_cycle(anchored, ada)

    assert said(kept) == [(1, 1)]


def create_a_cycle(app, owner):
    client = app.test_client()
    client.sign_in(owner)
    db.session.commit()
    answer = client.submit("/cycles/new", {"name": "Autumn", "time_zone": "UTC"})
    assert answer.status_code == 302


def test_without_an_anchor_nothing_is_written(kept, ada):
    anchor.keep_at("")

    write(ada)

    assert not kept.exists()
    assert verify() == Verification(1)


@pytest.mark.usefixtures("anchored")
def test_several_writers_append_whole_lines(kept):
    def write_many(lane):
        for number in range(50):
            head = AuditHead(lane=lane, count=number, digest="d" * 64)
            anchor.append(anchor.line_of([head] * 16, NOW))

    threads = [threading.Thread(target=write_many, args=(lane,)) for lane in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(said(kept)) == 4 * 50 * 16


# -- A file that cannot be written


def test_an_anchor_that_fails_undoes_nothing_and_is_heard_of(kept, ada, capsys):
    kept.mkdir()

    write(ada)

    assert len(rows_of(AuditEvent)) == 1
    assert capsys.readouterr().err == (
        "The anchor of the audit log could not be written (EISDIR).\n"
    )
    kept.rmdir()
    assert problems() == ["audit.anchor is missing, empty or not ours, and the log has lines."]
    write(ada)
    assert verify() == Verification(2)


def test_a_full_disk_is_heard_of_and_spoils_no_line(kept, ada, capsys, monkeypatch):
    write(ada)
    before = kept.read_text()
    whole = os.write
    monkeypatch.setattr(os, "write", lambda file, data: whole(file, data[:30]))
    write(ada)
    monkeypatch.setattr(os, "write", whole)

    assert "(ENOSPC)" in capsys.readouterr().err
    assert kept.read_text() == before
    write(ada)
    assert verify() == Verification(3)


def test_a_page_whose_anchor_fails_is_answered_and_the_request_log_says_so(database, kept):
    kept.mkdir()
    stream = io.StringIO()
    with redirect_stderr(stream):
        app = application(database, AUDIT_ANCHOR=str(kept), LOG_LEVEL="ERROR")
    with app.app_context():
        owner = a_person(is_owner=True)
        name = owner.public_id
        db.session.commit()

        create_a_cycle(app, owner)

        assert len(rows_of(AuditEvent)) == 1
        disconnect()
    anchor.keep_at("")
    (line,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {name: line[name] for name in ("event", "level", "error", "route", "person")} == {
        "event": "anchor_not_written",
        "level": "error",
        "error": "EISDIR",
        "route": "cycles.setup.create",
        "person": name,
    }


# -- An older copy of the database


def copy_of_the_log():
    found = rows_of(AuditEvent), rows_of(AuditHead)
    db.session.commit()
    return found


def put_back(copy, lanes=None):
    """Put lines and heads back as they were, every one of them true: of these lanes, or of all."""
    break_in()
    lanes = range(chain.LANES) if lanes is None else lanes
    for model, rows in zip((AuditEvent, AuditHead), copy, strict=True):
        db.session.execute(sa.delete(model).where(model.lane.in_(lanes)))
        kept = [row for row in rows if row["lane"] in lanes]
        if kept:
            db.session.execute(sa.insert(model), kept)
    db.session.commit()


def without_the_anchor():
    """What the database says of itself."""
    path = anchor.place()
    anchor.keep_at("")
    try:
        return verify().places
    finally:
        anchor.keep_at(path)


def test_an_end_that_was_cut_off_with_the_head_as_it_once_was_is_found(ada, bo):
    write(ada, bo, ada)
    old = copy_of_the_log()
    write(ada, minutes=1)
    write(ada, minutes=2)
    write(bo)
    put_back(old, lanes=[1])

    assert without_the_anchor() == ()
    at = (NOW + timedelta(minutes=1)).isoformat()
    assert problems() == [
        f"line 3 of lane 1: gone, up to line 4: audit.anchor knew of more at {at}."
    ]


def test_an_older_copy_of_the_whole_database_is_found(ada, bo):
    write(ada)
    old = copy_of_the_log()
    write(ada, bo)
    put_back(old)

    assert without_the_anchor() == ()
    assert problems() == [
        f"line 2 of lane 1: gone, up to line 2: audit.anchor knew of more at {NOW.isoformat()}.",
        f"line 1 of lane 2: gone, up to line 1: audit.anchor knew of more at {NOW.isoformat()}.",
    ]


def test_an_empty_database_in_its_place_is_found(ada, bo):
    empty = copy_of_the_log()
    write(ada, bo, ada)
    put_back(empty)

    assert without_the_anchor() == ()
    assert [(place.lane, place.line) for place in verify().places] == [(1, 1), (2, 1)]


def test_an_older_copy_that_has_been_written_to_since_is_found(ada, bo):
    write(ada)
    old = copy_of_the_log()
    write(ada, ada, ada, bo)
    put_back(old)
    db.session.expire_all()
    write(*[ada] * 5, bo, minutes=1)

    second = rows_of(AuditEvent)[1]["id"]
    last = rows_of(AuditEvent)[-1]["id"]
    assert without_the_anchor() == ()
    assert problems() == [
        f"line 2 of lane 1 (id {second}): is another line than the one that audit.anchor knew at {NOW.isoformat()}.",
        f"line 1 of lane 2 (id {last}): is another line than the one that audit.anchor knew at {NOW.isoformat()}.",
    ]


# -- The anchor itself


@pytest.fixture
def five(ada, bo):
    write(ada, bo, ada, bo, ada)


@pytest.mark.usefixtures("five")
def test_an_anchor_that_was_taken_away_is_found(kept):
    kept.unlink()

    assert problems() == ["audit.anchor is missing, empty or not ours, and the log has lines."]


@pytest.mark.usefixtures("five")
def test_an_anchor_whose_end_was_cut_off_is_found(kept):
    lines = kept.read_text().splitlines(keepends=True)
    kept.write_text("".join(lines[:3]))

    assert problems() == [
        "line 2 of lane 1: audit.anchor ends here, and the lane has 3 lines: it was cut, or not written.",
        "line 1 of lane 2: audit.anchor ends here, and the lane has 2 lines: it was cut, or not written.",
    ]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("edit", [("1:2:", "1:1:"), ("1:2:", "2:2:"), ("T", "U"), ("\n", "0\n")])
def test_an_anchor_that_was_edited_is_found(kept, edit):
    lines = kept.read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace(*edit, 1)
    kept.write_text("".join(lines))

    assert problems() == ["line 3: of audit.anchor was edited, or is not whole."]


@pytest.mark.usefixtures("five")
def test_an_anchor_of_bytes_is_found(kept):
    kept.write_bytes(kept.read_bytes() + b"\xff\x00 \n\n")

    assert problems() == ["line 6: of audit.anchor was edited, or is not whole."]


@pytest.mark.usefixtures("five")
def test_an_anchor_of_another_installation_is_found(kept):
    chain.sign_with("another key")
    head = AuditHead(lane=1, count=3, digest="d" * 64)
    kept.write_text(f"{anchor.line_of([head], NOW)}\n" * 3)
    chain.sign_with(current_app.config["AUDIT_KEY"])

    assert problems() == [
        "audit.anchor is of another installation or key: none of its lines is ours.",
        "audit.anchor is missing, empty or not ours, and the log has lines.",
    ]


@pytest.mark.usefixtures("five")
def test_lines_of_an_anchor_in_another_order_are_no_break(kept):
    # Of two processes that commit one after the other, the second may write first.
    lines = kept.read_text().splitlines(keepends=True)
    kept.write_text("".join(reversed(lines)))

    assert verify() == Verification(5)


def test_what_is_committed_while_the_log_is_read_is_no_break(ada, monkeypatch):
    write(ada)
    heads_of = verification.heads

    def and_somebody_writes():
        found = heads_of()
        monkeypatch.setattr(verification, "heads", lambda: found)
        head = AuditHead(lane=1, count=2, digest="d" * 64)
        anchor.append(anchor.line_of([head], NOW))
        return found

    monkeypatch.setattr(verification, "heads", and_somebody_writes)

    assert verify() == Verification(1)


# -- Lines kept elsewhere


def run(app, *args):
    done = app.test_cli_runner().invoke(args=["audit", *map(str, args)])
    return done.exit_code, done.output


@pytest.mark.usefixtures("five")
def test_the_command_prints_the_heads_as_one_line_and_verifies_against_it(anchored, tmp_path):
    anchor.keep_at("")
    old = copy_of_the_log()
    code, printed = run(anchored, "anchor")
    notebook = tmp_path / "notebook"
    notebook.write_text(f"\n{printed}")

    assert (code, printed.count("\n"), len(printed) < 1000) == (0, 1, True)
    assert [state[:2] for state in anchor.read(printed).states] == [(1, 3), (2, 2)]
    assert run(anchored, "verify", "--against", notebook) == (
        0,
        "The audit log is whole: 5 lines.\n",
    )
    put_back(([], [{**head, **nothing(head["lane"])} for head in old[1]]))
    code, printed = run(anchored, "verify", "--against", notebook)
    assert (code, printed.count("notebook knew of more")) == (1, 2)


def nothing(lane):
    start = chain.start_of(lane)
    return {"count": 0, "digest": start, "mac": chain.head_mac(lane, 0, start)}


@pytest.mark.usefixtures("five")
def test_an_anchor_is_begun_with_what_is_there(anchored, kept):
    kept.unlink()
    code, printed = run(anchored, "anchor", "--append")

    assert (code, kept.read_text()) == (0, printed)
    assert verify() == Verification(5)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("what", ["edited", "taken out"])
def test_heads_that_are_not_ours_are_not_signed(anchored, what):
    if what == "edited":
        db.session.execute(sa.update(AuditHead).where(AuditHead.lane == 1).values(count=1))
    else:
        db.session.execute(sa.delete(AuditHead).where(AuditHead.lane == 1))
    db.session.commit()

    assert run(anchored, "anchor") == (
        1,
        "Error: The heads of the audit log are broken: run audit verify.\n",
    )


@pytest.mark.usefixtures("five")
def test_appending_needs_an_anchor(anchored):
    anchor.keep_at("")

    assert run(anchored, "anchor", "--append") == (1, "Error: AUDIT_ANCHOR names no file.\n")


def test_the_setting_is_a_file_beside_the_database_in_production_alone(monkeypatch):
    found = {}
    for mode in ("production", "demo", "test"):
        monkeypatch.setenv("LEVELSET_MODE", mode)
        found[mode] = runpy.run_path("config.py")["AUDIT_ANCHOR"]
    monkeypatch.setenv("AUDIT_ANCHOR", "")

    assert found == {
        "production": str(Path("var/audit.anchor").resolve()),
        "demo": "",
        "test": "",
    }
    assert runpy.run_path("config.py")["AUDIT_ANCHOR"] == ""
