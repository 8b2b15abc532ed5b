"""Backups and restores while people write: broken off in the middle, on a full disk, and one after the other."""

import os
import random
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep

import sqlalchemy as sa
from flask import Flask

from benchmarks.machine import engines_of, url_of
from benchmarks.serving import ROOT
from reviews.db.extensions import db

#: The longest that a command may need.
_PATIENCE = 120.0
#: For each command that is to be killed in the middle: it may be over before.
_TRIES = 5
#: A backup that is not sealed yet ends with these.
_NO_DIGEST = b"0" * 64

Content = dict[str, tuple[int, str]]


@dataclass
class Keeping:
    """The database of the service, another one into which its backups are restored, and where backups are put."""

    source: Flask
    target: Flask
    shelf: Path
    #: What was found, in words, since it was last taken.
    wrong: list[str] = field(default_factory=list)
    _made: int = 0

    def new_file(self) -> Path:
        self._made += 1
        return self.shelf / f"{self._made}.backup"

    def backup(self) -> Path:
        file = self.new_file()
        self.told(self.source, "backup", file)
        return file

    def restore(self, file: Path) -> None:
        self.told(self.target, "restore", "--replace", file)

    def told(self, app: Flask, *words: object) -> None:
        """Run a command in this process, which has to do what it says."""
        done = app.test_cli_runner().invoke(args=list(map(str, words)))
        if done.exit_code:
            self.wrong.append(f"{words[0]} ended with {done.exit_code}: {done.output.strip()}")

    def refuses(self, file: Path) -> bool:
        words = ["restore", "--check", str(file)]
        return bool(self.target.test_cli_runner().invoke(args=words).exit_code)

    @contextmanager
    def begun(self, app: Flask, *words: object) -> Iterator[subprocess.Popen[bytes]]:
        """A command as a process of its own, which is gone after the block."""
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "flask", "--app", "reviews", *map(str, words)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url_of(app), "AUDIT_ANCHOR": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def killed(
        self, has_begun: Callable[[], bool], wait: float, app: Flask, *words: object
    ) -> bool:
        """Kill a command so long after it has begun its work. Whether it was not over yet."""
        with self.begun(app, *words) as process:
            deadline = monotonic() + _PATIENCE
            while process.poll() is None and not has_begun() and monotonic() < deadline:
                sleep(0.002)
            with suppress(subprocess.TimeoutExpired):
                process.wait(wait)
        if process.returncode > 0:
            self.wrong.append(f"{words[0]} ended with {process.returncode}")
        return process.returncode == -signal.SIGKILL

    def length_of(self, has_begun: Callable[[], bool], app: Flask, *words: object) -> float:
        """Seconds from the beginning of a command's work to its end."""
        with self.begun(app, *words) as process:
            while process.poll() is None and not has_begun():
                sleep(0.002)
            began = monotonic()
            if process.wait(_PATIENCE):
                self.wrong.append(f"{words[0]} ended with {process.returncode}")
        return monotonic() - began

    def clear(self) -> None:
        for path in self.shelf.iterdir():
            if path.is_dir() and path.name != "lost+found":
                shutil.rmtree(path)
            elif path.is_file():
                path.unlink()


# -- Backups that are broken off


def kill_backups(keeping: Keeping, times: int) -> None:
    """What a killed backup leaves does not look like a backup, and is not taken for one."""
    draw = random.Random(2)  # noqa: S311 - how long to wait is no secret
    shelf = keeping.shelf

    def has_begun() -> bool:
        return any(path.name.startswith(".") for path in shelf.iterdir())

    length = keeping.length_of(has_begun, keeping.source, "backup", keeping.new_file())
    halves = 0
    for _ in range(times * _TRIES):
        if halves == times:
            break
        file = keeping.new_file()
        wait = draw.uniform(0, length)
        halves += keeping.killed(has_begun, wait, keeping.source, "backup", file)
        for path in shelf.rglob("*"):
            is_whole = _is_whole(path)
            if path.is_file() and path.parent == shelf and path.name[0] != "." and not is_whole:
                keeping.wrong.append(f"{path.name} looks like a backup and is none")
            if path.is_file() and not is_whole and not keeping.refuses(path):
                keeping.wrong.append(f"{path.name} is half of a backup and is taken for one")
        keeping.clear()
    if halves < times:
        keeping.wrong.append("hardly a backup was killed in the middle")
    keeping.backup()
    keeping.clear()


