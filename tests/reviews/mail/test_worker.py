"""The worker as a process: woken at once, ended gently, killed at any step; and the mailbox of the demo."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import inspect, select, update

from reviews import worker
from reviews.db.connections import begin_write
from reviews.db.extensions import db
from reviews.db.models.mail import OutboxMessage, WorkerHeartbeat
from reviews.keeping import postgresql
from reviews.mail import queue
from reviews.mail.outbox import post
from reviews.people.queries import now
from reviews.rules.enums import MailKind, MailStatus
from tests.builders import a_person
from tests.conftest import application, disconnect
from tests.mail_server import mail_server
from tests.pages import Page, faults

pytestmark = pytest.mark.both_databases

ROOT = Path(__file__).resolve().parents[3]
SENDER = "levelset@example.org"


@pytest.fixture
def site(database):
    with mail_server() as server:
        app = application(database, MAIL_URL=server.url, MAIL_FROM=SENDER)
        with app.app_context():
            yield app, server
            disconnect()


@contextmanager
def working(app):
    env = {
        **os.environ,
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "MAIL_URL": app.config["MAIL_URL"],
        "MAIL_FROM": SENDER,
    }
    command = [sys.executable, "-m", "flask", "--app", "reviews", "worker"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=-1, stderr=-1, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
    return found


def is_working():
    db.session.rollback()
    return db.session.scalar(select(WorkerHeartbeat.seen_at))


def left_for(name):
    db.session.rollback()
    begin_write()
    person = a_person()
    person.name = name
    post(MailKind.INVITATION, person, at=now())
    db.session.commit()


def only():
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage)).one()


def test_a_worker_is_woken_by_the_act_and_ends_gently(site):
    app, server = site
    with working(app) as process:
        wait_for(is_working)
        time.sleep(1)
        left_for("Bo")
        # Long before the minute's look.
        wait_for(lambda: server.accepted, seconds=15)
        wait_for(lambda: only().status is MailStatus.SENT)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 0, errors
    assert "Traceback" not in errors


@pytest.mark.test_all
@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "in data", "after data", "quit"])
def test_a_worker_that_is_killed_loses_and_doubles_nothing(step, site):
    app, server = site
    with working(app) as process:

        def kill(reached):
            if reached == step:
                process.kill()

        server.at_step = kill
        left_for("Bo")
        wait_for(lambda: process.poll() is not None)
    server.at_step = lambda _step: None
    first = len(server.accepted)
    was_waiting = only().status is MailStatus.WAITING
    if only().lease:
        later = {"leased_until": now() - timedelta(seconds=1)}
        db.session.execute(update(OutboxMessage).values(later))
        db.session.commit()

    worker.look(stop=lambda: False)

    assert only().status is MailStatus.SENT
    assert len(server.accepted) == 1 + (first == 1 and was_waiting)
    assert len(set(server.accepted)) == 1


def test_the_queue_is_no_part_of_the_product(site):
    """What is in it is signed, its file is its owner's alone, and its tables are not taken for ours."""
    app, _ = site
    url, secret = app.config["SQLALCHEMY_DATABASE_URI"], app.config["SECRET_KEY"]
    jobs = queue.queue_of(url, secret)
    queue.prepare(jobs, url)
    done = []
    wake = queue.waking(jobs, lambda: done.append(1))
    queue.nudge(url, secret)
    queue.nudge(url, "another secret")

    with pytest.raises(ValueError, match="mismatch"):
        [jobs.execute(jobs.dequeue()) for _ in range(2)]

    assert done == [1]
    assert wake is not None
    jobs.storage.close()
    if url.startswith("sqlite"):
        assert queue.file_of(url).stat().st_mode & 0o777 == 0o600
        assert "task" not in inspect(db.engine).get_table_names()
    else:
        with db.engine.connect() as connection:
            saved = {*postgresql.columns_of(connection), *postgresql.sequences_of(connection)}
        assert "person" in saved
        assert {name for name in saved if name.startswith("huey")} == set()
    flask_migrate.check()


@pytest.mark.usefixtures("site")
def test_nobody_waits_for_a_queue_that_is_not_there():
    left_for("Bo")

    assert only().status is MailStatus.WAITING


def test_the_demo_keeps_what_it_would_send_and_shows_it(database, tmp_path):
    app = application(database, MODE="demo", MAILBOX=str(tmp_path / "mailbox"), SECRET_KEY="x" * 9)
    with app.app_context():
        left_for("Bo <b>")

        worker.look(stop=lambda: False)

        answer = app.test_client().get("/mailbox")
        page = Page(answer)
        assert faults(page) == []
        assert page.texts(".//main//h2") == ["You can sign in to Levelset"]
        assert "Hello Bo <b>," in page.texts(".//main//section//p")
        [link] = [
            a.get("href") for a in page.all(".//main//a") if "/sign-in/link/" in a.get("href")
        ]
        path = link.removeprefix(app.config["PUBLIC_URL"])
        assert app.test_client().get(path).status_code == 200
        disconnect()


def test_there_is_no_mailbox_but_in_the_demo(app):
    assert "/mailbox" not in {rule.rule for rule in app.url_map.iter_rules()}
