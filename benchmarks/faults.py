"""Everything that can break is broken for real, while people write; then it is looked at what came of it.

python -m benchmarks.faults            every fault on SQLite and PostgreSQL, thirty kills on each, a hundred backups
python -m benchmarks.faults --short    each fault for a short while, four kills and four backups, in CI
python -m benchmarks.faults --database SQLite --fault "a full disk" --seconds 8

It ends with 1 if an answer took longer than six seconds, if anything that was acknowledged is lost, if a text that
was typed is not in the refusal of it, if an act is half done, if the database or the audit log is not whole, if it
took a hand to go on, or if a backup does not hold what was acknowledged before it began, and one that was broken off
leaves more than nothing. A full disk and a read-only one need the right to mount (root); without it they are not run,
and the table says so. Starting a process again that is gone is no hand: a manager of services does it.
"""

import argparse
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from benchmarks import backups, crowd
from benchmarks.backups import Keeping
from benchmarks.crowd import PEOPLE, Crowd, Told
from benchmarks.machine import DURABLE, described, engines_of, load_average, today
from benchmarks.report import Table, in_markdown
from benchmarks.serving import ROOT
from reviews import create_app
from reviews.cli import prepare_migrations
from reviews.db.extensions import db
from tests import postgres
from tests.databases import PostgresDatabases, SqliteFiles

PRODUCTS = ("SQLite", "PostgreSQL")
#: The longest that anybody waits for an answer.
LIMIT = 6.0
#: After which what has ended has to be over for people too.
_RECOVERY = 30.0
_WORKERS = 2
#: Of the volume that is filled.
_MEGABYTES = 768
#: Of the one of the anchor, which a hundred backups under load fill with a line for each change.
_ANCHOR = 16
_RESTART = 3.0
#: Longer than the server waits for somebody who has stopped sending.
_SENDERS = 12.0
#: Of a command, with the seconds that Python needs to start.
_COMMAND = 8.0


# -- What is broken


class Volume:
    """A small disk of our own; a plain folder where it may not be mounted."""

    def __init__(self, megabytes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="levelset-faults-"))
        # PostgreSQL does not run as root, and its own folder is closed.
        self.folder.chmod(0o755)
        self.image = Path(tempfile.mkdtemp(prefix="levelset-faults-")) / "image"
        with self.image.open("wb") as image:
            image.truncate(megabytes << 20)
        self.is_mounted = all(
            shutil.which(command[0]) and not _run(*command)
            for command in (
                ("mkfs.ext4", "-q", "-m", "0", str(self.image)),
                ("mount", "-o", "loop", str(self.image), str(self.folder)),
            )
        )

    @contextmanager
    def full(self, *, leaving: int = 0) -> Iterator[None]:
        """Leave so many bytes free and no more, for as long as the block lasts."""
        ballast = self.folder / "ballast"
        with ballast.open("wb") as file:
            for size in (1 << 24, 1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
            file.truncate(max(os.fstat(file.fileno()).st_size - leaving, 0))
        try:
            yield
        finally:
            ballast.unlink()

    def remove(self) -> None:
        if self.is_mounted:
            _run("umount", "--lazy", str(self.folder))
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.image.parent)


def _run(*command: str) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode  # noqa: S603 - our own


