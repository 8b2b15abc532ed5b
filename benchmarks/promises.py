"""Figures of docs/evidence.md that are measured nowhere else: signing in, walking the audit log, backup, restore.

python -m benchmarks.promises                         on SQLite and PostgreSQL; prints a line for each
python -m benchmarks.promises --database SQLite --rounds 100
"""

import argparse
import io
import os
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from flask import Flask

from benchmarks.machine import application, described, engines_of, load_average, servers, today
from reviews import create_app
from reviews.audit import service as audit
from reviews.audit.verification import verify
from reviews.db.extensions import db
from reviews.demo.seed import seed
from reviews.keeping import commands
from reviews.people import passwords
from reviews.rules.enums import Verb
from tests.builders import NOW, a_person
from tests.databases import Databases

_ROOT = Path(__file__).resolve().parents[1]
_WRONG = "a wrong password of words"
_WALKS = 7
_LINES = 5_000


# -- Signing in


def sign_in(app: Flask, rounds: int) -> Iterator[str]:
    """How long a wrong password takes, by what the address is: asked in turn, in another order each round.

    Each attempt is of a new browser from a network of its own, so that none has to wait.
    """
    with app.app_context():
        hashed = passwords.hash_password("a password of many words")
        addresses = {
            "an account": a_person("Known", password_hash=hashed).email,
            "no account": "nobody@example.org",
            "no password yet": a_person("Silent").email,
            "a closed account": a_person("Gone", password_hash=hashed, is_active=False).email,
        }
        db.session.commit()
    taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in addresses}
    order = list(addresses)
    # The order of measurements is no secret.
    draw = random.Random(1)  # noqa: S311
    for at in range(rounds + 5):
        draw.shuffle(order)
        for place, kind in enumerate(order):
            found = _attempt(app, addresses[kind], f"10.{at // 250}.{at % 250}.{place}")
            if at >= 5:
                taken[kind].append(found)
    medians = {kind: tuple(map(median, zip(*found, strict=True))) for kind, found in taken.items()}
    clock, processor = medians["an account"]
    for kind, (by_clock, by_processor) in medians.items():
        yield (
            f"wrong password, {kind}: median of {rounds} {1000 * by_clock:.1f} ms,"
            f" processor {1000 * by_processor:.1f} ms;"
            f" ratio to an account {by_clock / clock:.3f}, processor {by_processor / processor:.3f}"
        )


def _attempt(app: Flask, email: str, network: str) -> tuple[float, float]:
    """Seconds by the clock, and of this process's processor."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = network
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert found is not None  # noqa: S101 - the page has a form
    form = {"csrf_token": found[1], "email": email, "password": _WRONG, "next": ""}
    began, begun = perf_counter(), process_time()
    answer = client.post("/sign-in", data=form)
    taken = perf_counter() - began, process_time() - begun
    assert answer.status_code == 422, answer.status  # noqa: S101 - nobody had to wait
    return taken


# -- The audit log


def walk(app: Flask) -> Iterator[str]:
    with app.app_context():
        people = [a_person(f"Person {number}") for number in range(40)]
        for number in range(_LINES):
            audit.record(
                people[number % 40], Verb.MANAGE_OWN_ACCOUNT, f"Line {number} of the log", at=NOW
            )
        db.session.commit()
        found = verify()
        db.session.rollback()
        assert (found.places, found.lines) == ((), _LINES)  # noqa: S101 - it walks all of them
        taken = [(_seconds(_walk), _processor(_walk)) for _ in range(_WALKS)]
        clock, processor = (found.lines / median(each) for each in zip(*taken, strict=True))
        yield (
            f"audit verify: {found.lines} lines, {clock:,.0f} lines a second,"
            f" {processor:,.0f} a second of this process's processor"
        )


def _walk() -> None:
    verify()
    db.session.rollback()


def _processor(act: Callable[[], object]) -> float:
    begun = process_time()
    act()
    return process_time() - begun


def _seconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


# -- Backup and restore


def keep(databases: Databases) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "demo.backup"
        with application(databases) as app, app.app_context():
            seed(datetime.now(UTC), _ROOT / "ladders" / "demo")
            db.session.commit()
            saving, about = _heard(lambda: commands.backup(file))
        size = file.stat().st_size
        with _empty(databases) as app, app.app_context():
            loading, _ = _heard(lambda: commands.restore(file, check=False, replace=False))
            db.session.remove()
    rows = about.rpartition(": ")[2].partition(" rows")[0]
    yield f"backup of the demo: {saving:.2f} s, {rows} rows, {size / 1000:,.0f} kB"
    yield f"restore of it, audit log walked: {loading:.2f} s"


def _heard(act: Callable[[], object]) -> tuple[float, str]:
    with redirect_stdout(io.StringIO()) as said:
        seconds = _seconds(act)
    return seconds, said.getvalue()


@contextmanager
def _empty(databases: Databases) -> Iterator[Flask]:
    """An application over a database without a table."""
    url = databases.make()
    app = create_app({"SQLALCHEMY_DATABASE_URI": url})
    yield app
    for engine in engines_of(app):
        engine.dispose()
    databases.drop(url)


def main() -> None:
    products = ("SQLite", "PostgreSQL")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promises")
    parser.add_argument("--database", action="append", choices=products)
    parser.add_argument("--rounds", type=int, default=100, help="of signing in")
    asked = parser.parse_args()
    os.environ["LEVELSET_MODE"] = "test"
    for secret in ("SECRET_KEY", "AUDIT_KEY"):
        os.environ.pop(secret, None)
    with servers(asked.database or products) as found:
        versions = described([each.product for each in found.values()])
        print(f"{today()}, {versions}. Load average before: {load_average()}.")
        for product, databases in found.items():
            with application(databases) as app:
                for line in sign_in(app, asked.rounds):
                    print(f"{product}: {line}", flush=True)
            with application(databases) as app:
                for line in walk(app):
                    print(f"{product}: {line}", flush=True)
            for line in keep(databases):
                print(f"{product}: {line}", flush=True)
        print(f"Load average after: {load_average()}.")


if __name__ == "__main__":
    main()
