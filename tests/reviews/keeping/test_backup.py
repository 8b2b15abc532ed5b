"""A backup holds all there is at one instant, and comes back as it was; or it says what is wrong with it."""

import itertools
import json
import os
import shutil
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask, has_app_context

from reviews.audit.verification import verify
from reviews.db.extensions import db
from reviews.db.models.audit import AuditEvent
from reviews.db.models.cycles import Cycle
from reviews.db.models.people import Person
from reviews.keeping import archive
from reviews.rules.enums import CyclePhase
from tests import builders
from tests.clients import form_token
from tests.conftest import application, disconnect
from tests.databases import Databases
from tests.races import window_of
from tests.reviews.audit.lines import break_in

pytestmark = pytest.mark.both_databases

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    app = application(database)
    with app.app_context():
        yield app
        disconnect()


@pytest.fixture
def other(databases: Databases) -> Iterator[Flask]:
    """An application over a database without a table."""
    url = databases.make()
    app = application(url)
    yield app
    with app.app_context():
        disconnect()
    databases.drop(url)


def run(app: Flask, *arguments: object) -> Result:
    """Run a command, in a context of its own: in the test's it would work on the test's application."""
    if has_app_context():
        db.session.remove()
    words = [str(argument) for argument in arguments]
    return Context().run(app.test_cli_runner().invoke, args=words)