def _is_whole(file: Path) -> bool:
    """Without the product's code: all parts are there, and the digest was put in its place."""
    with suppress(zipfile.BadZipFile, OSError), zipfile.ZipFile(file) as parts:
        has_manifest = "manifest.json" in parts.namelist()
        return has_manifest and parts.comment != _NO_DIGEST and parts.testzip() is None
    return False


def fill_disk(keeping: Keeping, full: Callable[[int], AbstractContextManager[None]]) -> None:
    """A backup for which there is no room says so and leaves nothing."""
    whole = keeping.backup()
    for part in (0.0, 0.1, 0.5, 0.9):
        with full(int(part * whole.stat().st_size)):
            before = set(keeping.shelf.iterdir())
            words = ["backup", str(keeping.new_file())]
            done = keeping.source.test_cli_runner().invoke(args=words)
            if done.exit_code != 1 or "Error: " not in done.output:
                keeping.wrong.append(f"on a full disk backup said: {done.output.strip()}")
            if left := {path.name for path in set(keeping.shelf.iterdir()) - before}:
                keeping.wrong.append(f"a backup on a full disk has left {left}")
    keeping.backup()
    keeping.clear()


# -- Restores that are broken off


def kill_restores(keeping: Keeping, times: int) -> None:
    """After a killed restore the database is what it was before, or what is in the backup; and the next one works."""
    draw = random.Random(3)  # noqa: S311 - how long to wait is no secret
    target = keeping.target
    files, contents = [], []
    for _ in range(2):
        files.append(keeping.backup())
        keeping.restore(files[-1])
        contents.append(_content(target))
    if contents[0] == contents[1]:
        keeping.wrong.append("nothing was written between two backups")
    has_begun = _is_writing(target)
    _let_go(target)
    length = keeping.length_of(has_begun, target, "restore", "--replace", files[0])
    halves = 0
    for _ in range(times * _TRIES):
        if halves == times:
            break
        other = files[1] if _content(target) == contents[0] else files[0]
        _let_go(target)
        wait = draw.uniform(0, length)
        halves += keeping.killed(has_begun, wait, target, "restore", "--replace", other)
        _wait_until_nobody_writes(target)
        if _content(target) not in contents:
            keeping.wrong.append("after a killed restore the database is a mixture")
    if halves < times:
        keeping.wrong.append("hardly a restore was killed in the middle")
    for file, content in zip(files, contents, strict=True):
        keeping.restore(file)
        if _content(target) != content:
            keeping.wrong.append("a restore after a killed one puts in something else")
    keeping.clear()


def _content(app: Flask) -> Content:
    """Of each table, how many rows it has and a digest of them, in whatever order they come."""
    found: Content = {}
    with app.app_context(), db.engine.connect() as connection:
        for name in sorted(sa.inspect(connection).get_table_names()):
            rows = connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
            lines = sorted(repr(tuple(row)) for row in rows)
            found[name] = (len(lines), sha256("\n".join(lines).encode()).hexdigest())
    return found


def _let_go(app: Flask) -> None:
    for engine in engines_of(app):
        engine.dispose()


_WRITERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"
)


def _is_writing(app: Flask) -> Callable[[], bool]:
    """Whether somebody is in the middle of changing the database."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        return Path(f"{engine.url.database}-journal").exists

    def asked() -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(_WRITERS))

    return asked


def _wait_until_nobody_writes(app: Flask) -> None:
    """PostgreSQL notices late that somebody is gone; on SQLite a journal waits for whoever opens the file next."""
    with app.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"
    deadline = monotonic() + _PATIENCE
    while not is_sqlite and _is_writing(app)() and monotonic() < deadline:
        sleep(0.05)
