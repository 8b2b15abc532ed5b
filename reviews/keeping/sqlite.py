"""A SQLite database to and from the part of an archive, by SQLite's own way to copy one that is in use."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from reviews.db.surroundings import WORKING_COPY
from reviews.keeping.archive import ArchiveError, ArchiveReader, ArchiveWriter

_PART = "levelset.db"
_BLOCK = 1 << 20
#: How often to try again, four times a second, where somebody else is in the middle of saving.
_TRIES = 40


@contextmanager
def copied(source: Path, beside: Path) -> Iterator[Path]:
    """A copy of the database as it is at one instant, for as long as the block lasts.

    Args:
        beside: a folder with room for it.
    """
    with _private_file(beside) as copy:
        with closing(_open(source)) as database, closing(_open(copy)) as target:
            _copy(database, target)
            # Whatever was in the write-ahead log is in the copy, which needs none.
            target.execute("PRAGMA journal_mode = DELETE")
        yield copy


def save(copy: Path, into: ArchiveWriter) -> dict[str, int]:
    """Add the copy to the archive; how many rows each table has."""
    rows = _check(copy)
    into.add(_PART, _blocks(copy))
    return rows


def check(reader: ArchiveReader) -> None:
    """Open the database of the archive and see whether all of it is in order."""
    with _unpacked(reader, None):
        pass


def load(reader: ArchiveReader, target: Path) -> None:
    """Put the database of the archive in the place of what is in the file: all of it, or nothing."""
    with (
        _unpacked(reader, target.parent) as copy,
        closing(_open(copy)) as source,
        closing(_open(target)) as database,
    ):
        _copy(source, database)


@contextmanager
def _unpacked(reader: ArchiveReader, beside: Path | None) -> Iterator[Path]:
    with _private_file(beside) as copy:
        with copy.open("wb") as to:
            for block in reader.blocks(_PART):
                to.write(block)
        rows = _check(copy)
        if rows != reader.manifest.rows:
            raise ArchiveError("The tables of the backup have other rows than its manifest says.")
        yield copy


@contextmanager
def _private_file(folder: Path | None) -> Iterator[Path]:
    # A folder, so that whatever SQLite puts beside the file goes with it. Both are their owner's alone.
    with tempfile.TemporaryDirectory(prefix=WORKING_COPY, dir=folder) as made:
        yield Path(made) / _PART


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, isolation_level=None)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    # In one step: between two others may write, and it would have to begin again.
    source.backup(target, pages=-1, progress=_give_up_after(_TRIES), sleep=0.25)


def _give_up_after(tries: int) -> Callable[[int, int, int], None]:
    left = iter(range(tries))

    def progress(_status: int, _remaining: int, _pages: int) -> None:
        if next(left, None) is None:
            raise ArchiveError(
                "Somebody else has the database locked: stop the service, or try again."
            )

    return progress


def _check(file: Path) -> dict[str, int]:
    """How many rows each table has.

    Raises:
        ArchiveError: if SQLite finds a fault in the file.
    """
    try:
        with closing(_open(file)) as database:
            faults = [row[0] for row in database.execute("PRAGMA integrity_check")]
            orphans = database.execute("PRAGMA foreign_key_check").fetchall()
            names = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).fetchall()
            rows = {
                name: int(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - names of its own tables
                for (name,) in names
            }
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"The database is damaged: {error}.") from error
    if faults != ["ok"]:
        raise ArchiveError(f"The database is damaged: {faults[0]}.")
    if orphans:
        raise ArchiveError(f"The database is damaged: {len(orphans)} rows point nowhere.")
    return rows


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            yield block