def done(app: Flask, *arguments: object) -> str:
    result = run(app, *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(app: Flask, *arguments: object) -> str:
    result = run(app, *arguments)
    assert result.exit_code == 1, result.output
    return result.stderr


def all_rows(app: Flask) -> Rows:
    with app.app_context(), db.engine.connect() as connection:
        names = sorted(sa.inspect(connection).get_table_names())
        return {
            name: sorted(
                map(tuple, connection.execute(sa.select("*").select_from(sa.table(name)))), key=str
            )
            for name in names
        }


@pytest.fixture
def filled(app: Flask) -> Flask:
    """A packet with evidence, its people, cycle and ladder, and lines in the audit log."""
    owner = builders.a_person("Ines Ø\t\\N\n'", is_owner=True)
    cycle = builders.a_cycle(phase=CyclePhase.RATING, owners=[owner])
    builders.a_packet(cycle)
    window = window_of(app, owner)
    db.session.commit()
    assert window.post("/cycles/new", data=a_cycle(app, "Spring")).status_code == 302
    return app


def a_cycle(app: Flask, name: str) -> dict[str, str]:
    return {"name": name, "time_zone": "UTC", "csrf_token": form_token(app)}


@pytest.fixture
def backup(filled: Flask, tmp_path: Path) -> Path:
    file = tmp_path / "monday.levelset"
    done(filled, "backup", file)
    return file


def test_what_is_restored_is_what_was_there(filled: Flask, other: Flask, backup: Path) -> None:
    before = all_rows(filled)
    assert len(before["audit_event"]) == 1

    result = run(other, "restore", backup)

    assert result.exit_code == 0, result.output
    assert "The audit log is whole: 1 lines." in result.stdout
    # Should it be killed: what to do then has been said before.
    assert result.stderr.startswith("Restoring. If this is broken off,")
    assert all_rows(other) == before
    # No number is given out twice.
    with other.app_context():
        newest = max(db.session.scalars(sa.select(Person.id)))
        assert builders.a_person("New").id > newest
        db.session.rollback()


def test_a_backup_is_its_owners_alone_and_never_written_over(filled: Flask, backup: Path) -> None:
    kept = backup.read_bytes()
    assert backup.stat().st_mode & 0o777 == 0o600

    assert "is there already" in refused(filled, "backup", backup)
    assert backup.read_bytes() == kept
    assert list(backup.parent.iterdir()) == [backup]
    assert "cannot be written" in refused(filled, "backup", backup.parent / "none" / "a")


def test_a_backup_that_is_broken_off_leaves_nothing_under_its_name(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def fail(*_: object) -> None:
        seen.extend((file.name, file.stat().st_mode & 0o777) for file in tmp_path.iterdir())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "_seal", fail)

    assert "No space left on device" in refused(filled, "backup", tmp_path / "a")
    assert [(name == "a", mode) for name, mode in seen] == [(False, 0o600)]
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_a_table_is_no_backup(other: Flask, tmp_path: Path) -> None:
    assert "has no tables yet" in refused(other, "backup", tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_byte_that_is_changed_anywhere_is_found(backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    flipped = tmp_path / "flipped"
    step = max(len(whole) // 200, 1)
    wrong = {
        "flipped": [
            whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
            for at in [*range(0, len(whole), step), *range(len(whole) - 200, len(whole))]
        ],
        "cut off": [whole[:-1], whole[: len(whole) // 2], whole[:64], b""],
        "longer": [whole + b"0", whole + b"\n", b"0" + whole, whole * 2],
    }
    accepted = []
    for kind, each in wrong.items():
        for content in each:
            flipped.write_bytes(content)
            try:
                with archive.opened(flipped):
                    accepted.append((kind, len(content)))
            except archive.ArchiveError:
                pass

    assert len(wrong["flipped"]) > 400
    assert accepted == []


def test_nothing_is_touched_where_the_archive_is_not_whole(other: Flask, backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    backup.write_bytes(content)

    for option in ((), ("--check",), ("--replace",)):
        assert "was changed or cut off" in refused(other, "restore", backup, *option)
    assert all_rows(other) == {}


def rewritten(backup: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """The same with something else in it, and digests that are right."""
    with archive.opened(backup) as reader:
        manifest = json.loads(reader.manifest.model_dump_json())
        parts = {name: b"".join(reader.blocks(name)) for name in manifest["parts"]}
    change(manifest, parts)
    file = backup.with_name("rewritten")
    file.unlink(missing_ok=True)
    with archive.written(file) as writer:
        for name, content in parts.items():
            writer.add(name, [content])
        writer.finish(archive.Manifest(**manifest))
    return file


def test_an_archive_that_is_not_for_this_database_is_refused_in_a_sentence(
    other: Flask, backup: Path
) -> None:
    def told(name: str, value: str) -> str:
        file = rewritten(backup, lambda manifest, _: manifest.update({name: value}))
        return refused(other, "restore", file)

    assert "revision 9999, which this version does not know" in told("revision", "9999")
    assert "The backup is of another" in told("database", "another")
    assert "of the form other/2" in told("format", "other/2")
    assert all_rows(other) == {}


def test_a_manifest_that_says_other_rows_is_found_and_changes_nothing(
    filled: Flask, backup: Path
) -> None:
    before = all_rows(filled)
    file = rewritten(backup, lambda manifest, _: manifest["rows"].update(person=99))

    assert "manifest says" in refused(filled, "restore", "--check", file)
    assert "manifest says" in refused(filled, "restore", "--replace", file)
    assert all_rows(filled) == before


def test_rows_that_point_nowhere_are_found_and_change_nothing(filled: Flask, backup: Path) -> None:
    before = all_rows(filled)

    def orphan(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
        manifest["rows"]["cycle_owner"] = 0
        manifest["rows"]["cycle"] = 0
        if "tables/cycle.copy" in parts:
            parts["tables/cycle.copy"] = parts["tables/cycle_owner.copy"] = b""
            return
        copy = backup.with_name("copy.db")
        copy.write_bytes(parts["levelset.db"])
        with sqlite3.connect(copy) as connection:
            connection.executescript("DELETE FROM cycle_owner; DELETE FROM cycle")
        connection.close()
        parts["levelset.db"] = copy.read_bytes()

    file = rewritten(backup, orphan)

    error = refused(filled, "restore", "--replace", file)
    assert "rows point nowhere" in error or "PostgreSQL refuses it: ForeignKeyViolation" in error
    assert all_rows(filled) == before


def test_a_database_that_is_in_use_is_only_replaced_when_told(filled: Flask, backup: Path) -> None:
    before = all_rows(filled)
    db.session.execute(sa.update(Cycle).where(Cycle.name == "Spring").values(name="Other"))
    db.session.commit()
    changed = all_rows(filled)

    assert "The database is not empty. --replace puts" in refused(filled, "restore", backup)
    assert "is whole" in done(filled, "restore", "--check", backup)
    assert all_rows(filled) == changed != before

    done(filled, "restore", "--replace", backup)
    assert all_rows(filled) == before


def test_a_backup_of_an_older_version_is_migrated(app: Flask, other: Flask, tmp_path: Path) -> None:
    builders.a_person("Ines")
    db.session.commit()
    db.session.remove()
    newest = all_rows(app)["alembic_version"]
    flask_migrate.downgrade(revision="0006")
    file = tmp_path / "old"
    done(app, "backup", file)

    done(other, "restore", file)

    found = all_rows(other)
    assert found["alembic_version"] == newest
    assert [row for row in found["person"] if "Ines" in row] != []


def test_what_is_no_file_is_not_read(filled: Flask, tmp_path: Path) -> None:
    """A pipe would be waited for, and a device has no end."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    told = [run(filled, "restore", "--check", place) for place in (pipe, "/dev/zero")]

    assert [result.exit_code for result in told] == [1, 1]
    assert [result.stderr for result in told] == [
        f"Error: {place} is no ordinary file.\n" for place in (pipe, "/dev/zero")
    ]


def test_a_broken_audit_log_is_told_and_the_rest_restored(
    filled: Flask, other: Flask, tmp_path: Path
) -> None:
    break_in()
    db.session.execute(sa.update(AuditEvent).values(summary="Nothing happened."))
    db.session.commit()
    before = all_rows(filled)
    done(filled, "backup", tmp_path / "a")

    result = run(other, "restore", tmp_path / "a")

    assert (result.exit_code, "But the audit log is broken.\n- line 1" in result.stderr) == (
        1,
        True,
    )
    assert all_rows(other) == before


def test_what_is_saved_meanwhile_is_in_it_up_to_one_instant(
    app: Flask, other: Flask, tmp_path: Path
) -> None:
    """Each request writes a cycle, its owner and an audit line.

    Of each all is there or nothing, and no later one without the earlier ones of the same window.
    """
    windows = {
        name: window_of(app, builders.a_person(name, is_owner=True)) for name in ("A", "B", "C")
    }
    token = form_token(app)
    db.session.commit()
    db.session.remove()
    stop = threading.Event()
    under_way = threading.Barrier(len(windows) + 1)
    taken: dict[str, int] = {}

    def send(name: str) -> None:
        for number in itertools.count(1):
            if number == 2:
                under_way.wait()
            if stop.is_set():
                return
            fields = {"name": f"{name} {number}", "time_zone": "UTC", "csrf_token": token}
            if windows[name].post("/cycles/new", data=fields).status_code != 302:
                return
            taken[name] = number

    threads = [threading.Thread(target=send, args=(name,)) for name in windows]
    for thread in threads:
        thread.start()
    under_way.wait()
    told = [done(app, "backup", tmp_path / f"{number}") for number in range(3)]
    stop.set()
    for thread in threads:
        thread.join()

    done(other, "restore", tmp_path / "2")
    with other.app_context():
        numbers = defaultdict(list)
        for name in db.session.scalars(sa.select(Cycle.name)):
            numbers[name.split()[0]].append(int(name.split()[1]))
        lines = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
        owners = db.session.scalar(sa.text("SELECT count(*) FROM cycle_owner"))
        assert verify().places == ()
        db.session.remove()
    assert len(told) == 3
    assert {name: sorted(each) for name, each in numbers.items()} == {
        name: list(range(1, len(each) + 1)) for name, each in numbers.items()
    }
    assert lines == owners == sum(map(len, numbers.values()))
    # It was in the middle of it.
    assert 3 <= lines <= sum(taken.values())


def test_a_file_that_is_damaged_is_no_backup(
    filled: Flask, databases: Databases, tmp_path: Path
) -> None:
    if not databases.product.startswith("SQLite"):
        pytest.skip("PostgreSQL reads each row to copy it")
    file = Path(str(db.engine.url.database))
    disconnect()
    content = bytearray(file.read_bytes())
    for at in range(4096 * 3, len(content), 4096):
        content[at : at + 40] = b"\xff" * 40
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(content)
    shutil.copy(damaged, file)

    told = refused(filled, "backup", tmp_path / "a")
    assert "The database is damaged" in told or "SQLite refuses it" in told
    assert list(tmp_path.iterdir()) == [damaged]