class Server:
    """gunicorn with the arguments of `flask --app reviews serve`, and the manager that starts it when it is gone."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.settings = settings
        self.log = log
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own server
                [
                    sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{self.port}",
                    "--worker-class=gthread", f"--workers={_WORKERS}", "--threads=4",
                    "--no-control-socket", "reviews:create_app()",
                ],
                cwd=ROOT,
                env={**os.environ, **self.settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )  # fmt: skip

    @property
    def workers(self) -> list[int]:
        process = self.process.pid
        children = Path(f"/proc/{process}/task/{process}/children")
        return list(map(int, children.read_text(encoding="ascii").split()))

    @staticmethod
    def _listens(worker: int) -> bool:
        """Whether it waits for people: then it has the threads' own way to wait."""
        files = Path(f"/proc/{worker}/fd")
        with suppress(OSError):
            return any(str(each.readlink()) == "anon_inode:[eventpoll]" for each in files.iterdir())
        return False

    def end(self) -> None:
        """Kill all of it: when the first process is gone, a manager of services ends the others."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait_until_up(self) -> None:
        deadline = monotonic() + 2 * _RECOVERY
        while monotonic() < deadline:
            if len(self.workers) == _WORKERS and all(map(self._listens, self.workers)):
                return
            sleep(0.05)
        raise RuntimeError(f"The server did not come up:\n{self.log.read_text()}")


@dataclass
class World:
    """One database with a server over it and people who write."""

    product: str
    volume: Volume
    #: That of the audit log's anchor.
    anchor: Volume
    app: Flask
    server: Server
    crowd: Crowd
    postgresql: postgres.Server | None
    #: Of backups.
    shelf: Volume
    keeping: Keeping
    #: How long what fails stays so.
    seconds: float

    @property
    def file(self) -> Path:
        with self.app.app_context():
            return Path(db.engine.url.database or "")


Fault = Callable[[World], AbstractContextManager[None]]


def _kill_one_worker(world: World) -> None:
    with suppress(ProcessLookupError):
        os.kill(world.server.workers[0], signal.SIGKILL)


def _kill_all_workers(world: World) -> None:
    for worker in world.server.workers:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


def _kill_the_server(world: World) -> None:
    os.kill(world.server.process.pid, signal.SIGKILL)
    sleep(0.2)
    world.server.end()
    world.server.start()


def _kill_postgresql(world: World) -> None:
    assert world.postgresql is not None  # noqa: S101 - the kinds of a product are its own
    world.postgresql.kill()
    sleep(min(_RESTART, world.seconds))
    world.postgresql.launch()


def _halt_postgresql(world: World) -> None:
    assert world.postgresql is not None  # noqa: S101 - the kinds of a product are its own
    world.postgresql.halt()
    sleep(min(_RESTART, world.seconds))
    world.postgresql.launch()


def _once(kill: Callable[[World], None]) -> Fault:
    @contextmanager
    def fault(world: World) -> Iterator[None]:
        kill(world)
        yield

    return fault


def _half_sent(count: int, *, body: bool) -> Fault:
    @contextmanager
    def fault(world: World) -> Iterator[None]:
        begun = "GET / HTTP/1.1\r\nHost: local"
        if body:
            cookie = next(told.request.cookie for told in world.crowd.told)
            begun = (
                f"POST /account HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 999\r\n\r\ncsrf"
            )
        with ExitStack() as opened:
            for _ in range(count):
                address = ("127.0.0.1", world.server.port)
                connection = opened.enter_context(socket.create_connection(address))
                connection.sendall(begun.encode())
            sleep(min(_SENDERS, 1.5 * world.seconds))
            yield

    return fault


@contextmanager
def _frozen_worker(world: World) -> Iterator[None]:
    worker = world.server.workers[0]
    os.kill(worker, signal.SIGSTOP)
    try:
        sleep(world.seconds)
    finally:
        os.kill(worker, signal.SIGCONT)
    yield


@contextmanager
def _frozen_postgresql(world: World) -> Iterator[None]:
    assert world.postgresql is not None  # noqa: S101 - the kinds of a product are its own
    world.postgresql.signal(signal.SIGSTOP)
    try:
        sleep(world.seconds)
    finally:
        world.postgresql.signal(signal.SIGCONT)
    yield


@contextmanager
def _locked(world: World) -> Iterator[None]:
    """Another process writes, and does not end."""
    if world.product == "SQLite":
        other = sqlite3.connect(world.file, isolation_level=None, timeout=30)
        other.execute("BEGIN EXCLUSIVE")
        sleep(world.seconds)
        other.rollback()
        other.close()
    else:
        with world.app.app_context(), db.engine.connect() as connection:
            connection.execute(sa.text("LOCK TABLE audit_head IN EXCLUSIVE MODE"))
            sleep(world.seconds)
            connection.rollback()
    yield


@contextmanager
def _full(world: World) -> Iterator[None]:
    with world.volume.full():
        sleep(world.seconds)
    if world.postgresql is not None and not world.postgresql.is_up():
        world.postgresql.launch()
    yield


@contextmanager
def _read_only(world: World) -> Iterator[None]:
    if world.product == "SQLite":
        places = (str(world.file), str(world.file.parent))
        _run("chattr", "+i", *places)
        try:
            sleep(world.seconds)
        finally:
            _run("chattr", "-i", *places)
    else:
        with (
            world.app.app_context(),
            db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            name = "default_transaction_read_only"
            connection.exec_driver_sql(f"SET {name} = off")
            connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = on")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
            sleep(world.seconds)
            connection.exec_driver_sql(f"ALTER SYSTEM RESET {name}")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
    yield


@contextmanager
def _anchor_full(world: World) -> Iterator[None]:
    with world.anchor.full():
        sleep(world.seconds)
    yield


@contextmanager
def _anchor_gone(world: World) -> Iterator[None]:
    kept = world.anchor.folder / "anchor"
    aside = kept.with_name("aside")
    kept.rename(aside)
    sleep(world.seconds)
    aside.rename(kept)
    yield


def _times(world: World) -> int:
    """How often a command is killed: it takes longer than most of what fails."""
    return max(1, round(world.seconds / 2))


def _kill_backups(world: World) -> None:
    backups.kill_backups(world.keeping, _times(world))


def _fill_shelf(world: World) -> None:
    backups.fill_disk(world.keeping, lambda leaving: world.shelf.full(leaving=leaving))


def _kill_restores(world: World) -> None:
    backups.kill_restores(world.keeping, _times(world))


#: Which products have it, and whether it needs a volume that is mounted.
_BOTH = PRODUCTS
FAULTS: dict[str, tuple[Sequence[str], bool, Fault]] = {
    "12 half-sent heads": (_BOTH, False, _half_sent(12, body=False)),
    "60 half-sent heads": (_BOTH, False, _half_sent(60, body=False)),
    "12 half-sent bodies": (_BOTH, False, _half_sent(12, body=True)),
    "one worker killed": (_BOTH, False, _once(_kill_one_worker)),
    "all workers killed": (_BOTH, False, _once(_kill_all_workers)),
    "the server killed": (_BOTH, False, _once(_kill_the_server)),
    "one worker frozen": (_BOTH, False, _frozen_worker),
    "PostgreSQL frozen": (("PostgreSQL",), False, _frozen_postgresql),
    "PostgreSQL killed": (("PostgreSQL",), False, _once(_kill_postgresql)),
    "PostgreSQL stopped at once": (("PostgreSQL",), False, _once(_halt_postgresql)),
    "a lock held": (_BOTH, False, _locked),
    "a full disk": (_BOTH, True, _full),
    "a read-only database": (_BOTH, True, _read_only),
    "the anchor's disk full": (_BOTH, True, _anchor_full),
    "the anchor gone": (_BOTH, False, _anchor_gone),
    "backups killed": (_BOTH, False, _once(_kill_backups)),
    "a backup on a full disk": (_BOTH, True, _once(_fill_shelf)),
    "restores killed": (_BOTH, False, _once(_kill_restores)),
}
#: Those that wait for commands.
_KEEPING = ("backups killed", "a backup on a full disk", "restores killed")
KILLS: dict[str, Sequence[Callable[[World], None]]] = {
    "SQLite": (_kill_one_worker, _kill_all_workers, _kill_the_server),
    "PostgreSQL": (_kill_one_worker, _kill_all_workers, _kill_the_server, _kill_postgresql),
}


# -- What came of it


@dataclass
class Outcome:
    fault: str
    product: str
    told: list[Told] = field(default_factory=list)
    #: Under way in a process when it was frozen: nobody can answer them.
    held: int = 0
    slowest: float = 0.0
    lost: int = 0
    texts_lost: int = 0
    half_done: int = 0
    #: Seconds from the end of the fault to the first write that was taken.
    recovered: float = 0.0
    #: Whatever else is wrong, in words.
    wrong: list[str] = field(default_factory=list)
    not_run: bool = False

    @property
    def is_good(self) -> bool:
        return (
            self.slowest <= LIMIT
            and not (self.lost or self.texts_lost or self.half_done or self.wrong)
            and self.recovered <= _RECOVERY
        )

    @property
    def statuses(self) -> str:
        counts = Counter(f"{told.status}" if told.status else "cut" for told in self.told)
        if self.held:
            counts["held"] = self.held
        return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))


def _look(world: World, outcome: Outcome, before: dict[str, int]) -> None:
    """Judge what was told since the outcome began, and what the database holds."""
    for engine in engines_of(world.app):
        engine.dispose()
    if not world.crowd.settle():
        statuses = Counter(told.status for told in world.crowd.told[-PEOPLE * 4 :])
        outcome.wrong.append(f"not all was taken in the end: {dict(statuses)}")
    outcome.slowest = max((told.seconds for told in outcome.told), default=0.0)
    outcome.texts_lost = sum(told.text_lost for told in outcome.told)
    strange = {told.status for told in outcome.told} - {0, 200, 302, 503}
    if strange or any(told.hung for told in outcome.told):
        outcome.wrong.append(f"answers: {sorted(strange) or 'none'}")
        log = world.server.log.read_text(encoding="utf-8").splitlines()
        outcome.wrong += [line for line in log if '"event": "exception"' in line][-2:]
    with world.app.app_context():
        outcome.lost = crowd.missing(world.crowd.acknowledged())
        found = crowd.acts()
        outcome.half_done = sum(abs(found[name] - before[name]) for name in found)
        outcome.wrong += _unsound(world.product)
        db.session.commit()


def _unsound(product: str) -> list[str]:
    if product == "SQLite":
        told = [str(row) for row in db.session.execute(sa.text("PRAGMA integrity_check")).scalars()]
        told += [str(row) for row in db.session.execute(sa.text("PRAGMA foreign_key_check"))]
        return [line for line in told if line != "ok"]
    found = []
    for table in db.metadata.sorted_tables:
        for key in table.foreign_keys:
            if len(key.constraint.elements if key.constraint else ()) != 1:
                continue
            named = key.column.table.alias()
            there = sa.exists().where(named.c[key.column.name] == key.parent)
            lonely = sa.select(sa.func.count()).where(key.parent.is_not(None), ~there)
            if db.session.scalars(lonely).one():
                found.append(f"{table.name}.{key.parent.name} names what is not there")
    return found


def _audit(world: World) -> list[str]:
    """What `audit verify` finds, the anchor included."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "reviews", "audit", "verify"],
        cwd=ROOT,
        env={**os.environ, **world.server.settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return [(done.stdout + done.stderr).strip()] if done.returncode else []


def break_it(world: World, name: str, fault: Fault) -> Outcome:
    outcome = Outcome(name, world.product)
    with world.app.app_context():
        before = crowd.acts()
        db.session.commit()
    for engine in engines_of(world.app):
        engine.dispose()
    first = len(world.crowd.told)
    world.crowd.may_begin.set()
    sleep(min(1.5, world.seconds / 4))
    began = monotonic()
    with fault(world):
        over = monotonic()
    while monotonic() < over + 2 * _RECOVERY:
        good = [t.done for t in world.crowd.told[first:] if t.is_acknowledged and t.done > over]
        if good:
            break
        sleep(0.02)
    else:
        outcome.wrong.append("nothing was taken any more")
        good = [over + 2 * _RECOVERY]
    outcome.recovered = min(good) - over
    sleep(min(1.0, world.seconds / 4))
    # What is refused is sent again until it is taken, before it is looked at.
    world.crowd.settle()
    outcome.told = world.crowd.told[first:]
    if name == "one worker frozen":
        answered = [t for t in outcome.told if not t.sent < began < t.done]
        outcome.held = len(outcome.told) - len(answered)
        outcome.told = answered
    outcome.wrong += world.keeping.wrong
    world.keeping.wrong.clear()
    _look(world, outcome, before)
    return outcome


def kill_often(world: World, kills: int) -> Outcome:
    """One kill after the other, each as soon as writes are taken again."""
    draw = random.Random(1)  # noqa: S311 - how long to wait is no secret
    outcome = Outcome(f"{kills} kills", world.product)
    with world.app.app_context():
        before = crowd.acts()
        db.session.commit()
    first = len(world.crowd.told)
    kinds = KILLS[world.product]
    world.crowd.may_begin.set()
    for number in range(kills):
        sleep(draw.uniform(0.3, 1.5))
        at = len(world.crowd.told)
        kinds[number % len(kinds)](world)
        over = monotonic()
        while not any(told.is_acknowledged and told.sent > over for told in world.crowd.told[at:]):
            if monotonic() > over + _RECOVERY:
                outcome.wrong.append("nothing was taken any more")
                break
            sleep(0.02)
        outcome.recovered = max(outcome.recovered, monotonic() - over)
    sleep(1)
    world.crowd.settle()
    outcome.told = world.crowd.told[first:]
    _look(world, outcome, before)
    return outcome


def keep_often(world: World, times: int) -> Outcome:
    """One backup after the other, each restored into another database and compared with what was acknowledged."""
    outcome = Outcome(f"{times} backups", world.product)
    with world.app.app_context():
        before = crowd.acts()
        db.session.commit()
    keeping = world.keeping
    first = len(world.crowd.told)
    world.crowd.may_begin.set()
    missing = 0
    for _ in range(times):
        acknowledged = world.crowd.acknowledged()
        file = keeping.backup()
        keeping.told(keeping.target, "restore", "--check", file)
        # This walks the audit log as well.
        keeping.restore(file)
        keeping.clear()
        with keeping.target.app_context():
            missing += crowd.missing(acknowledged)
            if crowd.acts() != before:
                outcome.wrong.append("a restored database has an act that is half done")
            outcome.wrong += _unsound(world.product)
            db.session.commit()
    world.crowd.settle()
    outcome.told = world.crowd.told[first:]
    outcome.wrong += keeping.wrong
    keeping.wrong.clear()
    _look(world, outcome, before)
    outcome.lost += missing
    return outcome


# -- A run


@contextmanager
def a_world(product: str, *, seconds: float, requests: int) -> Iterator[World]:
    with ExitStack() as stack:
        volumes = [Volume(_MEGABYTES), Volume(_ANCHOR), Volume(_MEGABYTES)]
        for each in volumes:
            stack.callback(each.remove)
        volume, anchor, shelf = volumes
        # Its own name of the machine: whatever has to be a folder of ours is made on the volume.
        log = Path(tempfile.mkdtemp(prefix="levelset-faults-"))
        stack.callback(shutil.rmtree, log)
        server = None
        if product == "SQLite":
            inner = volume.folder / "database"
            inner.mkdir()
            url, other = SqliteFiles(inner).make(), SqliteFiles(inner).make()
        else:
            postgres.SETTINGS.update(DURABLE, max_wal_size="64MB", min_wal_size="32MB")
            server = postgres.Server.start(volume.folder)
            stack.callback(server.stop)
            places = PostgresDatabases(server.url)
            url, other = places.make(), places.make()
            places.engine.dispose()
        settings = {
            "DATABASE_URL": url,
            "AUDIT_ANCHOR": str(anchor.folder / "anchor"),
            "LOG_LEVEL": "ERROR",
        }
        app = create_app({"SQLALCHEMY_DATABASE_URI": url})
        prepare_migrations(app)
        with app.app_context():
            flask_migrate.upgrade()
            made = crowd.prepare(app, requests)
            data_settled(app)
        target = create_app({"SQLALCHEMY_DATABASE_URI": other})
        prepare_migrations(target)
        keeping = Keeping(app, target, shelf.folder)
        serving = Server(settings, log / "server")
        stack.callback(serving.end)
        serving.wait_until_up()
        people = Crowd(made)
        people.start(serving.port)
        stack.callback(people.stop)
        yield World(product, volume, anchor, app, serving, people, server, shelf, keeping, seconds)


def data_settled(app: Flask) -> None:
    for engine in engines_of(app):
        engine.dispose()


def measure(product: str, asked: argparse.Namespace) -> Iterator[Outcome]:
    chosen = asked.fault or list(FAULTS)
    rate = PEOPLE * 4
    kept = sum(name in _KEEPING for name in chosen)
    taken = len(chosen) * (asked.seconds + 6) + kept * (asked.seconds + 1) * _COMMAND
    count = round(rate * (taken + asked.kills * 5 + asked.backups * 3))
    # Hundreds: the rush mixes tens.
    with a_world(product, seconds=asked.seconds, requests=(count // 100 + 5) * 100) as world:
        # Processes that have just begun are slow.
        sleep(3)
        world.crowd.settle()
        for name in chosen:
            products, needs_volume, fault = FAULTS[name]
            if product not in products:
                continue
            if needs_volume and not world.volume.is_mounted:
                yield Outcome(name, product, not_run=True)
                continue
            yield break_it(world, name, fault)
        if asked.kills:
            yield kill_often(world, asked.kills)
        if asked.backups:
            yield keep_often(world, asked.backups)
        world.crowd.settle()
        end = Outcome("afterwards", product)
        end.wrong += _audit(world)
        yield end


def table(found: Sequence[Outcome]) -> Table:
    headings = (
        "fault", "database", "requests", "slowest answer, s", "answers", "acknowledged writes lost", "texts lost",
        "acts half done", "writes are taken again after, s",
    )  # fmt: skip
    return Table("Faults", headings, [_row(each) for each in found])


def _row(found: Outcome) -> tuple[str, ...]:
    if found.not_run:
        return (found.fault, found.product, "not run", *([""] * 6))
    return (
        found.fault,
        found.product,
        f"{len(found.told)}",
        f"{found.slowest:.1f}",
        found.statuses,
        f"{found.lost}",
        f"{found.texts_lost}",
        f"{found.half_done}",
        f"{found.recovered:.1f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faults", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--short", action="store_true", help="a short while of each, for CI")
    parser.add_argument("--database", action="append", choices=PRODUCTS, help="both if not given")
    parser.add_argument("--fault", action="append", choices=list(FAULTS), help="all if not given")
    parser.add_argument("--seconds", type=float, help="how long what fails stays so: 8")
    parser.add_argument("--kills", type=int, help="on each database: 30, and none beside --fault")
    parser.add_argument("--backups", type=int, help="each restored: 100, and none beside --fault")
    asked = parser.parse_args()
    if asked.seconds is None:
        asked.seconds = 1.5 if asked.short else 8.0
    if asked.kills is None:
        asked.kills = 0 if asked.fault else (4 if asked.short else 30)
    if asked.backups is None:
        asked.backups = 0 if asked.fault else (4 if asked.short else 100)
    signal.signal(signal.SIGTERM, _stop)
    os.environ["LEVELSET_MODE"] = "test"
    before, found = load_average(), []
    for product in asked.database or PRODUCTS:
        for outcome in measure(product, asked):
            verdict = "good" if outcome.is_good else "NOT GOOD"
            figures = " | ".join(_row(outcome))
            print(f"{verdict}: {figures}", file=sys.stderr, flush=True)
            for line in outcome.wrong:
                print(f"  {line}", file=sys.stderr, flush=True)
            found.append(outcome)
    told = [each for each in found if each.fault != "afterwards"]
    acknowledged = sum(answer.is_acknowledged for each in told for answer in each.told)
    machine = described([f"gunicorn with {_WORKERS} workers"])
    print(f"{today()}: {machine}. Load average before and after: {before}; {load_average()}.")
    print(in_markdown(table(told)))
    print(f"{acknowledged:,} writes were acknowledged.")
    sys.exit(not all(each.is_good for each in found))


def _stop(*_: object) -> None:
    raise SystemExit("stopped")


if __name__ == "__main__":
    main()
